"""A drive asks to be cleaned: it writes nothing before, and the library's cleaning cartridge does it once."""

from dataclasses import replace

import pytest

from archived.catalog import cleanings, events
from archived.cleanings import Cleaning, CleaningState
from archived.policy.cleaners import USES_MAX
from archived.stages import cleaning_asked
from archived.states import CopyState
from tests.simulation.conftest import Tell
from tests.simulation.harness import Story
from tests.simulation.law import assert_law
from tests.simulation.tapes import TAPES, all_discs_done, on_tape, tape_drives

CLEANER = "CLNS02L1"


def cleaned(story: Story) -> list[Cleaning]:
    """Every cleaning that ever was, in order."""
    with story.catalog.read() as read:
        return cleanings.in_state(read, *CleaningState)


def room_drive(story: Story, name: str) -> dict[str, object]:
    """A drive as it really is."""
    shown = story.rooms[1].estate
    address = shown.plan.drive(name).address
    mechanics = shown.world.drives[address]
    return {
        "dirty": mechanics.dirty,
        "cleanings": mechanics.cleanings,
        "empty": shown.world.at(address) is None,
    }


def test_a_drive_that_says_clean_now_is_cleaned_and_then_goes_on(tell: Tell) -> None:
    story, _packages = tell.on(all_discs_done)
    for name in ("T1", "T2"):
        story.fault("dirty-head", drive=name)
    tape_drives(story, up=True)
    story.settle()

    assert story.all_archived()
    rows = cleaned(story)
    assert [row.state for row in rows] == [CleaningState.DONE] * 2
    assert {row.drive for row in rows} == {"T1", "T2"}
    assert all(row.medium_id == CLEANER and row.urgent for row in rows)
    for name in ("T1", "T2"):
        assert room_drive(story, name) == {"dirty": False, "cleanings": 1, "empty": True}
    assert story.medium(CLEANER).element == story.medium(CLEANER).home_element, "it is not back in its slot"
    with story.cartridge(CLEANER) as cartridge:
        assert cartridge.chip.cleanings_left == USES_MAX - 2
    with story.catalog.read() as read:
        assert cleanings.uses(read) == {CLEANER: 2}
    assert not [name for name in story.raised if name.startswith("cleaning:")], "nobody had to do anything"
    with story.catalog.read() as read:
        told = [event for event in events.since(read, 0, limit=10_000) if event.type == "drive health"]
    assert {event.detail["drive"] for event in told} == {"T1", "T2"}, (
        "the drive that only reads was not asked"
    )
    assert all(event.detail["lifetime_loads"] >= 1 for event in told)
    assert all(event.detail["cartridge_loads"] >= 1 for event in told if event.subject_id != CLEANER)
    assert {tuple(event.detail["flags"]) for event in told if event.subject_id != CLEANER} == {(20,)}
    assert_law(story)


@pytest.mark.simulate
def test_where_a_person_decides_nothing_is_written_in_the_drive_before_he_ordered_it(tell: Tell) -> None:
    story, _packages = tell.on(asking)
    story.set_drive("T1", up=True)
    story.settle()
    assert story.copies(CopyState.VERIFIED)
    story.submit_set(2, first=3)
    story.close_everything()
    written = [copy for copy in on_tape(story) if copy.state is not CopyState.PLANNED]
    assert len(written) == 2, "the dirty drive wrote more"
    assert "archivectl library clean T1" in story.attentions()["cleaning:T1"].next
    assert story.attentions()["cleaning:T1"].urgency == "now"

    with story.catalog.write() as write:
        cleaning_asked.order(write, story.site, "T1", "uid:1000")
    story.settle()
    assert story.all_archived()
    assert "cleaning:T1" not in story.attentions()
    assert [row.state for row in cleaned(story)] == [CleaningState.DONE]
    assert_law(story)


def asking(tell: Tell) -> tuple[Story, list[str]]:
    """All discs done; T1 is dirty, and a person decides about cleaning."""
    settings = TAPES.replace('site = "cellar"', 'site = "cellar"\nclean = "ask"')
    story = tell(settings={"copies": '["tapes"]'}, more_settings=settings)
    found = story.submit_set(2)
    tape_drives(story, up=False)
    story.close_everything()
    story.fault("dirty-head", drive="T1")
    return story, found


