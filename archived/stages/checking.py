"""`catalog check`: what every medium said, against the catalog and the library.

A medium that carries an image that the catalog knows, and did not know to be there, is taken into the catalog; a hold
learns of every medium that was looked at. Everything else is reported. How far the comparison has come is committed
with what it found; the write that ends it is the last.
"""

import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from archived.catalog import events, images, media, packages, rebuilt, surveys
from archived.formats import disc_rows, disc_texts
from archived.formats.descriptor import decode_descriptor
from archived.formats.errors import FormatError
from archived.language import _
from archived.model import Copy, Image
from archived.policy.checking import Believed, compare_descriptor, compare_packages, judge
from archived.policy.generations import in_newest_sets
from archived.policy.rebuilding import Claim, Difference, claim_of, sort_out
from archived.sessions.disc_lists import RowsRead, SetRead, read_set
from archived.sessions.tools import Tools
from archived.stages import adopting, hold
from archived.stages.checking_report import report_of
from archived.stages.checking_tape import carries_images, compare_cartridge, compare_label
from archived.stages.looking import folder_of, usable_looks
from archived.stages.rebuilding_lists import (
    Garbled,
    ListStep,
    lists_wait,
    next_lists,
    read_lists,
    record_lists,
)
from archived.stages.rebuilding_sets import Taken
from archived.stages.rebuilding_through import Told
from archived.stages.returning import extend_set, sets_to_extend
from archived.stages.site_keys import tell_of_unknown_keys, unknown_keys
from archived.stages.surveying import CHECK, FULL_CHECK
from archived.stages.work import CPU, Action, Broken, Context, Site
from archived.states import CopyState, MediumEvent, MediumState, SurveyEvent, SurveyState
from archived.surveys import MediumLook, Survey

NAME = "checking"
_REST_S = 60.0


@dataclass(frozen=True, slots=True)
class Step:
    """One bounded piece of the comparison: a set of which more is told, all media at once, one disc, or the end."""

    survey_id: int
    kind: str  # "set" | "media" | "disc" | "end"
    cursor: dict[str, Any]
    looks: tuple[MediumLook, ...] = ()
    folder: Path | None = None
    medium_id: str = ""
    image: Image | None = None
    members: tuple[Image, ...] = ()
    packages: dict[str, dict[str, Any]] = field(default_factory=dict)
    #: For a set: what its discs claim, and where their texts lie.
    claims: tuple[Claim, ...] = ()
    folders: dict[int, Path] = field(default_factory=dict)
    #: Folders of earlier surveys that nobody needs any more.
    rubbish: tuple[Path, ...] = ()


def due(read: Connection, site: Site) -> Survey | None:
    survey = surveys.under_way(read)
    if survey is None or survey.kind not in (CHECK, FULL_CHECK):
        return None
    return survey if survey.state is SurveyState.ASSEMBLING else None


def plan(view: Survey | None, context: Context) -> list[Action]:
    if view is None or context.draining:
        return []
    return context.choose([Action(NAME, f"survey {view.id}", (CPU,), view)])


def claim(write: Connection, site: Site, action: Action) -> Action | None:
    survey = surveys.get(write, action.task.id)
    if survey.state is not SurveyState.ASSEMBLING:
        return None
    cursor = dict(survey.cursor) or {"sets_done": [], "sources": [], "untold": []}
    looks = usable_looks(write, survey)
    if "discs" not in cursor:
        return action.having(_set_step(write, site, survey, cursor, looks))
    if lists_wait(cursor):
        step = next_lists(write, site, survey, cursor)
        return action.having(step) if step is not None else None
    by_id = {look.id: look for look in looks}
    if cursor["discs"]:
        look = by_id[cursor["discs"][0]]
        return action.having(_disc_step(write, site, survey, cursor, look))
    needed = {str(survey.id), *(str(look.survey_id) for look in looks)}
    folder = site.tools.paths.surveys
    rubbish = tuple(folder / str(number) for number in range(1, survey.id) if str(number) not in needed)
    return action.having(Step(survey.id, "end", cursor, tuple(looks), rubbish=rubbish))


