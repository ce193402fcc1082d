"""The mechanics of a simulated tape drive: drawing a cartridge in, threading it, putting it out, cleaning."""

from dataclasses import replace

from backends.tape.alerts import (
    CLEANING_MEDIA,
    EXPIRED_CLEANER,
    LOAD_FAILURE,
    UNLOAD_FAILURE,
    UNSUPPORTED_FORMAT,
)
from backends.tape.densities import GENERATIONS, can_read
from devices.sense import HARDWARE_ERROR, ILLEGAL_REQUEST, NOT_READY, UNIT_ATTENTION
from simulator.answers import Refusal
from simulator.estate import Estate
from simulator.faults import Occasion
from simulator.latency import scaled
from simulator.plan import DrivePlan
from simulator.tape_head import TapeHead
from simulator.world import Drive

_CONDITIONED_FROM = 9


class Loader:
    """What lies in one drive, and how far it is. Where it lies stands in the shared world."""

    def __init__(self, estate: Estate, plan: DrivePlan) -> None:
        self._estate = estate
        self._plan = plan
        self._ready_at_s = 0.0
        self._cleaning_ends = False
        #: (asc, ascq) of what the host must hear first; the drive was just switched on.
        self._attention: tuple[int, int] | None = (0x29, 0x00)
        self._head: TapeHead | None = None
        self.alerts: set[int] = set()
        if self.carrier is not None and not self.is_out:
            self._thread()

    @property
    def mechanics(self) -> Drive:
        return self._estate.world.drives[self._plan.address]

    @property
    def is_out(self) -> bool:
        """Whether what lies in the drive can be taken."""
        return self.mechanics.tray_open

    @property
    def carrier(self) -> str | None:
        return self._estate.world.at(self._plan.address)

    @property
    def barcode(self) -> str | None:
        """What is printed on the cartridge; the drive does not see it, faults are narrowed to it."""
        carrier = self.carrier
        return self._estate.world.carriers[carrier].barcode if carrier else None

    @property
    def head(self) -> TapeHead | None:
        """The head over the threaded cartridge, whether or not the host has been told of it."""
        return self._head

    def change_mechanics(self, **changes: object) -> None:
        address = self._plan.address
        self._estate.change(
            lambda world: world.with_drive(address, replace(world.drives[address], **changes))  # type: ignore[arg-type]
        )

    def tell_attention(self) -> None:
        """Raise the unit attention that the host has not heard yet."""
        if self._attention is not None:
            (asc, ascq), self._attention = self._attention, None
            raise Refusal(UNIT_ATTENTION, asc, ascq)

    def usable_head(self) -> TapeHead:
        """The head of a cartridge that can be worked with; raises the refusal that tells why none can."""
        self._finish_cleaning()
        carrier = self.carrier
        if carrier is None or self.is_out:
            self.tell_attention()
            raise Refusal(NOT_READY, 0x3A, 0x00)
        if self._estate.clock.monotonic() < self._ready_at_s:
            if self._cleaning_ends:
                raise Refusal(NOT_READY, 0x30, 0x03)
            raise Refusal(NOT_READY, 0x04, 0x01)
        self.tell_attention()
        if self._head is None:
            raise Refusal(NOT_READY, 0x30, 0x00)
        return self._head

    def draw_in(self) -> None:
        """Take the cartridge in and begin to thread it."""
        if self.carrier is None:
            raise Refusal(NOT_READY, 0x3A, 0x00)
        if self._estate.fault(Occasion.LOAD, drive=self._plan.name, medium=self.barcode):
            # It stays at the mouth of the drive, where the robot can take it.
            self.change_mechanics(tray_open=True)
            self.alerts.add(LOAD_FAILURE)
            raise Refusal(HARDWARE_ERROR, 0x53, 0x00)
        self._estate.change(lambda world: world.loaded(self._plan.address))
        self._thread()
        self._attention = (0x28, 0x00)

    def wait_until_threaded(self) -> None:
        left_s = self._ready_at_s - self._estate.clock.monotonic()
        if left_s > 0:
            self._estate.clock.sleep(left_s)
        self._finish_cleaning()

    def put_out(self) -> None:
        """Rewind, unthread and put the cartridge where it can be taken. Raises the refusal of what prevents it."""
        if self.is_out or self.carrier is None:
            return
        if self.mechanics.removal_prevented:
            raise Refusal(ILLEGAL_REQUEST, 0x53, 0x02)
        head = self._head
        if head is not None:
            head.rewind()
        if self._estate.fault(Occasion.UNLOAD, drive=self._plan.name, medium=self.barcode):
            self.alerts.add(UNLOAD_FAILURE)
            raise Refusal(HARDWARE_ERROR, 0x53, 0x00)
        self._estate.wait(self._estate.latencies.tape.unload_s)
        self._let_go()

    def forget(self) -> None:
        """The robot has taken the cartridge, or the power is off: what was not flushed is gone."""
        self._head = None

    def _let_go(self) -> None:
        head, self._head = self._head, None
        if head is not None:
            chip = head.cartridge.chip
            head.cartridge.change_chip(
                written_life_bytes=chip.written_life_bytes + head.tally.written_bytes,
                read_life_bytes=chip.read_life_bytes + head.tally.read_bytes,
            )
        self.change_mechanics(tray_open=True)

    def _thread(self) -> None:
        """Begin to make the cartridge usable: it is when its time is over."""
        carrier = self.carrier
        if carrier is None:
            return
        latencies, speed = self._estate.latencies.tape, self._estate.speed
        cartridge = self._estate.cartridge(carrier)
        chip = cartridge.chip
        load_s = latencies.load_s
        self.alerts.clear()
        self._head = None
        if chip.cleaning:
            self.alerts.add(CLEANING_MEDIA)
            load_s += latencies.clean_s
            self._cleaning_ends = True
        elif not can_read(GENERATIONS[self._plan.generation], chip.kind):
            self.alerts.add(UNSUPPORTED_FORMAT)
        else:
            if chip.kind.number >= _CONDITIONED_FROM and not chip.loads:
                load_s += latencies.condition_s
            self._head = TapeHead(
                self._estate, cartridge, carrier=carrier, drive=self._plan.name, medium=self.barcode
            )
        cartridge.change_chip(loads=chip.loads + 1)
        self._ready_at_s = self._estate.clock.monotonic() + scaled(load_s, speed)

    def _finish_cleaning(self) -> None:
        """A cleaning that has had its time cleans the head, and the cartridge is put out by itself."""
        carrier = self.carrier
        if not self._cleaning_ends or self._estate.clock.monotonic() < self._ready_at_s or carrier is None:
            return
        self._cleaning_ends = False
        cartridge = self._estate.cartridge(carrier)
        left = cartridge.chip.cleanings_left
        if left > 0:
            cartridge.change_chip(cleanings_left=left - 1)
            in_vain = self._estate.fault(Occasion.CLEANING, drive=self._plan.name, medium=self.barcode)
            dirty = self.mechanics.dirty and in_vain is not None
            self.change_mechanics(dirty=dirty, cleanings=self.mechanics.cleanings + 1)
        else:
            self.alerts.add(EXPIRED_CLEANER)
        self._let_go()
