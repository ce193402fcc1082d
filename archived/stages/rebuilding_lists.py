"""The lists of images become rows, stretch after stretch: for a rebuild, and for what a check takes in.

A cursor of a survey names the images of which lists wait ("sources"), how far the first of them was taken, and the
images whose own discs told nothing ("untold"), which are made through their sets. Rows and cursor are one commit.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from archived.catalog import images, rebuilt, surveys
from archived.formats.errors import FormatError
from archived.language import _
from archived.policy.rebuilding import Difference
from archived.sessions.disc_lists import RowsRead, Source, read_rows
from archived.sessions.tools import Tools
from archived.stages.rebuilding_through import (
    Through,
    Told,
    next_through,
    read_through,
    record_through,
    untold,
)
from archived.stages.rebuilding_twins import files_told_otherwise
from archived.stages.work import Site
from archived.surveys import Survey


@dataclass(frozen=True, slots=True)
class ListStep:
    """One bounded piece of it; `cursor` is what is committed when it is done."""

    survey_id: int
    #: "files" | "extents" | "inner" | "through"
    kind: str
    cursor: dict[str, Any]
    source: Source | None = None
    through: Through | None = None
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Garbled:
    """Texts that are whole by their checksums and that cannot be understood: why."""

    words: str


def lists_wait(cursor: dict[str, Any]) -> bool:
    """Whether lists of images are still to be taken."""
    return bool(cursor.get("untold") or cursor.get("sources"))


def next_lists(write: Connection, site: Site, survey: Survey, cursor: dict[str, Any]) -> ListStep | None:
    """The next piece; None when the survey was told to do something else first: look at stretches, or go on."""
    if cursor["untold"]:
        through = next_through(write, site, survey, cursor)
        return ListStep(survey.id, "through", cursor, through=through) if through else None
    entry = cursor["sources"][0]
    folder = site.tools.paths.surveys / entry["folder"]
    left_out = frozenset(entry.get("left_out", ()))
    carried = tuple(name for name in entry["carried"] if name not in left_out)
    source = Source(entry["image"], folder, carried, entry.get("number", 0), left_out)
    return ListStep(
        survey.id, entry.get("list", "files"), cursor, source=source, offset=entry.get("offset", 0)
    )


def read_lists(step: ListStep, tools: Tools, key: str) -> RowsRead | Told | Garbled:
    """The piece as values."""
    if step.through is not None:
        what = _("reading the lists of image {image} through its set").format(image=step.through.image_id)
        return read_through(step.through, tools, tools.progress.begin(key, what))
    source = step.source
    if source is None:
        raise ValueError(f"step {step.kind} of survey {step.survey_id} has no source")
    tools.progress.begin(key, _("reading the lists of image {image}").format(image=source.image_id))
    try:
        return read_rows(step.kind, source, step.offset)
    except FormatError as error:
        return Garbled(str(error))


def record_lists(
    write: Connection, site: Site, survey: Survey, step: ListStep, outcome: RowsRead | Told | Garbled
) -> dict[str, Any]:
    """The piece as rows; the cursor behind it."""
    if isinstance(outcome, Told):
        if step.through is None:
            raise ValueError(f"step {step.kind} of survey {step.survey_id} names no image")
        return record_through(write, site, survey, step.through, outcome, step.cursor)
    if isinstance(outcome, Garbled):
        return _told_otherwise(write, survey, step, outcome)
    image_id = step.cursor["sources"][0]["image"]
    other_files = rebuilt.add_files(write, image_id, outcome.files)
    rebuilt.add_extents(write, image_id, outcome.extents)
    other_inner = rebuilt.add_inner_files(write, outcome.inner)
    for items in (other_files, other_inner):
        differences = files_told_otherwise(write, image_id, items)
        surveys.note(write, survey.id, [item.as_document() for item in differences])
    return _moved_on(write, step, outcome)


def _told_otherwise(write: Connection, survey: Survey, step: ListStep, outcome: Garbled) -> dict[str, Any]:
    """The cursor behind a garbled list: the image's lists are made through its set, unless these were."""
    entry, *others = step.cursor["sources"]
    image = images.get(write, entry["image"])
    cursor = step.cursor | {"sources": others}
    if entry.get("through"):
        surveys.note(write, survey.id, [untold(image, outcome.words).as_document()])
        return cursor
    words = _("a list of image {image} on its disc cannot be understood: {why}; it is made through its set")
    what = words.format(image=image.label or image.id, why=outcome.words)
    advice = f"archivectl images {image.id}"
    surveys.note(write, survey.id, [Difference("text-damaged", image.id, what, advice).as_document()])
    return cursor | {"untold": [*cursor["untold"], {"image": image.id, "name": entry["name"]}]}


def _moved_on(write: Connection, step: ListStep, outcome: RowsRead) -> dict[str, Any]:
    """The cursor behind a stretch: further in the list, to the next list, or to the next image."""
    entry, *others = step.cursor["sources"]
    carried = step.source.carried if step.source is not None else ()
    if outcome.next_offset is not None:
        entry |= {"list": step.kind, "offset": outcome.next_offset}
    elif step.kind == "files":
        entry |= {"list": "extents", "offset": 0}
    elif step.kind == "extents" and carried:
        entry |= {"list": "inner", "offset": 0, "number": 0}
    elif step.kind == "inner" and entry["number"] + 1 < len(carried):
        entry |= {"offset": 0, "number": entry["number"] + 1}
    else:
        rebuilt.count_files(write, entry["image"])
        return step.cursor | {"sources": others}
    return step.cursor | {"sources": [entry, *others]}
