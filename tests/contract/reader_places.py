"""The ways to reach readers of tags under contract: each kind over a line in this process and over a pseudo terminal,
PC/SC at its seam, and the memory of a cartridge.

A new kind of reader is one more row of `PLACES`. What a place cannot show stands in its `lacks`.
"""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from devices.clock import Clock, SimulatedClock, SystemClock
from devices.lines import SerialLine, SerialSettings
from devices.transports.serial import SerialPort
from robotics.readers import pn532, rdm6300, yrm100
from robotics.readers.cartridge_chip import CartridgeChipReader, ChipWords, uid_of_serial
from robotics.readers.interface import TagKind, TagReader
from robotics.readers.pcsc import GET_UID, NoTagThere, PcscReader
from simulator.control import control
from simulator.inprocess import furnish_room
from simulator.line_ends import InProcessSerialLine
from simulator.plan import IMPORT_EXPORT_ADDRESS, DiscPlan, RoomPlan, standard_drives
from simulator.pty_lines import PtyLine
from simulator.room import Room
from simulator.tag_field import BAY, PORT, ReaderPlan

NAME = "r1"
PLAN = RoomPlan(
    library="L1",
    drives=standard_drives(1),
    slots=15,
    magazine_slots=5,
    import_export_slots=2,
    capacity_sectors=256,
    discs=tuple(DiscPlan(f"D{number:04d}", "MILLEN/MR1", number) for number in range(1, 4)),
)
UIDS = {
    TagKind.HF: ("04a1b2c3d4e5f6", "deadbeef", "04a1b2c3d4e5f6a7b8c9"),
    TagKind.UHF: ("30751feb705c5904e3d50d70", "e28011700000020a", "7ebb7e00bb01"),
    TagKind.LF: ("0900b0c1d2", "0000000001", "ffffffffff"),
    TagKind.CHIP: tuple(uid_of_serial(serial) for serial in ("A1B2C3D4E5", "0000000001", "HX 77/1")),
}


@dataclass(frozen=True, slots=True)
class ReaderPlace:
    """A reader with nothing before it. `lay` puts one thing with that tag there ("" for nothing), `lay_beside` one
    beside it; `trouble` arms a fault of the room (`simulator.faults`) for the reader, and `calm` ends all of them.
    """

    reader: TagReader
    kind: TagKind
    lay: Callable[[str], None]
    lay_beside: Callable[[str], None] = lambda uid: None
    trouble: Callable[..., Any] = lambda name, **more: None
    calm: Callable[[], Any] = lambda: None
    lacks: frozenset[str] = field(default_factory=frozenset)

    @property
    def uids(self) -> tuple[str, ...]:
        return UIDS[self.kind]

    def needs(self, what: str) -> None:
        """Skip loudly where the place cannot show something."""
        if what in self.lacks:
            pytest.skip(f"this place lacks {what}")

    def seen(self) -> list[str]:
        return [tag.uid for tag in self.reader.read()]


@dataclass(frozen=True, slots=True)
class Row:
    kind: TagKind
    settings: SerialSettings
    #: Of a line and a clock; the number is by how much longer than needed it waits, where other processes take time.
    make: Callable[[SerialLine, Clock, float], TagReader]
    lacks: frozenset[str] = field(default_factory=frozenset)


ROWS: dict[str, Row] = {
    "pn532": Row(
        TagKind.HF, pn532.SETTINGS, lambda line, clock, patience: pn532.Pn532Reader(line, clock, name=NAME)
    ),
    "yrm100": Row(
        TagKind.UHF,
        yrm100.SETTINGS,
        lambda line, clock, patience: yrm100.Yrm100Reader(line, clock, name=NAME, answer_s=1.0 * patience),
        frozenset({"random uids"}),
    ),
    "rdm6300": Row(
        TagKind.LF,
        rdm6300.SETTINGS,
        lambda line, clock, patience: rdm6300.Rdm6300Reader(
            line, clock, name=NAME, silence_s=rdm6300.SILENCE_S * patience
        ),
        # It is never asked: silence is what it says of no tag.
        frozenset({"random uids", "answers", "strangers of its kind"}),
    ),
}


def _port_of(room: Room, address: int, medium: str) -> Callable[[str], None]:
    """Lays a disc with a tag into an import/export slot, or takes it out of the room."""

    def lay(uid: str) -> None:
        name = room.carrier(medium)
        if uid:
            control(room, "stick-tag", {"medium": medium, "uid": uid})
        carrier = replace(room.estate.world.carriers[name], address=address if uid else None)
        room.estate.change(lambda world: world.with_carrier(name, carrier))

    return lay


