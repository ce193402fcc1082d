"""A site on devices behind a real iSCSI target: made from tables, its library looked at, its cartridges registered."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.running import Site
from tests.contract.tgt_target import (
    CHANGER_LUN,
    DRIVE,
    MAIL,
    NAME,
    OTHER_DRIVE,
    SLOT,
    TAPE_LUN,
    Target,
    require_tgt,
    tgt_target,
)

TABLES = """
[libraries.tl1]
kind = "tape"
drives = ["T1", "T2"]
magazine_slots = 5

[devices.tl1]
portal = "{portal}"
target = "{name}"
lun = {changer}
serial = "LIB0000001"
profile = "tgt"

[devices.T1]
portal = "{portal}"
target = "{name}"
lun = {tape}
serial = "DRV0000001"
profile = "tgt"

[devices.T2]
portal = "{portal}"
target = "{name}"
lun = 2
serial = "{other}"
element = 257
profile = "tgt"

[pools.tapes]
library = "tl1"
media_kind = "lto-8"
image_bytes = 8388608
n = 1
m = 1
"""


@pytest.fixture(scope="module")
def target() -> Iterator[Target]:
    require_tgt()
    with tgt_target() as running:
        yield running


@pytest.fixture
def sites(tmp_path: Path) -> Iterator[list[Site]]:
    made: list[Site] = []
    yield made
    for site in made:
        assert not site.end()


def real_site(folder: Path, target: Target, made: list[Site], *, other: str = "DRV0000002") -> Site:
    tables = folder / "devices.toml"
    tables.write_text(
        TABLES.format(portal=target.portal, name=NAME, changer=CHANGER_LUN, tape=TAPE_LUN, other=other)
    )
    site = Site(folder / "site", hardware=tables)
    made.append(site)
    return site


def test_a_library_behind_iscsi_is_looked_at_and_its_cartridges_are_registered(
    tmp_path: Path, target: Target, sites: list[Site]
) -> None:
    """The second drive of the tables is not the one in its element: it is named, and the first is used."""
    site = real_site(tmp_path, target, sites, other="DRV9999999")
    site.start()
    site.wait_for_rows("select 1 from medium")
    floor = site.ask("library")["libraries"][0]
    assert [(drive["name"], drive["element"]) for drive in floor["drives"]] == [("T1", DRIVE)]
    waiting = site.attentions()
    assert "DRV0000002, and DRV9999999 is meant" in waiting["drive-place:T2"]["what"]
    assert "drive-place:T1" not in waiting
    assert [place["element"] for place in floor["ports"]] == [MAIL, MAIL + 1]
    assert floor["slots"][0] == {
        "element": SLOT, "magazine": "magazine-1", "medium": "VOL001L8", "state": "quarantined",
        "in_doubt": None,
    }  # fmt: skip
    assert floor["slots"][5]["magazine"] == "magazine-2"
    registered = site.ask("media", "register", "VOL001L8", "VOL002L8", "--batch", "b1", "--pool", "tapes")
    assert "notice" not in registered
    assert site.look("select state, simulated from medium where id = 'VOL001L8'") == [("blank", 0)]
    refused = site.ctl("simulate", "show")
    assert (refused.status, refused.document["code"]) == (2, "refused")
    done = site.run("archived", "room", "stop", "--site", site.folder)
    assert (done.status, "works on real devices" in done.err) == (2, True)
    assert "SIMULATED" not in site.words()
    assert not (site.folder / "room").exists()


def test_a_daemon_starts_without_its_devices_and_uses_them_when_they_come(
    tmp_path: Path, target: Target, sites: list[Site]
) -> None:
    site = real_site(tmp_path, target, sites)
    target.kill()
    try:
        site.start()
        time.sleep(0.5)
        assert not site.look("select 1 from drive")
    finally:
        target.start()
    site.wait_for_rows("select 1 from drive where name = 'T2' and element = ? and up", OTHER_DRIVE)
