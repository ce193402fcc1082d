"""A person walks along cabinets with a list: what stands there, what does not, and what the record makes of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from archived.catalog import cases, media
from archived.errors import Refused
from archived.policy.shelf_walk import Found
from archived.stages.shelf_walking import ReadAt, Walk, walk
from archived.states import CopyState
from tests.simulation.harness import Story
from tests.simulation.law import assert_law
from tests.simulation.person import Person


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """A set of two discs in cabinets, written by a person with a list."""
    story = Story(tmp_path_factory.mktemp("first"), n=1, m=1, kind="manual")
    story.submit("0001")
    story.close_everything()
    person = Person(story)
    person.settle(story.all_archived)
    person.settle()
    story.end()
    return story


@pytest.fixture
def story(first: Story, tmp_path: Path) -> Iterator[Story]:
    twin = first.twin(tmp_path / "story")
    yield twin
    twin.end()


def library(story: Story) -> str:
    return next(iter(story.config.libraries))


def shelves(story: Story) -> dict[str, int]:
    """What really stands in the cabinets: barcode and element."""
    carriers = story.room.estate.world.carriers.values()
    return {str(c.barcode): c.address for c in carriers if c.address is not None and c.address >= 1024}


def walked(story: Story, found: list[ReadAt] | None = None, cabinet: str = "") -> Walk:
    if found is None:
        found = [ReadAt((barcode,), str(element)) for barcode, element in shelves(story).items()]
    with story.catalog.write() as write:
        done = walk(write, story.site, library(story), cabinet, found, by="reader:hand", agent="uid:7")
    story.settle(naps=1)
    return done


def carry(story: Story, medium_id: str, place: int) -> None:
    story.control("take", medium=medium_id)
    story.control("put", medium=medium_id, place=place)


def found(done: Walk) -> dict[str | None, Found]:
    return {line.medium_id: line.found for line in done.lines}


def free_place(story: Story) -> int:
    taken = set(shelves(story).values())
    with story.catalog.read() as read:
        known = {medium.element for medium in media.listing(read)}
    return max(e for e in story.room.estate.world.elements if e >= 1024 and e not in taken | known)


def test_a_shelf_that_is_as_the_record_says_is_seen_and_nothing_else(story: Story) -> None:
    done = walked(story)
    assert {line.found for line in done.lines} == {Found.PRESENT}
    assert {medium.seen_by for medium in story.media()} == {"reader:hand"}
    assert not done.cases
    assert_law(story)


def test_a_disc_that_somebody_put_elsewhere_is_misplaced_and_the_record_follows(story: Story) -> None:
    disc = story.copies(CopyState.VERIFIED)[0].medium_id
    place = free_place(story)
    carry(story, disc, place)

    done = walked(story)

    assert found(done)[disc] is Found.MISPLACED
    assert story.medium(disc).element == place
    assert {kind for medium, kind in found(done).items() if medium != disc} == {Found.PRESENT}
    assert {line.found for line in walked(story).lines} == {Found.PRESENT}
    assert_law(story)


def test_a_disc_that_is_gone_is_missed_and_comes_back_when_it_is_seen(story: Story) -> None:
    disc = story.copies(CopyState.VERIFIED)[0].medium_id
    place = story.medium(disc).element
    story.control("take", medium=disc)
    done = walked(story)
    assert found(done)[disc] is Found.MISSING
    assert story.medium(disc).element is None
    assert f"missing:{disc}" in story.attentions()

    story.control("put", medium=disc, place=place)
    walked(story)

    assert story.medium(disc).element == place
    assert f"missing:{disc}" not in story.attentions()
    assert_law(story)


def test_two_discs_that_changed_places_are_followed_and_are_a_case(story: Story) -> None:
    one, other = (copy.medium_id for copy in story.copies(CopyState.VERIFIED)[:2])
    places = shelves(story)
    for disc in (one, other):
        story.control("take", medium=disc)
    story.control("put", medium=one, place=places[other])
    story.control("put", medium=other, place=places[one])

    done = walked(story)

    assert (found(done)[one], found(done)[other]) == (Found.MISPLACED, Found.MISPLACED)
    with story.catalog.read() as read:
        (case,) = cases.under_way(read)
    assert done.cases == (case.id,)
    assert set(case.media) == {one, other}
    assert_law(story)


def test_what_nobody_knows_what_is_read_twice_and_what_contradicts_itself_are_named(story: Story) -> None:
    names = sorted(shelves(story))
    with story.catalog.write() as write:
        media.update_columns(write, names[0], rfid_uid="04aa")
    read = [ReadAt((name,)) for name in names[3:]]
    read += [ReadAt(("what is this",)), ReadAt((names[2],)), ReadAt((names[2],)), ReadAt(("04AA", names[1]))]

    done = walked(story, read)

    kinds = [line.found for line in done.lines if line.reading is not None][-4:]
    assert kinds == [Found.UNKNOWN, Found.TWICE, Found.TWICE, Found.DISAGREE]
    assert not [line for line in done.lines if line.found is Found.MISSING]
    assert len(done.cases) == 2
    assert_law(story)


def test_a_place_or_a_cabinet_that_there_is_not_is_refused_and_nothing_is_put_on_record(story: Story) -> None:
    disc = sorted(shelves(story))[0]
    for place in ("99999", "drawer one"):
        with pytest.raises(Refused, match="no place"):
            walked(story, [ReadAt((disc,), place)])
    with pytest.raises(Refused, match="no cabinet"):
        walked(story, [], cabinet="nowhere")
    assert not [event for event in story.history() if event[1] == "vault walk"]
