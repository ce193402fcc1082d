"""The catalog of a site with discs and cartridges is thrown away, and installed commands bring it back from both."""

from collections.abc import Callable
from pathlib import Path

import pytest

from archived.api.client import Client
from archived.founding import api_socket
from tests.acceptance.conftest import DISC_AND_TAPE
from tests.acceptance.running import Site
from tests.acceptance.test_catalog_rebuild import files_below


def keep_two_blanks(site: Site) -> None:
    """Blanks but one disc and one cartridge are carried out of the room: a look at each takes its time."""
    client = Client(api_socket(site.folder))
    blanks = client.get("/v1/media", state="blank")["items"]
    for kind in {item["kind"] for item in blanks}:
        for medium in [item["id"] for item in blanks if item["kind"] == kind][1:]:
            client.post("/v1/simulate", {"verb": "lose", "medium": medium})
    client.close()


@pytest.mark.simulate
def test_without_catalog_and_discs_everything_comes_back_from_a_cartridge(
    make_site: Callable[..., Site], volume: Callable[..., Path], tmp_path: Path
) -> None:
    site = make_site(settings=DISC_AND_TAPE)
    site.start()
    source = volume(1)
    assert site.submit(source, "0001").status == 0
    site.archive("0001")
    (before,) = site.items("packages")
    discs = [row[0] for row in site.look("select medium_id from copy where tape_file is null")]
    site.ask("staging", "release", "--all")
    keep_two_blanks(site)
    assert site.drain() == 0
    for path in site.folder.glob("catalog.sqlite*"):
        path.unlink()

    site.start()
    rebuilt = site.ctl("catalog", "rebuild", "--from-media")

    assert (rebuilt.status, rebuilt.document["state"]) == (0, "done"), rebuilt
    assert [item["kind"] for item in rebuilt.document["report"]["differences"]] == ["set-not-proven"]
    places = site.look("select tape_file, first_block, state from copy where tape_file is not null")
    assert [row[2] for row in places] == ["found"]
    assert site.ctl("catalog", "check", "--full").status == 0
    assert [item["state"] for item in site.items("packages")] == ["archived"]
    assert site.ctl("catalog", "release-hold", "--reason", "all looked at").status == 0
    for disc in discs:
        site.ask("simulate", "lose", disc)
    site.ask("library", "inventory")
    back = tmp_path / "back"
    assert site.ctl("recall", before["id"], "--to", back).status == 0
    assert files_below(source).items() <= files_below(back).items()
