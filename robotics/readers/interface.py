"""What every reader of tags can do."""

from dataclasses import dataclass
from enum import Enum, unique
from typing import Protocol


@unique
class TagKind(Enum):
    """The radio that a tag answers to."""

    HF = "hf"  # 13.56 MHz, ISO 14443 A
    UHF = "uhf"  # 860 to 960 MHz, EPC Gen2
    LF = "lf"  # 125 kHz, EM4100
    CHIP = "chip"  # the memory of an LTO cartridge


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag that was read: its uid (or EPC) in lower-case hexadecimal digits, and how strong it was, where told.

    `fixed` is False for a uid that the tag makes up anew each time (ISO 14443-3, first byte 08h): it is no identity.
    """

    uid: str
    kind: TagKind
    rssi_dbm: int | None = None
    fixed: bool = True


@dataclass(frozen=True, slots=True)
class ReaderIdentity:
    """What a reader says that it is."""

    product: str
    revision: str = ""


class TagReader(Protocol):
    """One reader at one place. Changes no tag. One caller at a time.

    Both questions raise OutcomeUnknown when nobody answers, or nothing that can be understood, and ReaderRefused when
    the reader says no. Neither moves or writes anything: asking again is harmless.
    """

    def identify(self) -> ReaderIdentity:
        """Who it is."""

    def read(self) -> tuple[Tag, ...]:
        """Every tag that is in the field now, each once, the strongest first; () for none."""

    def close(self) -> None:
        """Give the line back."""
