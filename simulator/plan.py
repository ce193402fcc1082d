"""How a simulated room is furnished: the library, its drives and slots, and the discs that lie in them at
first.
"""

import re
from collections import Counter
from dataclasses import asdict, dataclass
from typing import Any

from backends.tape.densities import GENERATIONS
from robotics.model import Bin, BinOrder
from simulator.changer_quirks import QUIRKS
from simulator.errors import PlanRefused

#: Element addresses as real libraries like them: far apart, so that mixing up two kinds shows at once.
TRANSPORT_ADDRESS = 1
IMPORT_EXPORT_ADDRESS = 16
DRIVE_ADDRESS = 256
SLOT_ADDRESS = 1024
#: The places of the first bin of a stacker begin with the slots, those of the next so many addresses later.
BIN_ADDRESSES = 256
#: Libraries that find any slot, machines that pile discs in bins, and a person.
RANDOM_ACCESS, BY_PERSON = "smc", "person"
STACKERS = ("generic", "aleratec", "nimbie", "rimage")
ROBOTS = (RANDOM_ACCESS, *STACKERS, BY_PERSON)

CLUSTER_SECTORS = 32
BARCODE = re.compile(r"[!-~]{1,32}")
#: Manufacturer and media type as registered for Blu-ray discs.
MEDIA_ID = re.compile(r"[!-.0-~]{1,6}/[!-.0-~]{1,3}")
_NAME = re.compile(r"[A-Za-z0-9_-]{1,16}")


@dataclass(frozen=True, slots=True)
class DrivePlan:
    """One burner or tape drive: the name people use, its serial number, and its element address in the library.

    `generation` ("lto-8") is that of a tape drive.
    """

    name: str
    serial: str
    address: int
    generation: str = ""


@dataclass(frozen=True, slots=True)
class DiscPlan:
    """One blank disc: what is printed on it, the maker's media id, and the slot (1 is the first) where it lies.

    In a stacker, slot 1 is the lowest place of the first bin, and slot 257 that of the second.
    """

    barcode: str
    media_id: str
    slot: int


@dataclass(frozen=True, slots=True)
class CartridgePlan:
    """One new cartridge; `capacity_bytes` 0 stands for what its generation holds."""

    barcode: str
    slot: int
    generation: str = "lto-8"
    capacity_bytes: int = 0
    worm: bool = False
    cleaning: bool = False
    write_protected: bool = False

    @property
    def media_id(self) -> str:
        return self.generation


@dataclass(frozen=True, slots=True)
class CabinetPlan:
    """One cabinet: drawers, and slots in each. `sensors` says that its slots tell what lies in them, and can light."""

    name: str
    drawers: int
    slots: int
    sensors: bool = False

    @property
    def size(self) -> int:
        return self.drawers * self.slots


