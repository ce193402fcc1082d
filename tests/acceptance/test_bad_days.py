"""Things break while discs are written: each time another way is found, and who reads attention knows."""

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from archived.api.client import Client
from archived.founding import api_socket
from tests.acceptance.conftest import IMPATIENT, SMALLEST_SET
from tests.acceptance.running import Site

MakeVolume = Callable[..., Path]


@pytest.fixture(scope="module")
def site(make_site: Any) -> Site:
    """Sets of one data and one parity disc, so that every bad day costs few burns."""
    made: Site = make_site(settings=SMALLEST_SET | IMPATIENT)
    made.start()
    return made


def spoilt(site: Site) -> set[str]:
    return {medium["id"] for medium in site.items("media", "--state", "suspect")}


def good_discs(site: Site) -> list[str]:
    good = site.items("media", "--state", "good")
    return [medium["id"] for medium in good if medium["element"] is not None]


def assert_back(site: Site, source: Path, volume: str, to: Path) -> None:
    site.ask("staging", "release", "--all")
    site.ask("recall", f"F1/S1/{volume}", "--to", to)
    assert (to / "data/scan.bin").read_bytes() == (source / "scan.bin").read_bytes()


@pytest.mark.parametrize(
    ("fault", "after"),
    [("write-error", 3), ("close-error", 0), ("bad-read-back", 5), ("disc-not-recognised", 1)],
)
def test_a_burn_that_goes_wrong_costs_a_disc_and_another_one_is_taken(
    site: Site, volume: MakeVolume, tmp_path: Path, fault: str, after: int
) -> None:
    before = spoilt(site)
    source = volume(hash_of(fault))
    site.submit(source, fault)
    site.ask("simulate", "fault", fault, "--after", after)

    site.archive(fault)

    if fault != "disc-not-recognised":
        assert len(spoilt(site) - before) == 1
    assert_back(site, source, fault, tmp_path / "out")


def hash_of(word: str) -> int:
    return sum(word.encode())


@pytest.mark.parametrize(
    "fault", ["robot-timeout-moved", "robot-timeout-unmoved", "robot-refuses-move", "tray-stuck", "room-lost"]
)
def test_a_robot_that_does_not_answer_is_looked_at_before_anything_moves_again(
    site: Site, volume: MakeVolume, tmp_path: Path, fault: str
) -> None:
    before = spoilt(site)
    source = volume(hash_of(fault))
    site.submit(source, fault)
    site.ask("simulate", "fault", fault)

    site.archive(fault)

    assert spoilt(site) == before
    assert_back(site, source, fault, tmp_path / "out")


def test_another_disc_under_the_barcode_is_never_written_over(
    site: Site, volume: MakeVolume, tmp_path: Path
) -> None:
    if not good_discs(site):  # whichever test comes first
        site.submit(volume(19), "earlier")
        site.archive("earlier")
    written = good_discs(site)[0]
    raw = site.ask("simulate", "raw", written)["answer"]
    before = Path(raw["path"]).read_bytes()[: raw["written_bytes"]]
    site.ask("writes", "pause", "--reason", "the labels are exchanged first")
    source = volume(20)
    site.submit(source, "wrong-disc")
    site.ask("images", "close", "--all")
    planned = site.wait(
        lambda: site.look("select medium_id from copy where state = 'planned'"), "a medium to be chosen"
    )
    exchanged = site.ask("simulate", "fault", "wrong-disc", "--medium", planned[0][0])
    site.ask("writes", "resume", "--reason", "go on")

    site.archive("wrong-disc")

    assert "each other's label" in exchanged["answer"]["description"]
    assert Path(raw["path"]).read_bytes()[: raw["written_bytes"]] == before
    assert_back(site, source, "wrong-disc", tmp_path / "out")


def test_a_killed_burning_program_costs_a_disc_and_another_one_is_taken(
    site: Site, volume: MakeVolume, tmp_path: Path
) -> None:
    before = spoilt(site)
    source = volume(21)
    site.submit(source, "xorriso-killed")
    site.ask("images", "close", "--all")
    program = site.wait(lambda: site.process("xorriso", "fifo"), "a burn to begin")
    os.kill(program, signal.SIGKILL)

    site.archive("xorriso-killed")

    assert len(spoilt(site) - before) <= 1
    assert "write failed" in {event["type"] for event in site.items("events", "--limit", "200")}
    assert_back(site, source, "xorriso-killed", tmp_path / "out")


def test_a_burner_that_dies_after_the_last_byte_leaves_a_disc_that_nobody_trusts(
    site: Site, volume: MakeVolume, tmp_path: Path
) -> None:
    before = spoilt(site)
    source = volume(22)
    site.submit(source, "burner-killed")
    site.ask("images", "close", "--all")
    program = site.wait(lambda: site.process("xorriso", "fifo"), "a burn to begin")
    folder = job_folder(site, program)
    room = site.process("room", "serve")
    assert room is not None
    # Nobody takes from the burning program now, and it holds the whole image in its own buffer.
    os.kill(room, signal.SIGSTOP)
    try:
        site.wait(lambda: handed_over(folder), "the last byte to be handed over")
        burner = site.process("python", str(folder))
        assert burner is not None
        os.kill(burner, signal.SIGKILL)
        goes_on = site.process("xorriso", str(folder))
    finally:
        os.kill(room, signal.SIGCONT)

    site.archive("burner-killed")

    assert goes_on == program
    assert not (folder / "done").exists()
    assert len(spoilt(site) - before) == 1
    assert_back(site, source, "burner-killed", tmp_path / "out")


def job_folder(site: Site, program: int) -> Path:
    line = site.processes()[program]
    (device,) = [word for word in line.split(" ") if word.startswith("dev=")]
    return Path(device.partition("stdio:")[2]).parent


def handed_over(folder: Path) -> bool:
    try:
        done, total = (folder / "progress").read_text().split()
    except (FileNotFoundError, ValueError):
        return False
    return int(done) == int(total)


def test_without_blanks_everything_waits_and_somebody_is_told(site: Site, volume: MakeVolume) -> None:
    room = Client(api_socket(site.folder))
    for medium in site.items("media", "--state", "blank"):
        room.post("/v1/simulate", {"verb": "lose", "medium": medium["id"]})
    room.close()
    site.ask("library", "inventory")
    site.submit(volume(23), "no-blanks")
    site.ask("images", "close", "--all")

    told = site.wait(
        lambda: [item for item in site.attentions().values() if "blank" in item["what"]],
        "somebody to be told",
        interval_s=1,
    )

    assert told[0]["next"]
    assert told[0]["safe"]
    assert site.look("select state from package where volume = 'no-blanks'") == [("accepted",)]
