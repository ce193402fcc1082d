"""Which blank each member of a set goes to: the diversity floor (design, promise 5).

At most M members of a set share a magazine or a purchase batch; one each is preferred. Where that cannot
be, the answer is a refusal in words, unless a person's waiver is on record: then the widest spread that
there is. All members or none: a set is not started that cannot be finished.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from archived.language import _
from archived.policy.spread import Blank, Loads, spread

__all__ = ["Blank", "PlacedMember", "Placement", "UnplacedMember", "place"]

#: Steps of the search for blanks of different sizes; small sets need a few dozen.
SEARCH_STEPS_MAX = 5_000


@dataclass(frozen=True, slots=True)
class UnplacedMember:
    """An image of the set, data or parity, that needs a medium of at least this many usable bytes."""

    image_id: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class PlacedMember:
    """A member that lies on a medium already, or is promised to one."""

    image_id: str
    magazine: str | None
    batch: str
    medium_id: str


@dataclass(frozen=True, slots=True)
class Placement:
    """Either every member has a medium, or none has and `refusal` says why."""

    #: image id → medium id
    assignments: Mapping[str, str] = field(default_factory=dict)
    refusal: str = ""
    #: How many more suitable blanks it takes at least; 0 when placed.
    shortage: int = 0


@dataclass(frozen=True, slots=True)
class _Problem:
    members: tuple[UnplacedMember, ...]  # largest first
    blanks: tuple[Blank, ...]
    limit: int | None
    magazine_loads: Loads
    batch_loads: Loads

    def most(self, size_bytes: int, *, magazines: bool = True, batches: bool = True) -> tuple[Blank, ...]:
        """The widest choice for the members that need at least `size_bytes`."""
        return spread(
            [b for b in self.blanks if b.capacity_bytes >= size_bytes],
            sum(member.size_bytes >= size_bytes for member in self.members),
            magazine_limit=self.limit if magazines else None,
            batch_limit=self.limit if batches else None,
            magazine_loads=self.magazine_loads,
            batch_loads=self.batch_loads,
        )


def place(
    members: Sequence[UnplacedMember],
    placed: Sequence[PlacedMember],
    blanks: Sequence[Blank],
    m: int,
    *,
    waived: bool = False,
    set_id: str = "SET",
) -> Placement:
    """A blank for each of `members`, given where the other members of the set lie.

    Deterministic. Finds a placement whenever there is one: always when some blanks hold the largest
    member, within SEARCH_STEPS_MAX steps when blanks of several sizes must be matched.
    """
    taken = {p.medium_id for p in placed}
    problem = _Problem(
        members=tuple(sorted(members, key=lambda w: -w.size_bytes)),
        blanks=tuple(sorted((b for b in blanks if b.usable and b.medium_id not in taken), key=_by_size)),
        limit=None if waived else m,
        magazine_loads=Counter(p.magazine for p in placed if p.magazine is not None),
        batch_loads=Counter(p.batch for p in placed),
    )
    if not members:
        return Placement()
    chosen = problem.most(problem.members[0].size_bytes)
    # Parity and data images of a set are nearly equal in size: any blank holds any of them as a rule.
    if len(chosen) == len(members):
        pairs = {w.image_id: b.medium_id for w, b in zip(members, chosen, strict=True)}
        return Placement(assignments=pairs)
    return _refused(problem, set_id) or _matched(problem, set_id)


def _by_size(blank: Blank) -> tuple[int, str]:
    return blank.capacity_bytes, blank.medium_id


def _refused(problem: _Problem, set_id: str) -> Placement | None:
    """The refusal when too few blanks suit the members of some size; None when each size has enough."""
    for size_bytes in sorted({w.size_bytes for w in problem.members}, reverse=True):
        wanted = sum(w.size_bytes >= size_bytes for w in problem.members)
        shortage = wanted - len(problem.most(size_bytes))
        if shortage > 0:
            words = _why(problem, size_bytes, wanted, set_id)
            return Placement(refusal=words, shortage=shortage)
    return None


def _why(problem: _Problem, size_bytes: int, wanted: int, set_id: str) -> str:
    suitable = sum(b.capacity_bytes >= size_bytes for b in problem.blanks)
    there = _(
        "set {set_id} needs {wanted} blank media of at least {size_bytes} bytes; {suitable} are there"
    ).format(set_id=set_id, wanted=wanted, size_bytes=size_bytes, suitable=suitable)
    if suitable < wanted:
        return _("{there}. Put {wanted} more into the library").format(there=there, wanted=wanted - suitable)
    floor = _("at most {limit} members of a set may share").format(limit=problem.limit)
    in_magazines = len(problem.most(size_bytes, batches=False))
    in_batches = len(problem.most(size_bytes, magazines=False))
    broken = []
    if in_magazines < wanted:
        broken.append(
            _("{floor} a magazine, and the magazines with blanks have room for {in_magazines}").format(
                floor=floor, in_magazines=in_magazines
            )
        )
    if in_batches < wanted:
        broken.append(
            _("{floor} a purchase batch, and the batches at hand have room for {in_batches}").format(
                floor=floor, in_batches=in_batches
            )
        )
    if not broken:
        both = len(problem.most(size_bytes))
        broken.append(
            _("{floor} a magazine or a purchase batch, and both together leave room for {both}").format(
                floor=floor, both=both
            )
        )
    return f"{there}, but {'; '.join(broken)}. {ways_out(set_id)}"


def ways_out(set_id: str) -> str:
    return _(
        "Put blanks of other batches into other magazines, or take it upon yourself: "
        "archivectl allow diversity {set_id} --reason TEXT"
    ).format(set_id=set_id)


def _matched(problem: _Problem, set_id: str) -> Placement:
    """Blanks of several sizes: search, largest member first, least crowded and smallest blank first."""
    magazines, batches = Counter(problem.magazine_loads), Counter(problem.batch_loads)
    chosen: list[Blank] = []
    steps = 0

    def load(blank: Blank) -> int:
        return batches[blank.batch] + (magazines[blank.magazine] if blank.magazine is not None else 0)

    def possible(size_bytes: int) -> list[Blank]:
        # One blank a magazine and batch is enough to try: later members are smaller and fit them all.
        kinds: dict[tuple[str | None, str], Blank] = {}
        for blank in problem.blanks:
            if blank.capacity_bytes < size_bytes or blank in chosen:
                continue
            loads = [batches[blank.batch]] + ([] if blank.magazine is None else [magazines[blank.magazine]])
            if problem.limit is None or max(loads) < problem.limit:
                kinds.setdefault((blank.magazine, blank.batch), blank)
        return sorted(kinds.values(), key=lambda b: (load(b), b.capacity_bytes, b.medium_id))

    def search() -> bool:
        nonlocal steps
        steps += 1
        if len(chosen) == len(problem.members):
            return True
        for blank in possible(problem.members[len(chosen)].size_bytes):
            if steps > SEARCH_STEPS_MAX:
                return False
            chosen.append(blank)
            _count(magazines, batches, blank, 1)
            if search():
                return True
            chosen.pop()
            _count(magazines, batches, blank, -1)
        return False

    if search():
        pairs = zip(problem.members, chosen, strict=True)
        return Placement(assignments={w.image_id: b.medium_id for w, b in pairs})
    words = _(
        "set {set_id} needs {members_count} blank media of different sizes; "
        "{blanks_count} are there, but no choice was found that keeps at most {limit} "
        "members in a magazine and in a purchase batch. {ways_out}"
    ).format(
        set_id=set_id,
        members_count=len(problem.members),
        blanks_count=len(problem.blanks),
        limit=problem.limit,
        ways_out=ways_out(set_id),
    )
    return Placement(refusal=words, shortage=1)


def _count(magazines: Counter[str], batches: Counter[str], blank: Blank, change: int) -> None:
    batches[blank.batch] += change
    if blank.magazine is not None:
        magazines[blank.magazine] += change