@dataclass(frozen=True, slots=True)
class RoomPlan:
    """A room with one library, of discs or (`kind` "tape") of cartridges.

    `robot` says who moves media: a library ("smc"), one of the stackers over its `bins`, or a person between the slots
    of `cabinets`, which follow one another. A stacker has no slots.

    `capacity_sectors` (2048 bytes each) is that of every disc. `buffer_bytes` is what a tape drive buffers, and
    `early_warning_bytes` how long before the end of a tape it warns (0: a thirty-second part of the tape).
    `changer_quirks` are what its robot does otherwise than the standard (`simulator.changer_quirks`).

    Raises `PlanRefused` when built from values that contradict each other.
    """

    library: str
    drives: tuple[DrivePlan, ...]
    slots: int
    magazine_slots: int
    import_export_slots: int
    capacity_sectors: int = 0
    discs: tuple[DiscPlan, ...] = ()
    library_serial: str = "SIMLIB0001"
    unwritten_reads: str = "zeros"
    speed: float = 1.0
    kind: str = "disc"
    cartridges: tuple[CartridgePlan, ...] = ()
    buffer_bytes: int = 32 * 1024 * 1024
    early_warning_bytes: int = 0
    changer_quirks: tuple[str, ...] = ()
    robot: str = RANDOM_ACCESS
    bins: tuple[Bin, ...] = ()
    cabinets: tuple[CabinetPlan, ...] = ()

    def __post_init__(self) -> None:
        for problem in _problems(self):
            raise PlanRefused(problem)

    @property
    def import_export_addresses(self) -> range:
        return range(IMPORT_EXPORT_ADDRESS, IMPORT_EXPORT_ADDRESS + self.import_export_slots)

    @property
    def slot_addresses(self) -> range:
        return range(SLOT_ADDRESS, SLOT_ADDRESS + self.slots)

    @property
    def elements(self) -> frozenset[int]:
        """Addresses of everything that can hold a disc, the robot's hand included."""
        drives = (drive.address for drive in self.drives)
        return frozenset({TRANSPORT_ADDRESS, *self.import_export_addresses, *drives, *self.storage_addresses})

    @property
    def storage_addresses(self) -> tuple[int, ...]:
        """The slots, and the places of all bins."""
        return (*self.slot_addresses, *(address for one in self.bins for address in places_of(one)))

    @property
    def sensed_addresses(self) -> frozenset[int]:
        """The places of cabinets that have lamps and sensors."""
        sensed = [one.sensors for one in self.cabinets for _place in range(one.size)]
        return frozenset(a for a, has in zip(self.slot_addresses, sensed, strict=False) if has)

    @property
    def is_stacker(self) -> bool:
        return self.robot in STACKERS

    def bin(self, number: int) -> Bin:
        """The bin that the machine calls so; raises `KeyError`."""
        return {one.number: one for one in self.bins}[number]

    @property
    def media(self) -> tuple[DiscPlan | CartridgePlan, ...]:
        return (*self.discs, *self.cartridges)

    @property
    def is_tape(self) -> bool:
        return self.kind == "tape"

    def warning_bytes(self, capacity_bytes: int) -> int:
        """How many bytes before the end of a tape its drive begins to warn."""
        return self.early_warning_bytes or capacity_bytes // 32

    def address_of(self, medium: DiscPlan | CartridgePlan) -> int:
        """Where a medium lies at first."""
        return SLOT_ADDRESS + medium.slot - 1

    def drive(self, name: str) -> DrivePlan:
        """The drive of that name; raises `KeyError`."""
        return {drive.name: drive for drive in self.drives}[name]

    def drive_at(self, address: int) -> DrivePlan | None:
        return next((drive for drive in self.drives if drive.address == address), None)

    def magazine_addresses(self, number: int) -> range:
        """The slots of a magazine, 1 being the first; an empty range for one that there is not."""
        first = SLOT_ADDRESS + (number - 1) * self.magazine_slots
        last = min(first + self.magazine_slots, SLOT_ADDRESS + self.slots)
        return range(first, last) if number >= 1 else range(0)

    def describe(self, address: int) -> str:
        """The words that people use for an element: slot 12 (magazine 2), drive B1, robot hand."""
        if address == TRANSPORT_ADDRESS:
            return "robot hand"
        if drive := self.drive_at(address):
            return f"drive {drive.name}"
        if address in self.import_export_addresses:
            return f"import/export slot {address - IMPORT_EXPORT_ADDRESS + 1}"
        for one in self.bins:
            if address in one:
                called = one.name if one.name.startswith("bin") else f"{one.name} bin"
                return f"{called}, place {address - one.first + 1}"
        if self.cabinets:
            return self._describe_slot(address - SLOT_ADDRESS)
        number = address - SLOT_ADDRESS + 1
        return f"slot {number} (magazine {(number - 1) // self.magazine_slots + 1})"

    def _describe_slot(self, number: int) -> str:
        for cabinet in self.cabinets:
            if number < cabinet.size:
                drawer, slot = divmod(number, cabinet.slots)
                return f"{cabinet.name}, drawer {drawer + 1}, slot {slot + 1}"
            number -= cabinet.size
        raise KeyError(number)

    def to_json(self) -> dict[str, Any]:
        value = asdict(self)
        return {**value, "bins": [{**one, "order": one["order"].value} for one in value["bins"]]}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "RoomPlan":
        """The plan of `to_json`; raises `PlanRefused` when keys are missing, unknown or contradictory."""
        try:
            return cls(
                **{
                    **value,
                    "drives": tuple(DrivePlan(**drive) for drive in value["drives"]),
                    "discs": tuple(DiscPlan(**disc) for disc in value["discs"]),
                    "cartridges": tuple(
                        CartridgePlan(**cartridge) for cartridge in value.get("cartridges", ())
                    ),
                    "changer_quirks": tuple(value.get("changer_quirks", ())),
                    "bins": tuple(
                        Bin(**{**one, "order": BinOrder(one["order"])}) for one in value.get("bins", ())
                    ),
                    "cabinets": tuple(CabinetPlan(**one) for one in value.get("cabinets", ())),
                }
            )
        except (TypeError, KeyError, ValueError) as error:
            raise PlanRefused(f"the stored room plan has the wrong keys: {error}") from error


