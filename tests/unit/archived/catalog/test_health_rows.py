"""What was seen of media is kept by time and by who read; every change of a state by who and why."""

import ast
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import archived
from archived.catalog import health, media
from archived.catalog.store import Catalog
from archived.errors import ForbiddenStep
from archived.medium_health import LOAD, READ_ERROR, SCAN_LDC
from archived.model import Drive, Medium
from archived.states import MediumEvent, MediumState

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
DISC = Medium(
    "BD000001", MediumState.BLANK, "bd-r-25", "BD000001", "B1", "", 25_025_314_816, "LIB", 1001, 1001, None
)


@pytest.fixture
def catalog(tmp_path: Path):
    found = Catalog(tmp_path / "catalog.sqlite")
    found.upgrade()
    with found.write() as write:
        media.register(write, DISC)
        media.register_drive(write, Drive("LIB:0", "LIB", 256, "KLAM0042", up=True))
    yield found
    found.close()


def test_what_was_seen_is_kept_with_the_serial_number_of_who_read(catalog: Catalog) -> None:
    with catalog.write() as write:
        health.note(write, NOW, DISC.id, LOAD, None, drive="LIB:0")
        health.note(
            write, NOW, DISC.id, SCAN_LDC, 12.5, drive="LIB:0", reader="its own", unit="errors", lba=64
        )
        health.note(write, NOW - timedelta(days=1), DISC.id, READ_ERROR, 3, unit="sectors")
    with catalog.read() as read:
        early, load, scan = health.listing(read, DISC.id)
        assert (early.what, early.reader, early.value) == (READ_ERROR, "", 3)
        assert (load.reader, load.value) == ("KLAM0042", None)
        assert (scan.reader, scan.detail) == ("its own", {"lba": 64})
        assert health.listing(read, DISC.id, what=[SCAN_LDC], since=NOW) == [scan]
        assert health.listing(read, DISC.id, limit=1) == [scan]
        assert [entry.what for entry in health.after(read, load.id)] == [SCAN_LDC, READ_ERROR]


def test_every_change_of_a_state_says_when_who_and_why(catalog: Catalog) -> None:
    with catalog.write() as write:
        media.advance_state(write, DISC.id, MediumEvent.RESERVED, NOW)
        media.advance_state(write, DISC.id, MediumEvent.SET_ASIDE, NOW, agent="uid:1000", note="scratched")
    with catalog.read() as read:
        _made, first, second = health.history(read, DISC.id)
        assert (first.before, first.after, first.agent) == (
            MediumState.BLANK,
            MediumState.RESERVED,
            "archived",
        )
        assert (second.event, second.agent, second.why, second.at) == (
            MediumEvent.SET_ASIDE,
            "uid:1000",
            "scratched",
            NOW,
        )
        assert media.get(read, DISC.id).note == "scratched"
        assert len(health.history_since(read, NOW)) == 2


def test_a_step_that_changes_nothing_is_no_history_and_a_forbidden_one_neither(catalog: Catalog) -> None:
    with catalog.write() as write:
        for event in (MediumEvent.RESERVED, MediumEvent.INTENT, MediumEvent.WRITTEN):
            media.advance_state(write, DISC.id, event, NOW)
        media.advance_state(write, DISC.id, MediumEvent.READ_MATCHED, NOW)
        with pytest.raises(ForbiddenStep):
            media.advance_state(write, DISC.id, MediumEvent.ADMITTED, NOW)
    with catalog.read() as read:
        assert [step.after.value for step in health.history(read, DISC.id)] == [
            "blank",
            "reserved",
            "writing",
            "good",
        ]


STEPS = {"advance_state": 4, "withdraw_plan": 4, "withdraw_plans_on": 4}


def test_every_step_of_a_medium_is_told_its_time() -> None:
    """A history without times is none; the catalog knows no clock, so whoever steps says when."""
    untold = []
    for path in sorted(Path(archived.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            of = node.func.value
            if not (isinstance(of, ast.Name) and of.id == "media" and node.func.attr in STEPS):
                continue
            told = len(node.args) >= STEPS[node.func.attr] or any(key.arg == "at" for key in node.keywords)
            untold += [] if told else [f"{path.name}:{node.lineno}"]
    assert untold == []
