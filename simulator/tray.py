"""The mechanics of a simulated drive: its tray, its lock, and the time until a disc turns fast enough."""

from dataclasses import replace

from backends.optical.mmc_drive import MediaEvent, MediaEventCode
from devices.sense import HARDWARE_ERROR, ILLEGAL_REQUEST, NOT_READY, UNIT_ATTENTION
from simulator.answers import Refusal
from simulator.estate import Estate
from simulator.faults import Occasion
from simulator.latency import scaled
from simulator.plan import DrivePlan


class Tray:
    """One drive's tray. What lies on it stands in the shared world; only the turning is remembered here."""

    def __init__(self, estate: Estate, plan: DrivePlan) -> None:
        self._estate = estate
        self._plan = plan
        self._ready_at_s = 0.0
        self._attention = False
        self._event = MediaEventCode.NO_CHANGE

    @property
    def is_open(self) -> bool:
        return self._estate.world.drives[self._plan.address].tray_open

    @property
    def carrier(self) -> str | None:
        """The disc on the tray, whether it is in or out."""
        return self._estate.world.at(self._plan.address)

    @property
    def barcode(self) -> str | None:
        """What is printed on the disc; the drive does not see it, faults are narrowed to it."""
        carrier = self.carrier
        return self._estate.world.carriers[carrier].barcode if carrier else None

    def usable_carrier(self) -> str:
        """The disc that can be worked with now; raises the refusal that tells why none can.

        The first to ask after a disc came is told of the change (6/28/00) instead.
        """
        carrier = self.carrier
        if self.is_open:
            raise Refusal(NOT_READY, 0x3A, 0x02)
        if carrier is None:
            raise Refusal(NOT_READY, 0x3A, 0x01)
        if self._estate.clock.monotonic() < self._ready_at_s:
            raise Refusal(NOT_READY, 0x04, 0x01)
        if self._attention:
            self._attention = False
            raise Refusal(UNIT_ATTENTION, 0x28, 0x00)
        return carrier

    def draw_in(self) -> None:
        """Take the tray in, whatever lies on it; a disc begins to turn."""
        self._estate.change(lambda world: world.loaded(self._plan.address))
        if self.carrier is not None:
            latencies, speed = self._estate.latencies, self._estate.speed
            self._ready_at_s = self._estate.clock.monotonic() + scaled(latencies.load_s, speed)
            self._attention = True
            self._event = MediaEventCode.NEW_MEDIA

    def wait_until_turning(self) -> None:
        left_s = self._ready_at_s - self._estate.clock.monotonic()
        if left_s > 0:
            self._estate.clock.sleep(left_s)

    def check_may_open(self) -> None:
        """Raise the refusal of a locked or a stuck tray."""
        if self._estate.world.drives[self._plan.address].removal_prevented:
            raise Refusal(ILLEGAL_REQUEST, 0x53, 0x02)
        if self._estate.fault(Occasion.EJECT, drive=self._plan.name, medium=self.barcode):
            raise Refusal(HARDWARE_ERROR, 0x53, 0x00)

    def put_out(self) -> None:
        address = self._plan.address
        self._estate.change(
            lambda world: world.with_drive(address, replace(world.drives[address], tray_open=True))
        )
        self._event = MediaEventCode.MEDIA_REMOVAL

    def prevent_removal(self, prevented: bool) -> None:
        address = self._plan.address
        self._estate.change(
            lambda world: world.with_drive(
                address, replace(world.drives[address], removal_prevented=prevented)
            )
        )

    def event(self) -> MediaEvent:
        """What happened to the tray since somebody last asked, and how it is."""
        code, self._event = self._event, MediaEventCode.NO_CHANGE
        return MediaEvent(code, self.is_open, self.carrier is not None)
