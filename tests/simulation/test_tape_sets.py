"""Sets on tape alone, sets over discs and tape of which any M members are lost, and deaths at any commit."""

from itertools import combinations

import pytest

from archived.catalog import media, packages
from archived.model import Copy
from archived.states import CopyState, MediumState, SetState
from tests.simulation.conftest import Tell
from tests.simulation.harness import Story
from tests.simulation.law import assert_law
from tests.simulation.tapes import TAPES, VERIFIED, all_discs_done, on_tape, tape_drives

#: Sets of two data images and one of parity, each no larger than the discs of the other stories.
VAULT = """
[libraries.tl1]
kind = "tape"
drives = ["T1", "T2"]
site = "cellar"

[pools.vault]
library = "tl1"
media_kind = "lto-8"
n = 2
m = 1
image_bytes = 2686976
tape_block_bytes = 65536
"""


def gathered(tell: Tell) -> tuple[Story, list[str]]:
    """Two packages of a class that knows no discs, each in an image of its own; nothing is written yet."""
    story = tell(settings={"pools": '["vault"]'}, more_settings=VAULT)
    found = story.submit_set(2)
    tape_drives(story, up=False)
    for close in (story.close_images, story.close_images, story.close_sets):
        close()
        story.settle()
    return story, found


def copy_in_vault(story: Story, package: str) -> Copy:
    """Where the image that carries a package was verified."""
    with story.catalog.read() as read:
        image_id = packages.image_ids(read, package)["vault"]
    copy: Copy = story.copy_of(image_id or "")
    return copy


def test_a_set_on_tape_alone_is_archived_and_outlives_the_loss_of_m_cartridges(tell: Tell) -> None:
    story, (first, second) = tell.on(gathered)
    tape_drives(story, up=True)
    story.settle()

    assert story.all_archived()
    assert [item.state for item in story.sets()] == [SetState.COMPLETE]
    copies = on_tape(story, *VERIFIED)
    assert len(copies) == len({copy.medium_id for copy in copies}) == 3, (
        "more than M members on one cartridge"
    )
    assert not story.burns
    assert_law(story)

    story.lose(copy_in_vault(story, first).medium_id)
    story.settle()
    for package in (first, second):
        story.forget_staging(package)
    recalls = {package: story.recall(package) for package in (first, second)}
    story.settle()
    for package, recall in recalls.items():
        story.assert_given_back(package, recall)


@pytest.mark.simulate
@pytest.mark.parametrize("lost", list(combinations(range(4), 2)), ids=lambda lost: "-".join(map(str, lost)))
def test_any_m_members_over_discs_and_tape_may_be_lost(tell: Tell, lost: tuple[int, int]) -> None:
    story, wanted = tell.on(parity_on_tape)
    members = [story.copy_of(image.id) for image in story.members(story.sets()[0].id)]
    for copy in (members[position] for position in lost):
        if story.medium(copy.medium_id).holds_many:
            (image,) = [image for image in story.images() if image.id == copy.image_id]
            blocks = -(-(image.size_bytes or 0) // (copy.block_bytes or 1))
            story.damage(copy.medium_id, kind="unreadable", block=copy.first_block, blocks=blocks)
        else:
            story.lose(copy.medium_id)
    story.settle()
    for package in wanted:
        story.forget_staging(package)
        recall = story.recall(package)
        story.settle()
        story.assert_given_back(package, recall)


def parity_on_tape(tell: Tell) -> tuple[Story, list[str]]:
    """A complete set: two data images on discs, two of parity on a cartridge."""
    story = tell(n=2, m=2, settings={"parity_pool": '"tapes"'}, more_settings=TAPES)
    found = story.submit_set(2)
    story.close_everything()
    assert story.all_archived()
    return story, found


def commits_until_done(tell: Tell) -> int:
    """How many commits there are from the planning of the copies to the end."""
    story, _packages = tell.on(owing)
    seen = [0]
    story.fuse.step = lambda name: seen.__setitem__(0, seen[0] + (name == "before commit"))  # type: ignore[method-assign]
    story.settle()
    return seen[0]


def owing(tell: Tell) -> tuple[Story, list[str]]:
    """All discs done; the site has just been told to copy to tape as well, so nothing of that is planned."""
    story, found = all_discs_done(tell)
    with story.catalog.write() as write:
        for copy in on_tape(story):
            media.withdraw_plan(write, copy, "told anew")
    tape_drives(story, up=True)
    return story, found


def kill_at_commit(tell: Tell, nth: int, when: str, *, power_cut: bool) -> None:
    story, _packages = tell.on(owing)
    assert story.until_killed(nth, lambda step: step == f"{when} commit"), "the story ended before"
    story.crash(power_cut=power_cut)
    story.settle()
    assert story.all_archived(), story.attentions()
    assert not on_tape(story, CopyState.ABANDONED), "no death of the daemon is the fault of a cartridge"
    assert len({copy.medium_id for copy in on_tape(story, *VERIFIED)}) == 1
    assert {story.medium(copy.medium_id).state for copy in on_tape(story, *VERIFIED)} == {
        MediumState.APPENDABLE
    }
    assert_law(story)


@pytest.mark.parametrize("nth", [1, 6])
def test_killed_at_a_commit_of_copying_and_appending_all_is_archived(tell: Tell, nth: int) -> None:
    kill_at_commit(tell, nth, "before", power_cut=nth > 1)


@pytest.mark.simulate
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("power_cut", [False, True], ids=["daemon", "power"])
def test_killed_at_every_commit_of_copying_and_appending_all_is_archived(
    tell: Tell, when: str, power_cut: bool
) -> None:
    count = commits_until_done(tell)
    assert count > 20
    for nth in range(1, count):
        kill_at_commit(tell, nth, when, power_cut=power_cut)
