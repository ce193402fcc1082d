"""One look at a library: what is where, which elements are in doubt, or why the robot gave no answer."""

from collections.abc import Mapping
from dataclasses import dataclass

from archived.sessions.tools import Tools
from devices.failures import DeviceFailure, OutcomeUnknown
from devices.polling import WaitExpired, wait_until
from robotics.errors import PAUSED, PERSON, UNINITIALIZED, ChangerNotReady, RoboticsError
from robotics.interface import Changer
from robotics.model import ElementRange, Inventory

#: After silence the robot gets this long to answer a look before a person is told; the stage looks again.
LOOK_TIMEOUT_S = 120.0
LOOK_INTERVAL_S = 1.0
#: There is no use in asking again before.
_UNTIL_SOMEBODY_COMES = (PAUSED, PERSON)
_NOT_SCANNED = (0x83, 0x00)


@dataclass(frozen=True, slots=True)
class Looked:
    """What a look into every element showed; `inventory` None with words when the robot did not answer."""

    inventory: Inventory | None
    note: str = ""
    #: Why the robot stands (`robotics.errors`: PAUSED, PERSON, …); "" for one that answers, or says nothing.
    stands: str = ""

    @property
    def seen(self) -> dict[int, str | None] | None:
        """Full elements with their barcodes (None when full without a readable one); absent when empty."""
        if self.inventory is None:
            return None
        return {e.address: e.barcode for e in self.inventory.elements if e.full and e.told}

    @property
    def untold(self) -> frozenset[int]:
        """See `untold`."""
        return untold(self.inventory)

    @property
    def doubtful(self) -> Mapping[int, tuple[int, int]]:
        """See `in_doubt`."""
        return in_doubt(self.inventory)


def in_doubt(inventory: Inventory | None) -> Mapping[int, tuple[int, int]]:
    """Elements that report no medium and are not in order, with ASC and ASCQ: nobody knows what is there."""
    elements = () if inventory is None else inventory.elements
    return {e.address: e.exception for e in elements if e.is_in_doubt and e.exception}


def untold(inventory: Inventory | None) -> frozenset[int]:
    """Elements of which a changer says nothing, as it cannot see into them: what is on record there stays."""
    elements = () if inventory is None else inventory.elements
    return frozenset(e.address for e in elements if not e.told)


def take_inventory(tools: Tools, library: str, *, scan: bool = False, reset: bool = False) -> Looked:
    """Ask until the robot says within LOOK_TIMEOUT_S, or says that somebody has to let it go on first.

    A device that is another one is not asked again. A robot that wants to look into its elements is told to. With
    `scan` so are elements whose barcode was not read yet. With `reset` it is made ready first, once.
    """
    changer = tools.changers[library]
    ended = Looked(None)
    if reset:
        try:
            changer.initialize()
        except (DeviceFailure, RoboticsError) as error:
            return Looked(None, str(error), why_it_stands(error))

    def answer() -> Looked | None:
        nonlocal ended
        try:
            return Looked(_with_all_read(changer, scan=scan))
        except (OutcomeUnknown, RoboticsError) as error:
            ended = Looked(None, str(error), why_it_stands(error))
        return ended if ended.stands in _UNTIL_SOMEBODY_COMES else None

    try:
        return wait_until(answer, clock=tools.clock, timeout_s=LOOK_TIMEOUT_S, interval_s=LOOK_INTERVAL_S)
    except WaitExpired:
        return ended
    except DeviceFailure as error:
        return Looked(None, str(error))


def why_it_stands(error: Exception) -> str:
    """Why a robot that is not ready does nothing; "" for every other error. No medium is to blame."""
    return error.reason if isinstance(error, ChangerNotReady) else ""


def _with_all_read(changer: Changer, *, scan: bool) -> Inventory:
    try:
        inventory = changer.inventory()
    except ChangerNotReady as error:
        if error.reason != UNINITIALIZED:
            raise
        changer.initialize()
        return changer.inventory()
    unread = [e.address for e in inventory.elements if e.exception == _NOT_SCANNED]
    if not scan or not unread:
        return inventory
    changer.initialize(ElementRange(min(unread), max(unread) - min(unread) + 1))
    return changer.inventory()
