"""Where wanted bytes are read from."""

import pytest

from archived.policy.sources import CopyView, Paces, direct_source, drives_to_try, estimate_s
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
    retired = copy(3, CopyState.RETIRED, in_drive=True)
    assert direct_source([retired, suspect]) == suspect
    assert direct_source([retired]) == retired, "kept for a while so that it can be read once more"


@pytest.mark.parametrize(
    "state", [s for s in CopyState if s.value not in ("verified", "found", "written", "suspect", "retired")]
)
def test_no_other_copy_is_a_source(state: CopyState) -> None:
    assert direct_source([copy(1, state)]) is None


def test_copies_outside_the_library_or_failed_before_are_no_source() -> None:
    assert direct_source([copy(1, in_library=False)]) is None
    assert direct_source([copy(1), copy(2)], excluded={1}) == copy(2)
    assert direct_source([]) is None


def test_a_reading_that_failed_is_tried_in_another_drive_when_there_is_one() -> None:
    assert drives_to_try(["d1", "d2"], ()) == ("d1", "d2")
    assert drives_to_try(["d1", "d2"], ("d1",)) == ("d2",)
    assert drives_to_try(["d1"], ("d1",)) == ("d1",)


def test_an_estimate_counts_loads_exchanges_and_rounds_of_reading() -> None:
    assert estimate_s([copy(1, in_drive=True)], bytes_each=100, paces=PACES, drives=2) == 10.0
    assert estimate_s([copy(1), copy(2)], bytes_each=100, paces=PACES, drives=2) == 130.0
    assert estimate_s([copy(n) for n in range(4)], bytes_each=100, paces=PACES, drives=2) == 320.0
    with pytest.raises(ValueError, match="drive"):
        estimate_s([copy(1)], bytes_each=1, paces=PACES, drives=0)
