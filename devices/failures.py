"""The three ways in which a device fails us, each with its own root.

DeviceFailure
├── DeviceRefused      it said no, and why: nothing else happened
├── OutcomeUnknown     it said nothing that can be relied on: look before deciding
│   ├── TransportLost      the connection ended
│   ├── TransportTimeout   no answer in time
│   └── WireDamaged        an answer that cannot be read
└── WorldDiffers       the world is not as believed
"""

from devices.sense import Sense


class DeviceFailure(Exception):
    """Root of everything that goes wrong between us and a device."""


class DeviceRefused(DeviceFailure):
    """The device answered CHECK CONDITION: it said no, and `sense` says why.

    A tape drive may have sent `data` all the same (a filemark, a block of another length); how much of it
    counts is said by the sense's INFORMATION: `residual` is only what the transport counted.
    """

    def __init__(self, sense: Sense, cdb: bytes, what: str, *, data: bytes = b"", residual: int = 0) -> None:
        super().__init__(f"{what} refused command {bytes(cdb).hex()}: {sense}")
        self.sense = sense
        self.cdb = bytes(cdb)
        self.what = what
        self.data = data
        self.residual = residual


class OutcomeUnknown(DeviceFailure):
    """The device said nothing that can be relied on; the command may or may not have been carried out."""


class TransportLost(OutcomeUnknown):
    """The connection to the device could not be made, or ended before the answer was complete."""


class TransportTimeout(OutcomeUnknown):
    """The device did not answer in time; it may still be at it."""


class WireDamaged(OutcomeUnknown):
    """Bytes came that do not make sense as the answer (or the command) that they should be."""


class WorldDiffers(DeviceFailure):
    """A look at the world shows something else than was believed."""
