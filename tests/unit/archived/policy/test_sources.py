"""Where wanted bytes are read from."""

import pytest

from archived.policy.sources import CopyView, Paces, direct_source, estimate_s, set_sources
from archived.states import CopyState

PACES = Paces(load_s=60.0, unload_s=30.0, read_bytes_per_s=10.0)


def copy(
    number: int, state: CopyState = CopyState.VERIFIED, *, in_drive: bool = False, in_library: bool = True
) -> CopyView:
    return CopyView(number, f"I{number}", f"D{number}", state, in_drive, in_library)


def test_a_disc_that_is_in_a_drive_is_the_cheapest() -> None:
    loaded = copy(2, in_drive=True)
    assert direct_source([copy(1), loaded, copy(3)]) == loaded


def test_a_suspect_copy_is_the_last_resort_even_when_it_is_loaded() -> None:
    suspect = copy(1, CopyState.SUSPECT, in_drive=True)
    assert direct_source([suspect, copy(2, CopyState.WRITTEN), copy(3)]) == copy(3)
    assert direct_source([suspect, copy(2, CopyState.WRITTEN)]) == copy(2, CopyState.WRITTEN)
    assert direct_source([suspect]) == suspect


@pytest.mark.parametrize("state", [s for s in CopyState if s.value not in ("verified", "written", "suspect")])
def test_no_other_copy_is_a_source(state: CopyState) -> None:
    assert direct_source([copy(1, state)]) is None


def test_copies_outside_the_library_or_failed_before_are_no_source() -> None:
    assert direct_source([copy(1, in_library=False)]) is None
    assert direct_source([copy(1), copy(2)], excluded={1}) == copy(2)
    assert direct_source([]) is None


def positions(*numbers: int) -> dict[int, list[CopyView]]:
    return {number: [copy(number)] for number in numbers}


def test_a_set_is_read_through_as_many_members_as_it_has_data_images() -> None:
    sources = set_sources(positions(1, 3, 4, 5, 6), n=4, m=2)
    assert [position for position, _ in sources.members] == [1, 3, 4, 5]
    assert sources.shortage == ""


def test_loaded_members_are_preferred_and_suspect_ones_come_last() -> None:
    members = positions(1, 2, 3)
    members[4] = [copy(4, in_drive=True)]
    members[1] = [copy(1, CopyState.SUSPECT)]
    assert [p for p, _ in set_sources(members, n=2, m=2).members] == [2, 4]


def test_absent_positions_of_a_short_set_need_no_member() -> None:
    sources = set_sources(positions(2, 5), n=4, m=2, absent=(3, 4))
    assert [p for p, _ in sources.members] == [2, 5]


def test_the_copies_that_are_asked_for_can_be_excluded() -> None:
    assert [p for p, _ in set_sources(positions(1, 2, 3), n=2, m=1, excluded={1}).members] == [2, 3]


def test_too_few_members_are_named() -> None:
    sources = set_sources(positions(1, 6), n=4, m=2)
    assert sources.members == ()
    assert sources.shortage == ("4 members of the set are needed and 2 can be read (positions at hand: 1, 6)")
    assert "positions at hand: none" in set_sources({}, n=4, m=2).shortage


def test_an_estimate_counts_loads_exchanges_and_rounds_of_reading() -> None:
    assert estimate_s([copy(1, in_drive=True)], bytes_each=100, paces=PACES, drives=2) == 10.0
    assert estimate_s([copy(1), copy(2)], bytes_each=100, paces=PACES, drives=2) == 130.0
    assert estimate_s([copy(n) for n in range(4)], bytes_each=100, paces=PACES, drives=2) == 320.0
    with pytest.raises(ValueError, match="drive"):
        estimate_s([copy(1)], bytes_each=1, paces=PACES, drives=0)
