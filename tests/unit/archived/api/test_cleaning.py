"""What a person who waits for a cleaning is told is in its way."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archived.api.robot import in_the_way
from archived.catalog import cleanings, events, media
from archived.catalog.events import Attention
from archived.catalog.store import Catalog
from archived.model import Drive

AT = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    found = Catalog(tmp_path / "catalog.sqlite")
    found.upgrade()
    with found.write() as write:
        media.register_drive(write, Drive("T1", "tl1", 256, "A", True, ""))
        cleanings.ask(write, "T1", urgent=True, agent="uid:0", at=AT)
    yield found
    found.close()


@pytest.mark.parametrize(
    ("attention_id", "stands_already"),
    [
        ("cleaning:T1", True),
        ("robot:tl1", True),
        ("drive-place:T1", True),
        ("drive:T1", False),
        ("trouble:T1", False),
        ("confused:cleaning 1", False),
    ],
)
def test_what_was_told_before_the_order_is_in_the_way_only_if_nothing_moves_because_of_it(
    attention_id: str, stands_already: bool, catalog: Catalog
) -> None:
    with catalog.write() as write:
        for name in ("drive:T2", "cleaning:T2", "robot:tl2", attention_id):
            events.raise_attention(write, Attention(name, "now", f"about {name}", "safe", "next", AT))
        assert in_the_way(write, "T1", []) == [f"about {attention_id}"]
        expected = [f"about {attention_id}"] if stands_already else []
        assert in_the_way(write, "T1", [attention_id]) == expected
