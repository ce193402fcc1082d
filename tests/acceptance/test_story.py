"""`make run` as it is told: on the collection that is shipped, and on real samples where there are some."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = Path(os.environ.get("ARCHIVED_SAMPLES") or ROOT.parent / "shared" / "samples").resolve()


def tell(tmp_path: Path, *words: str) -> list[str]:
    """The lines of the story, which must end well."""
    done = subprocess.run(
        [sys.executable, ROOT / "scripts" / "story.py", *words],
        env={**os.environ, "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.splitlines()


def processes_of(folder: Path) -> list[str]:
    found = []
    for entry in Path("/proc").iterdir():
        try:
            line = (entry / "cmdline").read_bytes() if entry.name.isdigit() else b""
        except OSError:
            continue
        if f"{folder}/".encode() in line:
            found.append(line.decode(errors="replace"))
    return found


def test_the_shipped_collection_comes_back_bit_for_bit_and_no_process_is_left(tmp_path: Path) -> None:
    lines = tell(tmp_path)

    assert lines[0].startswith("SIMULATED – NOT PRESERVED")
    assert sum(line.startswith("accepted") for line in lines) == 6
    assert sum(line.startswith("identical") for line in lines) == 6
    assert any("set" in line and "complete" in line for line in lines)
    assert sum("is gone" in line for line in lines) == 2
    assert any("rebuilt from the set" in line for line in lines)
    assert processes_of(tmp_path) == []


@pytest.mark.simulate
@pytest.mark.parametrize("room", ["stacker", "nimbie", "aleratec", "manual"])
def test_it_comes_back_in_every_room_and_somebody_walks_where_no_robot_does(
    tmp_path: Path, room: str
) -> None:
    lines = tell(tmp_path, "--room", room)

    assert sum(line.startswith("identical") for line in lines) == 6
    assert sum("is gone" in line for line in lines) == 2
    assert any("rebuilt from the set" in line for line in lines)
    assert any("may depend on one drive" in line for line in lines) == (room == "nimbie")
    assert processes_of(tmp_path) == []


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="there are no samples here")
def test_real_samples_come_back_bit_for_bit(tmp_path: Path) -> None:
    lines = tell(tmp_path, str(SAMPLES))

    volumes = [path for path in SAMPLES.iterdir() if path.is_dir()]
    accepted = sum(line.startswith("accepted") for line in lines)
    refused = sum(line.startswith("refused") for line in lines)
    assert accepted + refused == len(volumes)
    assert accepted >= 6
    assert sum(line.startswith("identical") for line in lines) == accepted
    assert processes_of(tmp_path) == []


def test_a_folder_without_volumes_is_said_so_and_nothing_is_started(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = subprocess.run(
        [sys.executable, ROOT / "scripts" / "story.py", tmp_path / "empty"],
        env={**os.environ, "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 2
    assert "no sub-folders" in done.stdout
    assert processes_of(tmp_path) == []
