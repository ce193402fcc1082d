"""What an order would do: every recall, its sources, and every mount. Only reading; `recall_request` commits it.

All that is asked for at once is one order with one plan: the first readings of all its recalls are chosen together,
so that a medium that one of them needs serves the others too.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection

from archived.catalog import carriers, events, images, inner_files, media, packages, recalls
from archived.errors import Refused, WrongState
from archived.inner_files import FILE
from archived.language import _
from archived.model import Image, Package, Reading, Recall
from archived.policy.delivered_entries import Entry, chosen
from archived.policy.recall_area import units
from archived.policy.sources import CopyView, Paces
from archived.policy.visits import Visit, Wish, estimate_visits_s, visits
from archived.stages.floor import Floor, floors
from archived.stages.recall_entries import wanted_files
from archived.stages.recall_planning import first_readings
from archived.stages.recall_reading import at_hand
from archived.stages.recall_sources import copy_views, view_of
from archived.stages.tape_place import along_tapes
from archived.stages.work import Site
from archived.states import ImageState, PackageState, RecallState

#: Until a drive was measured: load and unload of a library, and 4x BD.
DEFAULT_LOAD_S, DEFAULT_READ_BYTES_PER_S = 60.0, 18_000_000.0
#: What nobody is given any more.
GONE = (PackageState.FORGOTTEN, PackageState.DESTROYED)


@dataclass(frozen=True, slots=True)
class WantedPiece:
    """Bytes `start` to `end` of a file, the last one included; None: to the end of the file."""

    path: str
    start: int
    end: int | None = None


@dataclass(frozen=True, slots=True)
class WantedPackage:
    """Files of one package, whole or in pieces; all of it when neither is named."""

    package: Package
    paths: tuple[str, ...] = ()
    pieces: tuple[WantedPiece, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """One copy that would be read, and how much of it."""

    view: CopyView
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Plan:
    """Where the bytes of one recall would come from."""

    package: Package
    files: tuple[Entry, ...]
    #: The recall as it would be put on record; its id and state are not given yet.
    recall: Recall
    readings: tuple[Reading, ...]
    sources: tuple[Source, ...]
    #: "staging", "disc", "tape" (what is read lies on cartridges, at least in part), "set", or "": no way now.
    way: str
    shortage: str
    estimate_s: float = 0.0
    #: Recalls of the same unit begin together (`policy.recall_area.units`); "" begins for itself.
    unit: str = ""

    @property
    def from_staging(self) -> bool:
        return self.recall.from_staging

    @property
    def bytes_wanted(self) -> int:
        return self.recall.bytes_wanted


@dataclass(frozen=True, slots=True)
class OrderPlan:
    """Everything that was asked for at once: its recalls in the order in which they are served, and the visits."""

    plans: tuple[Plan, ...]
    visits: tuple[Visit, ...]
    views: dict[int, CopyView] = field(default_factory=dict)
    estimate_s: float = 0.0


def plan_order(read: Connection, site: Site, wanted: Sequence[WantedPackage], *, owner: int) -> OrderPlan:
    """What an order would do: the sources of all its recalls, chosen together, and every mount.

    Paths may be paths in the bag (`data/x`) or in the payload (`x`). What is wanted twice of a package is one recall.

    Raises:
        NotFound: a path that a package does not have.
        Refused: bytes behind the end of a file.
        WrongState: a package that was withdrawn or never acknowledged.
    """
    in_use = set(recalls.copies_in_use(read))
    every_floor = floors(read, site)
    drafts = [_draft(read, site, item, owner) for item in _joined(wanted)]
    image_ids = {recall.image_id for _package, _files, recall in drafts}
    direct = {image_id: _has_own_disc(read, site, image_id, every_floor) for image_id in image_ids}
    # Images with a disc of their own first: what goes through the set then uses the discs that they need anyway.
    drafts.sort(key=lambda item: (not item[2].from_staging, not direct[item[2].image_id]))
    plans = []
    for package, files, recall in drafts:
        plan = _planned(read, site, package, files, recall, in_use, every_floor)
        if plan.recall.image_id is not None and not plan.way:
            plan = _from_before(read, site, plan, in_use, every_floor)
        in_use.update(reading.copy_id for reading in plan.readings)
        plans.append(plan)
    return _with_visits(read, site, plans)


def _joined(wanted: Sequence[WantedPackage]) -> list[WantedPackage]:
    """One item for each package, with everything that is wanted of it."""
    found: dict[str, WantedPackage] = {}
    for item in wanted:
        before = found.get(item.package.id)
        if before is None:
            found[item.package.id] = item
        elif not (before.paths or before.pieces) or not (item.paths or item.pieces):
            found[item.package.id] = WantedPackage(item.package, (), (*before.pieces, *item.pieces))
        else:
            paths = tuple(dict.fromkeys((*before.paths, *item.paths)))
            found[item.package.id] = WantedPackage(item.package, paths, (*before.pieces, *item.pieces))
    return list(found.values())


def _draft(
    read: Connection, site: Site, wanted: WantedPackage, owner: int
) -> tuple[Package, tuple[Entry, ...], Recall]:
    """The files that are wanted whole, and the recall as it would be put on record."""
    package = wanted.package
    if package.state in GONE:
        raise WrongState(
            _(
                "package {id} ({reference}) is {value}: two persons wanted it, and nobody is given it any more"
            ).format(id=package.id, reference=package.reference, value=package.state.value),
            advice=f"archivectl events --subject {package.id}",
        )
    if package.accepted_at is None or package.state.value not in ("accepted", "archived", "found"):
        raise WrongState(
            _("package {id} is {value}; it cannot be recalled").format(
                id=package.id, value=package.state.value
            )
        )
    stored, inner = list(packages.files(read, package.id)), list(inner_files.of_package(read, package.id))

    def named(paths: Sequence[str]) -> list[Entry]:
        return chosen(stored, inner, paths, package_id=package.id)

    everything = not (wanted.paths or wanted.pieces)
    files = tuple(dict.fromkeys(named(wanted.paths))) if wanted.paths or everything else ()
    pieces = tuple(dict.fromkeys(_piece(package, named([piece.path])[0], piece) for piece in wanted.pieces))
    image = next(iter(_images_of(read, package)), None)
    whole_bytes = sum(file.size_bytes for file in files)
    recall = Recall(
        id="",
        state=RecallState.WAITING,
        package_id=package.id,
        image_id=image.id if image is not None else None,
        paths=tuple(file.path for file in files if file.kind == FILE),
        requested_at=site.now(),
        owner=owner,
        bytes_wanted=whole_bytes + sum(length for _path, _start, length, _sha256 in pieces),
        from_staging=package.staged,
        pieces=pieces,
    )
    return package, files, recall


def _piece(package: Package, file: Entry, piece: WantedPiece) -> tuple[str, int, int, str]:
    end = file.size_bytes - 1 if piece.end is None else piece.end
    if file.kind != FILE or not 0 <= piece.start <= end < file.size_bytes:
        raise Refused(
            _(
                "{path} of {package} has {size} bytes, numbered from 0; it has no bytes {start} to {end}"
            ).format(path=file.path, package=package.id, size=file.size_bytes, start=piece.start, end=end),
            advice=_(
                "name a range inside the file; both ends are included: --bytes 0-99 is the first hundred"
            ),
        )
    return file.path, piece.start, end - piece.start + 1, ""


def _images_of(read: Connection, package: Package) -> list[Image]:
    """Images that carry the package and have been written, or carried it; first those whose sets were read back.

    While a package is packed again the first is the image that it is to leave. Later ones are the last resort.
    """
    now = [image_id for image_id in packages.image_ids(read, package.id).values() if image_id is not None]
    every = [images.get(read, image_id) for image_id in (*now, *carriers.before(read, package.id))]
    ranks = ((ImageState.KEPT, ImageState.FOUND), (ImageState.PROTECTED, ImageState.RETIRED))
    return [image for wanted in ranks for image in every if image.state in wanted]


def _planned(
    read: Connection,
    site: Site,
    package: Package,
    files: tuple[Entry, ...],
    recall: Recall,
    in_use: Collection[int],
    every_floor: Sequence[Floor],
) -> Plan:
    if recall.from_staging:
        return Plan(package, files, recall, (), (), "staging", "")
    if recall.image_id is None:
        return Plan(package, files, recall, (), (), "", f"{package.id} lies on no medium")
    readings, shortage = first_readings(read, site, recall, in_use, every_floor)
    sources = tuple(
        Source(
            view_of(read, every_floor, media.get_copy(read, reading.copy_id), in_use),
            sum(length for _start, length in reading.ranges),
        )
        for reading in readings
    )
    way = "set"
    if all(source.view.image_id == recall.image_id for source in sources):
        on_tape = any(media.get(read, source.view.medium_id).holds_many for source in sources)
        way = "tape" if on_tape else "disc"
    area_bytes = sum(source.size_bytes for source in sources)
    if way == "set":  # and what is made of them
        area_bytes += sum(file.size_bytes for file in wanted_files(read, recall))
    recall = replace(recall, area_bytes=area_bytes)
    return Plan(package, files, recall, tuple(readings), sources, "" if shortage else way, shortage)


def _from_before(
    read: Connection, site: Site, plan: Plan, in_use: Collection[int], every_floor: Sequence[Floor]
) -> Plan:
    """The same from an image that carries the package, too, or carried it before it was packed again, if one can."""
    for image in _images_of(read, plan.package)[1:]:
        recall = replace(plan.recall, image_id=image.id)
        found = _planned(read, site, plan.package, plan.files, recall, in_use, every_floor)
        if found.way:
            return found
    return plan


def _has_own_disc(read: Connection, site: Site, image_id: str | None, every_floor: Sequence[Floor]) -> bool:
    if image_id is None:
        return False
    return any(
        view.state.value in ("verified", "written") and (view.in_drive or view.in_library)
        for view in copy_views(read, site, image_id, every_floor=every_floor)
    )


def _with_visits(read: Connection, site: Site, plans: Sequence[Plan]) -> OrderPlan:
    """The plans in the order in which their media are visited, and the visits."""
    views = {source.view.copy_id: source.view for plan in plans for source in plan.sources}
    numbered = list(enumerate(reading for plan in plans for reading in plan.readings))
    shared = at_hand(read, [reading for _number, reading in numbered])
    planned = visits(
        (
            Wish(number, r.copy_id, views[r.copy_id].medium_id, r.ranges, shared.get(r.copy_id, ()))
            for number, r in numbered
        ),
        loaded={view.medium_id for view in views.values() if view.in_drive},
    )
    planned, winding_s = along_tapes(read, planned)
    known = events.paces(read)
    load_s = known.get("load_s", DEFAULT_LOAD_S)
    seconds = estimate_visits_s(
        planned,
        loaded={view.medium_id for view in views.values() if view.in_drive},
        paces=Paces(load_s, load_s, known.get("read", DEFAULT_READ_BYTES_PER_S)),
        drives=max(1, sum(drive.up for drive in media.drives(read))),
    )
    ordered = _in_turn(plans, {visit.copy_id: number for number, visit in enumerate(planned)})
    return OrderPlan(tuple(ordered), planned, views, seconds + winding_s)


def _in_turn(plans: Sequence[Plan], turn: Mapping[int, int]) -> list[Plan]:
    """The plans as their media are visited (copy → its visit), those of a unit behind each other."""
    unit = units({plan.package.id: frozenset(r.copy_id for r in plan.readings) for plan in plans})
    last = {
        plan.package.id: max((turn.get(reading.copy_id, -1) for reading in plan.readings), default=-1)
        for plan in plans
    }
    ends: dict[str, int] = {}
    for package_id, name in unit.items():
        ends[name] = max(ends.get(name, -1), last[package_id])

    def place(plan: Plan) -> tuple[int, str, int, int]:
        first_byte = plan.readings[0].ranges[0][0] if plan.readings and plan.readings[0].ranges else 0
        end = ends[plan.unit] if plan.unit else last[plan.package.id]
        return end, plan.unit, last[plan.package.id], first_byte

    return sorted((replace(plan, unit=unit[plan.package.id]) for plan in plans), key=place)
