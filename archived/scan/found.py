"""What one scan brings home."""

from dataclasses import dataclass

from archived.found_devices import FoundDevice


@dataclass(frozen=True, slots=True)
class Scan:
    """Devices, where they were looked for, and sentences about what was not as it should be."""

    devices: tuple[FoundDevice, ...]
    looked_at: tuple[str, ...]
    notes: tuple[str, ...] = ()
