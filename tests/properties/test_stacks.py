"""Whatever lies in the bins: no motion takes a disc that is not the next one, or lays one where there is no place."""

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from archived.policy.mounting import DriveView, MovePlan, Want
from archived.policy.stacks import Fate, Pile, Stacker, draws, next_step, put_down

SINCE = datetime(2026, 1, 1, tzinfo=UTC)
HAND, FIRST = 1, 256


@st.composite
def machines(draw: st.DrawFn) -> tuple[Stacker, list[Want]]:
    """A machine with an output bin, discs in its input, and wants of reads and writes among them."""
    count = draw(st.integers(1, 6))
    ids = [f"D{number}" for number in range(count)]
    source = Pile(
        "input", 1024, count + draw(st.integers(0, 3)), draw(st.booleans()), True, draw(st.booleans()),
        tuple((1024 + number, medium_id) for number, medium_id in enumerate(ids)),
    )  # fmt: skip
    piles = (source, Pile("accept", 1280, 20, True, False, True), Pile("reject", 1536, 20, True, False, True))
    names = [f"B{number}" for number in range(1, draw(st.integers(1, 3)) + 1)]
    drives = tuple(DriveView(name, FIRST + number, up=True, busy=False) for number, name in enumerate(names))
    wanted = draw(st.lists(st.sampled_from(ids), unique=True))
    wants = [Want(medium_id, None, None, "read", tuple(names), 0, SINCE) for medium_id in wanted]
    return Stacker(piles, drives, HAND, False, {}), wants


def carried(machine: Stacker, step: MovePlan) -> Stacker:
    """The machine after a motion, which must be one that the arm can make."""
    piles, drives = list(machine.piles), list(machine.drives)
    for number, pile in enumerate(piles):
        if any(medium_id == step.medium_id for _element, medium_id in pile.media):
            assert pile.order_out[0] == (step.source, step.medium_id), "not the next one"
            piles[number] = replace(
                pile, media=tuple(item for item in pile.media if item[1] != step.medium_id)
            )
    for number, drive in enumerate(drives):
        if drive.element == step.source and drive.medium_id == step.medium_id:
            drives[number] = replace(drive, medium_id=None, work_waiting=False)
    for number, drive in enumerate(drives):
        if drive.element == step.destination:
            assert drive.medium_id is None, "a drive takes one disc"
            drives[number] = replace(drive, medium_id=step.medium_id)
            return replace(machine, piles=tuple(piles), drives=tuple(drives))
    for number, pile in enumerate(piles):
        if pile.first <= step.destination < pile.first + pile.count:
            assert pile.puts
            assert step.destination == pile.next_place
            piles[number] = replace(pile, media=(*pile.media, (step.destination, step.medium_id)))
            return replace(machine, piles=tuple(piles), drives=tuple(drives))
    raise AssertionError(f"element {step.destination} is no place")


@given(machines())
def test_every_wanted_disc_gets_into_a_drive_and_none_is_lost(told: tuple[Stacker, list[Want]]) -> None:
    machine, wants = told
    before = sorted(medium_id for pile in machine.piles for _element, medium_id in pile.media)
    waiting = {want.medium_id for want in wants}
    for _step in range(200):
        for drive in machine.drives:
            waiting.discard(str(drive.medium_id))  # it is read at once
        step = next_step(machine, [want for want in wants if want.medium_id in waiting], robot_busy=False)
        if step is None:
            break
        machine = carried(machine, step)
    assert not waiting
    after = [medium_id for pile in machine.piles for _element, medium_id in pile.media]
    assert sorted([*after, *(drive.medium_id for drive in machine.drives if drive.medium_id)]) == before
    assert next_step(machine, wants, robot_busy=True) is None


@given(machines(), st.sampled_from(Fate))
def test_what_the_hand_holds_is_laid_where_there_is_a_place(
    told: tuple[Stacker, list[Want]], fate: Fate
) -> None:
    machine, wants = told
    step = put_down(replace(machine, fates={"held": fate}), "held", wants)
    assert step is not None
    carried(machine, step)


@given(machines(), st.sets(st.sampled_from([f"D{n}" for n in range(6)])), st.integers(1, 4))
def test_blanks_are_drawn_only_from_the_mouth_of_a_bin(
    told: tuple[Stacker, list[Want]], usable: set[str], count: int
) -> None:
    source = told[0].piles[0]
    order = [medium_id for _element, medium_id in source.order_out]
    for draw in draws(told[0].piles, [], usable, count):
        assert len(draw) == count
        assert draw == order[:count]
        assert set(draw) <= usable