def _magazine_of(room: Room, number: int) -> Callable[[str], None]:
    return lambda uid: control(room, "stick-magazine-tag", {"number": number, "uid": uid})


def _laying(room: Room, kind: TagKind) -> tuple[ReaderPlan, Callable[[str], None], Callable[[str], None]]:
    if kind is TagKind.UHF:
        return ReaderPlan(NAME, "yrm100", BAY, magazine=2), _magazine_of(room, 2), _magazine_of(room, 1)
    plan = ReaderPlan(NAME, "pn532" if kind is TagKind.HF else "rdm6300", PORT, element=IMPORT_EXPORT_ADDRESS)
    here = _port_of(room, IMPORT_EXPORT_ADDRESS, "D0001")
    return plan, here, _port_of(room, IMPORT_EXPORT_ADDRESS + 1, "D0002")


@contextmanager
def _room(clock: Clock, speed: float) -> Iterator[Room]:
    with tempfile.TemporaryDirectory() as folder:
        plan = replace(PLAN, speed=speed)
        room = furnish_room(Path(folder) / "room", plan, clock=clock, sync=lambda descriptor: None)
        yield room
        room.close()


@contextmanager
def in_process(row: Row) -> Iterator[ReaderPlace]:
    clock = SimulatedClock()
    with _room(clock, 1.0) as room:
        plan, lay, lay_beside = _laying(room, row.kind)
        room.install_readers([plan])
        reader = row.make(InProcessSerialLine(room.line_end(NAME)), clock, 1.0)
        yield ReaderPlace(reader, row.kind, lay, lay_beside, *_troubles(room), row.lacks)


@contextmanager
def over_pty(row: Row) -> Iterator[ReaderPlace]:
    with tempfile.TemporaryDirectory() as folder, _room(SystemClock(), 10.0) as room, ExitStack() as ends:
        plan, lay, lay_beside = _laying(room, row.kind)
        room.install_readers([plan])
        line = PtyLine(room.lines[NAME], Path(folder) / "line", room.estate)
        ends.callback(line.close)
        reader = row.make(SerialPort(Path(folder) / "line", row.settings), SystemClock(), 2.0)
        ends.callback(reader.close)
        # What goes wrong, and what lies where, is looked at in this process, where no time is lost.
        lacks = row.lacks | {"a line", "answers", "neighbours", "random uids"}
        yield ReaderPlace(reader, row.kind, lay, lay_beside, *_troubles(room), lacks)


def _troubles(room: Room) -> tuple[Callable[..., Any], Callable[[], Any]]:
    def arm(name: str, **more: Any) -> Any:
        return control(room, "fault", {"name": name, "drive": NAME, **more})

    return arm, lambda: control(room, "disarm", {})


_NOT_ON_A_LINE = frozenset({"a line", "answers", "neighbours", "strangers of its kind"})


@contextmanager
def on_pcsc() -> Iterator[ReaderPlace]:
    """A card service that is played at its seam."""
    here: list[str] = [""]

    def transmit(apdu: bytes) -> bytes:
        assert apdu == GET_UID
        if not here[0]:
            raise NoTagThere
        return bytes.fromhex(here[0]) + b"\x90\x00"

    reader = PcscReader(transmit, product="ACS ACR122U", name=NAME)
    yield ReaderPlace(reader, TagKind.HF, lambda uid: here.__setitem__(0, uid), lacks=_NOT_ON_A_LINE)


@contextmanager
def in_a_drive() -> Iterator[ReaderPlace]:
    """A cartridge whose memory is asked through a drive."""
    here: list[str] = [""]

    def ask() -> ChipWords | None:
        return ChipWords(bytes.fromhex(here[0]).decode(), "A00001L8") if here[0] else None

    reader = CartridgeChipReader(ask, drive="T1")
    lacks = _NOT_ON_A_LINE | {"random uids"}
    yield ReaderPlace(reader, TagKind.CHIP, lambda uid: here.__setitem__(0, uid), lacks=lacks)


def _places() -> dict[str, Callable[[], AbstractContextManager[ReaderPlace]]]:
    found: dict[str, Callable[[], AbstractContextManager[ReaderPlace]]] = {}
    for name, row in ROWS.items():
        found[name] = lambda row=row: in_process(row)  # type: ignore[misc]
        found[f"{name}-over-pty"] = lambda row=row: over_pty(row)  # type: ignore[misc]
    return {**found, "pcsc": on_pcsc, "cartridge-chip": in_a_drive}


PLACES = _places()
