"""What a drive read on a medium, against its label and the catalog: a witness of its own, and the strongest one.

Whoever reads a medium to find out which it is comes here: looks of a survey, sessions that are told who lies in the
drive, and people at a hand station.
"""

from sqlalchemy import Connection

from archived.cases import Witness, WitnessKind
from archived.catalog import media
from archived.model import Drive, Medium
from archived.policy.tags import is_serial_number
from archived.sessions.volume_read import BLANK, VolumeRead
from archived.stages import hold
from archived.stages.cases import heard, on_record, weigh
from archived.stages.work import Site
from archived.states import MediumState

_EMPTY = (MediumState.BLANK, MediumState.RESERVED)


def weigh_content(write: Connection, site: Site, medium_id: str, volume_id: str, drive: str) -> str | None:
    """A drive read this volume id (of a cartridge: the UUID in its label) on what is believed to be a medium.

    A medium of which none is on record gets it, unless something else is known to be on it. Returns the id of the case
    that is open if they disagree; an agreement may end the case that was open. "" for what has no volume id that
    can be read: then nothing happens.
    """
    if not volume_id:
        return None
    medium = media.get(write, medium_id)
    told = [*believed(site, medium), heard(write, site, WitnessKind.VOLUME_ID, volume_id, f"drive:{drive}")]
    if not told[-1].says and medium.state in _EMPTY and hold.stands(write):
        return None  # the catalog is known to be older than the world: the check says what was written since
    if (
        not told[-1].says
        and medium.volume_id is None
        and not medium.holds_many
        and medium.state not in _EMPTY
    ):
        media.update_columns(write, medium_id, volume_id=volume_id)
        told[-1] = heard(write, site, WitnessKind.VOLUME_ID, volume_id, f"drive:{drive}")
    elements = () if medium.element is None else (medium.element,)
    return weigh(write, site, told, library=medium.library, elements=elements)


def told_by_drive(
    read: Connection, site: Site, drive: Drive, volume: VolumeRead, medium_id: str = ""
) -> list[Witness]:
    """What is believed to lie in a drive (`medium_id`, if it was brought there), and what the drive read on it."""
    medium = next(
        (
            m
            for m in media.listing(read)
            if m.id == medium_id
            or (not medium_id and (m.library, m.element) == (drive.library, drive.element))
        ),
        None,
    )
    text = volume.volume_id
    if volume.status == BLANK and medium is not None and (medium.volume_id or medium.label_uuid):
        text = BLANK  # a blank that should carry something is another one
    by = f"drive:{drive.name}"
    told = believed(site, medium) if medium is not None else []
    told.append(heard(read, site, WitnessKind.VOLUME_ID, text, by))
    if volume.chip:
        chip = heard(read, site, WitnessKind.TAG, volume.chip, by)
        # A medium may have a radio tag on record, which its chip does not contradict.
        known = None if medium is None else medium.rfid_uid
        if chip.says or known is None or is_serial_number(known):
            told.append(chip)
    return told


def believed(site: Site, medium: Medium) -> list[Witness]:
    """What speaks for a medium where the catalog has it: its barcode, which the robot saw, or the catalog alone."""
    if medium.barcode is None:
        return [on_record(site, medium.id)]
    by = f"robot:{medium.library}"
    return [Witness(WitnessKind.BARCODE, medium.barcode, (medium.id,), by, site.now())]
