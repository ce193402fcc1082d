"""The catalog is lost, an export is put back by command, everything is looked at, and the archive goes on."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from archived.founding import room_socket
from archived.room import control
from tests.acceptance.conftest import SMALLEST_SET
from tests.acceptance.running import Site

MakeVolume = Callable[..., Path]


def take_most_blanks_out(site: Site) -> None:
    """A look at each disc takes time; some of different magazines are enough."""
    blanks = [item["id"] for item in site.items("media", "--state", "blank")]
    for name in set(blanks) - set(blanks[::5]):
        control(room_socket(site.folder), "lose", {"medium": name})
    site.ask("library", "inventory")


def test_a_lost_catalog_is_put_back_checked_released_and_goes_on(
    make_site: Any, volume: MakeVolume, tmp_path: Path
) -> None:
    site: Site = make_site(settings=SMALLEST_SET)
    site.start()
    take_most_blanks_out(site)
    vault = tmp_path / "vault"
    vault.mkdir()
    assert site.submit(volume(1), "0001").status == 0
    site.archive("0001")
    made = site.ask("catalog", "export", "--to", vault)
    file = vault / made["file"]
    assert site.submit(volume(2), "0002").status == 0
    site.archive("0002")
    site.kill()
    for path in site.folder.glob("catalog.sqlite*"):
        path.unlink()

    done = site.run("archived", "restore", "--site", site.folder, file, "--json")
    assert done.status == 0, done.err
    told = json.loads(done.out)
    assert told["newer"]["packages_in_staging"] == ["P000002"]
    site.start()
    assert site.ask("status")["catalog_held"] is True
    assert "catalog-hold" in site.attentions()
    assert site.submit(volume(3), "0003").status == 0
    refused = site.ctl("catalog", "release-hold", "--reason", "in a hurry")
    assert refused.status == 2
    checked = site.ctl("catalog", "check")
    assert checked.status == 4, "discs that are newer than the catalog are a difference"
    newer = site.ask("catalog", "hold")["hold"]
    assert (len(newer["newer"]), newer["to_look_at"]) == (2, [])
    (package,) = newer["newer_in_staging"]
    assert package["info"]["Volume"] == "0002"

    released = site.ask(
        "catalog", "release-hold", "--reason", "two discs and one package are known to be newer"
    )
    (bag,) = [path for path in released["set_aside"] if path.endswith("P000002")]
    assert bag == package["path"]
    assert site.submit(Path(bag), "0002").status == 0
    site.archive("0002", "0003")
    for name in ("0001", "0002"):
        site.ask("recall", f"F1/S1/{name}", "--to", tmp_path / name)
        found = next((tmp_path / name).rglob("scan.bin"))
        assert found.read_bytes() == (tmp_path / f"volume-{int(name)}" / "scan.bin").read_bytes()
    assert site.ask("catalog", "exports")["items"] == []
