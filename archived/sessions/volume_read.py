"""What stands on the medium in a drive, read to know which one it is: a few sectors or one block. Writes nothing."""

from dataclasses import dataclass

from archived.language import _
from archived.policy.tags import flaw_of
from archived.sessions.mount import asked_anew, await_ready
from archived.sessions.tape_ready import await_cartridge
from archived.sessions.tools import Tools
from backends.errors import MediumUnreadable, UdfDamaged
from backends.interface import DiscStatus
from backends.optical.udf.reader import UdfReader
from backends.tape.contents import read_contents
from devices.polling import WaitExpired

#: What a drive says of what lies in it: nothing there, nothing on it, a volume id, or something that cannot be read.
ABSENT, BLANK, NAMED, UNREADABLE = "absent", "blank", "named", "unreadable"


@dataclass(frozen=True, slots=True)
class VolumeRead:
    """What was found in a drive."""

    status: str
    #: Volume id of a disc, or the UUID in the label of a cartridge; "" unless `status` is NAMED.
    volume_id: str = ""
    #: Why nothing could be read.
    note: str = ""
    #: Uid of the chip of a cartridge (`robotics.readers.cartridge_chip`); "" where it tells none.
    chip: str = ""


def read_volume(tools: Tools, drive: str, key: str) -> VolumeRead:
    """What the medium in this drive calls itself; `key` is that of the work on the board.

    Raises DeviceFailure, BackendError when the drive fails or says nothing; Cancelled.
    """
    return _of_cartridge(tools, drive, key) if drive in tools.tapes else _of_disc(tools, drive)


def _of_disc(tools: Tools, name: str) -> VolumeRead:
    drive = tools.drives[name]
    tray = asked_anew(drive.tray)
    if tray is not None and tray.is_open:
        return VolumeRead(
            ABSENT, note=_("its tray is open")
        )  # nothing becomes ready there, however long one waits
    try:
        await_ready(tools.clock, drive)
    except WaitExpired:
        return VolumeRead(ABSENT)
    disc = asked_anew(drive.inspect)
    if disc.status is DiscStatus.BLANK:
        return VolumeRead(BLANK)
    try:
        label = UdfReader(drive.read, disc.written_sectors).label
    except (UdfDamaged, MediumUnreadable) as error:
        return VolumeRead(UNREADABLE, note=str(error))
    return VolumeRead(NAMED, label) if label else VolumeRead(UNREADABLE)


def _of_cartridge(tools: Tools, name: str, key: str) -> VolumeRead:
    tape = tools.tapes[name]
    if not asked_anew(tape.inspect).present:
        return VolumeRead(ABSENT)
    await_cartridge(tools, key, name, name)
    chip = _chip(tools, name)
    contents = read_contents(tape)
    if contents.blank:
        return VolumeRead(BLANK, chip=chip)
    if contents.label is None:
        return VolumeRead(UNREADABLE, note="; ".join(contents.problems[:1]), chip=chip)
    return VolumeRead(NAMED, contents.label.cartridge, chip=chip)


def _chip(tools: Tools, drive: str) -> str:
    """What the chip of the cartridge in this drive is known by; "" where it is no identity."""
    tags = tools.chips[drive].read() if drive in tools.chips else ()
    return next((tag.uid for tag in tags if flaw_of(tag.uid, fixed=tag.fixed) is None), "")
