"""The daemon is killed in every in-progress state; the next one looks first, and everything is archived."""

from collections.abc import Callable

import pytest

from archived.catalog import media
from archived.catalog.packages import in_state
from archived.states import (
    CopyState,
    ImageState,
    MediumState,
    MoveState,
    PackageState,
    ReadingState,
    SetState,
)
from tests.simulation.conftest import Tell, two_volumes
from tests.simulation.harness import Killed, Story
from tests.simulation.killing import CLOSE, INVENTORY, MOVE, READ, TRAY, WRITE
from tests.simulation.law import assert_law


def commands(opcode: int, when: str) -> Callable[[str], bool]:
    """Steps before or after this command of any device."""
    return lambda step: step.startswith(when) and step.endswith(f" {opcode:02X}")


def steps(beginning: str) -> Callable[[str], bool]:
    return lambda step: step.startswith(beginning)


def begun(tell: Tell, seed: int = 1) -> Story:
    return tell.on(two_volumes, seed=seed)[0]


def kill_and_go_on(story: Story, nth: int, which: Callable[[str], bool]) -> None:
    """Die at that step, live again, and come to the end."""
    assert story.until_killed(nth, which), "the story ended before it was to be killed"
    story.crash()
    story.close_everything()
    assert story.all_archived(), story.attentions()
    assert_law(story)


@pytest.mark.parametrize("nth", [1, 2, 3], ids=["row-only", "files-copied", "rows-written"])
def test_killed_while_staging_a_package_that_was_never_acknowledged_leaves_nothing(
    tell: Tell, nth: int
) -> None:
    story = tell()
    story.submit("0001")
    story.fuse.arm(nth, steps("after commit") if nth == 1 else steps("before commit"))

    with pytest.raises(Killed):
        story.submit("0002")
    story.crash()

    states = {p.volume: p.state for p in story.packages()}
    assert states.get("0002", PackageState.ABANDONED) is PackageState.ABANDONED
    folders = sorted(path.name for path in (story.site.tools.paths.staging / "packages").iterdir())
    assert folders == ["P000001"]
    story.submit("0002")
    story.close_everything()
    assert {p.volume: p.state for p in story.packages() if p.id != "P000002"} == {
        "0001": PackageState.ARCHIVED,
        "0002": PackageState.ARCHIVED,
    }
    assert_law(story)


def test_killed_right_behind_the_acknowledgement_gives_the_first_receipt_when_asked_again(tell: Tell) -> None:
    story = tell()
    story.fuse.arm(3, steps("after commit"))

    with pytest.raises(Killed):
        story.submit("0001")
    story.crash()
    package_id = story.submit("0001")

    with story.catalog.read() as read:
        assert [p.id for p in in_state(read, PackageState.ACCEPTED)] == [package_id]
    assert_law(story)


def test_killed_after_closing_was_committed_freezes_the_same_image(tell: Tell) -> None:
    story = begun(tell)
    story.until(lambda: any(i.state is ImageState.CLOSING for i in story.images()))
    closing = next(i for i in story.images() if i.state is ImageState.CLOSING)

    story.crash()
    story.close_everything()

    kept = next(i for i in story.images() if i.id == closing.id)
    assert (kept.state, kept.set_id, kept.position) == (ImageState.KEPT, closing.set_id, closing.position)
    assert story.all_archived()
    assert_law(story)


@pytest.mark.parametrize("nth", [1, 2], ids=["at-once", "in-the-middle"])
def test_killed_while_protecting_computes_the_parity_anew(tell: Tell, nth: int) -> None:
    story = begun(tell)
    set_key = steps("begin set") if nth == 1 else steps("report set")

    assert story.until_killed(1, set_key)
    assert story.sets()[0].state is SetState.PROTECTING
    story.crash()
    story.close_everything()

    assert story.all_archived()
    assert not list((story.site.tools.paths.staging / "parity").glob("*.part"))
    assert_law(story)


def test_killed_before_the_burn_spends_no_disc(tell: Tell) -> None:
    story = begun(tell)
    assert story.until_killed(1, steps("begin copy"))
    assert story.copies(CopyState.WRITING)
    planned = {copy.medium_id for copy in story.copies()}

    story.crash()
    story.close_everything()

    assert story.all_archived()
    assert {copy.medium_id for copy in story.copies()} == planned
    assert "still blank" in story.raised["write:" + story.images()[0].id].what or story.happened(
        "write failed"
    )
    assert_law(story)


