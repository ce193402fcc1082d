"""What a scan found: changers, tape drives and burners of this machine or behind an iSCSI portal. Values only."""

from dataclasses import dataclass, field
from typing import Final

CHANGER: Final = "changer"
TAPE_DRIVE: Final = "tape drive"
DISC_DRIVE: Final = "disc drive"


@dataclass(frozen=True, slots=True)
class Bay:
    """A drive element of a changer. `serial` is what the changer says of the drive in it; empty: it does not say.

    `names` are other names of the drive that it tells (page 83h designators as text).
    """

    address: int
    serial: str = ""
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FoundDevice:
    """One way to one device. `key` names it in messages: its node, or its unit on a target."""

    key: str
    kind: str
    vendor: str = ""
    product: str = ""
    revision: str = ""
    serial: str = ""
    #: Page 83h designators of the logical unit, as text.
    names: tuple[str, ...] = ()
    #: The host adapter or the iSCSI target that it hangs on, and its place there.
    group: str = ""
    order: tuple[int, ...] = ()
    #: What `path` in its device table should say; empty for a device behind a portal, or one without a node.
    path: str = ""
    #: Other nodes and links of the same device.
    also: tuple[str, ...] = ()
    portal: str = ""
    target: str = ""
    lun: int = 0
    #: The profile that its device table must name; empty where INQUIRY is enough to choose it.
    profile: str = ""
    #: Why not all of it could be asked, and what to do about it.
    problem: str = ""
    advice: str = ""
    #: Only of a changer that answered.
    bays: tuple[Bay, ...] = ()
    slot_count: int = 0
    port_count: int = 0
    barcodes: tuple[str, ...] = field(default=(), repr=False)

    @property
    def reachable(self) -> bool:
        """Whether a device table can say how it is reached."""
        return bool(self.path or self.portal)
