"""The burning program: its call, its progress lines, and the verdict; and once for real, into a FIFO."""

import os
import shutil
import subprocess
import threading
from pathlib import Path

import pytest

from backends.interface import CLUSTER_BYTES, CLUSTER_SECTORS
from backends.optical.burn.xorriso import (
    BurnProgress,
    Verdict,
    argv,
    fifo_target,
    lines_of,
    parse_progress,
    verdict,
)

GOOD = "Writing to '/dev/sr0' completed successfully.\n"


def test_the_call_burns_standard_input_without_padding() -> None:
    assert argv("/dev/sr0", 12_219_392, speed=4) == [
        "xorriso", "-no_rc", "-as", "cdrecord", "-v", "dev=/dev/sr0", "speed=4", "fs=64m", "-nopad",
        "tsize=12219392s", "-",
    ]  # fmt: skip


def test_the_call_for_a_simulated_burner_writes_to_its_fifo() -> None:
    call = argv(fifo_target(Path("/run/room/burner-1")), 32, fifo_mib=4)
    assert "dev=stdio:/run/room/burner-1" in call
    assert "fs=4m" in call
    assert not any(word.startswith("speed=") for word in call)


def test_an_empty_image_is_not_burnt() -> None:
    with pytest.raises(ValueError, match="0 sectors"):
        argv("/dev/sr0", 0)


@pytest.mark.parametrize(
    ("line", "progress"),
    [
        (
            "xorriso : UPDATE :   45 of   93 MB written (fifo  0%) [buf  50%]  24.9x.",
            BurnProgress(45, 93, 24.9),
        ),
        ("xorriso : UPDATE :    0 of    2 MB written (fifo  3%) [buf  50%]", BurnProgress(0, 2, None)),
        ("xorriso : UPDATE :    7 MB written [buf 100%]   4x.", BurnProgress(7, None, 4.0)),
        ("xorriso : UPDATE : Thank you for being patient. Working since 3 seconds.", None),
        ("Beginning to write data track.", None),
        ("", None),
    ],
)
def test_progress_is_read_from_a_line(line: str, progress: BurnProgress | None) -> None:
    assert parse_progress(line) == progress


def test_lines_come_out_however_the_output_was_cut() -> None:
    output = "first\rsecond\r\n\n第三\nlast".encode()
    whole = ["first", "second", "第三", "last"]
    assert list(lines_of([output])) == whole
    assert list(lines_of(bytes([byte]) for byte in output)) == whole
    assert list(lines_of([b"\xff\n", b""])) == ["\ufffd"]


def test_success_needs_the_status_and_the_line() -> None:
    assert verdict(0, GOOD) == Verdict(True)
    assert verdict(0, "Beginning to write data track.\n") == Verdict(
        False, "xorriso ended with status 0 but did not report success"
    )
    assert verdict(5, GOOD) == Verdict(False, "xorriso ended with status 5")
    assert verdict(-9, GOOD) == Verdict(False, "xorriso was killed by signal 9")


def test_the_first_complaint_is_the_reason() -> None:
    output = (
        "libburn : FAILURE : Premature end of input encountered. Missing: 1310620 bytes\n"
        "xorriso : FAILURE : libburn indicates failure with writing.\n"
    )
    assert verdict(5, output).reason == (
        "xorriso ended with status 5: Premature end of input encountered. Missing: 1310620 bytes"
    )


def burn_into_fifo(directory: Path, image: bytes, sectors: int) -> tuple[int, str, bytes]:
    fifo = directory / "burner"
    os.mkfifo(fifo)
    received: list[bytes] = []
    sink = threading.Thread(target=lambda: received.append(fifo.read_bytes()), daemon=True)
    sink.start()
    call = argv(fifo_target(fifo), sectors, fifo_mib=4)
    done = subprocess.run(
        call, input=image, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60, check=False
    )
    sink.join(10)
    return done.returncode, "\n".join(lines_of([done.stdout])), received[0]


needs_xorriso = pytest.mark.skipif(shutil.which("xorriso") is None, reason="xorriso is not installed")


@needs_xorriso
def test_the_real_program_hands_over_exactly_the_image(tmp_path: Path) -> None:
    image = os.urandom(CLUSTER_BYTES) * 20
    code, output, received = burn_into_fifo(tmp_path, image, 20 * CLUSTER_SECTORS)
    assert verdict(code, output) == Verdict(True)
    assert received == image


@needs_xorriso
def test_the_real_program_fails_when_the_image_ends_early(tmp_path: Path) -> None:
    image = os.urandom(CLUSTER_BYTES) * 10
    code, output, _ = burn_into_fifo(tmp_path, image, 20 * CLUSTER_SECTORS)
    judged = verdict(code, output)
    assert not judged.succeeded
    assert "Premature end of input" in judged.reason
