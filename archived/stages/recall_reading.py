"""Readings become visits: one medium in a drive, read once in order of offset for every recall that wants of it.

Readings of one copy, whoever's they are, are one action. What another recall has got of the copy is taken from the
recall area; a reading that finds all of its bytes there needs no drive at all. Each recall keeps a spool of its
own: nothing is shared but the reading, so the end of one recall is nothing to another.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from archived.catalog import events, images, media, recalls, regained, tasks
from archived.errors import Cancelled
from archived.language import _
from archived.model import Reading
from archived.policy.ranges import Range, merge, overlap, subtract
from archived.policy.tape_order import Stretch, reading_order
from archived.policy.visits import Wish
from archived.sessions.half_reads import HalfReads
from archived.sessions.read import Sink, read_until, take_from
from archived.sessions.right_volume import AnotherVolume, another_volume
from archived.sessions.tape_read import image_source
from archived.sessions.tape_ready import await_cartridge
from archived.sessions.tools import Tools
from archived.stages.case_of_content import weigh_content
from archived.stages.floor import drive_failed, drive_worked, floors
from archived.stages.health.noting import note_unreadable
from archived.stages.recall_sources import good_ranges, record_liars
from archived.stages.repair.patience import patient_recalls
from archived.stages.tape_place import place_on_tape, stretch_on_tape, tape_of
from archived.stages.work import CPU, Action, Broken, Site, drive_lane
from archived.states import MediumState, ReadingEvent, ReadingState
from backends.tape.image_on_tape import ImageOnTape
from backends.tape.serpentine import Serpentine

#: So often a drive may end a reading without an outcome; then the next source is asked.
TRIES_MAX = 2


@dataclass(frozen=True, slots=True)
class Ready:
    """Readings of one copy that can be done now: in a drive, from the recall area, or not at all any more."""

    copy_id: int
    medium_id: str
    drive: str | None
    readings: tuple[Reading, ...]
    #: The medium is not to be had any more.
    gone: bool = False
    #: Nobody but us wants any of it.
    patient: bool = False
    #: What is read of a cartridge, and its tape; None on a disc.
    on_tape: tuple[Stretch, Serpentine] | None = None

    @property
    def key(self) -> str:
        return f"readings of copy {self.copy_id}"


@dataclass(frozen=True, slots=True)
class Fetching:
    """A medium that readings need in a drive."""

    since: datetime
    medium_id: str
    #: Drives that failed with it.
    tried_in: tuple[str, ...]
    #: As `policy.mounting.KINDS` has it: "read", or "care" while only work of our own needs it.
    kind: str


@dataclass(frozen=True, slots=True)
class Gift:
    """What another recall has of the same copy."""

    recall_id: str
    ranges: tuple[Range, ...]


@dataclass(frozen=True, slots=True)
class Share:
    """One reading, where its bytes go, and which of them lie in the recall area."""

    reading: Reading
    spool: Path
    gifts: tuple[tuple[Path, tuple[Range, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class Fetch:
    """One visit: readings of one copy in one drive, or without a drive from the recall area alone."""

    copy_id: int
    medium_id: str
    image_id: str
    drive: str | None
    shares: tuple[Share, ...]
    #: Where the image lies on its cartridge; None on a disc.
    place: ImageOnTape | None = None
    #: What the disc calls itself, by the record; None where nobody knows.
    volume_id: str | None = None
    #: Nobody waits for it: it ends at the next chunk when this says so.
    halves: HalfReads | None = None


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came of a visit: the ranges of the copy that are bad, and readings that could not be served."""

    bad: tuple[Range, ...] = ()
    unserved: frozenset[int] = frozenset()
    #: What was not read any more, since somebody waits for the drive.
    left: tuple[Range, ...] = ()
    #: Reading → bytes of it that lay in the recall area already.
    taken: Mapping[int, int] = field(default_factory=dict)


def spool_path(folder: Path, image_id: str) -> Path:
    """Where the bytes of one image lie in the folder of a recall."""
    return folder / f"{image_id}.spool"


