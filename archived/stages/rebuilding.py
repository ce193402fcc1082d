"""What media said becomes rows: one set after the other, then files and places in stretches, then one write ends it.

Everything is made in state FOUND, which no other stage acts on; so a rebuild that is interrupted leaves nothing that
anybody would write, read back or release. How far it has come is committed together with the rows that it made. The
one write that makes the catalog count is the last: the survey DONE, the origin of the catalog REBUILT.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from archived.catalog import events, rebuilt, surveys
from archived.formats import disc_rows, disc_texts
from archived.formats.descriptor import decode_descriptor
from archived.formats.errors import FormatError
from archived.formats.set_document import decode_set_document
from archived.model import PackageFile
from archived.policy.rebuilding import Claim, Difference, SetFound, Sorted, assemble, claim_of, sort_out
from archived.sessions.tools import Tools
from archived.stages.looking import IDENTIFY, folder_of
from archived.stages.rebuilding_end import finish, sort_media
from archived.stages.rebuilding_sets import record_set
from archived.stages.surveying import REBUILD
from archived.stages.work import CPU, Action, Broken, Context, Site
from archived.states import SurveyState
from archived.surveys import MediumLook, Survey

NAME = "rebuilding"
#: Rows of one transaction: about a second of work.
STRETCH_ROWS = 20_000
_REST_S = 60.0


@dataclass(frozen=True, slots=True)
class Source:
    """The texts of one image, and whose folders on it are whose."""

    image_id: str
    folder: Path
    #: Folder on the disc → package id.
    packages: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Step:
    """One bounded piece of the rebuild; `cursor` is what is committed when it is done."""

    survey_id: int
    #: "set" | "media" | "files" | "extents" | "end"
    kind: str
    cursor: dict[str, Any]
    claims: tuple[Claim, ...] = ()
    folders: dict[int, Path] = field(default_factory=dict)
    source: Source | None = None
    offset: int = 0
    looks: tuple[MediumLook, ...] = ()
    found: Sorted = field(default_factory=lambda: Sorted(()))


@dataclass(frozen=True, slots=True)
class SetRead:
    """One set with the package rows of its images."""

    found: SetFound
    #: By what the disc of the image is called.
    packages: dict[str, tuple[disc_rows.FoundPackage, ...]]
    #: By position of a parity disc: first byte of parity.bin in its image.
    payload_offsets: dict[int, int]
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True)
class RowsRead:
    """One stretch of files or places, and where the next begins; None: this list is at its end."""

    files: tuple[PackageFile, ...] = ()
    extents: tuple[tuple[str, str, int, int], ...] = ()
    next_offset: int | None = None


def due(read: Connection, site: Site) -> Survey | None:
    survey = surveys.under_way(read)
    if survey is None or survey.kind != REBUILD or survey.state is not SurveyState.ASSEMBLING:
        return None
    return survey


def plan(view: Survey | None, context: Context) -> list[Action]:
    if view is None or context.draining:
        return []
    return context.choose([Action(NAME, f"survey {view.id}", (CPU,), view)])


def claim(write: Connection, site: Site, action: Action) -> Action | None:
    """Nothing is in progress but the survey itself: what is due follows from its cursor."""
    survey = surveys.get(write, action.task.id)
    if survey.state is not SurveyState.ASSEMBLING:
        return None
    cursor = dict(survey.cursor) or {"sets_done": [], "sources": [], "at": 0}
    looks = [look for look in surveys.looks(write, survey.id) if look.purpose == IDENTIFY]
    claims = [claim for look in looks if (claim := claim_of(look)) is not None]
    keys = {look.id for look in looks if look.finding.get("our_key")}
    config = site.config
    ours = sort_out(claims, institution=config.site.name, simulated=config.simulated, our_keys=keys)
    left = sorted({claim.set_id for claim in ours.ours} - set(cursor["sets_done"]))
    folders = {look.id: folder_of(site.tools.paths, look) for look in looks}
    if left:
        mine = tuple(claim for claim in ours.ours if claim.set_id == left[0])
        return action.having(Step(survey.id, "set", cursor, mine, folders))
    if "media" not in cursor:
        return action.having(Step(survey.id, "media", cursor, looks=tuple(looks), found=ours))
    if cursor["at"] < len(cursor["sources"]):
        entry = cursor["sources"][cursor["at"]]
        source = Source(entry["image"], Path(entry["folder"]), entry["packages"])
        return action.having(
            Step(survey.id, entry.get("list", "files"), cursor, source=source, offset=entry.get("offset", 0))
        )
    return action.having(Step(survey.id, "end", cursor))


def run(action: Action, tools: Tools) -> SetRead | RowsRead | None:
    step: Step = action.task
    if step.kind in ("media", "end"):
        return None  # catalog work only
    if step.kind == "set":
        what = f"putting together set {step.claims[0].set_id}"
        tools.progress.begin(action.key, what)
        return _read_set(step)
    source = step.source
    if source is None:
        raise ValueError(f"step {step.kind} of survey {step.survey_id} has no source")
    tools.progress.begin(action.key, f"reading the {step.kind} of image {source.image_id}")
    return _read_files(source, step.offset) if step.kind == "files" else _read_extents(source, step.offset)


def record(write: Connection, site: Site, action: Action, outcome: object) -> float:
    step: Step = action.task
    survey = surveys.get(write, step.survey_id)
    if survey.state is not SurveyState.ASSEMBLING:
        return 0  # given up meanwhile
    if isinstance(outcome, Broken):
        _cannot(write, site, survey, outcome.error)
        return _REST_S
    events.clear_attention(write, f"rebuild:{survey.id}")
    if step.kind == "end":
        finish(write, site, survey, step.cursor)
        return 0
    cursor = step.cursor
    if step.kind == "media":
        differences = sort_media(write, site, step.looks, step.found)
        surveys.note(write, survey.id, [item.as_document() for item in differences])
        cursor = step.cursor | {"media": True}
    elif isinstance(outcome, SetRead):
        sources = record_set(write, site, outcome, step.folders)
        done = [*step.cursor["sets_done"], outcome.found.id]
        cursor = step.cursor | {"sets_done": done, "sources": [*step.cursor["sources"], *sources]}
        found = (*outcome.found.differences, *outcome.differences)
        surveys.note(write, survey.id, [item.as_document() for item in found])
    elif isinstance(outcome, RowsRead) and step.source is not None:
        rebuilt.add_files(write, outcome.files)
        rebuilt.add_extents(write, step.source.image_id, outcome.extents)
        cursor = _moved_on(write, step, outcome)
    surveys.keep_place(write, survey.id, cursor)
    return 0


def _moved_on(write: Connection, step: Step, outcome: RowsRead) -> dict[str, Any]:
    """The cursor behind a stretch: further in the list, to the next list, or to the next image."""
    at = step.cursor["at"]
    entry = dict(step.cursor["sources"][at])
    if outcome.next_offset is not None:
        entry |= {"list": step.kind, "offset": outcome.next_offset}
    elif step.kind == "files":
        entry |= {"list": "extents", "offset": 0}
    else:
        rebuilt.count_files(write, list(entry["packages"].values()))
        entry, at = {"image": entry["image"], "done": True}, at + 1
    sources = list(step.cursor["sources"])
    sources[step.cursor["at"]] = entry
    return step.cursor | {"sources": sources, "at": at}


def _read_set(step: Step) -> SetRead:
    """Parse what the discs of one set carry about it. A text that is damaged after all is named."""
    identities, descriptors, offsets = {}, {}, {}
    packages: dict[str, dict[str, disc_rows.FoundPackage]] = {}
    trouble: list[Difference] = []
    for claim in step.claims:
        folder = step.folders[claim.look_id]

        def text(name: str, folder: Path = folder) -> Path:
            return folder / disc_texts.file_name(name)

        identities[claim.look_id] = decode_set_document(text(disc_texts.SET).read_bytes()).identity
        try:
            if disc_texts.DESCRIPTOR in claim.taken:
                descriptors[claim.look_id] = decode_descriptor(text(disc_texts.DESCRIPTOR).read_bytes())
            if claim.kind == "parity" and disc_texts.EXTENTS in claim.taken:
                offsets[claim.position] = _payload_offset(text(disc_texts.EXTENTS))
            if disc_texts.PACKAGES in claim.taken:
                for row in disc_rows.read_packages(text(disc_texts.PACKAGES)):
                    packages.setdefault(row.image_id, {})[row.package_id] = row
        except FormatError as error:
            trouble.append(Difference("text-damaged", claim.medium_id, str(error)))
    found = assemble(step.claims[0].set_id, step.claims, identities, descriptors)
    by_image = {image: tuple(rows.values()) for image, rows in packages.items()}
    return SetRead(found, by_image, offsets, tuple(trouble))


def _payload_offset(path: Path) -> int:
    """First byte of parity.bin in the image whose extents.csv this is; 0 when it names none."""
    rows = disc_rows.Stretch(path, 0, 1000).rows[1:]
    return next((lba * 2048 for lba, _, name in map(disc_rows.extent, rows) if name == "parity.bin"), 0)


def _read_files(source: Source, offset: int) -> RowsRead:
    walk = source.folder / disc_texts.WALK
    stretch = disc_rows.Stretch(walk, offset, STRETCH_ROWS)
    found = (_file(source, disc_rows.walked_file(row)) for row in stretch.rows)
    files = tuple(item for item in found if item is not None)
    return RowsRead(files=files, next_offset=None if stretch.is_last else stretch.end)


def _file(source: Source, file: disc_rows.FoundFile) -> PackageFile | None:
    place = disc_rows.split_path(file.disc_path)
    if place is None or place[0] not in source.packages:
        return None
    package_id, path = source.packages[place[0]], place[1]
    return PackageFile(
        package_id,
        path,
        file.is_directory,
        file.size_bytes,
        file.mtime_s,
        file.sha256,
        file.blake3,
        file.xxh3,
    )


def _read_extents(source: Source, offset: int) -> RowsRead:
    stretch = disc_rows.Stretch(source.folder / disc_texts.EXTENTS, offset, STRETCH_ROWS)
    rows = []
    for row in stretch.rows[1:] if offset == 0 else stretch.rows:
        lba, size, path = disc_rows.extent(row)
        place = disc_rows.split_path(path)
        if place is not None and place[0] in source.packages:
            rows.append((source.packages[place[0]], place[1], lba, size))
    return RowsRead(extents=tuple(rows), next_offset=None if stretch.is_last else stretch.end)


def _cannot(write: Connection, site: Site, survey: Survey, error: Exception) -> None:
    """Something of ours failed, a full disk perhaps: nothing is concluded about any medium."""
    attention = events.Attention(
        f"rebuild:{survey.id}",
        "now",
        f"the rebuild of the catalog stopped: {error}",
        "what was made so far stays, discs are untouched; it goes on by itself after a rest",
        f"archivectl catalog   (room is needed in {site.tools.paths.site})",
        site.now(),
    )
    events.raise_attention(write, attention)


__all__ = ["NAME", "claim", "due", "plan", "record", "run"]
