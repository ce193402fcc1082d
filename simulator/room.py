"""The simulated room: one robot, its drives and all discs, as one synchronous object.

The room server and the in-process transport both talk to this object, so both see the same behaviour.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from devices.clock import Clock
from simulator.answers import Answer, ConnectionEnds
from simulator.burner import Burner
from simulator.cartridge import SimulatedCartridge
from simulator.changer import Changer
from simulator.damage import ByteRange
from simulator.disc import RawCopy, SimulatedDisc
from simulator.emulators import STACKERS, USB, robot_of
from simulator.errors import ControlRefused, PlanRefused
from simulator.estate import Estate
from simulator.faults import Occasion
from simulator.latency import Latencies
from simulator.line_devices import LineDevice
from simulator.line_ends import LineEnd
from simulator.mechanism import Mechanism
from simulator.plan import RANDOM_ACCESS
from simulator.records import Sync
from simulator.tag_field import ReaderPlan, TagField
from simulator.tag_readers import reader_of
from simulator.tape_drive import TapeDrive


class Room:
    """An opened room. Devices go by the names of the drives, and by the library's name for the robot."""

    def __init__(
        self,
        folder: Path,
        *,
        clock: Clock,
        latencies: Latencies | None = None,
        sync: Sync = os.fsync,
        log: Callable[[str], None] = lambda line: None,
    ) -> None:
        self.estate = Estate(folder, clock=clock, latencies=latencies, sync=sync, log=log)
        plan = self.estate.plan
        self.burners: dict[str, Burner] = {}
        self.tape_drives: dict[str, TapeDrive] = {}
        if plan.is_tape:
            self.tape_drives = {drive.name: TapeDrive(self.estate, drive) for drive in plan.drives}
        else:
            self.burners = {drive.name: Burner(self.estate, drive) for drive in plan.drives}
        self.drives: dict[str, Burner | TapeDrive] = {**self.burners, **self.tape_drives}
        trays = {drive.address: self.drives[drive.name] for drive in plan.drives}
        #: The robot of a library that is asked by SCSI commands.
        self.changer = Changer(self.estate, trays) if plan.robot == RANDOM_ACCESS else None
        #: The mechanics of a stacker, whatever language it speaks.
        self.mechanism = self._stacker() if plan.is_stacker else None
        #: What is asked over a line of its own: by the names of the devices.
        self.lines: dict[str, LineDevice] = {}
        if self.mechanism is not None and plan.robot in STACKERS:
            self.lines[plan.library] = robot_of(self.estate, self.mechanism)
        #: Places at which a lamp is lit.
        self.lamps: set[int] = set()
        self._ends: dict[str, LineEnd] = {}
        #: What readers of tags have before them: by the names of the readers.
        self.tag_fields: dict[str, TagField] = {}

    def install_readers(self, plans: Sequence[ReaderPlan]) -> None:
        """Mount readers of tags; each is asked over a line of its own.

        Raises PlanRefused for a kind that is not simulated, or a name that another device has.
        """
        for plan in plans:
            if plan.name in self.devices:
                raise PlanRefused(f"reader {plan.name} has the name of another device")
            self.tag_fields[plan.name], self.lines[plan.name] = reader_of(self.estate, plan)

    def _stacker(self) -> Mechanism:
        plan = self.estate.plan
        trays = {drive.address: self.drives[drive.name] for drive in plan.drives}
        return Mechanism(
            self.estate,
            bins=plan.bins,
            drives={number: drive.address for number, drive in enumerate(plan.drives, start=1)},
            lifted=lambda address, carrier: trays[address].disc_was_fetched(carrier),
        )

    @property
    def devices(self) -> tuple[str, ...]:
        """Everything with a name: the robot goes by that of the library."""
        return tuple(dict.fromkeys((self.estate.plan.library, *self.drives, *self.lines)))

    @property
    def usb_lines(self) -> frozenset[str]:
        """Which of the lines carry packets over USB; the others carry bytes."""
        plan = self.estate.plan
        return frozenset({plan.library}) if plan.robot in USB else frozenset()

    def line_end(self, name: str) -> LineEnd:
        """The end of a line for whoever is in this process; raises `ControlRefused` for no such line."""
        if name not in self.lines:
            raise self._no_device(name)
        return self._ends.setdefault(name, LineEnd(self.lines[name], self.estate, name))

    def execute(self, device: str, cdb: bytes, *, data_in: int = 0, data_out: bytes = b"") -> Answer:
        """Give one command to one device.

        Raises `ControlRefused` for no such device, `NoAnswer` when it says nothing, `ConnectionEnds` when the
        line goes dead first.
        """
        if self.estate.fault(Occasion.REQUEST):
            raise ConnectionEnds
        if self.changer is not None and device == self.estate.plan.library:
            return self.changer.execute(cdb, data_in=data_in, data_out=data_out)
        drive = self.drives.get(device)
        if drive is None:
            raise self._no_device(device)
        return drive.execute(cdb, data_in=data_in, data_out=data_out)

    @property
    def doors_locked(self) -> bool:
        """Whether the daemon keeps people's hands out of the library."""
        return self.changer is not None and self.changer.doors_locked

    def burner(self, name: str) -> Burner:
        """The burner of that name; raises `ControlRefused`."""
        if name not in self.burners:
            raise self._no_device(name)
        return self.burners[name]

    def burning(self, drive: str) -> dict[str, int] | None:
        """How far the burn in a drive is, None when there is none."""
        burner = self.burners.get(drive)
        burn = None if burner is None else burner.burn
        return None if burn is None else {"sectors": burn.received_sectors, "of": burn.sectors}

    def somebody_reached_in(self, address: int) -> None:
        """A person put or took something at this element: the robot will say so."""
        if self.changer is not None:
            ports = self.estate.plan.import_export_addresses
            self.changer.somebody_reached_in(import_export=address in ports)

    def left(self, address: int, carrier: str) -> None:
        """A medium left an element by somebody's hand: its drive forgets it."""
        drive = self.estate.plan.drive_at(address)
        if drive is not None:
            self.drives[drive.name].disc_was_fetched(carrier)
        self.estate.put_away(carrier)

    def carrier(self, barcode: str) -> str:
        """The carrier with that barcode; raises `ControlRefused`."""
        try:
            return self.estate.world.holding(barcode)
        except KeyError:
            raise ControlRefused(f"there is no medium {barcode!r} in this room") from None

    @contextmanager
    def cartridge(self, carrier: str) -> Iterator[SimulatedCartridge]:
        """The cartridge of a carrier wherever it is; put away again unless it is in a drive."""
        drives = {drive.address for drive in self.estate.plan.drives}
        with self.estate.lock:
            try:
                yield self.estate.cartridge(carrier)
            finally:
                if self.estate.world.carriers[carrier].address not in drives:
                    self.estate.put_away(carrier)

    @contextmanager
    def disc(self, carrier: str) -> Iterator[SimulatedDisc]:
        """The disc of a carrier wherever it is; put away again unless it is in a drive."""
        drives = {drive.address for drive in self.estate.plan.drives}
        # Locked, so that nobody puts the disc away meanwhile and no drive takes it up.
        with self.estate.lock:
            try:
                yield self.estate.disc(carrier)
            finally:
                if self.estate.world.carriers[carrier].address not in drives:
                    self.estate.put_away(carrier)

    def raw_copy(self, barcode: str) -> RawCopy:
        """Where the written bytes of a disc are, and which of them cannot be read."""
        with self.disc(self.carrier(barcode)) as disc:
            return disc.raw_copy()

    def disc_bytes(self, barcode: str, *, unreadable_as: bytes = b"\0") -> bytes:
        """All written bytes as a raw copy has them, unreadable sectors filled and in place. For small
        discs.
        """
        raw = self.raw_copy(barcode)
        data = bytearray(raw.path.read_bytes() if raw.path.exists() else b"")
        for piece in raw.unreadable:
            _fill(data, piece, unreadable_as)
        return bytes(data)

    def close(self) -> None:
        """Stop what runs, as a power failure would, and give all files back."""
        for drive in self.drives.values():
            drive.power_off()
        self.estate.close()

    def _no_device(self, name: str) -> ControlRefused:
        return ControlRefused(f"there is no device {name!r}; there are: {', '.join(self.devices)}")


def _fill(data: bytearray, piece: ByteRange, filling: bytes) -> None:
    end = min(piece.end, len(data))
    if piece.offset < end:
        data[piece.offset : end] = filling * (end - piece.offset)
