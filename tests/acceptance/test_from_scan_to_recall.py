"""The steps of docs/hardware.md on a real iSCSI target: scan, site, first look, first write and verify, recall."""

import filecmp
import subprocess
from pathlib import Path

import pytest

from tests.acceptance.running import BIN, Site
from tests.contract.tgt_target import NAME, require_tgt, tgt_target


@pytest.mark.simulate
def test_what_a_scan_prints_becomes_a_site_that_archives_and_gives_back(tmp_path: Path) -> None:
    require_tgt()
    volume = tmp_path / "test"
    volume.mkdir()
    (volume / "minutes.txt").write_text("hello " * 50_000)
    with tgt_target() as target:
        tables = tmp_path / "devices.toml"
        command = [BIN / "archivectl", "devices", "scan", "--portal", target.portal, "--toml"]
        scan = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout
        # Two cartridges are enough for a trial, and small images.
        images = "image_bytes = 100_000_000_000"
        assert scan.count(images) == 1
        tables.write_text(scan.replace(images, "image_bytes = 8388608\nn = 1\nm = 1"))
        site = Site(tmp_path / "site", hardware=tables)
        try:
            site.start()
            site.ask("library", "inventory")
            for number in (1, 2):
                site.ask(
                    "media", "register", f"VOL00{number}L8", "--pool", "tapes-tl1", "--batch", f"b{number}"
                )
            assert site.submit(volume, "1").status == 0
            site.ask("images", "close", "--all")
            # In the middle of the daemon's work: a session of its own disturbs none.
            again = site.ask("devices", "scan", "--portal", target.portal, "--target", NAME)
            assert [row["name"] for row in again["devices"]] == ["T1", "T2", "", "tl1"]
            site.archive("1")
            site.ask("staging", "release", "--all")
            back = tmp_path / "back"
            site.ask("recall", "F1/S1/1", "--to", back)
            assert filecmp.cmp(volume / "minutes.txt", back / "data/minutes.txt", shallow=False)
            unit = site.run("archived", "service-unit", "--site", site.folder, "--user", "archive")
            assert "SupplementaryGroups" not in unit.out, "nothing of it is a local node"
        finally:
            assert not site.end()
