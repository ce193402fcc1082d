"""Small images, and a cartridge to write them to."""

import io
import random
from datetime import UTC, datetime

from backends.interface import TapeDrive
from backends.tape.appending import AppendSession
from backends.tape.contents import read_contents
from backends.tape.image_on_tape import ImageIdentity, ImageOnTape
from backends.tape.label import TapeLabel
from devices.clock import SimulatedClock
from erasure.digests import ALGORITHMS, Digests
from tests.unit.backends.tape.memory_tape import MemoryTape

BLOCK_BYTES = 32 << 10
CARTRIDGE = "6f9619ff-8b86-4011-b42d-00c04fc964ff"


class Bytes:
    """A source that gives at most `piece_bytes` at once."""

    def __init__(self, data: bytes, piece_bytes: int = 1 << 20) -> None:
        self._data = io.BytesIO(data)
        self._piece_bytes = piece_bytes

    def readinto(self, buffer: memoryview) -> int:
        return self._data.readinto(buffer[: self._piece_bytes])


def image_bytes(seed: int, sectors: int = 80) -> bytes:
    """An image as our discs begin: 16 sectors of zeros, then anything."""
    return bytes(16 * 2048) + random.Random(seed).randbytes((sectors - 16) * 2048)


def identity(data: bytes, name: str) -> ImageIdentity:
    digests = Digests()
    digests.update(data)
    return ImageIdentity(name, len(data), digests.hexdigests(), "7K3F", 3, "data", "7K3F · 3 of 6")


def a_label(*, worm: bool = False, block_bytes: int = BLOCK_BYTES) -> TapeLabel:
    return TapeLabel(
        cartridge=CARTRIDGE,
        barcode="VOL001L8",
        institution="示例市档案馆",
        contact="archive@example.org",
        site="main",
        pool="tapes",
        media_kind="lto-8",
        labelled_at=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        software="archived 0.1",
        block_bytes=block_bytes,
        worm=worm,
        simulated=True,
    )


def session(
    drive: TapeDrive,
    *,
    ring_blocks: int = 0,
    known_until_block: int | None = None,
    digests: tuple[str, ...] = ALGORITHMS,
) -> AppendSession:
    """A session on what stands on the tape now."""
    return AppendSession(
        drive,
        read_contents(drive),
        clock=SimulatedClock(datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)),
        new_digests=lambda: Digests(digests),
        software="archived 0.1",
        known_until_block=known_until_block,
        ring_blocks=ring_blocks,
    )


def read_back(drive: MemoryTape, place: ImageOnTape) -> bytes:
    """The image by what its place says, as whoever has the blocks alone."""
    blocks = drive.objects[place.first_block : place.first_block + place.blocks]
    return b"".join(block or b"" for block in blocks)[: place.size_bytes]
