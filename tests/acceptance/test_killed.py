"""The daemon is killed where it hurts, told to stop, started again: the room goes on, and nothing is lost."""

import hashlib
import os
import signal
import subprocess
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.conftest import SMALLEST_SET
from tests.acceptance.running import BIN, PATIENCE_S, Site

MakeVolume = Callable[..., Path]
NUMBERS = count(1)
ATTEMPTS = 4


@pytest.fixture(scope="module")
def shared(make_site: Any) -> Site:
    """Slow enough that every state can be caught, quick enough to wait for."""
    made: Site = make_site(settings=SMALLEST_SET, speed="40")
    made.start()
    return made


@pytest.fixture
def site(shared: Site) -> Site:
    """The shared site with a daemon that serves, whatever the test before did to it."""
    if shared.daemon is None or shared.daemon.poll() is not None:
        shared.start()
    return shared


def spoilt(site: Site) -> int:
    return len(site.items("media", "--state", "suspect"))


def submitted(site: Site, volume: MakeVolume, *, size_bytes: int = 200_000) -> tuple[str, Path]:
    number = next(NUMBERS)
    source = volume(number, size_bytes=size_bytes)
    assert site.submit(source, f"{number:04d}").status == 0
    return f"{number:04d}", source


def assert_archived_and_back(site: Site, volume: str, source: Path, to: Path) -> None:
    site.archive(volume)
    site.ask("staging", "release", "--all")
    site.ask("recall", f"F1/S1/{volume}", "--to", to)
    assert (to / "data/scan.bin").read_bytes() == (source / "scan.bin").read_bytes()


def begin_burn(site: Site, volume: MakeVolume) -> tuple[str, Path, int]:
    """A volume on its way, and the burning program, stopped, in the middle of a burn."""
    name, source = submitted(site, volume)
    site.ask("images", "close", "--all")
    program = site.wait(lambda: site.process("xorriso", "fifo"), "a burn to begin")
    os.kill(program, signal.SIGSTOP)
    return name, source, program


@pytest.mark.parametrize(
    ("table", "state"),
    [("image", "closing"), ("protection_set", "protecting"), ("move", "moving"), ("copy", "verifying")],
)
def test_killed_in_the_middle_it_goes_on_where_the_world_is(
    site: Site, volume: MakeVolume, tmp_path: Path, table: str, state: str
) -> None:
    before = spoilt(site)
    caught = False
    for _ in range(ATTEMPTS):
        name, source = submitted(site, volume, size_bytes=2_000_000)
        closing = site.begin("images", "close", "--all")
        site.wait_for_rows(f"select 1 from {table} where state = ?", state)
        site.kill()
        closing.communicate()
        # A state that lasts milliseconds may have passed before the signal came.
        caught = bool(site.look(f"select 1 from {table} where state = ?", state))
        site.start()
        if caught:
            break
        site.archive(name)

    assert caught
    assert_archived_and_back(site, name, source, tmp_path / "out")
    assert spoilt(site) == before


def test_killed_while_writing_the_burn_goes_on_alone_and_is_taken_up_again(
    site: Site, volume: MakeVolume, tmp_path: Path
) -> None:
    before = spoilt(site)
    name, source, program = begin_burn(site, volume)
    site.kill()
    burner_lives = site.process("python", "burns/copy-") is not None
    site.start()
    under_way = site.look("select count(*) from copy where state = 'writing'")
    os.kill(program, signal.SIGCONT)

    assert_archived_and_back(site, name, source, tmp_path / "out")

    assert burner_lives
    assert under_way[0][0] >= 1
    assert spoilt(site) == before


def test_killed_with_its_burner_and_its_burning_program_the_disc_itself_is_asked(
    site: Site, volume: MakeVolume, tmp_path: Path
) -> None:
    name, source, program = begin_burn(site, volume)
    burner = site.process("python", "burns/copy-")
    site.kill()
    for pid in (burner, program):
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
    site.start()

    assert_archived_and_back(site, name, source, tmp_path / "out")


def test_killed_while_taking_in_nothing_is_acknowledged_and_nothing_stays(
    site: Site, volume: MakeVolume
) -> None:
    source = volume(next(NUMBERS), size_bytes=1000)
    for number in range(600):
        (source / f"page-{number:04d}.txt").write_text(f"{number}")
    handing_in = site.begin(
        "submit", source, "--fonds", "F1", "--series", "S1", "--volume", "staged",
        "--retention", "永久", "--confidentiality", "open",
    )  # fmt: skip
    site.wait_for_rows("select 1 from package where volume = 'staged' and state = 'staging'")
    site.kill()
    handing_in.communicate()
    staged = site.look("select id from package where volume = 'staged' and state = 'staging'")
    site.start()

    assert handing_in.returncode == 4
    assert staged
    assert site.look("select state from package where volume = 'staged'") == [("abandoned",)]
    assert not (site.folder / "staging" / "packages" / staged[0][0]).exists()
    assert not site.submit(source, "staged").document["repeated"]


