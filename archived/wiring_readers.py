"""The readers of tags that a configuration names, over serial lines, PC/SC, or the lines of a simulated room."""

import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from archived.reader_kinds import PCSC, RDM6300, YRM100
from archived.sessions.placed_reader import PlacedReader
from devices.clock import Clock
from devices.lines import SerialLine, SerialSettings

if TYPE_CHECKING:
    from archived.settings import Config, ReaderSettings
    from backends.interface import TapeDrive
    from robotics.readers.cartridge_chip import AskChip
    from robotics.readers.interface import ReaderIdentity, Tag, TagReader
    from simulator.room import Room
    from simulator.tag_field import ReaderPlan

#: The way to a reader by its name, opened as its kind needs it.
ReaderLine = Callable[[str, SerialSettings], SerialLine]


class OneAtATime:
    """A `TagReader` that several threads may ask: one question after the other."""

    def __init__(self, reader: "TagReader") -> None:
        self._reader = reader
        self._lock = threading.Lock()

    def identify(self) -> "ReaderIdentity":
        with self._lock:
            return self._reader.identify()

    def read(self) -> "tuple[Tag, ...]":
        with self._lock:
            return self._reader.read()

    def close(self) -> None:
        with self._lock:
            self._reader.close()


def readers_of(config: "Config", line: ReaderLine, clock: Clock) -> dict[str, PlacedReader]:
    """Every reader, by name; nothing is opened before the first question."""
    return {
        name: PlacedReader(
            OneAtATime(_driver(name, settings, line, clock)),
            settings.kind,
            settings.place,
            settings.library,
            settings.element,
            settings.magazine,
        )
        for name, settings in config.readers.items()
    }


def _driver(name: str, settings: "ReaderSettings", line: ReaderLine, clock: Clock) -> "TagReader":
    if settings.kind == PCSC:
        from robotics.readers.pcsc import pcsc_reader

        return pcsc_reader(settings.path, name=name)
    if settings.kind == YRM100:
        return _uhf(name, settings, line, clock)
    if settings.kind == RDM6300:
        from robotics.readers import rdm6300

        times = settings.identical or rdm6300.IDENTICAL
        return rdm6300.Rdm6300Reader(line(name, rdm6300.SETTINGS), clock, name=name, identical=times)
    from robotics.readers import pn532

    return pn532.Pn532Reader(line(name, pn532.SETTINGS), clock, name=name)


def _uhf(name: str, settings: "ReaderSettings", line: ReaderLine, clock: Clock) -> "TagReader":
    from robotics.readers import yrm100
    from robotics.wire.yrm100_commands import Region

    manners = yrm100.UhfManners(
        power_dbm=settings.power_dbm,
        identical=settings.identical or yrm100.UhfManners().identical,
        mask=bytes.fromhex(settings.mask),
        weakest_dbm=settings.weakest_dbm,
        neighbour_db=settings.neighbour_db,
        region=Region[settings.region.upper().replace("-", "_")] if settings.region else None,
    )
    return yrm100.Yrm100Reader(line(name, yrm100.SETTINGS), clock, name=name, manners=manners)


def readers_on_lines(config: "Config", clock: Clock) -> dict[str, PlacedReader]:
    """The readers of a real room."""

    def port(name: str, settings: SerialSettings) -> SerialLine:
        from devices.transports.serial import SerialPort

        return SerialPort(Path(config.readers[name].path), settings)

    return readers_of(config, port, clock)


def readers_on_socket(config: "Config", socket: Path, clock: Clock) -> dict[str, PlacedReader]:
    """The readers of the simulated room that answers at this socket."""

    def port(name: str, settings: SerialSettings) -> SerialLine:
        from devices.transports.serial import SerialPort
        from simulator.room_lines import line_path

        return SerialPort(line_path(socket, name), settings)

    return readers_of(config, port, clock)


def readers_in(config: "Config", rooms: "Sequence[Room]", clock: Clock) -> dict[str, PlacedReader]:
    """The readers of rooms in this process; those that are not mounted in them yet are."""
    from simulator.line_ends import InProcessSerialLine

    plans = reader_plans(config)
    for room in rooms:
        wanted = plans.get(room.estate.plan.library, ())
        room.install_readers([plan for plan in wanted if plan.name not in room.lines])
    room_of = {name: room for room in rooms for name in room.lines}
    return readers_of(config, lambda name, _: InProcessSerialLine(room_of[name].line_end(name)), clock)


def close_all(readers: Mapping[str, PlacedReader]) -> None:
    """Give the lines of all of them back."""
    for placed in readers.values():
        placed.reader.close()


def chips_of(tapes: "Mapping[str, TapeDrive]") -> "dict[str, TagReader]":
    """A reader of the chip in whatever cartridge lies in each tape drive."""
    from robotics.readers.cartridge_chip import CartridgeChipReader

    return {name: CartridgeChipReader(_chip_in(tape), drive=name) for name, tape in tapes.items()}


def _chip_in(tape: "TapeDrive") -> "AskChip":
    from robotics.readers.cartridge_chip import ChipWords

    def ask() -> ChipWords | None:
        cartridge = tape.inspect()
        return ChipWords(cartridge.serial, cartridge.barcode or "") if cartridge.present else None

    return ask


def reader_plans(config: "Config") -> "Mapping[str, tuple[ReaderPlan, ...]]":
    """What a simulated room has to be told of the readers, by library."""
    from simulator.tag_field import ReaderPlan

    return {
        library: tuple(
            ReaderPlan(name, one.kind, one.place, one.magazine, one.element)
            for name, one in config.readers.items()
            if one.library == library
        )
        for library in config.libraries
    }


__all__ = [
    "OneAtATime",
    "ReaderLine",
    "chips_of",
    "close_all",
    "reader_plans",
    "readers_in",
    "readers_of",
    "readers_on_lines",
    "readers_on_socket",
]