@pytest.mark.parametrize("opcode", [WRITE, CLOSE], ids=["first-cluster", "closing"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_during_the_burn_spends_the_disc_or_finds_it_blank(tell: Tell, opcode: int, when: str) -> None:
    story = begun(tell)
    untouched = opcode == WRITE and when == "before"

    assert story.until_killed(1, commands(opcode, when))
    writing = story.copies(CopyState.WRITING)[0]
    story.crash()
    story.close_everything()

    if untouched:
        assert story.medium(writing.medium_id).state is MediumState.GOOD
    else:
        assert story.medium(writing.medium_id).state is MediumState.SUSPECT
        raised = story.raised[f"write:{writing.image_id}"]
        assert writing.medium_id in raised.what
        assert "the image stays in staging" in raised.safe
    assert story.all_archived()
    assert_law(story)


def test_killed_after_the_burn_finished_never_burns_that_disc_again(tell: Tell) -> None:
    story = begun(tell)
    story.until(lambda: len(story.burns) == 1)
    copy = next(c for c in story.copies(CopyState.WRITING) if c.image_id == story.burns[0][0])

    story.crash()
    story.close_everything()

    assert story.medium(copy.medium_id).state is MediumState.SUSPECT
    assert story.all_archived()
    assert_law(story)


@pytest.mark.parametrize("nth", [1, 3], ids=["at-once", "in-the-middle"])
def test_killed_while_verifying_reads_the_disc_again(tell: Tell, nth: int) -> None:
    story = begun(tell)

    assert story.until_killed(nth, commands(READ, "after"))
    verifying = story.copies(CopyState.VERIFYING)
    assert verifying
    story.crash()
    story.close_everything()

    assert {c.state for c in story.copies()} == {CopyState.VERIFIED}
    assert len(story.burns) == 3
    assert_law(story)


@pytest.mark.parametrize("nth", [1, 4, 7], ids=["loading", "unloading", "reloading"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_in_a_motion_looks_before_anything_moves(tell: Tell, nth: int, when: str) -> None:
    story = begun(tell)

    assert story.until_killed(nth, commands(MOVE, when))
    with story.catalog.read() as read:
        move = media.moves_in_state(read, MoveState.MOVING)[-1]
    story.crash()
    commanded: list[str] = []
    story.fuse.step = lambda name: commanded.append(name)  # type: ignore[method-assign]
    story.until(lambda: any(name.startswith("before main") for name in commanded))
    asked = [name for name in commanded if name.endswith((f" {INVENTORY:02X}", f" {MOVE:02X}"))]
    assert asked[0] == f"before main {INVENTORY:02X}", "the robot was not asked where everything is"
    story.close_everything()

    with story.catalog.read() as read:
        assert not media.moves_in_state(read, MoveState.MOVING)
    assert move.medium_id in {copy.medium_id for copy in story.copies()}
    assert story.all_archived()
    assert len(story.burns) == 3
    assert_law(story)


def test_killed_with_the_tray_open_before_the_robot_came_closes_it_again(tell: Tell) -> None:
    story = begun(tell)
    kill_and_go_on(story, 2, commands(TRAY, "after"))


@pytest.mark.parametrize("when", ["before", "after"])
def test_power_cut_with_the_disc_in_the_robots_hand_puts_it_back(tell: Tell, when: str) -> None:
    story = begun(tell)
    assert story.until_killed(3, commands(MOVE, when))

    story.crash(power_cut=True)
    story.close_everything()

    assert story.all_archived()
    assert_law(story)


def test_killed_while_a_recall_reads_reads_again_and_gives_everything_back(tell: Tell) -> None:
    story = tell()
    package_id = story.submit_set(2)[0]
    story.close_everything()
    story.forget_staging(package_id)
    recall_id = story.recall(package_id)

    assert story.until_killed(1, commands(READ, "before"))
    assert story.readings(recall_id)[0].state is ReadingState.READING
    story.crash()
    story.settle()

    story.assert_given_back(package_id, recall_id)
    assert_law(story)


def test_work_that_finished_and_was_not_recorded_is_looked_at_and_not_lost(tell: Tell) -> None:
    story = begun(tell)
    rng_steps = 0
    while not story.all_archived() and story.lives < 40:
        story.step()
        rng_steps += 1
        if rng_steps % 17 == 0:
            story.crash()
        if rng_steps % 200 == 0:
            story.clock.sleep(61)
    story.close_everything()

    assert story.all_archived()
    assert_law(story)


def step_count(tell: Tell) -> int:
    story = begun(tell, seed=9)
    before = story.fuse.steps
    story.close_everything()
    return story.fuse.steps - before


def kill_at_every(tell: Tell, points: range) -> None:
    killed = 0
    for nth in points:
        story = begun(tell, seed=9)
        if not story.until_killed(nth):
            break  # the story ends before this step, and before all that follow
        killed += 1
        story.crash()
        story.close_everything()
        assert story.all_archived(), f"killed at step {nth}: {story.attentions()}"
        assert_law(story)
    assert killed > len(points) // 2, f"only {killed} of {len(points)} points killed anything"


def test_killed_at_any_step_everything_is_archived_in_the_end(tell: Tell) -> None:
    count = step_count(tell)
    kill_at_every(tell, range(3, count, count // 5))


@pytest.mark.simulate
def test_killed_at_every_single_step_everything_is_archived_in_the_end(tell: Tell) -> None:
    kill_at_every(tell, range(1, step_count(tell), 7))
