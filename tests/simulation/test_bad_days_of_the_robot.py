"""A robot that says nothing, says no, or stops with a disc in its hand; and a drive that goes down."""

import pytest

from archived.catalog import events
from archived.states import CopyState
from tests.simulation.conftest import Tell, two_volumes
from tests.simulation.harness import Story
from tests.simulation.law import assert_all_archived_or_named, assert_law


def begun(tell: Tell, **arguments: int) -> Story:
    return tell.on(two_volumes, **arguments)[0]


@pytest.mark.parametrize("after", [0, 3, 6], ids=["loading", "unloading", "reloading"])
@pytest.mark.parametrize("how", ["moved", "unmoved", "in-hand"])
def test_robot_that_does_not_answer_is_looked_at_and_nothing_moves_blindly(
    tell: Tell, how: str, after: int
) -> None:
    story = begun(tell, seed=after)
    story.fault(f"robot-timeout-{how}", after=after)

    story.close_everything()

    assert story.all_archived(), story.attentions()
    assert len(story.burns) == 3
    moves = [name for name in story.raised if name.startswith("move:")]
    if how == "moved":
        assert not moves
        assert any(e[1] == "move" and e[4] == "arrived" and "did not answer" in e[5] for e in story.history())
    else:
        medium_id = moves[0].removeprefix("move:")
        raised = story.raised[moves[0]]
        assert medium_id in raised.what
        assert "did not answer" in raised.what
        assert "never blindly" in raised.safe
    assert not [name for name in story.attentions() if name.startswith("move:")]
    assert_law(story)


def test_robot_with_a_disc_in_its_hand_puts_it_down_before_anything_else_moves(tell: Tell) -> None:
    story = begun(tell)
    story.fault("robot-timeout-in-hand", after=11)  # on the way home, when nothing wants that disc any more

    story.close_everything()

    assert story.all_archived(), story.attentions()
    assert any("left in the robot's hand" in event[5] for event in story.history())
    assert all(medium.element == medium.home_element for medium in story.media())
    assert_law(story)


def test_robot_that_refuses_a_move_is_asked_again_after_a_rest(tell: Tell) -> None:
    story = begun(tell)
    story.fault("robot-refuses-move", after=4, times=2)

    story.close_everything()

    refused = [name for name in story.raised if name.startswith("move:")]
    assert refused
    assert "(stayed)" in story.raised[refused[0]].what
    assert story.all_archived()
    assert_law(story)


def test_disc_whose_unloading_was_refused_can_still_be_read_where_it_is(tell: Tell) -> None:
    story = tell()
    package_id = story.submit_set(2)[0]
    story.close_everything()
    story.forget_staging(package_id)
    disc = story.copy_of(story.image_of(package_id).id).medium_id
    story.recall(package_id)
    story.fault("robot-refuses-move", after=1, times=None, medium=disc)
    story.settle(naps=3)
    again = story.recall(package_id)
    story.settle(naps=3)

    story.assert_given_back(package_id, again)
    assert f"move:{disc}" in story.attentions()


def test_robot_that_stays_silent_stops_everything_that_moves_and_says_so(tell: Tell) -> None:
    story = begun(tell)
    story.close_images()
    story.fault("room-lost", times=None)

    story.until(lambda: "robot:main" in story.attentions())

    raised = story.attentions()["robot:main"]
    assert "robot of library main does not answer" in raised.what
    assert "nothing moves until it was looked at" in raised.safe
    assert raised.next.endswith("archivectl library inventory")
    story.control("disarm")
    story.close_everything()
    assert story.all_archived()
    assert "robot:main" not in story.attentions()
    assert_law(story)


def test_drive_taken_down_in_the_middle_lets_the_other_one_finish(tell: Tell) -> None:
    story = begun(tell, m=2)
    story.until(lambda: story.copies(CopyState.WRITING))
    down = str(story.copies(CopyState.WRITING)[0].write_drive)

    story.set_drive(down, up=False)
    story.close_everything()

    verified = [c for c in story.copies(CopyState.VERIFIED) if c.verify_drive == c.write_drive]
    assert len(verified) == 2, "two members may depend on one drive, no more"
    waiting = [item for name, item in story.attentions().items() if name.startswith("judge:")]
    assert waiting
    assert "archivectl allow diversity" in waiting[0].what
    assert_all_archived_or_named(story)
    assert_law(story)
    story.set_drive(down, up=True)
    story.close_everything()
    assert story.all_archived()
    assert_law(story)


def test_drive_that_does_not_make_out_a_disc_it_was_brought_goes_down(tell: Tell) -> None:
    story = begun(tell)
    story.fault("drive-hang", drive="B1")

    story.close_everything()

    down = story.raised["drive:B1"]
    assert "B1" in down.what
    assert "nothing was written" in down.safe
    assert down.next == "archivectl drive up B1 --reason TEXT"
    assert_all_archived_or_named(story)
    assert_law(story)
    story.set_drive("B1", up=True)
    story.close_everything()
    assert story.all_archived()
    assert_law(story)


def test_drive_that_hangs_while_it_reads_back_proves_nothing_and_reads_again(tell: Tell) -> None:
    story = begun(tell)
    story.until(lambda: story.copies(CopyState.VERIFYING) or story.happened("fixity check"))
    story.fault("drive-hang", times=1, after=4)

    story.close_everything()

    trouble = [
        item for name, item in story.raised.items() if name.startswith(("trouble:", "write:", "drive:"))
    ]
    assert trouble
    assert story.all_archived() or story.attentions()
    assert_law(story)


def test_stuck_tray_leaves_the_disc_where_it_is_and_says_so(tell: Tell) -> None:
    story = begun(tell)
    story.fault("tray-stuck", drive="B1", times=3)

    story.close_everything()

    assert any(name.startswith("move:") for name in story.raised)
    assert story.all_archived()
    assert_law(story)


def test_clock_set_back_never_makes_a_disc_count_as_reloaded(tell: Tell) -> None:
    story = begun(tell)
    story.until(lambda: len(story.burns) == 1)

    story.clock._start = story.clock._start.replace(year=2025)
    story.close_everything()

    assert story.all_archived()
    for copy in story.copies(CopyState.VERIFIED):
        loads = [
            e for e in story.history() if e[1] == "move" and e[3] == copy.medium_id and "verify in" in e[5]
        ]
        assert loads, f"{copy.medium_id} was never loaded again"
    assert_law(story)


def test_paused_writes_begin_no_burn_until_they_are_resumed(tell: Tell) -> None:
    story = begun(tell)
    with story.catalog.write() as write:
        events.set_setting(write, "writes_paused", "power works")

    story.close_everything()
    assert not story.burns
    with story.catalog.write() as write:
        events.set_setting(write, "writes_paused", "")
    story.close_everything()

    assert story.all_archived()
    assert_law(story)


def test_draining_ends_what_runs_and_begins_nothing(tell: Tell) -> None:
    story = begun(tell)
    story.until(lambda: story.copies(CopyState.WRITING))
    story.loop.draining = True

    story.settle(naps=2)

    assert not story.loop.in_flight
    assert not story.copies(CopyState.WRITING, CopyState.VERIFYING)
    begun_burns = len(story.burns)
    assert begun_burns < 3
    story.crash()
    story.close_everything()
    assert story.all_archived()
    assert_law(story)