def places_of(one: Bin) -> range:
    """The addresses of a bin, from the bottom up."""
    return range(one.first, one.first + one.count)


def standard_drives(count: int) -> tuple[DrivePlan, ...]:
    """Burners B1, B2, … with serial numbers and consecutive element addresses."""
    return tuple(
        DrivePlan(name=f"B{number}", serial=f"SIMBD{number:05d}", address=DRIVE_ADDRESS + number - 1)
        for number in range(1, count + 1)
    )


def standard_tape_drives(count: int, generation: str = "lto-8", *, first: int = 1) -> tuple[DrivePlan, ...]:
    """Tape drives T1, T2, … (from `first` on) with serial numbers and consecutive element addresses."""
    return tuple(
        DrivePlan(
            name=f"T{number}",
            serial=f"SIMLT{number:05d}",
            address=DRIVE_ADDRESS + number - first,
            generation=generation,
        )
        for number in range(first, first + count)
    )


def _problems(plan: RoomPlan) -> list[str]:
    return [
        *_problems_of_library(plan),
        *_problems_of_robot(plan),
        *(_problems_of_tapes(plan) if plan.is_tape else _problems_of_discs(plan)),
    ]


def _problems_of_library(plan: RoomPlan) -> list[str]:
    media = plan.media
    problems = [
        f"{what} must be at least {least}, not {value}"
        for what, value, least in (
            ("the number of slots", plan.slots, 0 if plan.is_stacker else 1),
            ("the number of slots in a magazine", plan.magazine_slots, 1),
            ("the number of import/export slots", plan.import_export_slots, 0),
            ("the speed", plan.speed, 0),
        )
        if value < least
    ]
    if plan.kind not in {"disc", "tape"}:
        problems.append(f"kind is {plan.kind!r}; it can be 'disc' or 'tape'")
    if plan.import_export_slots > DRIVE_ADDRESS - IMPORT_EXPORT_ADDRESS:
        problems.append(f"{plan.import_export_slots} import/export slots do not fit below the drives")
    if plan.slots > 0xFFFF - SLOT_ADDRESS:
        problems.append(f"{plan.slots} slots are more than element addresses can count")
    problems += [
        f"there is no quirk {name!r} of a robot; there are: {', '.join(sorted(QUIRKS))}"
        for name in plan.changer_quirks
        if name not in QUIRKS
    ]
    problems += _twice("drive name", [drive.name for drive in plan.drives])
    problems += _twice("drive serial number", [drive.serial for drive in plan.drives])
    problems += _twice("barcode", [medium.barcode for medium in media])
    problems += _twice("slot with a medium", [medium.slot for medium in media])
    problems += [
        f"drive {drive.name} has address {drive.address}; drives are numbered on from {DRIVE_ADDRESS}"
        for number, drive in enumerate(plan.drives)
        if drive.address != DRIVE_ADDRESS + number
    ]
    problems += [
        f"drive {drive.name!r} has a name that cannot be"
        for drive in plan.drives
        if not _NAME.fullmatch(drive.name) or drive.name == plan.library
    ]
    storage = set(plan.storage_addresses)
    problems += [
        f"medium {medium.barcode!r} lies in slot {medium.slot}, but "
        + (f"there are slots 1 to {plan.slots}" if plan.slots else "no bin has that place")
        for medium in media
        if SLOT_ADDRESS + medium.slot - 1 not in storage
    ]
    problems += [
        f"barcode {medium.barcode!r} cannot be printed"
        for medium in media
        if not BARCODE.fullmatch(medium.barcode)
    ]
    return problems


