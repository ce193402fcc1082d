"""Hot folders with the installed daemon: dropped, ready, receipt beside; killed in the middle; refused."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.conftest import SMALLEST_SET, write_volume
from tests.acceptance.running import Site

MakeVolume = Callable[..., Path]


@pytest.fixture(scope="module")
def drop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("drop").resolve()


@pytest.fixture(scope="module")
def site(make_site: Any, drop: Path) -> Site:
    made: Site = make_site(settings=SMALLEST_SET)
    with (made.folder / "archived.toml").open("a", encoding="utf-8") as settings:
        settings.write(
            f'\n[hot_folders.scans]\npath = "{drop}"\nretention = "永久"\nconfidentiality = "open"\n'
            'originals = "remove-after-archived"\npoll_s = 0.5\n'
        )
    made.start()
    return made


def drop_volume(drop: Path, number: int, **options: int) -> Path:
    there = write_volume(drop / f"F1/S1/{number:04d}", seed=number, **options)
    (drop / f"F1/S1/{number:04d}.ready").touch()
    return there


def test_what_is_dropped_is_taken_archived_and_then_removed(site: Site, drop: Path) -> None:
    original = drop_volume(drop, 1)
    beside = drop / "F1/S1/0001.accepted.json"
    site.wait(beside.exists, "the accepted receipt")
    receipt = json.loads(beside.read_text(encoding="utf-8"))
    assert receipt["reference"] == {"fonds": "F1", "series": "S1", "volume": "0001"}
    assert original.exists()

    site.archive("0001")
    site.wait((drop / "F1/S1/0001.archived.json").exists, "the archived receipt")
    site.wait(lambda: not original.exists(), "the original to go")

    archived = json.loads((drop / "F1/S1/0001.archived.json").read_text(encoding="utf-8"))
    assert archived["package"] == receipt["package"]
    assert site.items("hot-folders")[0]["drops"] == {"removed": 1}


def test_what_is_refused_lies_in_rejected_and_the_listing_says_why(site: Site, drop: Path) -> None:
    (drop / "F1/S1/0002").mkdir(parents=True)
    (drop / "F1/S1/0002.ready").touch()
    text = drop / "rejected/F1/S1/0002.refused.txt"
    site.wait(lambda: text.exists() and not (drop / "F1/S1/0002").exists(), "the refusal")

    assert "it holds no file at all" in text.read_text(encoding="utf-8")
    shown = site.wait(
        lambda: [r for r in site.ask("hot-folders", "scans")["refused"] if r["state"] == "rejected"],
        "the record of it",
    )
    assert shown[0]["rejected_as"] == "rejected/F1/S1/0002"


def test_a_dry_run_says_what_would_be_taken_and_takes_nothing(site: Site, drop: Path) -> None:
    write_volume(drop / "F1/S1/0003", seed=3)
    found = site.ask("hot-folders", "check", "scans", "--dry-run")["items"]
    assert [(item["path"], item["outcome"]) for item in found] == [("F1/S1/0003", "wait")]
    assert not site.look("select 1 from package where volume = '0003'")


def test_killed_in_the_middle_nothing_is_taken_twice_and_every_receipt_comes(site: Site, drop: Path) -> None:
    numbers = range(10, 18)
    for number in numbers:
        drop_volume(drop, number, size_bytes=1_500_000)
    for accepted in (1, 4):
        site.wait_for_rows(
            "select 1 from package where state != 'abandoned' and volume between '0010' and '0017' "
            "group by 1 having count(*) >= ?",
            accepted,
        )
        site.kill()
        site.start()

    for number in numbers:
        site.wait((drop / f"F1/S1/{number:04d}.accepted.json").exists, f"the receipt of {number}")

    taken = site.look(
        "select volume, count(*) from package where state in ('accepted', 'archived') "
        "and volume between '0010' and '0017' group by volume"
    )
    assert dict(taken) == {f"{number:04d}": 1 for number in numbers}
    receipts = {
        json.loads((drop / f"F1/S1/{number:04d}.accepted.json").read_text(encoding="utf-8"))["package"]
        for number in numbers
    }
    assert len(receipts) == len(numbers)
    assert site.ask("hot-folders", "scans")["refused"][0]["path"] == "F1/S1/0002"


def test_an_unmounted_hot_folder_is_told_and_nothing_is_written_below_it(site: Site, drop: Path) -> None:
    away = drop.with_name("away")
    drop.rename(away)
    drop.mkdir()
    try:
        site.wait(lambda: "hot:scans:away" in site.attentions(), "the attention")
        assert os.listdir(drop) == []
        assert site.items("hot-folders")[0]["state"] == "away"
    finally:
        drop.rmdir()
        away.rename(drop)
    site.wait(lambda: "hot:scans:away" not in site.attentions(), "the attention to go")
    drop_volume(drop, 20)
    site.wait((drop / "F1/S1/0020.accepted.json").exists, "the accepted receipt")
    assert site.drain() == 0
