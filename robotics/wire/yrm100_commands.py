"""What is asked of a UHF reader of the `BB … 7E` family and what it answers, as far as tags are read. No I/O here.

Every value encodes to the parameters of a frame (`robotics.wire.yrm100.Frame`) under its COMMAND. Writing to tags,
locking and killing them is not spoken of.
"""

from dataclasses import dataclass
from enum import IntEnum, unique
from typing import ClassVar

from devices.failures import WireDamaged
from devices.scsi import ascii_text, require
from robotics.wire.yrm100 import Frame, FrameType, crc16

#: The command of an answer that says no; its first parameter says why.
REFUSED = 0xFF
NO_TAG_READ, NO_TAG_WRITTEN, NO_TAG_LOCKED, NO_TAG_SEEN = 0x09, 0x10, 0x13, 0x15
WRONG_PASSWORD, UNKNOWN_COMMAND, WRONG_PARAMETER, HOP_FAILED = 0x16, 0x17, 0x0E, 0x20
ERRORS: dict[int, str] = {
    NO_TAG_READ: "no tag to read from",
    NO_TAG_WRITTEN: "no tag to write to",
    NO_TAG_LOCKED: "no tag to lock",
    NO_TAG_SEEN: "no tag was seen",
    WRONG_PASSWORD: "the password of the tag is another",
    UNKNOWN_COMMAND: "the reader does not know the command",
    WRONG_PARAMETER: "the reader does not take the parameter",
    HOP_FAILED: "no free channel was found",
}
#: What a tag says in the low half of an error that begins with A (reading) or B (writing) (EPC Gen2 annex I).
TAG_ERRORS: dict[int, str] = {
    0x0: "for no reason that it tells",
    0x3: "there is no such place in its memory",
    0x4: "this part of its memory is locked",
    0xB: "it has too little power",
    0xF: "it cannot do that",
}


def error_words(code: int) -> str:
    """What the first parameter of a refusal means, for people."""
    high, low = code >> 4, code & 0x0F
    if high in (0xA, 0xB):
        doing = "reading" if high == 0xA else "writing"
        return f"the tag refused {doing}: {TAG_ERRORS.get(low, f'error {low:x}h')}"
    return ERRORS.get(code, f"error {code:02x}h, which nobody described")


@unique
class Region(IntEnum):
    """Which band of frequencies it may use; the law of the country says which. What 5 would be, no source tells."""

    CHINA_900 = 1
    USA = 2
    EUROPE = 3
    CHINA_800 = 4
    KOREA = 6


@dataclass(frozen=True, slots=True)
class GetVersion:
    """What its hardware (0), its software (1) or its maker (2) is called."""

    COMMAND: ClassVar[int] = 0x03
    what: int = 0

    def encode(self) -> bytes:
        return bytes([self.what])

    @staticmethod
    def decode_answer(parameters: bytes) -> str:
        """Raises WireDamaged."""
        require(parameters, 1, "version of a reader")
        return ascii_text(parameters[1:])


@dataclass(frozen=True, slots=True)
class SinglePoll:
    """Ask once which tags are there."""

    COMMAND: ClassVar[int] = 0x22

    def encode(self) -> bytes:
        return b""


@dataclass(frozen=True, slots=True)
class MultiPoll:
    """Ask again and again; only StopPolling ends it sooner."""

    COMMAND: ClassVar[int] = 0x27
    times: int

    def encode(self) -> bytes:
        if not 1 <= self.times <= 0xFFFF:
            raise ValueError(f"it polls 1 to 65535 times, not {self.times}")
        return bytes([SinglePoll.COMMAND]) + self.times.to_bytes(2, "big")

    @classmethod
    def decode(cls, parameters: bytes) -> "MultiPoll":
        """Raises WireDamaged."""
        require(parameters, 3, "multiple poll")
        return cls(int.from_bytes(parameters[1:3], "big"))


@dataclass(frozen=True, slots=True)
class StopPolling:
    """End a multiple poll."""

    COMMAND: ClassVar[int] = 0x28

    def encode(self) -> bytes:
        return b""


@dataclass(frozen=True, slots=True)
class SetRegion:
    """Use the frequencies of a region."""

    COMMAND: ClassVar[int] = 0x07
    region: Region

    def encode(self) -> bytes:
        return bytes([self.region])


@dataclass(frozen=True, slots=True)
class GetPower:
    """How strongly it sends."""

    COMMAND: ClassVar[int] = 0xB7

    def encode(self) -> bytes:
        return b""


@dataclass(frozen=True, slots=True)
class SetPower:
    """Send so strongly, in hundredths of a dBm; also the parameters of the answer to GetPower."""

    COMMAND: ClassVar[int] = 0xB6
    centi_dbm: int

    def encode(self) -> bytes:
        return self.centi_dbm.to_bytes(2, "big", signed=True)

    @classmethod
    def decode(cls, parameters: bytes) -> "SetPower":
        """Raises WireDamaged."""
        require(parameters, 2, "power of a reader")
        return cls(int.from_bytes(parameters[:2], "big", signed=True))