def wishes(read: Connection) -> list[tuple[Reading, Wish]]:
    """Every reading that is to be done, with what of it lies in the recall area."""
    wanted = recalls.readings_in_state(read, ReadingState.PENDING, ReadingState.READING)
    resting = regained.resting(read) if wanted else frozenset()
    wanted = [reading for reading in wanted if reading.recall_id not in resting]
    if not wanted:
        return []
    given = _given(read, wanted)
    media_of = {copy_id: media.get_copy(read, copy_id).medium_id for copy_id in {r.copy_id for r in wanted}}
    found = []
    for reading in wanted:
        has = tuple(piece for gift in _gifts(reading, given) for piece in gift.ranges)
        wish = Wish(reading.id, reading.copy_id, media_of[reading.copy_id], reading.ranges, has)
        found.append((reading, wish))
    return found


def media_wanted(read: Connection) -> list[Fetching]:
    """Media that readings need in a drive, each once for the drives that failed with it."""
    wanted = wishes(read)
    if not wanted:
        return []
    times = recalls.requested_times(read)
    patient = patient_recalls(read)
    found: dict[tuple[str, tuple[str, ...]], Fetching] = {}
    for reading, wish in wanted:
        if wish.left:
            key, since = (wish.medium_id, reading.tried_in), times[reading.recall_id]
            kind = "care" if reading.recall_id in patient else "read"
            before = found.get(key, Fetching(since, *key, kind))
            found[key] = Fetching(
                min(since, before.since), *key, "read" if "read" in (kind, before.kind) else kind
            )
    return list(found.values())


def at_hand(read: Connection, wanted: Iterable[Reading]) -> dict[int, tuple[Range, ...]]:
    """Copy → what of it lies in the recall area already, for readings that are not on record yet."""
    given = _given(read, wanted)
    return {copy_id: merge(piece for g in gifts for piece in g.ranges) for copy_id, gifts in given.items()}


def due(read: Connection, site: Site) -> list[Ready]:
    """Readings that can be done now, one item a copy."""
    every = wishes(read)
    every_floor = floors(read, site) if every else []
    refused = tasks.refused(read) if every else {}
    patient = patient_recalls(read) if every else frozenset()
    by_copy: dict[int, list[tuple[Reading, Wish]]] = {}
    for pair in every:
        by_copy.setdefault(pair[0].copy_id, []).append(pair)
    found = []
    for copy_id, pairs in by_copy.items():
        medium = media.get(read, pairs[0][1].medium_id)
        drive = next((d for floor in every_floor if (d := floor.drive_of(medium.id)) and d.up), None)
        here = tuple(reading for reading, wish in pairs if not wish.left)
        gone = medium.element is None or medium.state is MediumState.LOST or medium.id in refused
        if drive is not None and not gone and len(here) < len(pairs):
            every_one = tuple(reading for reading, _rest in pairs)
            left = merge(piece for _rest, wish in pairs for piece in wish.left)
            stretch = stretch_on_tape(media.get_copy(read, copy_id), left)
            on_tape = None if stretch is None else (stretch, tape_of(medium))
            gives_way = all(reading.recall_id in patient for reading in every_one)
            found.append(Ready(copy_id, medium.id, drive.name, every_one, on_tape=on_tape, patient=gives_way))
        elif here:
            found.append(Ready(copy_id, medium.id, None, here))
        elif gone:
            found.append(
                Ready(copy_id, medium.id, None, tuple(reading for reading, _rest in pairs), gone=True)
            )
    return found


def actions(stage: str, ready: Sequence[Ready]) -> list[Action]:
    """What would be done: copies on a cartridge in the order that winds its tape least, all others as they come."""
    return [
        Action(stage, item.key, (drive_lane(item.drive),) if item.drive is not None else (CPU,), item)
        for item in (*(item for item in ready if item.on_tape is None), *_along_tapes(ready))
    ]


def _along_tapes(ready: Sequence[Ready]) -> Iterator[Ready]:
    by_medium: dict[str, dict[Stretch, Ready]] = {}
    tapes: dict[str, Serpentine] = {}
    for item in ready:
        if item.on_tape is not None:
            stretch, tapes[item.medium_id] = item.on_tape
            by_medium.setdefault(item.medium_id, {})[stretch] = item
    for medium_id, items in sorted(by_medium.items()):
        for stretch in reading_order(items, tapes[medium_id]):
            yield items[stretch]


