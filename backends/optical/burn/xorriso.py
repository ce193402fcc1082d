"""The burning program: how it is called, what it says, and whether it did it. Pure; starts no process.

`xorriso -as cdrecord` burns one closed session from its standard input. Its exit status alone proves nothing,
and it takes no notice of input beyond the announced size: whoever feeds it checks that its image ended there.
"""

import codecs
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

PROGRAM = "xorriso"
#: Buffer between standard input and drive, so that a hiccup of the recipe's disk does not stall the burn.
FIFO_MIB = 64

_PROGRESS = re.compile(r"UPDATE :\s+(\d+)(?: of\s+(\d+))? MB written(?:.*?(\d+(?:\.\d+)?)x\b)?")
_SUCCESS = re.compile(r"completed successfully\.")
_COMPLAINT = re.compile(r"(?:xorriso|libburn) : (?:SORRY|FAILURE|FATAL|ABORT) : (.*)")
_LINE_END = re.compile(r"[\r\n]+")


def fifo_target(path: Path) -> str:
    """The target that makes the program write to a FIFO, where a simulated burner reads."""
    return f"stdio:{path}"


def argv(
    target: str, sectors: int, *, speed: float | None = None, fifo_mib: int = FIFO_MIB, program: str = PROGRAM
) -> list[str]:
    """The call that burns `sectors` sectors from standard input to `target`, a node or a `fifo_target`.

    `-nopad` keeps the disc equal to the image; without `-multi` the disc is finalized. `speed` counts in
    the medium's nominal speed; None leaves the choice to the drive. Raises ValueError for an empty image.
    """
    if sectors <= 0:
        raise ValueError(f"an image of {sectors} sectors cannot be burnt")
    return [
        program,
        "-no_rc",  # a start-up file of the machine must not change what is burnt
        "-as",
        "cdrecord",
        "-v",
        f"dev={target}",
        *([] if speed is None else [f"speed={speed:g}"]),
        f"fs={fifo_mib}m",
        "-nopad",
        f"tsize={sectors}s",
        "-",
    ]


@dataclass(frozen=True, slots=True)
class BurnProgress:
    """One progress line: MiB handed to the drive, of how many, and the speed in multiples of nominal."""

    written_mib: int
    total_mib: int | None = None
    speed: float | None = None


def parse_progress(line: str) -> BurnProgress | None:
    """The progress that a line of output tells, or None when it tells none."""
    match = _PROGRESS.search(line)
    if match is None:
        return None
    written, total, speed = match.groups()
    return BurnProgress(int(written), int(total) if total else None, float(speed) if speed else None)


def lines_of(chunks: Iterable[bytes]) -> Iterator[str]:
    """Lines of output as they become whole; progress lines end with CR, and not all output is UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    pending = ""
    for chunk in chunks:
        *whole, pending = _LINE_END.split(pending + decoder.decode(chunk))
        yield from filter(None, whole)
    pending += decoder.decode(b"", final=True)
    if pending:
        yield pending


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the program believes that it burnt the whole image; `reason` says why not, in its own words."""

    succeeded: bool
    reason: str = ""


def verdict(returncode: int, output: str) -> Verdict:
    """Judge a finished burn: both exit status 0 and the line of success are required.

    A good verdict makes a disc *written*, never *verified*.
    """
    complaints = _COMPLAINT.findall(output)
    # The first complaint names the cause; those after it say that the rest was given up.
    first = f": {complaints[0].strip()}" if complaints else ""
    if returncode < 0:
        return Verdict(False, f"{PROGRAM} was killed by signal {-returncode}{first}")
    if returncode != 0:
        return Verdict(False, f"{PROGRAM} ended with status {returncode}{first}")
    if not _SUCCESS.search(output):
        return Verdict(False, f"{PROGRAM} ended with status 0 but did not report success{first}")
    return Verdict(True)
