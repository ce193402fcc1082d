"""From what media say of themselves to what is in a set: pure. Who is believed when they contradict each other.

The rules, in order: a disc of another site (its key decides; where a disc of the first releases has none, the name
of the institution), or of another kind of room, is named and not taken. Of two discs
that claim one position with different set.json the one that closed later is taken, the other is suspect. Of the
descriptors of a set the highest revision counts; of equal revisions that differ the one on the lowest position.
What the descriptor says overrules every set.json. A member is known when a disc of it was seen, or the descriptor
names it. An image on a cartridge claims its place like a disc; what header and trailer say of its digest must be what
the descriptor says.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from archived.formats.descriptor import MemberRecord, SetDescriptor
from archived.formats.disc import SetIdentity
from archived.language import _
from archived.surveys import MediumLook
from backends.tape.image_on_tape import ImageOnTape, image_from_fields

#: What a set document is for a look, and what must be whole so that a data disc's rows can be taken.
COMPLETE = "complete"


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that does not fit, with advice."""

    kind: str
    thing: str
    what: str
    next: str = ""

    def as_document(self) -> dict[str, str]:
        return {"kind": self.kind, "thing": self.thing, "what": self.what, "next": self.next}


@dataclass(frozen=True, slots=True)
class Claim:
    """One medium, or one image on a cartridge, that says which member of which set it is."""

    medium_id: str
    look_id: int
    set_id: str
    n: int
    m: int
    position: int
    kind: str
    image_id: str
    closed_at: str
    institution: str
    simulated: bool
    #: sha256 of its set.json.
    sha256: str
    written_bytes: int
    #: sha256 of the site key that its disc carries; empty where there is none. And whether that key counts here.
    site_key: str = ""
    key_known: bool = False
    taken: frozenset[str] = frozenset()
    damaged: frozenset[str] = frozenset()
    #: Where on a cartridge; None for a disc.
    place: ImageOnTape | None = None
    #: Of a parity disc whose set protects images of an earlier one anew: their names with their positions in it, what
    #: it leaves behind, and when its descriptor was written.
    adopts: tuple[tuple[str, int], ...] = ()
    retired: tuple[str, ...] = ()
    written_at: str = ""

    @property
    def name(self) -> str:
        """What its own bytes call it."""
        return self.image_id

    def fits(self, record: MemberRecord) -> bool:
        """Whether it is what the descriptor says of this position."""
        told = self.place.digests["sha256"] if self.place is not None and self.kind == "data" else None
        return self.image_id == record.member.image_id and told in (None, record.digests["sha256"])


@dataclass(frozen=True, slots=True)
class MemberFound:
    """One member of a set, as far as media tell."""

    position: int
    kind: str
    #: What its disc is called: `7K3F-3`.
    name: str
    label: str
    #: Media that carry it, and media that claim to and are not believed.
    carriers: tuple[Claim, ...] = ()
    doubtful: tuple[Claim, ...] = ()
    record: MemberRecord | None = None

    @property
    def closed_at(self) -> str:
        return max((claim.closed_at for claim in self.carriers), default="")

    @property
    def on_tape(self) -> ImageOnTape | None:
        """What a cartridge that carries it says of it; None when only discs do."""
        return next((claim.place for claim in self.carriers if claim.place is not None), None)


@dataclass(frozen=True, slots=True)
class SetFound:
    """One set, as far as media tell."""

    id: str
    n: int
    m: int
    members: tuple[MemberFound, ...]
    #: The one that counts; None when no parity disc was readable.
    descriptor: SetDescriptor | None = None
    differences: tuple[Difference, ...] = ()

    @property
    def absent(self) -> tuple[int, ...]:
        return self.descriptor.absent if self.descriptor is not None else ()

    @property
    def unseen(self) -> tuple[int, ...]:
        """Positions that belong to the set and that no medium of the room carries."""
        seen = {member.position for member in self.members if member.carriers}
        return tuple(p for p in range(1, self.n + self.m + 1) if p not in seen and p not in self.absent)


@dataclass(frozen=True, slots=True)
class Sorted:
    """Claims of this archive, and what was said by media that are not of it."""

    ours: tuple[Claim, ...]
    foreign: Mapping[str, Difference] = field(default_factory=dict)


def claim_of(look: MediumLook) -> Claim | None:
    """The claim that a finished look found; None when the medium names no member."""
    place = look.finding.get("place")
    said: Mapping[str, Any] = look.finding.get("member") or {}
    if not said:
        return None
    return Claim(
        medium_id=look.medium_id,
        look_id=look.id,
        set_id=str(said["set_id"]),
        n=int(said["n"]),
        m=int(said["m"]),
        position=int(said["position"]),
        kind=str(said["kind"]),
        image_id=str(said["image_id"]),
        closed_at=str(said["closed_at"]),
        institution=str(said["institution"]),
        simulated=bool(said["simulated"]),
        sha256=str(said["sha256"]),
        written_bytes=int(look.finding["written_bytes"]),
        site_key=str(look.finding.get("site_key") or ""),
        key_known=bool(look.finding.get("key_known")),
        taken=frozenset(look.finding["taken"]),
        damaged=frozenset(look.finding["damaged"]),
        place=image_from_fields(place) if place else None,
        adopts=tuple((str(name), int(at)) for name, at in said.get("adopts", ())),
        retired=tuple(map(str, said.get("retired", ()))),
        written_at=str(said.get("written_at", "")),
    )


