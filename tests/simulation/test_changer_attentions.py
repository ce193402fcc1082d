"""What the robot says by itself: somebody had a door open, a magazine is gone, it is paused, it was reset."""

from dataclasses import replace

import pytest

from archived.errors import WrongState
from archived.stages import orders
from archived.states import CopyState
from simulator.world import World
from tests.simulation.conftest import Tell, two_volumes
from tests.simulation.harness import Story
from tests.simulation.law import assert_law


def begun(tell: Tell, **arguments: int) -> Story:
    return tell.on(two_volumes, **arguments)[0]


def exchange_discs(story: Story, one: int, other: int) -> None:
    """Somebody puts the discs of two slots each where the other was; the robot says that a door was open."""

    def exchanged(world: World) -> World:
        there = {one: other, other: one}
        carriers = {
            name: replace(c, address=there[c.address]) if c.address in there else c
            for name, c in world.carriers.items()
        }
        return replace(world, carriers=carriers)

    story.room.estate.change(exchanged)
    story.room.somebody_reached_in(one)


@pytest.mark.parametrize(("fault", "after"), [("door-opened", 0), ("door-opened", 4), ("robot-reset", 6)])
def test_an_attention_in_a_move_costs_a_look_and_nothing_else(tell: Tell, fault: str, after: int) -> None:
    story = begun(tell)
    story.fault(fault, after=after)

    story.close_everything()

    assert story.all_archived(), story.attentions()
    assert not [name for name in story.raised if name.startswith(("move:", "missing:", "robot:"))]
    assert_law(story)


def test_discs_that_somebody_exchanged_behind_the_robots_back_are_seen_before_anything_moves(
    tell: Tell,
) -> None:
    story = begun(tell)
    story.until(lambda: story.copies(CopyState.PLANNED))
    planned = {copy.medium_id for copy in story.copies(CopyState.PLANNED)}
    elements = sorted(m.element for m in story.media() if m.id in planned and m.element is not None)
    exchange_discs(story, elements[0], elements[1])

    story.close_everything()

    assert story.all_archived(), story.attentions()
    assert not [name for name in story.raised if name.startswith(("write:", "missing:"))]
    assert_law(story)


def test_discs_exchanged_while_a_gate_looks_are_seen_by_the_whole_library_before_anything_moves(
    tell: Tell,
) -> None:
    story = begun(tell)
    exchanged: list[int] = []

    def at_the_gate(step: str) -> bool:
        if step.startswith("begin copy") and not exchanged:
            planned = {copy.medium_id for copy in story.copies(CopyState.PLANNED)}
            slots = story.room.estate.plan.slot_addresses
            there = {m.element: m.id in planned for m in story.media() if m.element in slots}
            next_one = next(element for element, is_planned in there.items() if is_planned)
            exchanged.extend((next_one, next(e for e, is_planned in there.items() if not is_planned)))
            exchange_discs(story, *exchanged)
        return False

    story.fuse.arm(which=at_the_gate)
    story.close_everything()

    assert exchanged
    assert story.all_archived(), story.attentions()
    assert not [name for name in story.raised if name.startswith(("move:", "write:", "missing:", "robot:"))]
    assert_law(story)


def test_a_magazine_that_is_taken_out_takes_its_discs_along_and_its_slots_are_not_empty(tell: Tell) -> None:
    story, (package_id, *_others) = tell.on(two_volumes)
    story.close_everything()
    assert story.all_archived()
    plan = story.room.estate.plan
    element = story.medium(story.copy_of(story.image_of(package_id).id).medium_id).element
    number = (element - plan.slot_addresses.start) // plan.magazine_slots + 1
    slots = plan.magazine_addresses(number)
    inside = [m.id for m in story.media() if m.element in slots]

    story.control("magazine", number=number, present=False)
    story.look()
    story.settle(naps=2)

    raised = story.attentions()[f"magazine:{story.room.estate.plan.library}"]
    assert str(len(inside)) in raised.what
    assert "not taken for empty" in raised.safe
    assert not [name for name in story.attentions() if name.startswith("missing:")]
    assert all(m.element is None for m in story.media() if m.id in inside)
    elsewhere = next(m for m in story.media() if m.element is not None)
    with story.catalog.read() as read, pytest.raises(WrongState, match="no magazine installed"):
        orders.check_move(read, story.site, elsewhere.id, slots[0])
    story.forget_staging(package_id)
    recall_id = story.recall(package_id)
    story.settle(naps=3)
    story.assert_given_back(package_id, recall_id)
    assert_law(story)

    story.control("magazine", number=number, present=True)
    story.look()
    story.settle(naps=2)
    assert not [name for name in story.attentions() if name.startswith("magazine:")]
    assert all(m.element in slots for m in story.media() if m.id in inside)
    assert_law(story)


def test_a_paused_library_is_told_to_people_and_blames_no_medium(tell: Tell) -> None:
    story = begun(tell)
    story.until(lambda: story.copies(CopyState.PLANNED))
    story.fault("robot-paused", times=None)

    story.until(lambda: "robot:main" in story.attentions())

    raised = story.attentions()["robot:main"]
    assert "paused by an operator" in raised.what
    assert "nothing moves" in raised.safe
    story.control("disarm")
    story.close_everything()
    assert story.all_archived(), story.attentions()
    assert not [name for name in story.raised if name.startswith(("move:", "write:", "drive:"))]
    assert "robot:main" not in story.attentions()
    assert_law(story)


def test_a_library_that_is_paused_as_a_disc_is_to_be_read_back_makes_it_wait_and_blames_no_drive(
    tell: Tell, caplog: pytest.LogCaptureFixture
) -> None:
    story, paused = begun(tell), []

    def paused_before_the_look(step: str) -> bool:
        if step.startswith("begin copy") and story.copies(CopyState.VERIFYING) and not paused:
            paused.append(story.fault("robot-paused", times=None))
        return False

    story.fuse.arm(which=paused_before_the_look)
    story.close_images()
    story.settle()
    story.close_sets()
    story.until(lambda: "robot:main" in story.attentions())

    assert "paused by an operator" in story.attentions()["robot:main"].what
    assert not story.copies(CopyState.VERIFYING)
    assert "could not tell its outcome" not in caplog.text
    story.fuse.disarm()
    story.control("disarm")
    story.close_everything()
    assert story.all_archived(), story.attentions()
    assert not [name for name in story.raised if name.startswith(("trouble:", "drive:", "move:", "write:"))]
    assert_law(story)


@pytest.mark.parametrize("after", [3, 5], ids=["in a look", "in a move"])
def test_a_robot_that_forgot_its_elements_looks_into_them_and_goes_on(tell: Tell, after: int) -> None:
    story = begun(tell)
    story.fault("robot-uninitialized", after=after)

    story.close_everything()

    assert story.all_archived(), story.attentions()
    assert not [name for name in story.raised if name.startswith(("move:", "write:", "drive:"))]
    assert_law(story)
