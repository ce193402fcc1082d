"""The catalog is thrown away, and the installed commands bring it back from the media of the room."""

from collections.abc import Callable
from pathlib import Path

from archived.api.client import Client
from archived.founding import api_socket
from tests.acceptance.conftest import SMALLEST_SET
from tests.acceptance.running import Site

BLANKS_LEFT = 3


def keep_few_blanks(site: Site) -> None:
    """Most blanks are carried out of the room: a look at each takes its time."""
    client = Client(api_socket(site.folder))
    blanks = [item["id"] for item in client.get("/v1/media", state="blank")["items"]]
    for medium in blanks[BLANKS_LEFT:]:
        client.post("/v1/simulate", {"verb": "lose", "medium": medium})
    client.close()


def files_below(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_catalog_that_was_thrown_away_comes_back_and_recalls_bit_for_bit(
    make_site: Callable[..., Site], volume: Callable[..., Path], tmp_path: Path
) -> None:
    site = make_site(settings=SMALLEST_SET)
    site.start()
    source = volume(1)
    assert site.submit(source, "0001").status == 0
    site.archive("0001")
    (before,) = site.items("packages")
    site.ask("staging", "release", "--all")
    keep_few_blanks(site)
    assert site.drain() == 0
    for path in site.folder.glob("catalog.sqlite*"):
        path.unlink()

    site.start()
    refused = site.submit(volume(2), "0002")
    assert (refused.status, refused.document["code"]) == (3, "unavailable")
    assert "catalog-empty" in site.attentions()
    rebuilt = site.ctl("catalog", "rebuild", "--from-media")

    assert (rebuilt.status, rebuilt.document["state"]) == (0, "done"), rebuilt
    assert rebuilt.document["report"]["counts"]["archived"] == 0  # nobody knows yet what was read back
    assert site.ctl("catalog", "rebuild", "--from-media").status == 2
    (after,) = site.items("packages")
    for key in ("id", "fonds", "series", "volume", "version", "root_digest", "size_bytes"):
        assert after[key] == before[key], key
    back = tmp_path / "back"
    assert site.ctl("recall", before["id"], "--to", back).status == 0
    given, found = files_below(source), files_below(back)
    assert given.items() <= found.items()

    assert site.ctl("catalog", "release-hold", "--reason", "all looked at").status == 2
    assert site.ctl("catalog", "check").status == 4
    assert site.ctl("catalog", "check", "--full").status == 0
    assert [item["state"] for item in site.items("packages")] == ["archived"]
    assert site.ctl("catalog", "release-hold", "--reason", "all looked at").status == 0
