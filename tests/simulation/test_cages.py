"""Magazines that are taken out, lie on a shelf, and are put back elsewhere: after a look what is in them went along."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from archived.cages import Cage, CageState
from archived.catalog import cages, cases
from archived.stages import cage_orders
from archived.states import CopyState
from tests.simulation.harness import Story
from tests.simulation.law import assert_law

BAYS = "".join(
    f'[readers.bay{number}]\nkind = "yrm100"\nplace = "bay"\nlibrary = "main"\nmagazine = {number}\n'
    for number in (1, 2)
)
TAGS = {1: "e28011700000020f1a2b0001", 2: "e28011700000020f1a2b0002"}


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """A set on discs of several magazines."""
    story = Story(tmp_path_factory.mktemp("first") / "story")
    story.submit_set(2)
    story.close_everything()
    assert story.all_archived()
    story.end()
    return story


@pytest.fixture
def story(first: Story, tmp_path: Path) -> Iterator[Story]:
    twin = first.twin(tmp_path / "story")
    yield twin
    twin.end()


def cage_at(story: Story, position: str) -> Cage:
    with story.catalog.write() as write:
        return cage_orders.find(write, story.site, position)


def cage(story: Story, cage_id: str) -> Cage:
    with story.catalog.read() as read:
        return cages.get(read, cage_id)


def in_it(story: Story, item: Cage) -> dict[str, int | None]:
    """What is with a cage by the record, and where."""
    with story.catalog.read() as read:
        ids = cages.media_in(read, cages.get(read, item.id))
    return {medium_id: story.medium(medium_id).element for medium_id in ids}


def take_out(story: Story, item: Cage, number: int) -> None:
    story.control("magazine", number=number, present=False)
    with story.catalog.write() as write:
        cage_orders.take_out(write, story.site, item, place="shelf 3", agent="uid:7")
    story.settle(naps=1)


def exchange(story: Story) -> None:
    """Somebody puts each of two magazines where the other was, and a look sees it."""
    story.control("exchange-magazines", number=1, other=2)
    story.look()
    story.settle(naps=1)


def open_cases(story: Story) -> int:
    with story.catalog.read() as read:
        return len(cases.under_way(read))


def test_a_magazine_on_a_shelf_takes_its_media_along_and_nobody_misses_them(story: Story) -> None:
    item = cage_at(story, "magazine-1")
    before = in_it(story, item)
    assert before

    take_out(story, item, 1)

    assert (cage(story, item.id).state, cage(story, item.id).place) == (CageState.OUT, "shelf 3")
    assert in_it(story, item) == dict.fromkeys(before)
    assert not [name for name in story.attentions() if name.startswith(("missing:", "magazine:"))]

    story.control("magazine", number=1, present=True)
    story.look()
    story.settle(naps=1)

    assert cage(story, item.id).position == "magazine-1"
    assert in_it(story, item) == before
    assert_law(story)


def test_magazines_that_changed_places_are_followed_with_all_that_is_in_them(story: Story) -> None:
    one, two = cage_at(story, "magazine-1"), cage_at(story, "magazine-2")
    before = in_it(story, one) | in_it(story, two)
    exchange(story)

    assert (cage(story, one.id).position, cage(story, two.id).position) == ("magazine-2", "magazine-1")
    assert open_cases(story) == 0
    for medium_id, element in before.items():
        medium = story.medium(medium_id)
        assert medium.element != element
        assert medium.home_element == medium.element
    package = next(iter(story.contents))
    story.forget_staging(package)
    recall = story.recall(package)
    story.settle()
    story.assert_given_back(package, recall)
    assert_law(story)


def test_a_magazine_that_comes_back_elsewhere_is_at_home_there(story: Story) -> None:
    one, two = cage_at(story, "magazine-1"), cage_at(story, "magazine-2")
    media = in_it(story, one)
    take_out(story, one, 1)
    take_out(story, two, 2)
    story.control("exchange-magazines", number=1, other=2)
    story.control("magazine", number=2, present=True)
    with story.catalog.write() as write:
        cage_orders.put(
            write, story.site, cages.get(write, one.id), "magazine-2", library=None, agent="uid:7"
        )
    story.settle(naps=1)

    assert cage(story, one.id).position == "magazine-2"
    assert set(in_it(story, one)) == set(media)
    assert all(story.medium(m).magazine == "magazine-2" for m in media)
    assert all(story.medium(m).element == story.medium(m).home_element for m in media)
    assert cage(story, two.id).state is CageState.OUT
    assert_law(story)


def test_a_tag_at_the_bay_that_contradicts_the_labels_opens_a_case(tmp_path: Path) -> None:
    story = Story(tmp_path / "story", more_settings=BAYS)
    story.settle(naps=1)
    for number, uid in TAGS.items():
        story.control("stick-magazine-tag", number=number, uid=uid)
        with story.catalog.write() as write:
            item = cage_orders.find(write, story.site, f"magazine-{number}")
            cage_orders.put_tag(write, story.site, item, uid, agent="uid:7")
    story.look()
    story.settle(naps=1)
    assert open_cases(story) == 0

    exchange(story)
    assert open_cases(story) == 0  # tags and labels agree
    with story.catalog.write() as write:
        assert cage_orders.find(write, story.site, "magazine-1").rfid_uid == TAGS[2]

    # Somebody exchanges the tags alone.
    story.control("stick-magazine-tag", number=1, uid=TAGS[1])
    story.control("stick-magazine-tag", number=2, uid=TAGS[2])
    story.look()
    story.settle(naps=1)
    assert open_cases(story) >= 1
    assert_law(story)
    story.end()


@pytest.mark.parametrize("nth", [1, 2, 3])
@pytest.mark.parametrize("when", ["before commit", "after commit"])
def test_a_daemon_that_dies_around_the_look_follows_the_magazines_in_its_next_life(
    story: Story, when: str, nth: int
) -> None:
    one = cage_at(story, "magazine-1")
    story.control("exchange-magazines", number=1, other=2)
    story.look()
    assert story.until_killed(nth, lambda step: step == when)
    story.crash()
    story.settle(naps=1)
    assert cage(story, one.id).position == "magazine-2"
    assert len(story.copies(CopyState.VERIFIED)) == 3
    assert_law(story)
