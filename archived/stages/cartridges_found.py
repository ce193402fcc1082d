"""What becomes of cartridges that are known from their own texts only: after a rebuild, and when one comes back."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from archived.catalog import media
from archived.language import _
from archived.media_kinds import NATIVE_BYTES
from archived.model import Medium
from archived.policy.cartridges import room_of
from archived.policy.rebuilding import Difference, Sorted, claim_of
from archived.policy.tape_looks import (
    BLANK,
    LABELLED,
    TapeFound,
    damages,
    label_to_learn,
    other_uuid,
    place_seen,
    tape_found,
)
from archived.stages.tape_place import pool_of_cartridge
from archived.stages.work import Site
from archived.states import LookState, MediumEvent, MediumState
from archived.surveys import MediumLook


def sort_cartridge(
    write: Connection,
    site: Site,
    medium: Medium,
    look: MediumLook,
    of_images: Sequence[MediumLook],
    found: Sorted,
) -> list[Difference]:
    """Give a cartridge that nobody knew its state. Returns what is to be told of it and of its images."""
    tape = tape_found(look)
    believed = any(copy.tape_file is not None for copy in media.copies_on(write, medium.id))
    returned = medium.state is MediumState.QUARANTINED and believed
    if tape is None or not (medium.state is MediumState.UNKNOWN or returned):
        return []
    if another := other_uuid(medium, tape):
        return another  # what is believed of it lies on another cartridge: it stays set aside
    event, differences = _judged(write, site, medium, tape, found, of_images, believed=believed)
    differences += damages(medium, tape) if believed else []
    differences += images_unread(medium, of_images)
    note = differences[0].what if differences else ""
    if event is MediumEvent.IDENTIFIED and tape.closed:
        note = note or _("nothing is added to it any more: {why}").format(why=tape.closed)
    media.advance_state(write, medium.id, event, site.now(), note=note, **columns_of(site, medium, tape))
    return differences


def columns_of(site: Site, medium: Medium, tape: TapeFound) -> dict[str, Any]:
    """What a cartridge that nobody knew says of its kind and sizes, and of its label where that is ours."""
    kind = medium.kind
    if not medium.holds_many and tape.media_kind in NATIVE_BYTES:
        kind = tape.media_kind
    capacity_bytes = tape.capacity_bytes or medium.capacity_bytes or NATIVE_BYTES.get(kind, 0)
    return {
        "kind": kind,
        "media_id": medium.media_id or tape.media_kind or kind,
        "capacity_bytes": capacity_bytes,
        "used_bytes": tape.used_bytes,
    } | learnt_label(site, medium, tape)


def learnt_label(site: Site, medium: Medium, tape: TapeFound) -> dict[str, Any]:
    """The UUID that a look read in a label of ours, as a column; none where it is known or not ours."""
    config = site.config
    return label_to_learn(medium, tape, institution=config.site.name, simulated=config.simulated)


def takes_more(read: Connection, site: Site, medium: Medium, tape: TapeFound) -> bool:
    """Whether the format allows an append to this cartridge, and there is room."""
    if tape.status != LABELLED or tape.closed or (tape.barcode and tape.barcode != medium.barcode):
        return False
    if other_uuid(medium, tape):
        return False
    settings = site.config.pools.get(pool_of_cartridge(read, site, medium, ""))
    columns = columns_of(site, medium, tape)
    reserve = settings.reserve_percent if settings is not None else 0.0
    return room_of(columns["capacity_bytes"], tape.used_bytes, 0, reserve) > 0


def images_unread(medium: Medium, of_images: Sequence[MediumLook]) -> list[Difference]:
    """Images on a cartridge that could not tell what they are, or not everywhere."""
    differences = []
    for look in of_images:
        place = place_seen(look)
        claim = claim_of(look) if look.state is LookState.SEEN else None
        if place is None or (claim is not None and not claim.damaged):
            continue
        if look.state is LookState.FAILED:
            why = look.note
        else:
            why = ", ".join(sorted(map(str, look.finding.get("damaged") or ()))) or "set.json"
        words = _("image {label} in tape file {file} of {medium} cannot be read everywhere: {why}")
        what = words.format(
            label=place.image.label or place.image_id, file=place.file, medium=medium.id, why=why
        )
        differences.append(Difference("damaged", medium.id, what, f"archivectl media {medium.id}"))
    return differences


def _judged(
    read: Connection,
    site: Site,
    medium: Medium,
    tape: TapeFound,
    found: Sorted,
    of_images: Sequence[MediumLook],
    *,
    believed: bool,
) -> tuple[MediumEvent, list[Difference]]:
    again = f"archivectl media {medium.id}"
    foreign = [found.foreign[medium.id]] if medium.id in found.foreign else []
    if believed:
        differences = list(foreign)
        if tape.barcode and medium.barcode and tape.barcode != medium.barcode:
            words = _("the tape in {medium} says that it is {said}")
            what = words.format(medium=medium.id, said=tape.barcode)
            differences.append(Difference("other-label", medium.id, what, again))
        is_open = takes_more(read, site, medium, tape)
        return MediumEvent.IDENTIFIED_OPEN if is_open else MediumEvent.IDENTIFIED, differences
    if tape.status == BLANK:
        return MediumEvent.SET_ASIDE, []
    if foreign:
        return MediumEvent.SET_ASIDE, foreign
    if any(claim_of(look) is not None for look in of_images):
        return MediumEvent.SPOILED, []  # other media are believed, and that is told already
    if tape.images or tape.status == LABELLED:
        words = _("cartridge {medium} of {institution!r} holds no image that can be read well enough")
        what = words.format(medium=medium.id, institution=tape.institution)
        return MediumEvent.SPOILED, [Difference("unreadable", medium.id, what, again)]
    words = _("medium {medium} was written, and not by this archive").format(medium=medium.id)
    return MediumEvent.SET_ASIDE, [Difference("foreign", medium.id, words, again)]
