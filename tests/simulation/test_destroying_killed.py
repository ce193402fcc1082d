"""The daemon is killed at random points of a destruction and goes on; nothing is given up before survivors are safe."""

from random import Random

import pytest

from archived.catalog import media, packages
from archived.destructions import DestructionState
from archived.states import CopyState, ImageState, MediumState, PackageState, SetState
from tests.simulation.conftest import Tell
from tests.simulation.harness import Story
from tests.simulation.law import assert_law
from tests.simulation.test_destroying import all_of, begun
from tests.simulation.two_persons import forgotten

KILLS_MAX = 12
#: Seed, whether an image is shared, how often to die: one short story in every run, the others with `make simulate`.
STORIES = [
    pytest.param(1, False, 4, id="protected-anew-short"),
    *(
        pytest.param(seed, shared, KILLS_MAX, id=f"{name}-{seed}", marks=pytest.mark.simulate)
        for seed in range(1, 21)
        for shared, name in ((False, "protected-anew"), (True, "packed-again"))
    ),
]


def archived(tell: Tell, seed: int = 1) -> tuple[Story, list[str]]:
    """Three packages: the first shares its image with the second, the third has one of its own in the same set."""
    story = tell(seed=seed)
    ids = [story.submit("0001", 100_000), story.submit("0002", 100_000)]
    story.close_images()
    story.settle()
    ids.append(story.submit("0003", 400_000))
    story.close_everything()
    assert story.all_archived()
    return story, ids


@pytest.mark.parametrize(("seed", "shared", "kills"), STORIES)
def test_killed_anywhere_it_goes_on_and_what_is_kept_is_never_at_risk(
    tell: Tell, seed: int, shared: bool, kills: int
) -> None:
    story, ids = tell.on(archived, seed=1)
    for package_id in ids:
        story.forget_staging(package_id)
    doomed = ids[:1] if shared else ids[2:]
    kept = [name for name in ids if name not in doomed]
    forgotten(story, *doomed)
    begun(story, *doomed)
    chance = Random(f"{seed} {shared}")
    for _kill in range(kills):
        if not story.until_killed(chance.randint(1, 400)):
            break
        story.crash(power_cut=chance.random() < 0.3)
        law(story, kept)
    story.until(lambda: all_of(story)[0].state is DestructionState.DESTROYING)
    law(story, kept)
    (item,) = all_of(story)
    carriers = {
        copy.medium_id
        for copy in story.copies()
        if copy.image_id in item.terms["images"] and copy.state is not CopyState.CANCELLED
    }
    assert carriers <= set(item.media)
    assert [one.state for one in story.sets()].count(SetState.COMPLETE) == 1
    assert_law(story)
    story.end()


def law(story: Story, kept: list[str]) -> None:
    """What is kept can be read without its set at every moment; given up is nothing before its new set is whole."""
    for name in kept:
        assert story.package(name).state is PackageState.ARCHIVED
        image = story.image_of(name) if has_image(story, name) else None
        if image is not None and image.state is ImageState.KEPT:
            with story.catalog.read() as read:
                at_hand = media.copies_at_hand(read, image.id)
            assert any(copy.state is CopyState.VERIFIED for copy in at_hand)
    if story.media(MediumState.RELEASED):
        assert [one.state for one in story.sets()].count(SetState.COMPLETE) == 1
        assert all(story.image_of(name).state is ImageState.KEPT for name in kept)


def has_image(story: Story, package_id: str) -> bool:
    """A package that is packed again waits for its new image meanwhile, and the old one carries it still."""
    with story.catalog.read() as read:
        return all(packages.image_ids(read, package_id).values())