def test_killed_while_reading_for_a_recall_both_daemon_and_caller_go_on(
    site: Site, volume: MakeVolume
) -> None:
    name, source = submitted(site, volume)
    site.archive(name)
    site.ask("staging", "release", "--all")
    to = site.folder.parent / "cut-off"
    recalling = site.begin("recall", f"F1/S1/{name}", "--to", to)
    (recall,) = site.wait_for_rows("select id from recall where state = 'requested'")
    site.kill()
    site.start()
    recalling.communicate(timeout=PATIENCE_S)

    assert recalling.returncode == 0
    assert (to / "data/scan.bin").read_bytes() == (source / "scan.bin").read_bytes()
    assert site.look("select state from recall where id = ?", *recall) == [("delivered",)]


@pytest.mark.simulate
def test_killed_while_an_image_is_exported_the_export_goes_on(
    site: Site, volume: MakeVolume, tmp_path: Path
) -> None:
    if not site.look("select 1 from image where sha256 is not null"):
        name, _source = submitted(site, volume)
        site.archive(name)
    (image,) = site.look(
        "select id from image where kind = 'data' and sha256 is not null order by id desc limit 1"
    )
    file = tmp_path / "disc.udf"
    exporting = site.begin("images", "export", *image, file)
    site.wait_for_rows("select id from recall where image_id = ? and package_id is null", *image)
    site.kill()
    site.start()
    out, err = exporting.communicate(timeout=PATIENCE_S)

    assert exporting.returncode == 0, (out, err)
    (recorded,) = site.look("select sha256, size_bytes from image where id = ?", *image)
    data = file.read_bytes()
    assert (hashlib.sha256(data).digest(), len(data)) == recorded
    exports = "select state from recall where image_id = ? and package_id is null"
    assert site.look(exports, *image) == [("delivered",)], "asked for once"


def test_killed_in_the_middle_of_a_tar_stream_the_stream_goes_on_at_its_byte(
    site: Site, volume: MakeVolume
) -> None:
    name, _source = submitted(site, volume, size_bytes=5_000_000)
    line = [
        str(BIN / "archivectl"), "--site", str(site.folder), "recall", f"F1/S1/{name}", "--tar", "-"
    ]  # fmt: skip
    # Unbuffered: `communicate` goes on behind what was read here.
    with subprocess.Popen(line, bufsize=0, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as streaming:
        assert streaming.stdout is not None
        begin = streaming.stdout.read(60_000)
        site.kill()
        with pytest.raises(subprocess.TimeoutExpired):  # what was under way comes, and no more
            streaming.communicate(timeout=1)
        site.start()
        rest, err = streaming.communicate(timeout=PATIENCE_S)
    whole = subprocess.run(line, capture_output=True, timeout=PATIENCE_S, check=True)

    assert streaming.returncode == 0, err
    assert b"the daemon answers again" in err
    assert begin + rest == whole.stdout


def test_told_to_stop_it_ends_what_burns_and_begins_nothing(
    site: Site, volume: MakeVolume, tmp_path: Path
) -> None:
    name, source, program = begin_burn(site, volume)
    assert site.daemon is not None
    site.daemon.terminate()
    site.wait(lambda: site.ask("status")["draining"], "it to drain")
    refused = site.submit(source, "too-late")
    os.kill(program, signal.SIGCONT)
    status = site.daemon.wait(60)

    assert refused.status == 3
    assert status == 0
    assert "stopped; nothing was under way" in site.words()
    for table, states in (("copy", ("writing", "verifying")), ("move", ("moving",))):
        marks = ", ".join("?" * len(states))
        assert not site.look(f"select 1 from {table} where state in ({marks})", *states)
    site.start()
    assert_archived_and_back(site, name, source, tmp_path / "out")


def test_told_twice_it_stops_at_once_and_the_burn_is_taken_up_later(
    site: Site, volume: MakeVolume, tmp_path: Path
) -> None:
    before = spoilt(site)
    name, source, program = begin_burn(site, volume)
    assert site.daemon is not None
    site.daemon.terminate()
    site.wait(lambda: site.ask("status")["draining"], "it to drain")
    site.daemon.terminate()
    status = site.daemon.wait(10)
    os.kill(program, signal.SIGCONT)
    site.start()

    assert status == 1
    assert "stopped at once" in site.words()
    assert_archived_and_back(site, name, source, tmp_path / "out")
    assert spoilt(site) == before


def test_the_room_survives_the_daemon_and_stops_when_it_is_told(site: Site) -> None:
    site.ask("simulate", "lose", "SIM00048")
    room = site.process("room", "serve")
    site.kill()
    survived = site.process("room", "serve")
    stopped = site.run("archived", "room", "stop", "--site", site.folder)
    gone = site.process("room", "serve")
    again = site.run("archived", "room", "stop", "--site", site.folder)
    site.start()
    places = {
        medium["barcode"]: medium["place"] for medium in site.ask("simulate", "show")["answer"]["media"]
    }

    assert room is not None
    assert survived == room
    assert "the room is stopped" in stopped.out
    assert gone is None
    assert "no room was running" in again.out
    assert places["SIM00048"] == "gone"
    assert places["SIM00047"] != "gone"
