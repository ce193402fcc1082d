"""A reference that other systems would take for one that is there is refused, whatever is on record."""

import threading
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from archived.catalog import packages
from archived.errors import Unacceptable
from archived.stages.intake import Limits
from archived.states import PackageEvent
from tests.unit.archived.intake.conftest import Site

COMPOSED = "caf\u00e9"
DECOMPOSED = unicodedata.normalize("NFD", COMPOSED)


@pytest.mark.parametrize("field", ["fonds", "series", "volume"])
@pytest.mark.parametrize(("first", "second"), [("12a", "12A"), (COMPOSED, DECOMPOSED)])
def test_a_twin_of_a_name_that_is_there_is_refused_by_its_name(
    site: Site, volume: Path, field: str, first: str, second: str
) -> None:
    site.accept(volume, **{field: first})
    with pytest.raises(Unacceptable, match="only in case or Unicode normalization") as refused:
        site.accept(volume, **{field: second})
    (reason,) = refused.value.detail["reasons"]
    assert (reason["field"], reason["twin"]) == (field, first)
    assert site.states() == ["accepted"]


def test_no_exception_on_record_lifts_it(site: Site, volume: Path) -> None:
    site.accept(volume, volume="12a")
    with pytest.raises(Unacceptable, match="'12a'"):
        site.accept(volume, volume="12A", limits=Limits(exceptions=frozenset({"J001/A/12A"})))


def test_the_same_names_elsewhere_are_no_twins(site: Site, volume: Path) -> None:
    site.accept(volume, series="A", volume="12a")
    assert site.accept(volume, series="B", volume="12A")["version"] == 1
    (volume / "a.txt").write_text("corrected")
    assert site.accept(volume, series="A", volume="12a", new_version=True, reason="r")["version"] == 2


def test_a_twin_that_was_taken_back_is_in_nobodys_way(site: Site, volume: Path) -> None:
    taken_back = site.accept(volume, fonds="j001")["package"]
    with site.catalog.write() as connection:
        packages.advance_state(connection, taken_back, PackageEvent.WITHDRAWN)
    assert site.accept(volume, fonds="J001")["version"] == 1


def test_of_two_twins_at_once_the_first_one_counts(site: Site, volume: Path) -> None:
    winner: list[Any] = []

    def overtake(_done: int, _total: int) -> None:
        if not winner:
            thread = threading.Thread(target=lambda: winner.append(site.accept(volume, volume="12a")))
            thread.start()
            thread.join()

    with pytest.raises(Unacceptable, match="'12a'"):
        site.accept(volume, volume="12A", progress=overtake)
    assert site.states() == ["abandoned", "accepted"]
    assert site.left_in_staging() == [winner[0]["package"]]
