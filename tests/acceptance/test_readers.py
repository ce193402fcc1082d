"""Readers of tags of a site in processes of its own, as a person at a desk uses them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.running import Site

pytestmark = pytest.mark.simulate

READERS = """[readers.desk]
kind = "pn532"
place = "hand"
library = "main"

[readers.bay2]
kind = "yrm100"
place = "bay"
library = "main"
magazine = 2

[classes.permanent]"""
UID, CAGE, BESIDE = "04a1b2c3d4e5f6", "30751feb705c5904e3d50d70", "30751feb705c5904e3d50d71"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    site = Site(tmp_path / "site", settings={"[classes.permanent]": READERS})
    site.start()
    yield site
    site.end()


def test_readers_see_what_is_at_their_place_and_whose_it_is(site: Site) -> None:
    for words in (
        ("stick-tag", "SIM00003", UID),
        ("stick-magazine-tag", 2, CAGE),
        ("stick-magazine-tag", 3, BESIDE),
        ("hold-to", "desk", "--medium", "SIM00003"),
    ):
        site.ask("simulate", *words)
    assert [(one["name"], one["answers"]) for one in site.items("readers")] == [
        ("desk", True),
        ("bay2", True),
    ]
    site.ask("media", "label", "SIM00003", "--rfid", UID)
    (tag,) = site.ask("readers", "read", "desk")["tags"]
    assert (tag["uid"], tag["medium"], tag["flaw"]) == (UID, "SIM00003", "")
    assert [one["uid"] for one in site.ask("readers", "read", "bay2")["tags"]] == [CAGE]

    copied = site.ctl("media", "label", "SIM00004", "--rfid", UID)
    assert copied.status != 0
    assert "already" in copied.document["message"]

    site.ask("simulate", "fault", "line-deaf", "--drive", "desk", "--times", 20)
    silent = site.ctl("readers", "read", "desk")
    assert silent.status != 0
    assert "desk" in silent.document["message"]
    site.ask("simulate", "disarm")
    assert len(site.ask("readers", "read", "desk")["tags"]) == 1
