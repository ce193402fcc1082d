"""The memory of an LTO cartridge as a tag: its drive reads it, so it is there when the cartridge is loaded."""

from collections.abc import Callable
from dataclasses import dataclass

from robotics.readers.interface import ReaderIdentity, Tag, TagKind


@dataclass(frozen=True, slots=True)
class ChipWords:
    """What a cartridge's memory says of it: the serial number that its maker wrote, and the barcode that a host did."""

    serial: str
    barcode: str = ""


#: Asks the drive; None when no cartridge is loaded. Raises whatever asking a drive raises.
AskChip = Callable[[], ChipWords | None]


class CartridgeChipReader:
    """Implements `robotics.readers.interface.TagReader`; `drive` is the name of the drive that reads."""

    def __init__(self, ask: AskChip, *, drive: str) -> None:
        self._ask = ask
        self._drive = drive

    def identify(self) -> ReaderIdentity:
        """See `TagReader`."""
        return ReaderIdentity(f"cartridge memory in {self._drive}")

    def read(self) -> tuple[Tag, ...]:
        """See `TagReader`. The uid is the serial number's characters; a chip without one has an empty uid."""
        words = self._ask()
        return () if words is None else (Tag(uid_of_serial(words.serial), TagKind.CHIP),)

    def close(self) -> None:
        """See `TagReader`. The drive is not ours to give back."""


def uid_of_serial(serial: str) -> str:
    """The uid that stands for a serial number: its characters as hexadecimal digits."""
    return serial.strip().encode("utf-8").hex()


__all__ = ["AskChip", "CartridgeChipReader", "ChipWords", "uid_of_serial"]
