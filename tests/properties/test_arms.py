"""Arms that are asked for anything, with anything going wrong: what they say of a disc is never untrue."""

from collections.abc import Callable
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.failures import OutcomeUnknown
from robotics.errors import ChangerBroken, ChangerNotReady, MoveRefused, NotSupported
from tests.contract.arm_places import IN_HAND, ON_FLOOR, ROWS, ArmPlace, arm_place

FAULTS = ("line-late", "line-silent", "line-deaf", "line-garbage", "line-double", "line-lost")
JAMS = ("arm-jam", "disc-dropped", "bin-low")
#: An act, the drive it is done at, and what goes wrong after so many occasions.
ACTS = st.tuples(
    st.sampled_from(("load", "accept", "reject", "put away", "put on tray", "prepare")),
    st.integers(1, 2),
    st.none() | st.tuples(st.sampled_from(FAULTS + JAMS), st.integers(0, 2), st.integers(0, 1 << 16)),
)


def looks_like_an_answer(seed: int) -> bool:
    """Whether the rubbish of this seed ends as an answer does: of one byte nobody can tell it apart."""
    chance = Random(seed)
    rubbish = chance.randbytes(chance.randint(1, 12)).rstrip(b"\r\n \0")
    return rubbish[-1:] in (b"X", b"E", b"\x15") or rubbish[-2:].isdigit()


def do(place: ArmPlace, act: str, drive: int) -> Callable[[], None]:
    """The act as whoever owns the trays has it done, and what must be so if it was done."""
    arm, before = place.arm, place.discs()
    on_tray = [disc for disc, where in before.items() if where == f"drive {drive}"]
    held = [disc for disc, where in before.items() if where == IN_HAND]
    if act == "load":
        wanted = place.next_disc()
        arm.load(bin=place.source, drive=drive)
        return lambda: _expect(place.where(wanted) == f"drive {drive}")
    if act in ("accept", "reject"):
        bin = place.accept if act == "accept" else place.reject
        arm.unload(drive=drive, bin=bin, lifted=lambda: place.close(drive))
        return lambda: _expect(all(_in_bin(place, disc, bin) for disc in on_tray) and bool(on_tray))
    if act == "put away":
        arm.put_away(bin=place.reject)
        return lambda: _expect(all(_in_bin(place, disc, place.reject) for disc in held))
    if act == "put on tray":
        arm.put_on_tray(drive=drive)
        return lambda: _expect(all(place.where(disc) == f"drive {drive}" for disc in held))
    arm.prepare()
    return lambda: _expect(place.discs() == before)


@pytest.mark.parametrize("name", ["generic-amtren-two-drives", "rimage"])
@settings(max_examples=15)
@given(acts=st.lists(ACTS, min_size=2, max_size=8))
def test_what_an_arm_says_of_a_disc_is_so(
    name: str, acts: list[tuple[str, int, tuple[str, int, int] | None]]
) -> None:
    with arm_place(ROWS[name]) as place:
        for act, drive, fault in acts:
            if act == "load" and not _bin_has_discs(place):
                continue
            if fault is not None and not (fault[0] == "line-garbage" and looks_like_an_answer(fault[2])):
                place.arm_fault(fault[0], after=fault[1], seed=fault[2])
            for number in (1, 2):
                place.close(number)
            if act in ("load", "accept", "reject", "put on tray"):
                place.open(drive)
            before = place.discs()
            try:
                do(place, act, drive)()
            except (MoveRefused, NotSupported, ChangerNotReady):
                _refused(place, act, before)
            except (ChangerBroken, OutcomeUnknown):
                _settle(place)
            place.room.estate.disarm()
            assert place.strikes == 0
            assert len(set(place.discs().values())) >= len(place.discs()) - list(
                place.discs().values()
            ).count(ON_FLOOR)


def _refused(place: ArmPlace, act: str, before: dict[str, object]) -> None:
    """What is refused moved nothing; a hand that is said to hold no disc may have lost the one that it held."""
    changed = {disc for disc, where in place.discs().items() if where != before[disc]}
    if act in ("put away", "put on tray"):
        assert all(before[disc] == IN_HAND and place.where(disc) == ON_FLOOR for disc in changed)
    else:
        assert not changed


def _settle(place: ArmPlace) -> None:
    """Let the machine end what it was asked for before a tray is moved, as every look does."""
    place.room.estate.disarm()
    place.clock.sleep(200.0)
    place.arm.state()


def _bin_has_discs(place: ArmPlace) -> bool:
    return any(isinstance(where, tuple) and where[0] == place.source for where in place.discs().values())


def _in_bin(place: ArmPlace, disc: str, bin: int) -> bool:
    where = place.where(disc)
    return isinstance(where, tuple) and where[0] == bin


def _expect(so: bool) -> None:
    assert so, "it said that it was done"
