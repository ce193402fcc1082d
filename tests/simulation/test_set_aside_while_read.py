"""A disc that a person sets aside, and that is really bad: it is read all the same, and what it says is on record."""

from archived.care import ItemState, RunState
from archived.fixity import BAD
from archived.states import CopyState, MediumState, SetState
from tests.simulation.conftest import Tell
from tests.simulation.examining import archived_set, begin, checks_of, items_of, run_of
from tests.simulation.harness import Story


def with_a_bad_disc(tell: Tell) -> tuple[Story, str, str]:
    """A set of three discs, one of which has a spot that cannot be read: its image and its id."""
    story, packages = tell.on(archived_set)
    for package in packages:
        story.forget_staging(package)
    copy = story.copy_of(story.image_of(packages[0]).id)
    story.damage(copy.medium_id, offset=65536, bytes=65536, kind="unreadable")
    return story, copy.image_id, copy.medium_id


def settle(story: Story) -> None:
    """Until repair has ended too: it begins when nothing else is to be done."""
    for _again in range(6):
        story.settle()


def confusions(story: Story) -> list[str]:
    return [name for name in story.attentions() if name.startswith("confused")]


def test_set_aside_before_repair_reads_it_its_image_is_made_again_from_the_others(tell: Tell) -> None:
    story, image_id, medium_id = with_a_bad_disc(tell)
    story.set_aside([medium_id])
    settle(story)
    assert not confusions(story)
    assert story.copy_of(image_id, CopyState.VERIFIED).medium_id != medium_id
    assert [item.state for item in story.sets()] == [SetState.COMPLETE]


def test_set_aside_while_a_run_reads_it_the_bad_chunk_is_on_record(tell: Tell) -> None:
    story, image_id, medium_id = with_a_bad_disc(tell)
    run = begin(story, media=(medium_id,))
    story.until(lambda: any(item.state is ItemState.WORKING for item in items_of(story, run)))
    story.set_aside([medium_id])
    settle(story)
    assert not confusions(story)
    assert run_of(story, run).state is RunState.DONE
    assert [check.outcome for check in checks_of(story, medium_id)] == [BAD]
    assert story.medium(medium_id).state in (MediumState.QUARANTINED, MediumState.RETIRED)
    assert story.copy_of(image_id, CopyState.VERIFIED).medium_id != medium_id
