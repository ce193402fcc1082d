"""Makes the frozen cartridges of the tape format: `python -m tests.formats.tape_freezing`. Never one that exists.

A sample is never made again: when the format gains a version, samples with a new name are added beside it.
"""

import hashlib
import io
import tarfile
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime

from backends.errors import ImageDiffers
from backends.tape.appending import AppendSession
from backends.tape.contents import read_contents
from backends.tape.image_on_tape import ImageIdentity
from backends.tape.label import TapeLabel
from backends.tape.labelling import label_cartridge
from devices.clock import SimulatedClock
from erasure.digests import Digests
from tests.formats.freezing import SAMPLES
from tests.unit.backends.tape.memory_tape import MemoryTape

#: What the samples were built from; changing it does not change them, it breaks their test.
SECTORS = {"I000001": 32, "I000002": 48, "I000003": 80}


def image_of(name: str) -> bytes:
    """16 sectors of zeros, then numbered sectors."""
    body = b"".join(b"%s %06d\n".ljust(64, b".") % (name.encode(), at) for at in range(SECTORS[name] * 32))
    return bytes(16 * 2048) + body[: (SECTORS[name] - 16) * 2048]


def blank(*, worm: bool = False) -> MemoryTape:
    tape = MemoryTape(worm=worm)
    label = TapeLabel(
        cartridge="6f9619ff-8b86-4011-b42d-00c04fc964ff",
        barcode="VOL001LY" if worm else "VOL001L8",
        institution="示例市档案馆",
        contact="archive@example.org",
        site="main",
        pool="tapes",
        media_kind="lto-8",
        labelled_at=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        software="archived 0.1.0",
        block_bytes=32 << 10,
        worm=worm,
        simulated=True,
    )
    label_cartridge(tape, label)
    return tape


def session(tape: MemoryTape, *names: str, day: int, torn: str = "") -> None:
    """One session; with `torn` it is killed in the middle of that image."""
    writing = AppendSession(
        tape,
        read_contents(tape),
        clock=SimulatedClock(datetime(2026, 2, day, tzinfo=UTC)),
        new_digests=Digests,
        software="archived 0.1.0",
        ring_blocks=0,
    )
    for name in (*names, torn):
        if not name:
            break
        content = image_of(name)
        digests = Digests()
        digests.update(content)
        position = list(SECTORS).index(name) + 1
        image = ImageIdentity(
            name, len(content), digests.hexdigests(), "7K3F", position, "data", f"7K3F · {position} of 6"
        )
        if name == torn:
            before = len(tape.objects)
            content = content[: len(content) // 2]
            with suppress(ImageDiffers):
                writing.append(image, io.BytesIO(content))  # type: ignore[arg-type]
            tape.objects = tape.objects[: before + 4]  # header, its mark, and two blocks
            return
        writing.append(image, io.BytesIO(content))  # type: ignore[arg-type]
    writing.finish()


def two_sessions() -> MemoryTape:
    tape = blank()
    session(tape, "I000001", "I000002", day=1)
    session(tape, "I000003", day=2)
    return tape


def torn(*, worm: bool = False) -> MemoryTape:
    tape = blank(worm=worm)
    session(tape, "I000001", day=1)
    session(tape, torn="I000003", day=2)
    return tape


def continued_worm() -> MemoryTape:
    tape = torn(worm=True)
    session(tape, "I000002", day=3)
    return tape


FROZEN: dict[str, Callable[[], MemoryTape]] = {
    "tape-v1-two-sessions": two_sessions,
    "tape-v1-torn": torn,
    "tape-v1-worm": continued_worm,
}


def freeze(name: str) -> None:
    """Write samples/NAME.tar.xz and NAME.sha256."""
    target = SAMPLES / f"{name}.tar.xz"
    if target.exists():
        print(f"{target} is frozen; give the new sample a new name")
        return
    sums = []
    with tarfile.open(target, "x:xz") as archive:
        for number, content in enumerate(FROZEN[name]().files()):
            member = tarfile.TarInfo(f"{number:04d}.tape")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
            sums.append(f"{hashlib.sha256(content).hexdigest()}  {member.name}\n")
    (SAMPLES / f"{name}.sha256").write_text("".join(sums), encoding="utf-8")


if __name__ == "__main__":
    for each in FROZEN:
        freeze(each)