@dataclass(frozen=True, slots=True)
class SetSelect:
    """Which tags are to answer: those whose EPC begins with `mask`; the EPC begins at bit 20h of its memory bank."""

    COMMAND: ClassVar[int] = 0x0C
    EPC_BIT: ClassVar[int] = 0x20
    #: Target S0, action 0, memory bank 1 (EPC).
    PARAMETER: ClassVar[int] = 0x01
    mask: bytes

    def encode(self) -> bytes:
        head = bytes([self.PARAMETER]) + self.EPC_BIT.to_bytes(4, "big")
        return head + bytes([len(self.mask) * 8, 0]) + self.mask

    @classmethod
    def decode(cls, parameters: bytes) -> "SetSelect":
        """Raises WireDamaged for another bank or place, or a mask that is not of whole bytes."""
        require(parameters, 7, "select parameter")
        bits, mask = parameters[5], parameters[7:]
        place = int.from_bytes(parameters[1:5], "big")
        if (parameters[0], place) != (cls.PARAMETER, cls.EPC_BIT) or bits != 8 * len(mask):
            raise WireDamaged(f"select parameter: {parameters.hex()} asks for something else than an EPC")
        return cls(bytes(mask))


@dataclass(frozen=True, slots=True)
class SetSelectMode:
    """Whether the select parameter counts: before everything (`on`), or never."""

    COMMAND: ClassVar[int] = 0x12
    on: bool

    def encode(self) -> bytes:
        return bytes([0 if self.on else 1])


@dataclass(frozen=True, slots=True)
class ReadTid:
    """Read words of the bank that holds what the maker wrote into the chip (TID)."""

    COMMAND: ClassVar[int] = 0x39
    BANK: ClassVar[int] = 2
    words: int = 6
    first: int = 0
    password: int = 0

    def encode(self) -> bytes:
        at = self.first.to_bytes(2, "big") + self.words.to_bytes(2, "big")
        return self.password.to_bytes(4, "big") + bytes([self.BANK]) + at

    @staticmethod
    def encode_answer(pc: int, epc: bytes, tid: bytes) -> bytes:
        return bytes([2 + len(epc)]) + pc.to_bytes(2, "big") + epc + tid

    @staticmethod
    def decode_answer(parameters: bytes) -> tuple[bytes, bytes]:
        """EPC and TID of the tag that answered. Raises WireDamaged."""
        require(parameters, 1, "answer with a TID")
        told = parameters[0]
        require(parameters, max(3, 1 + told), "answer with a TID")
        return bytes(parameters[3 : 1 + told]), bytes(parameters[1 + told :])


@dataclass(frozen=True, slots=True)
class TagSeen:
    """A tag that answered a poll: how strongly, its protocol control word, its EPC, and the sum that it sent."""

    rssi_dbm: int
    pc: int
    epc: bytes
    crc: int

    @classmethod
    def of(cls, epc: bytes, rssi_dbm: int) -> "TagSeen":
        """As a whole tag with that EPC (whole words) tells itself."""
        if len(epc) % 2 or len(epc) > 62:
            raise ValueError(f"an EPC has 0 to 31 words, not {len(epc)} bytes")
        pc = len(epc) // 2 << 11
        return cls(rssi_dbm, pc, epc, _gen2_crc(pc, epc))

    @property
    def intact(self) -> bool:
        """Whether EPC and protocol control word have the sum that the tag sent (EPC Gen2 annex F)."""
        return self.crc == _gen2_crc(self.pc, self.epc)

    def encode(self) -> bytes:
        rssi = self.rssi_dbm.to_bytes(1, "big", signed=True)
        return rssi + self.pc.to_bytes(2, "big") + self.epc + self.crc.to_bytes(2, "big")

    @classmethod
    def decode(cls, parameters: bytes) -> "TagSeen":
        """Raises WireDamaged when the word says another length than came."""
        require(parameters, 5, "notification of a tag")
        pc = int.from_bytes(parameters[1:3], "big")
        length = (pc >> 11) * 2
        if len(parameters) != 5 + length:
            raise WireDamaged(
                f"notification of a tag: an EPC of {length} bytes is announced, and {len(parameters) - 5} came"
            )
        rssi = int.from_bytes(parameters[:1], "big", signed=True)
        return cls(rssi, pc, bytes(parameters[3:-2]), int.from_bytes(parameters[-2:], "big"))


Command = (
    GetVersion
    | SinglePoll
    | MultiPoll
    | StopPolling
    | SetRegion
    | GetPower
    | SetPower
    | SetSelect
    | SetSelectMode
    | ReadTid
)


def command_frame(command: Command) -> bytes:
    """The bytes that ask for something."""
    return Frame(FrameType.COMMAND, command.COMMAND, command.encode()).encode()


def refusal_frame(code: int) -> bytes:
    """The bytes with which a reader says no."""
    return Frame(FrameType.ANSWER, REFUSED, bytes([code])).encode()


def _gen2_crc(pc: int, epc: bytes) -> int:
    return crc16(pc.to_bytes(2, "big") + epc) ^ 0xFFFF
