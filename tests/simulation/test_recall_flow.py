"""Orders larger than the recall area: every medium is mounted once all the same, or the order is refused."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest

from archived.catalog import media, packages, recalls
from archived.errors import TooLarge, Unavailable
from archived.model import Recall
from archived.states import RecallEvent, RecallState
from tests.simulation.harness import Story
from tests.simulation.law import assert_law
from tests.simulation.test_recall_orders import by_package, deliver, limit, loads, order

SIZE = 400_000


@pytest.fixture(scope="module")
def one_story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Story, list[str]]]:
    """Four packages, two on each disc of a set of 2 + 1, whose bytes are on discs only."""
    story = Story(tmp_path_factory.mktemp("flow"), n=2, m=1, seed=8, disc_mib=4)
    package_ids = []
    for pair in ((1, 2), (3, 4)):
        package_ids += [story.submit(f"{number:04d}", SIZE) for number in pair]
        story.close_images()
        story.settle()
    story.close_everything()
    assert story.all_archived(), story.attentions()
    assert len({story.image_of(package_id).id for package_id in package_ids}) == 2
    for package_id in package_ids:
        story.forget_staging(package_id)
    yield story, package_ids
    story.end()


@pytest.fixture
def flowing(one_story: tuple[Story, list[str]]) -> Iterator[tuple[Story, list[str]]]:
    """The story with an area that takes one of its recalls at a time."""
    story, _ = one_story
    limit(story, 500_000)
    yield one_story
    with story.catalog.write() as write:
        for recall in recalls.in_state(write, RecallState.WAITING, *recalls.LIVE):
            recalls.advance_state(write, recall.id, RecallEvent.CANCELLED, ended_at=story.clock.now())
    story.settle()


def medium_of(story: Story, package_id: str) -> str:
    return story.copy_of(story.image_of(package_id).id).medium_id


def in_drive(story: Story, medium_id: str) -> bool:
    element = story.medium(medium_id).element
    with story.catalog.read() as read:
        return any(drive.element == element for drive in media.drives(read))


def fetch_one_by_one(story: Story, made: list[Recall], *, every: timedelta = timedelta(minutes=20)) -> None:
    """A slow caller: the next is fetched after a while."""
    for recall in made:
        story.settle()
        story.assert_given_back(str(recall.package_id), recall.id)
        story.clock.sleep(every.total_seconds())
        story.settle(naps=1)
        deliver(story, recall.id)


def test_an_order_larger_than_the_area_reads_each_medium_in_one_mount(
    flowing: tuple[Story, list[str]],
) -> None:
    story, package_ids = flowing
    since = len(story.history())
    made = order(story, *package_ids)
    fetch_one_by_one(story, made)

    assert [medium_of(story, str(r.package_id)) for r in made] == sorted(
        medium_of(story, package_id) for package_id in package_ids
    )
    assert loads(story, since) == Counter({medium_of(story, package_id): 1 for package_id in package_ids})
    assert_law(story)


def test_a_caller_who_fetches_nothing_keeps_a_disc_in_its_drive_for_so_long_and_no_longer(
    flowing: tuple[Story, list[str]],
) -> None:
    story, package_ids = flowing
    made = order(story, *package_ids[:2])
    medium_id = medium_of(story, package_ids[0])
    story.settle()
    held = in_drive(story, medium_id)
    story.clock.sleep(timedelta(minutes=61).total_seconds())
    story.settle()

    assert held
    assert not in_drive(story, medium_id)
    deliver(story, made[0].id)
    story.settle()
    story.assert_given_back(str(made[1].package_id), made[1].id)


def test_a_held_disc_survives_the_daemon(flowing: tuple[Story, list[str]]) -> None:
    story, package_ids = flowing
    since = len(story.history())
    made = order(story, *package_ids[:2])
    story.settle()
    story.crash()
    story.settle()
    deliver(story, made[0].id)
    story.settle()

    story.assert_given_back(str(made[1].package_id), made[1].id)
    assert loads(story, since) == Counter({medium_of(story, package_ids[0]): 1})


def test_what_changes_between_plan_and_commit_is_planned_anew(
    flowing: tuple[Story, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    story, (package_id, *_) = flowing
    with story.catalog.write() as write:
        packages.update_columns(write, package_id, staged=True)
    changes = iter([{"staged": False}, {"title": "another"}])
    change_before_the_commit(story, monkeypatch, lambda: next(changes, {}), package_id)

    (made,) = order(story, package_id)

    assert not made.from_staging
    monkeypatch.undo()
    story.settle()
    story.assert_given_back(package_id, made.id)


def test_what_never_stands_still_is_refused_and_nothing_is_on_record(
    flowing: tuple[Story, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    story, (package_id, *_) = flowing
    numbers = iter(range(100))
    change_before_the_commit(story, monkeypatch, lambda: {"title": f"title {next(numbers)}"}, package_id)
    with pytest.raises(Unavailable, match="changed 5 times while the recall was planned"):
        order(story, package_id)
    assert next(numbers) == 5
    with story.catalog.read() as read:
        assert recalls.in_state(read, RecallState.WAITING, *recalls.LIVE) == []


def change_before_the_commit(
    story: Story, monkeypatch: pytest.MonkeyPatch, changes: Any, package_id: str
) -> None:
    """Somebody changes the package after every plan, before its commit."""
    write = story.catalog.write

    @contextmanager
    def changing() -> Iterator[Any]:
        with write() as connection:
            if columns := changes():
                packages.update_columns(connection, package_id, **columns)
        with write() as connection:
            yield connection

    monkeypatch.setattr(story.catalog, "write", changing)


# ---- the last ones take a disc away


def test_recalls_through_the_set_begin_together_or_are_refused_with_sizes_and_choices(
    flowing: tuple[Story, list[str]],
) -> None:
    story, package_ids = flowing
    story.lose(medium_of(story, package_ids[0]))
    story.settle()
    limit(story, 4_000_000)
    with pytest.raises(TooLarge, match="2 packages share discs and come through their set") as refused:
        order(story, *package_ids[:2])
    assert "fewer of them at a time" in refused.value.advice
    assert refused.value.detail["needed_bytes"] > refused.value.detail["area_bytes_max"]

    limit(story, refused.value.detail["needed_bytes"])
    since = len(story.history())
    (first,) = order(story, package_ids[2])
    together = order(story, *package_ids[:2])
    assert [recall.state for recall in together] == [RecallState.WAITING] * 2, "no room for all of them yet"
    story.settle()
    deliver(story, first.id)
    story.settle()

    made = by_package(together)
    for package_id in package_ids[:2]:
        story.assert_given_back(package_id, made[package_id])
    parity = [medium for medium in loads(story, since) if medium != medium_of(story, package_ids[2])]
    assert all(loads(story, since)[medium] == 1 for medium in parity)
    assert_law(story)
