"""Checks are kept by time and by thing; a purchase batch failed when one of its media last did."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archived.catalog import fixity, media
from archived.catalog.store import Catalog
from archived.fixity import BAD, CLEAN, FAILED, FULL, RECALL, SAMPLED, FixityCheck
from archived.model import Medium
from archived.states import MediumEvent, MediumState

T0 = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    found = Catalog(tmp_path / "catalog.sqlite")
    found.upgrade()
    with found.write() as write:
        for name, batch in (("M1", "A"), ("M2", "A"), ("M3", "B"), ("M4", "")):
            item = Medium(name, MediumState.GOOD, "bd-r", name, batch, "", 1 << 30, "L", 1000, 1000, None)
            media.register(write, item)
    yield found
    found.close()


def check(at: datetime, medium: str, outcome: str, how: str = FULL, **more: object) -> FixityCheck:
    return FixityCheck(0, at, f"copy of {medium}", how, outcome, None, medium, **more)  # type: ignore[arg-type]


def test_checks_come_back_as_they_were_put_and_by_thing_medium_and_time(catalog: Catalog) -> None:
    bad = check(
        T0 + DAY, "M1", BAD, parts=3, parts_total=3, bytes_read=1 << 40, bad=(0, 2), by="chunks", drive="B1"
    )
    with catalog.write() as write:
        fixity.add(write, check(T0, "M1", CLEAN, SAMPLED, seed="s/M1"))
        fixity.add(write, bad)
        fixity.add(write, FixityCheck(0, T0, "P000001", FULL, CLEAN, bad=("data/a",)))
    with catalog.read() as read:
        assert [one.outcome for one in fixity.of_medium(read, "M1")] == [CLEAN, BAD]
        found = fixity.of_subject(read, "copy of M1")[1]
        assert (found.bad, found.bytes_read, found.drive) == ((0, 2), 1 << 40, "B1")
        assert fixity.of_subject(read, "P000001")[0].bad == ("data/a",)
        assert [one.at for one in fixity.since(read, T0, T0 + DAY)] == [T0, T0]
        assert len(fixity.since(read, T0)) == 3


def test_the_last_check_of_a_kind_counts_and_a_recall_is_none(catalog: Catalog) -> None:
    with catalog.write() as write:
        for days, outcome, how in (
            (0, CLEAN, FULL),
            (3, CLEAN, SAMPLED),
            (5, FAILED, FULL),
            (9, CLEAN, RECALL),
        ):
            fixity.add(write, check(T0 + days * DAY, "M1", outcome, how))
    with catalog.read() as read:
        assert fixity.latest(read, CLEAN) == {"copy of M1": T0 + 3 * DAY}
        assert fixity.latest(read, CLEAN, FAILED) == {"copy of M1": T0 + 5 * DAY}


def test_a_batch_failed_when_one_of_its_media_did_by_a_check_or_by_a_doubt(catalog: Catalog) -> None:
    with catalog.write() as write:
        fixity.add(write, check(T0, "M1", BAD))
        fixity.add(write, check(T0 + 9 * DAY, "M4", BAD))
        media.advance_state(write, "M2", MediumEvent.SPOILED, T0 + DAY, note="a recall read wrong bytes")
        fixity.add(write, check(T0 + 2 * DAY, "M3", FAILED))
    with catalog.read() as read:
        assert fixity.batch_failures(read) == {"A": T0 + DAY}


def test_an_interrupted_burn_is_no_failure_of_its_batch(catalog: Catalog) -> None:
    with catalog.write() as write:
        item = Medium("M5", MediumState.WRITING, "bd-r", "M5", "C", "", 1 << 30, "L", 1001, 1001, None)
        media.register(write, item)
        media.advance_state(write, "M5", MediumEvent.SPOILED, T0, note="interrupted")
    with catalog.read() as read:
        assert fixity.batch_failures(read) == {}