def claim(write: Connection, site: Site, action: Action, item: Ready) -> Action | None:
    """Commit READING for all of them; or, where the medium is gone, that nothing comes of them."""
    if item.gone:
        for reading in item.readings:
            note = _("medium {medium_id} is not in the library").format(medium_id=item.medium_id)
            recalls.advance_reading(write, reading.id, ReadingEvent.FAILED, note=note)
        return None
    for reading in item.readings:
        if reading.state is ReadingState.PENDING:
            recalls.advance_reading(write, reading.id, ReadingEvent.BEGUN)
    given = _given(write, item.readings)
    root = site.tools.paths.recalls
    shares = []
    for reading in item.readings:
        image_id = reading.image_id
        gifts = tuple((spool_path(root / g.recall_id, image_id), g.ranges) for g in _gifts(reading, given))
        shares.append(Share(reading, spool_path(root / reading.recall_id, image_id), gifts))
    image_id = item.readings[0].image_id
    place = place_on_tape(media.get_copy(write, item.copy_id), images.get(write, image_id))
    volume_id = media.get(write, item.medium_id).volume_id
    halves = site.half_reads if item.patient else None
    site.half_reads.begin(action.key)
    fetch = Fetch(item.copy_id, item.medium_id, image_id, item.drive, tuple(shares), place, volume_id, halves)
    return action.having(fetch)


def run(fetch: Fetch, key: str, tools: Tools) -> Fetched | AnotherVolume:
    """Take what lies in the recall area, and read the rest in one pass."""
    what = (
        _("reading {image_id} from {medium_id} in {drive}").format(
            image_id=fetch.image_id, medium_id=fetch.medium_id, drive=fetch.drive
        )
        if fetch.drive
        else _("reading {image_id} from the recall area").format(image_id=fetch.image_id)
    )
    report = tools.progress.begin(key, what)
    sinks, unserved, given = [], set(), {}
    for share in fetch.shares:
        share.spool.parent.mkdir(parents=True, exist_ok=True)
        taken: list[Range] = []
        for giver, ranges in share.gifts:
            taken += take_from(giver, ranges, share.spool)
        left = subtract(share.reading.ranges, taken)
        given[share.reading.id] = sum(length for _start, length in taken)
        sinks.append(Sink(share.spool, left))
        if left and fetch.drive is None:
            unserved.add(share.reading.id)
    if fetch.drive is None:
        return Fetched(unserved=frozenset(unserved), taken=given)
    another = another_volume(tools, fetch.drive, fetch.volume_id, key)
    if another is not None:
        return another
    if fetch.place is not None:
        await_cartridge(tools, key, fetch.medium_id, fetch.drive)
    halves = fetch.halves
    stops = (lambda: False) if halves is None else (lambda: bool(halves.why_stop(key)))
    bad, left = read_until(image_source(tools, fetch.drive, fetch.place), sinks, report, stops)
    return Fetched(bad, left=left, taken=given)