def test_a_used_up_cartridge_is_set_aside_and_the_next_one_is_taken_as_soon_as_there_is_one(
    tell: Tell,
) -> None:
    story, _packages = tell.on(all_discs_done)
    with story.cartridge(CLEANER) as cartridge:
        cartridge.change_chip(cleanings_left=0)
    story.fault("dirty-head", drive="T1")
    story.set_drive("T1", up=True)
    story.settle()

    assert [row.state for row in cleaned(story)] == [CleaningState.UNFIT, CleaningState.WANTED]
    assert {f"cleaner:{CLEANER}", "cleaning:T1"} <= set(story.attentions())
    assert "holds no cartridge that still cleans" in story.attentions()["cleaning:T1"].what
    assert story.medium(CLEANER).element == story.medium(CLEANER).home_element

    story.control("insert", library="tl1", medium="CLN002L1", media_id="cleaning")
    story.look()
    story.settle()
    assert [row.state for row in cleaned(story)] == [CleaningState.UNFIT, CleaningState.DONE]
    assert cleaned(story)[-1].medium_id == "CLN002L1"
    assert "cleaning:T1" not in story.attentions()
    assert story.all_archived()
    assert_law(story)


@pytest.mark.simulate
def test_a_drive_that_does_not_get_clean_is_not_cleaned_again_by_itself(tell: Tell) -> None:
    story, _packages = tell.on(all_discs_done)
    story.fault("dirty-head", drive="T1")
    story.fault("cleaning-in-vain", drive="T1", times=9)
    story.set_drive("T1", up=True)
    story.settle()

    assert [row.state for row in cleaned(story)] == [CleaningState.FAILED]
    assert "did not help" in story.attentions()["cleaning:T1"].what
    with story.cartridge(CLEANER) as cartridge:
        assert cartridge.chip.cleanings_left == USES_MAX - 1

    # Somebody cleaned it by hand.
    address = story.rooms[1].estate.plan.drive("T1").address
    story.rooms[1].estate.change(
        lambda world: world.with_drive(address, replace(world.drives[address], dirty=False))
    )
    with story.catalog.write() as write:
        cleaning_asked.said_clean(write, story.site, "T1", "uid:1000")
    story.settle()
    assert story.all_archived()
    assert_law(story)


@pytest.mark.simulate
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", ["chosen", "brought", "begun", "given out", "recorded", "taken home"])
def test_killed_at_any_point_of_a_cleaning_it_is_done_once(tell: Tell, step: str, when: str) -> None:
    story, _packages = tell.on(all_discs_done)
    story.fault("dirty-head", drive="T1")
    story.set_drive("T1", up=True)
    first = CleaningState.WANTED if when == "before" else CleaningState.CLEANING
    last = CleaningState.DONE
    names = {
        "chosen": (f"{when} commit", first),
        "brought": (f"{when} tl1 A5", CleaningState.CLEANING),
        "begun": (f"{when} T1 00", CleaningState.CLEANING),
        "given out": (f"{when} T1 4D", CleaningState.CLEANING),
        "recorded": (f"{when} commit", CleaningState.CLEANING if when == "before" else last),
        "taken home": (f"{when} tl1 A5", last),
    }
    name, state = names[step]

    def is_here(told: str) -> bool:
        return told == name and [row.state for row in cleaned(story)] == [state]

    # The first motion while CLEANING takes the written cartridge out of the way.
    assert story.until_killed({"brought": 2, "recorded": 3 if when == "before" else 1}.get(step, 1), is_here)
    story.crash(power_cut=step in ("begun", "taken home"))
    story.settle()

    assert story.all_archived()
    assert [row.state for row in cleaned(story)] == [CleaningState.DONE]
    with story.cartridge(CLEANER) as cartridge:
        # A power cut in a cleaning begins it anew: that is the drive's doing.
        assert cartridge.chip.cleanings_left >= USES_MAX - 2
    assert not room_drive(story, "T1")["dirty"]
    assert story.medium(CLEANER).element == story.medium(CLEANER).home_element
    assert_law(story)