def run(action: Action, tools: Tools) -> list[Difference] | SetRead | RowsRead | Told | Garbled:
    step: Step | ListStep = action.task
    if isinstance(step, ListStep):
        return read_lists(step, tools, action.key)
    if step.kind == "set":
        what = _("putting together set {set}").format(set=step.claims[0].set_id)
        tools.progress.begin(action.key, what)
        try:
            return read_set(step.claims, step.folders)
        except FormatError as error:
            return Garbled(str(error))
    for folder in step.rubbish:
        shutil.rmtree(folder, ignore_errors=True)
    if step.kind != "disc" or step.folder is None or step.image is None:
        return []
    what = _("comparing what medium {medium} says with the catalog").format(medium=step.medium_id)
    tools.progress.begin(action.key, what)
    try:
        if step.image.kind == "data":
            path = step.folder / disc_texts.file_name(disc_texts.PACKAGES)
            rows = disc_rows.read_packages(path) if path.is_file() else None
            return [] if rows is None else compare_packages(step.image, step.packages, rows)
        path = step.folder / disc_texts.file_name(disc_texts.DESCRIPTOR)
        if not path.is_file():
            return []
        return compare_descriptor(decode_descriptor(path.read_bytes()), step.members, step.medium_id)
    except FormatError as error:
        return [Difference("text-damaged", step.medium_id, error.message)]


def record(write: Connection, site: Site, action: Action, outcome: object) -> float:
    step: Step | ListStep = action.task
    survey = surveys.get(write, step.survey_id)
    if survey.state is not SurveyState.ASSEMBLING:
        return 0  # given up meanwhile
    cursor, found = step.cursor, list[Difference]()
    if isinstance(outcome, Broken):
        return _REST_S
    if isinstance(step, ListStep):
        if isinstance(outcome, RowsRead | Told | Garbled):
            cursor = record_lists(write, site, survey, step, outcome)
    elif step.kind == "end":
        _end(write, site, survey, step)
        return 0
    elif isinstance(outcome, SetRead):
        taken = extend_set(write, site, outcome, step.folders)
        found = [*outcome.found.differences, *outcome.differences, *taken.differences]
        cursor = taken.onto(cursor, outcome.found.id)
    elif isinstance(outcome, Garbled):
        set_id = step.claims[0].set_id
        found, cursor = [Difference("text-damaged", set_id, outcome.words)], Taken().onto(cursor, set_id)
    elif step.kind == "media":
        found, discs = _media(write, site, step.looks)
        tell_of_unknown_keys(write, site)
        found += unknown_keys(write, site)
        cursor = {**cursor, "discs": discs}
    elif isinstance(outcome, list):
        found, cursor = outcome, {**cursor, "discs": cursor["discs"][1:]}
    surveys.note(write, survey.id, [item.as_document() for item in found])
    surveys.keep_place(write, survey.id, cursor)
    return 0


def _set_step(
    read: Connection, site: Site, survey: Survey, cursor: dict[str, Any], looks: list[MediumLook]
) -> Step:
    """The next set of which discs tell more than the catalog knows; behind the last one, all media."""
    claims = [claim for look in looks if (claim := claim_of(look)) is not None]
    known = sort_out(claims, institution=site.config.site.name, simulated=site.config.simulated).ours
    ours = in_newest_sets(known).claims
    left = [name for name in sets_to_extend(read, ours) if name not in cursor["sets_done"]]
    if not left:
        return Step(survey.id, "media", cursor, tuple(looks))
    mine = tuple(claim for claim in ours if claim.set_id == left[0])
    folders = {look.id: folder_of(site.tools.paths, look) for look in looks}
    return Step(survey.id, "set", cursor, claims=mine, folders=folders)