def record(write: Connection, site: Site, fetch: Fetch, outcome: object) -> float:
    """Commit what every reading of the visit brought."""
    if isinstance(outcome, AnotherVolume):
        return _another(write, site, fetch, outcome)
    if isinstance(outcome, Broken) or not isinstance(outcome, Fetched):
        if isinstance(outcome, Broken) and isinstance(outcome.error, Cancelled):
            for share in fetch.shares:
                recalls.advance_reading(write, share.reading.id, ReadingEvent.INTERRUPTED)
            return site.config.rest_s
        words = str(outcome.error) if isinstance(outcome, Broken) else "no outcome"
        return _record_failure(write, site, fetch, words)
    if fetch.drive is not None:
        drive_worked(write, fetch.drive)
        note_unreadable(write, site, fetch.medium_id, fetch.drive, outcome.bad, image_id=fetch.image_id)
    blamed = False
    for share in fetch.shares:
        reading = share.reading
        if reading.id in outcome.unserved:
            recalls.advance_reading(write, reading.id, ReadingEvent.INTERRUPTED)
            continue
        bad, left = overlap(reading.ranges, outcome.bad), overlap(reading.ranges, outcome.left)
        done = subtract(reading.ranges, left)
        if not done:
            recalls.advance_reading(write, reading.id, ReadingEvent.INTERRUPTED)
            continue
        recalls.advance_reading(write, reading.id, ReadingEvent.FINISHED, bad=bad, ranges=done)
        read_bytes = sum(length for _start, length in done) - outcome.taken.get(reading.id, 0)
        regained.count_read(write, reading.recall_id, max(0, read_bytes))
        if left:
            recalls.want(write, replace(reading, state=ReadingState.PENDING, ranges=left, bad=()))
        if bad and not blamed:
            record_liars(write, site, recalls.head(write, reading.recall_id), (fetch.copy_id,))
            blamed = True
    if fetch.drive is not None:
        events.append(
            write,
            site.now(),
            "read",
            ("medium", fetch.medium_id),
            outcome="failure" if outcome.bad else "success",
            recall=", ".join(sorted({share.reading.recall_id for share in fetch.shares})),
            bad=[list(item) for item in outcome.bad[:20]],
        )
    return 0


def _another(write: Connection, site: Site, fetch: Fetch, outcome: AnotherVolume) -> float:
    """Nothing was read, and the copy is not to blame: a case is open, and the next source is asked."""
    weigh_content(write, site, fetch.medium_id, outcome.volume_id, fetch.drive or "")
    note = _("another disc lies where {medium} should be").format(medium=fetch.medium_id)
    for share in fetch.shares:
        recalls.advance_reading(write, share.reading.id, ReadingEvent.FAILED, note=note)
    return 0


def _record_failure(write: Connection, site: Site, fetch: Fetch, words: str) -> float:
    """The drive gave no outcome: once more, if there is one in another drive; then the next source."""
    if fetch.drive is None:
        for share in fetch.shares:
            recalls.advance_reading(write, share.reading.id, ReadingEvent.INTERRUPTED)
        return site.config.rest_s
    given_up = []
    for share in fetch.shares:
        reading = share.reading
        tried_in = (*reading.tried_in, fetch.drive)
        event = ReadingEvent.FAILED if len(tried_in) >= TRIES_MAX else ReadingEvent.INTERRUPTED
        recalls.advance_reading(write, reading.id, event, note=words, tried_in=tried_in)
        if event is ReadingEvent.FAILED:
            given_up.append(replace(reading, tried_in=tried_in))
    ids = ", ".join(sorted({share.reading.recall_id for share in fetch.shares}))
    drive_failed(
        write,
        site,
        fetch.drive,
        _("reading {medium_id} for recall {ids}").format(medium_id=fetch.medium_id, ids=ids),
        words,
    )
    for reading in given_up:
        events.append(
            write,
            site.now(),
            "reading given up",
            ("medium", fetch.medium_id),
            outcome="failure",
            recall=reading.recall_id,
            drives=list(reading.tried_in),
            reason=words,
        )
    return site.config.rest_s if len(given_up) < len(fetch.shares) else 0


def _given(read: Connection, wanted: Iterable[Reading]) -> dict[int, list[Gift]]:
    """Copy → what each recall that is not over has of it."""
    found: dict[int, list[Gift]] = {}
    by_pair: dict[tuple[int, str], list[Reading]] = {}
    for reading in recalls.read_of(read, {reading.copy_id for reading in wanted}):
        by_pair.setdefault((reading.copy_id, reading.recall_id), []).append(reading)
    for (copy_id, recall_id), readings in by_pair.items():
        found.setdefault(copy_id, []).append(Gift(recall_id, good_ranges(readings)[copy_id]))
    return found


def _gifts(reading: Reading, given: dict[int, list[Gift]]) -> list[Gift]:
    """What others have of what a reading wants, each byte from one of them."""
    found: list[Gift] = []
    left = reading.ranges
    for gift in given.get(reading.copy_id, ()):
        if gift.recall_id == reading.recall_id:
            continue
        part = overlap(left, gift.ranges)
        if part:
            found.append(Gift(gift.recall_id, part))
            left = subtract(left, part)
    return found
