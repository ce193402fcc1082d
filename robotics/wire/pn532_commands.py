"""What is asked of a PN532 and what it answers (NXP UM0701-02 section 7), as far as tags are read. No I/O here.

Every value encodes to the bytes after the direction in a frame (`robotics.wire.pn532.Frame.data`). Writing to tags is
not spoken of.
"""

from dataclasses import dataclass
from typing import ClassVar

from devices.failures import WireDamaged
from devices.scsi import require

#: Set in a tag's SAK when it speaks ISO 14443-4, and so tells an ATS behind its uid.
_SPEAKS_PART_4 = 0x20
_CASCADE = 0x88
UID_BYTES = (4, 7, 10)
#: At most so many tags are listed at once.
TAGS_MAX = 2


def _expect(data: bytes, code: int, length: int, what: str) -> bytes:
    """What stands behind the code. Raises WireDamaged."""
    require(data, 1 + length, what)
    if data[0] != code:
        raise WireDamaged(f"{what}: an answer {data[0]:02x}h came instead of {code:02x}h")
    return data[1:]


@dataclass(frozen=True, slots=True)
class GetFirmwareVersion:
    """Who are you?"""

    CODE: ClassVar[int] = 0x02

    def encode(self) -> bytes:
        return bytes([self.CODE])


@dataclass(frozen=True, slots=True)
class FirmwareVersion:
    """The chip (32h is a PN532), its firmware as version and revision, and what radio it supports."""

    chip: int
    version: int
    revision: int
    support: int

    def encode(self) -> bytes:
        return bytes([GetFirmwareVersion.CODE + 1, self.chip, self.version, self.revision, self.support])

    @classmethod
    def decode(cls, data: bytes) -> "FirmwareVersion":
        """Raises WireDamaged."""
        return cls(*_expect(data, GetFirmwareVersion.CODE + 1, 4, "firmware version")[:4])


@dataclass(frozen=True, slots=True)
class SamConfiguration:
    """Leave the security module alone (mode 1), with no time-out, and without the interrupt line."""

    CODE: ClassVar[int] = 0x14
    mode: int = 1
    timeout: int = 0
    interrupt: bool = False

    def encode(self) -> bytes:
        return bytes([self.CODE, self.mode, self.timeout, int(self.interrupt)])


@dataclass(frozen=True, slots=True)
class RfRetries:
    """RFConfiguration item 5: how often it tries; without the last one a list of no tags waits for ever."""

    CODE: ClassVar[int] = 0x32
    ITEM: ClassVar[int] = 0x05
    attributes: int = 0xFF
    jumps: int = 0x01
    passive: int = 0x02

    def encode(self) -> bytes:
        return bytes([self.CODE, self.ITEM, self.attributes, self.jumps, self.passive])


@dataclass(frozen=True, slots=True)
class RfField:
    """RFConfiguration item 1: the radio field; it comes on again with the next list. Off, every tag forgets all."""

    CODE: ClassVar[int] = 0x32
    ITEM: ClassVar[int] = 0x01
    on: bool

    def encode(self) -> bytes:
        return bytes([self.CODE, self.ITEM, 0x02 | int(self.on)])


@dataclass(frozen=True, slots=True)
class InListPassiveTarget:
    """List up to two tags of ISO 14443 A at 106 kbit/s."""

    CODE: ClassVar[int] = 0x4A
    tags_max: int = 1
    modulation: int = 0

    def encode(self) -> bytes:
        return bytes([self.CODE, self.tags_max, self.modulation])

    @classmethod
    def decode(cls, data: bytes) -> "InListPassiveTarget":
        """Raises WireDamaged."""
        return cls(*_expect(data, cls.CODE, 2, "list of tags")[:2])


@dataclass(frozen=True, slots=True)
class ListedTag:
    """One tag: its number here, what it can (SENS_RES, SAK), its uid (4, 7 or 10 bytes), and its ATS."""

    number: int
    sens_res: int
    sak: int
    uid: bytes
    ats: bytes = b""

    def encode(self) -> bytes:
        head = bytes([self.number, self.sens_res >> 8, self.sens_res & 0xFF, self.sak, len(self.uid)])
        tail = bytes([1 + len(self.ats)]) + self.ats if self.sak & _SPEAKS_PART_4 else b""
        return head + self.uid + tail


@dataclass(frozen=True, slots=True)
class TagsListed:
    """The answer to a list: none, one, or two tags."""

    tags: tuple[ListedTag, ...]

    def encode(self) -> bytes:
        return bytes([InListPassiveTarget.CODE + 1, len(self.tags)]) + b"".join(t.encode() for t in self.tags)

    @classmethod
    def decode(cls, data: bytes) -> "TagsListed":
        """Raises WireDamaged for an answer that is short or too long, and for a uid of no possible length."""
        rest = _expect(data, InListPassiveTarget.CODE + 1, 1, "list of tags")
        count, rest = rest[0], rest[1:]
        if count > TAGS_MAX:
            raise WireDamaged(f"list of tags: {count} tags, and {TAGS_MAX} is the most")
        tags = []
        for _ in range(count):
            tag, rest = _listed(rest)
            tags.append(tag)
        if rest:
            raise WireDamaged(f"list of tags: {len(rest)} bytes stand behind the last tag")
        return cls(tuple(tags))


def _listed(data: bytes) -> tuple[ListedTag, bytes]:
    require(data, 5, "listed tag")
    number, sens_res, sak, length = data[0], int.from_bytes(data[1:3], "big"), data[3], data[4]
    require(data, 5 + length, "uid of a listed tag")
    uid, rest, ats = without_cascade(data[5 : 5 + length]), data[5 + length :], b""
    if len(uid) not in UID_BYTES:
        raise WireDamaged(f"listed tag: a uid of {len(uid)} bytes; 4, 7 or 10 are possible")
    if sak & _SPEAKS_PART_4 and rest:
        if not 1 <= rest[0] <= len(rest):
            raise WireDamaged(f"listed tag: an ATS of {rest[0]} bytes, and {len(rest)} came")
        ats, rest = rest[1 : rest[0]], rest[rest[0] :]
    return ListedTag(number, sens_res, sak, bytes(uid), bytes(ats)), rest


def without_cascade(uid: bytes) -> bytes:
    """The uid without the cascade tags (ISO 14443-3 6.5.4) that some of these chips leave in it."""
    if len(uid) == 8 and uid[0] == _CASCADE:
        return uid[1:]
    if len(uid) == 12 and uid[0] == uid[4] == _CASCADE:
        return uid[1:4] + uid[5:]
    return uid


@dataclass(frozen=True, slots=True)
class InRelease:
    """Let tags go; 0 is all of them."""

    CODE: ClassVar[int] = 0x52
    number: int = 0

    def encode(self) -> bytes:
        return bytes([self.CODE, self.number])


@dataclass(frozen=True, slots=True)
class Done:
    """The answer to a command that tells nothing: its code, and for InRelease a status, 0 for all is well."""

    code: int
    status: int = 0

    def encode(self) -> bytes:
        told = bytes([self.status]) if self.code == InRelease.CODE else b""
        return bytes([self.code + 1]) + told

    @classmethod
    def decode(cls, data: bytes, code: int) -> "Done":
        """Raises WireDamaged for the answer to another command."""
        rest = _expect(data, code + 1, 0, f"answer to {code:02x}h")
        return cls(code, rest[0] if rest else 0)
