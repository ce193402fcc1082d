"""Exports to a folder of somebody's choice: made, and warned of where they would be lost with what they are for."""

from pathlib import Path

from tests.unit.archived.api.conftest import Daemon


def test_an_export_beside_staging_and_catalog_says_that_it_would_be_lost_with_them(
    daemon: Daemon, tmp_path: Path
) -> None:
    answer = daemon.ask("POST", "/v1/catalog/exports", {"to": str(tmp_path)}).json()
    assert (tmp_path / answer["file"]).is_file()
    assert answer["warnings"] == [
        f"{tmp_path} lies on the disk of staging and would be lost with it",
        f"{tmp_path} lies on the disk of the catalog and would be lost with it",
    ]


def test_the_place_of_the_nightly_export_is_refused_there(daemon: Daemon) -> None:
    answer = daemon.ask("POST", "/v1/catalog/exports", {}).json()
    assert answer["code"] == "refused"