def sort_out(claims: Iterable[Claim], *, institution: str, simulated: bool) -> Sorted:
    """Which claims are of this archive: the key on a disc decides, and where there is none the institution's name."""
    ours, foreign = [], {}
    for claim in claims:
        if claim.simulated != simulated:
            words = (
                _("medium {medium} is of a simulated room")
                if claim.simulated
                else _("medium {medium} is no simulated one, and this room is")
            )
            foreign[claim.medium_id] = Difference(
                "kind-of-room", claim.medium_id, words.format(medium=claim.medium_id)
            )
        elif claim.site_key and not claim.key_known:
            words = _("medium {medium} of {institution!r} carries a key that does not count here").format(
                medium=claim.medium_id, institution=claim.institution
            )
            foreign[claim.medium_id] = Difference("another-key", claim.medium_id, words, "archivectl keys")
        elif not claim.site_key and claim.institution != institution:
            words = _("medium {medium} says that it belongs to {institution!r}").format(
                medium=claim.medium_id, institution=claim.institution
            )
            foreign[claim.medium_id] = Difference("another-institution", claim.medium_id, words)
        else:
            ours.append(claim)
    return Sorted(tuple(ours), foreign)


def assemble(
    set_id: str,
    claims: Sequence[Claim],
    identities: Mapping[int, SetIdentity],
    descriptors: Mapping[int, SetDescriptor],
) -> SetFound:
    """What is known of one set.

    Args:
        claims: all claims of this set; one at least.
        identities: what each claim's set.json reserves, by look.
        descriptors: those that could be read, by look.
    """
    differences: list[Difference] = []
    descriptor = _newest(set_id, claims, descriptors, differences)
    # Who was a member of another set before tells of that one what it reserved.
    first = min(
        claims,
        key=lambda claim: (claim.image_id != f"{set_id}-{claim.position}", claim.position, claim.look_id),
    )
    n, m = (descriptor.n, descriptor.m) if descriptor is not None else (first.n, first.m)
    records = {r.member.position: r for r in descriptor.members} if descriptor is not None else {}
    reserved = {m.position: m for m in identities[first.look_id].members}
    members = []
    for position in range(1, n + m + 1):
        mine = [claim for claim in claims if claim.position == position]
        record = records.get(position)
        if record is None and not mine:
            continue
        carriers, doubtful = _believed(set_id, position, mine, record, differences)
        known = record.member if record is not None else reserved[position]
        members.append(
            MemberFound(position, known.kind, known.image_id, known.label, carriers, doubtful, record)
        )
    return SetFound(set_id, n, m, tuple(members), descriptor, tuple(differences))


def _newest(
    set_id: str,
    claims: Sequence[Claim],
    descriptors: Mapping[int, SetDescriptor],
    differences: list[Difference],
) -> SetDescriptor | None:
    """The descriptor that counts."""
    by_position = sorted(
        (c for c in claims if c.look_id in descriptors), key=lambda c: (c.position, c.look_id)
    )
    chosen: SetDescriptor | None = None
    for claim in by_position:
        found = descriptors[claim.look_id]
        if found.set_id != set_id:
            words = _("medium {medium} of set {set} carries the descriptor of set {other}").format(
                medium=claim.medium_id, set=set_id, other=found.set_id
            )
            differences.append(Difference("descriptor-of-another-set", claim.medium_id, words))
        elif chosen is None or found.revision > chosen.revision:
            chosen = found
        elif found.revision == chosen.revision and found != chosen:
            words = _("medium {medium} says of set {set} something else than the other parity discs").format(
                medium=claim.medium_id, set=set_id
            )
            differences.append(
                Difference("descriptors-differ", claim.medium_id, words, "archivectl catalog check --full")
            )
    return chosen


def _believed(
    set_id: str,
    position: int,
    claims: Sequence[Claim],
    record: MemberRecord | None,
    differences: list[Difference],
) -> tuple[tuple[Claim, ...], tuple[Claim, ...]]:
    """The claims on one position that are believed, and those that are not."""
    fitting = [c for c in claims if record is None or c.fits(record)]
    newest = max((claim.closed_at for claim in fitting), default="")
    texts = {claim.sha256 for claim in fitting if claim.closed_at == newest}
    good = tuple(c for c in fitting if c.closed_at == newest and c.sha256 == min(texts))
    bad = tuple(claim for claim in claims if claim not in good)
    for claim in bad:
        words = _(
            "medium {medium} claims position {position} of set {set}, and another disc is believed"
        ).format(medium=claim.medium_id, position=position, set=set_id)
        differences.append(
            Difference(
                "position-claimed-twice", claim.medium_id, words, f"archivectl media {claim.medium_id}"
            )
        )
    return good, bad