def _problems_of_robot(plan: RoomPlan) -> list[str]:
    if plan.robot not in ROBOTS:
        return [f"robot is {plan.robot!r}; it can be {', '.join(ROBOTS)}"]
    problems = []
    if plan.is_stacker != bool(plan.bins) or (plan.is_stacker and (plan.slots or plan.import_export_slots)):
        problems.append("a stacker has bins, and no slots; nothing else has bins")
    if plan.is_stacker and plan.is_tape:
        problems.append("a stacker moves discs only")
    problems += [
        f"bin {one.name!r} has {one.count} places from {one.first} on; it should have 1 to {BIN_ADDRESSES}"
        f" from {SLOT_ADDRESS + BIN_ADDRESSES * index} on"
        for index, one in enumerate(plan.bins)
        if one.first != SLOT_ADDRESS + BIN_ADDRESSES * index or not 0 < one.count <= BIN_ADDRESSES
    ]
    problems += _twice("bin", [one.number for one in plan.bins])
    problems += _twice("cabinet", [one.name for one in plan.cabinets])
    if plan.cabinets and (plan.robot != BY_PERSON or plan.slots != sum(one.size for one in plan.cabinets)):
        problems.append("cabinets stand where a person moves media, and all slots are theirs")
    return problems


def _problems_of_discs(plan: RoomPlan) -> list[str]:
    problems = []
    if plan.capacity_sectors < CLUSTER_SECTORS:
        problems.append(
            f"the capacity of a disc in sectors must be at least {CLUSTER_SECTORS}, not {plan.capacity_sectors}"
        )
    if plan.capacity_sectors % CLUSTER_SECTORS:
        problems.append(f"the capacity {plan.capacity_sectors} is no multiple of {CLUSTER_SECTORS} sectors")
    if plan.unwritten_reads not in {"zeros", "error"}:
        problems.append(f"unwritten_reads is {plan.unwritten_reads!r}; it can be 'zeros' or 'error'")
    if plan.cartridges:
        problems.append("a room of discs holds no cartridges")
    problems += [
        f"media id {disc.media_id!r} of disc {disc.barcode} is not like MAKERS/TYP (6 and 3 characters)"
        for disc in plan.discs
        if not MEDIA_ID.fullmatch(disc.media_id)
    ]
    return problems


def _problems_of_tapes(plan: RoomPlan) -> list[str]:
    problems = ["a room of cartridges holds no discs"] if plan.discs else []
    if plan.buffer_bytes < 0 or plan.early_warning_bytes < 0:
        problems.append("the buffer of a drive and the early warning of a tape cannot be less than nothing")
    problems += [
        f"{what} {name!r} is of generation {generation!r}; there are: {', '.join(GENERATIONS)}"
        for what, name, generation in (
            *(("drive", drive.name, drive.generation) for drive in plan.drives),
            *(("cartridge", one.barcode, one.generation) for one in plan.cartridges),
        )
        if generation not in GENERATIONS
    ]
    return problems


def _twice(what: str, values: list[Any]) -> list[str]:
    return [
        f"{what} {value!r} is there {count} times" for value, count in Counter(values).items() if count > 1
    ]
