"""Frozen values about a library: its elements, what was seen in them, what the changer is and can do."""

from dataclasses import dataclass
from enum import Enum, IntEnum, unique


@unique
class ElementKind(IntEnum):
    """Element type codes (SMC-3)."""

    TRANSPORT = 1
    STORAGE = 2
    IMPORT_EXPORT = 3
    DRIVE = 4


@dataclass(frozen=True, slots=True)
class Element:
    """One place for one medium, as the changer reported it.

    `source_address` is where its medium came from, when the changer vouches for it. `accessible` says whether
    the arm can reach the medium (some changers never say so). `exception` is (asc, ascq): the place is not in
    order, and an empty place with an exception is not known to be empty (`is_in_doubt`). `told` is False of a place
    that the changer cannot see into (a bin, a shelf): nothing is said of it, and what is on record there stays.

    Of an import/export element: `operator_placed` says that a person put the medium there, and not the arm;
    `import_enabled` and `export_enabled` which way the changer lets media through it.
    """

    address: int
    kind: ElementKind
    full: bool
    barcode: str | None = None
    source_address: int | None = None
    accessible: bool = True
    exception: tuple[int, int] | None = None
    drive_serial: str | None = None
    operator_placed: bool = False
    import_enabled: bool = False
    export_enabled: bool = False
    told: bool = True

    @property
    def is_in_doubt(self) -> bool:
        """Whether nobody knows what is there: it reports no medium, and that it is not in order."""
        return self.exception is not None and not self.full

    @property
    def is_free(self) -> bool:
        """Whether a medium may be put there: empty, and in order, by what the changer says."""
        return not self.full and self.exception is None


@dataclass(frozen=True, slots=True)
class Inventory:
    """Every element of one library, by one look."""

    elements: tuple[Element, ...]

    def at(self, address: int) -> Element | None:
        """The element with this address, or None."""
        return next((e for e in self.elements if e.address == address), None)

    def holding(self, barcode: str) -> Element | None:
        """The full element whose medium carries this barcode, or None."""
        return next((e for e in self.elements if e.full and e.barcode == barcode), None)

    def of_kind(self, kind: ElementKind) -> tuple[Element, ...]:
        """The elements of one kind, in order of address."""
        return tuple(sorted((e for e in self.elements if e.kind is kind), key=lambda e: e.address))


@dataclass(frozen=True, slots=True)
class ElementRange:
    """`count` consecutive addresses from `first`."""

    first: int
    count: int

    def __contains__(self, address: int) -> bool:
        return self.first <= address < self.first + self.count


@dataclass(frozen=True, slots=True)
class ElementLayout:
    """Which addresses belong to which kind of element."""

    transport: ElementRange
    storage: ElementRange
    import_export: ElementRange
    drive: ElementRange

    def range_of(self, kind: ElementKind) -> ElementRange:
        """The addresses of one kind."""
        return {
            ElementKind.TRANSPORT: self.transport,
            ElementKind.STORAGE: self.storage,
            ElementKind.IMPORT_EXPORT: self.import_export,
            ElementKind.DRIVE: self.drive,
        }[kind]

    def kind_of(self, address: int) -> ElementKind | None:
        """The kind of the element with this address, or None when no element has it."""
        return next((kind for kind in ElementKind if address in self.range_of(kind)), None)


@dataclass(frozen=True, slots=True)
class ChangerIdentity:
    """What a changer says that it is; the serial number is empty when it tells none."""

    vendor: str
    product: str
    revision: str
    serial: str


@unique
class BinOrder(Enum):
    """Which disc of a bin comes next."""

    LIFO = "lifo"  # the one on top
    FIFO = "fifo"  # the one at the bottom: a queue that is filled at the top


@dataclass(frozen=True, slots=True)
class Bin:
    """A pile of discs in a stacker. Its places are storage elements, one disc in each, from the bottom up.

    `number` is how the machine calls it, `first` the address of its lowest place and `count` how many discs it holds. A
    new disc comes to lie at the address after the highest that is taken; `order` says which one comes out next.
    `takes` says that the arm fetches discs from it, `puts` that it lays discs into it, `by_hand` that it can do so with
    a disc that it holds: some bins are reached by one motion from a tray only.
    """

    number: int
    name: str
    first: int
    count: int
    order: BinOrder
    takes: bool
    puts: bool
    by_hand: bool = True

    def __contains__(self, address: int) -> bool:
        return self.first <= address < self.first + self.count


@dataclass(frozen=True, slots=True)
class ChangerAbilities:
    """What callers may ask of a changer; they ask this and never for its class.

    Without `random_access` it is a stacker: `bins` say what can be reached. `by_person`: whoever moves media is a
    person, and `move` raises MoveAsked. `tells_hand`: it knows whether the arm holds a medium. `host_trays`: it moves
    no tray, and moves nothing while one is out of place. `flips`: it can turn a two-sided disc. `lays_again`: a medium
    in its hand can be put into a drive.
    """

    random_access: bool
    barcode_reader: bool
    import_export: bool
    exchange: bool
    locks_doors: bool = False
    opens_ports: bool = False
    bins: tuple[Bin, ...] = ()
    by_person: bool = False
    tells_hand: bool = True
    host_trays: bool = False
    flips: bool = False
    lays_again: bool = False
