"""Laws of reading a cartridge: nothing is lost on the way, and the tape is wound no further than it must be."""

from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from archived.policy.tape_order import Stretch, Winding, reading_order, winding
from backends.tape.densities import GENERATIONS
from backends.tape.serpentine import SKIP_BYTES_MAX, Serpentine

TAPES = st.sampled_from(list(GENERATIONS.values())).flatmap(
    lambda kind: st.integers(kind.capacity_bytes // 2, kind.capacity_bytes).map(
        lambda capacity: Serpentine(kind.wraps, kind.length_m, capacity)
    )
)


def stretches(most: int, longest_bytes: int = 200 * 10**9) -> st.SearchStrategy[list[Stretch]]:
    places = st.tuples(st.integers(0, 12 * 10**12), st.integers(1, longest_bytes))
    return st.lists(places, max_size=most, unique=True).map(
        lambda found: [Stretch(begin, begin + size, number) for number, (begin, size) in enumerate(found)]
    )


@given(wanted=stretches(30), tape=TAPES)
def test_everything_is_read_once_and_never_slower_than_in_the_order_of_blocks(
    wanted: list[Stretch], tape: Serpentine
) -> None:
    order = reading_order(wanted, tape)
    assert sorted(order) == sorted(wanted)
    assert winding(order, tape).seconds <= winding(sorted(wanted), tape).seconds
    assert order == reading_order(reversed(wanted), tape)


@given(wanted=stretches(5), tape=TAPES)
def test_no_order_is_faster_than_ours_by_more_than_twice_what_is_wound_while_reading(
    wanted: list[Stretch], tape: Serpentine
) -> None:
    best_s = min(winding(order, tape).seconds for order in permutations(wanted))
    # Gaps that are read over cost nothing in one order, and may lie between others in ours.
    read_bytes = sum(one.end_byte - one.start_byte + SKIP_BYTES_MAX for one in wanted)
    read_m = read_bytes / tape.wrap_bytes * tape.length_m
    slack_s = 2 * Winding(len(wanted), read_m).seconds
    assert winding(reading_order(wanted, tape), tape).seconds <= best_s + slack_s + 1e-6


@given(wanted=stretches(20, longest_bytes=10**6), tape=TAPES)
def test_files_are_read_on_one_way_out_and_one_way_back(wanted: list[Stretch], tape: Serpentine) -> None:
    farthest_m = max((tape.metres(one.start_byte) for one in wanted), default=0.0)
    slack_m = sum(one.end_byte - one.start_byte for one in wanted) / tape.wrap_bytes * tape.length_m
    longest = Winding(len(wanted), 2 * farthest_m + 2 * slack_m + 1e-6)
    assert winding(reading_order(wanted, tape), tape).seconds <= longest.seconds


def test_images_that_follow_each_other_are_read_as_they_lie() -> None:
    kind = GENERATIONS["lto-8"]
    size = 50 * 10**9
    images = [Stretch(n * size, (n + 1) * size - 5_000_000, n) for n in range(7, 19)]
    tape = Serpentine(kind.wraps, kind.length_m, kind.capacity_bytes)
    assert list(reading_order(reversed(images), tape)) == images
    assert winding(images, tape).locates == 1


@given(tape=TAPES, offset=st.integers(0, 12 * 10**12), step=st.integers(1, 10**9))
def test_a_step_in_the_data_is_at_most_as_long_along_the_tape(
    tape: Serpentine, offset: int, step: int
) -> None:
    gone_m = abs(tape.metres(offset + step) - tape.metres(offset))
    assert gone_m <= step / tape.wrap_bytes * tape.length_m + 1e-6
    assert 0 <= tape.metres(offset) <= tape.length_m