def _media(
    write: Connection, site: Site, looks: tuple[MediumLook, ...]
) -> tuple[list[Difference], list[int]]:
    """Judge every medium that was looked at. Returns what differs, and the looks whose lists are to be compared."""
    config, found, discs = site.config, [], []
    claims = {look.id: claim for look in looks if (claim := claim_of(look)) is not None}
    ours = sort_out(claims.values(), institution=config.site.name, simulated=config.simulated)
    our_looks = {claim.look_id for claim in ours.ours}
    for look in (item for item in looks if item.is_of_medium):
        if carries_images(look):
            mine = [item for item in looks if item.is_of_image and item.medium_id == look.medium_id]
            done = compare_cartridge(write, site, look, mine, claims, our_looks)
            found += done.differences
            discs += done.lists
            continue
        found += compare_label(write, site, look)
        medium = media.get(write, look.medium_id)
        copies = tuple((copy, images.get(write, copy.image_id)) for copy in media.copies_on(write, medium.id))
        claim = claims.get(look.id)
        known = images.named(write, f"{claim.set_id}-{claim.position}") if claim is not None else None
        judged = judge(look, Believed(medium, copies), claim, known, ours=look.id in our_looks)
        if claim is not None and look.id in our_looks:
            adopting.jump_over(write, claim.set_id)
            whole = known is not None and not look.finding.get("damaged")
            if whole and known is not None and adopting.adopt(write, site, medium, known):
                hold.looked(write, site, medium.id, hold.OURS, _("burnt after the export; it is read back"))
                discs.append(look.id)
                continue
        hold.looked(write, site, medium.id, judged.found, judged.difference.what if judged.difference else "")
        if judged.carries is not None and _adopt(write, site, look, judged.carries):
            discs.append(look.id)
            continue
        if judged.difference is not None:
            found.append(judged.difference)
        if known is not None and look.id in our_looks:
            discs.append(look.id)
    return found, discs


def _adopt(write: Connection, site: Site, look: MediumLook, image: Image) -> bool:
    """A disc that came back: the catalog knows its image, and from now on that this medium carries it."""
    medium = media.get(write, look.medium_id)
    unclaimed = medium.state is MediumState.QUARANTINED and not media.copies_on(write, medium.id)
    if not unclaimed or look.finding.get("damaged"):
        return False
    pool = site.config.pools[image.pool]
    copy = Copy(
        id=0,
        image_id=image.id,
        medium_id=medium.id,
        state=CopyState.FOUND,
        role=pool.role,
        site=site.config.libraries[pool.library].site,
        planned_at=image.closed_at or image.opened_at,
        note=_("found by a check"),
        pool=image.pool,
    )
    rebuilt.add_copies(write, [copy])
    changes: dict[str, Any] = {
        "kind": pool.media_kind,
        "media_id": str(look.finding.get("media_id") or ""),
        "capacity_bytes": int(look.finding.get("capacity_bytes") or 0),
        "note": "",
    }
    media.advance_state(write, medium.id, MediumEvent.IDENTIFIED, site.now(), **changes)
    events.clear_attention(write, f"stranger:{medium.id}")
    events.append(write, site.now(), "medium identified", ("medium", medium.id), image=image.id)
    return True


def _disc_step(
    read: Connection, site: Site, survey: Survey, cursor: dict[str, Any], look: MediumLook
) -> Step:
    claim = claim_of(look)
    image = images.named(read, f"{claim.set_id}-{claim.position}") if claim is not None else None
    known = packages.of_image(read, image.id) if image is not None else []
    rows = {
        package.id: {
            "fonds": package.fonds,
            "series": package.series,
            "volume": package.volume,
            "version": package.version,
            "root_digest": package.root_digest,
        }
        for package in known
    }
    members = tuple(images.of_set(read, claim.set_id)) if claim is not None else ()
    folder = folder_of(site.tools.paths, look)
    return Step(survey.id, "disc", cursor, (), folder, look.medium_id, image, members, rows)


def _end(write: Connection, site: Site, survey: Survey, step: Step) -> None:
    report = report_of(write, site, survey, step.looks)
    surveys.advance_state(write, survey.id, SurveyEvent.FINISHED, ended_at=site.now(), report=report)
    events.append(
        write,
        site.now(),
        "catalog checked",
        ("survey", str(survey.id)),
        agent=survey.agent,
        outcome="failure" if report["differences"] else "success",
        differences=len(report["differences"]),
        **report["counts"],
    )
