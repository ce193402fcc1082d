"""Ids that people can say, and places in sets that are never given twice."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from archived.catalog import images
from archived.catalog.images import ALPHABET, set_id
from archived.catalog.store import Catalog
from archived.errors import ForbiddenStep, NotFound
from archived.model import GroupKey
from archived.states import ImageEvent, SetEvent

NOW = datetime(2026, 1, 1, tzinfo=UTC)
KEY = GroupKey("p", "F", "S", "30", "open")


@pytest.fixture
def catalog(tmp_path: Path):
    found = Catalog(tmp_path / "catalog.sqlite")
    found.upgrade()
    yield found
    found.close()


def test_set_ids_are_distinct_short_and_free_of_letters_that_are_misread() -> None:
    ids = [set_id(number) for number in range(1, 40_000)]
    assert len(set(ids)) == len(ids)
    assert all(len(item) == 4 and set(item) <= set(ALPHABET) for item in ids)
    assert not set("ILOU") & set(ALPHABET)


def test_set_ids_stay_distinct_when_four_letters_are_used_up() -> None:
    size = 32**4
    assert len({set_id(number) for number in (1, size + 1, 2 * size + 1)}) == 3


def test_a_group_has_one_open_image_however_often_it_is_asked_for(catalog: Catalog) -> None:
    with catalog.write() as write:
        first = images.open_image(write, KEY, NOW)
        assert images.open_image(write, KEY, NOW) == first
        other = images.open_image(write, GroupKey("p", "F", "S", "30", "secret"), NOW)
    assert other.id != first.id


def test_images_join_a_forming_set_in_order_and_a_full_one_never(catalog: Catalog) -> None:
    taken = []
    with catalog.write() as write:
        for number in range(5):
            key = GroupKey("p", "F", f"S{number}", "30", "open")
            image = images.open_image(write, key, NOW)
            found, position = images.join_set(
                write, pool="p", n=4, m=2, scope="pool:p", confidentiality="open", at=NOW
            )
            images.advance_state(write, image.id, ImageEvent.CLOSE, set_id=found.id, position=position)
            taken.append((found.id, position))
    assert [position for _, position in taken] == [1, 2, 3, 4, 1]
    assert len({name for name, _ in taken}) == 2


def test_sets_never_mix_confidentiality(catalog: Catalog) -> None:
    with catalog.write() as write:
        first, _ = images.join_set(write, pool="p", n=4, m=2, scope="pool:p", confidentiality="a", at=NOW)
        second, _ = images.join_set(write, pool="p", n=4, m=2, scope="pool:p", confidentiality="b", at=NOW)
    assert first.id != second.id


def test_a_set_that_was_asked_to_close_takes_no_more_images(catalog: Catalog) -> None:
    with catalog.write() as write:
        first, _ = images.join_set(write, pool="p", n=4, m=2, scope="pool:p", confidentiality="a", at=NOW)
        images.ask_set_to_close(write, first.id)
        second, _ = images.join_set(write, pool="p", n=4, m=2, scope="pool:p", confidentiality="a", at=NOW)
    assert first.id != second.id


def test_an_image_is_found_by_its_id_and_by_what_its_label_says(catalog: Catalog) -> None:
    with catalog.write() as write:
        image = images.open_image(write, KEY, NOW)
        found, position = images.join_set(
            write, pool="p", n=4, m=2, scope="pool:p", confidentiality="open", at=NOW
        )
        images.advance_state(write, image.id, ImageEvent.CLOSE, set_id=found.id, position=position)
    with catalog.read() as read:
        assert images.get(read, image.id).id == image.id
        assert images.get(read, f"{found.id.lower()}-1").id == image.id
        with pytest.raises(NotFound):
            images.get(read, f"{found.id}-2")


def test_a_step_that_the_table_does_not_have_changes_nothing(catalog: Catalog) -> None:
    with catalog.write() as write:
        found, _ = images.join_set(write, pool="p", n=4, m=2, scope="pool:p", confidentiality="a", at=NOW)
    with pytest.raises(ForbiddenStep), catalog.write() as write:
        images.advance_set(write, found.id, SetEvent.COMPLETED)
    with catalog.read() as read:
        assert images.get_set(read, found.id).state is found.state
