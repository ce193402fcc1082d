"""Readings that wait for one cartridge are begun in the order that winds its tape least."""

from archived.policy.tape_order import Stretch
from archived.stages.recall_reading import Ready, actions
from backends.tape.serpentine import Serpentine

#: Wraps of 100 bytes: 0 to 99 runs away from the beginning, 100 to 199 back to it, and so on.
TAPE = Serpentine(wraps=10, length_m=1000, capacity_bytes=1000)
SCALE = 10**10


def ready(copy_id: int, start: int, medium: str = "T00001L8") -> Ready:
    tape = Serpentine(TAPE.wraps, TAPE.length_m, TAPE.capacity_bytes * SCALE)
    return Ready(
        copy_id, medium, "T1", (), on_tape=(Stretch(start * SCALE, start * SCALE + 1, copy_id), tape)
    )


def order(*items: Ready) -> list[str]:
    return [action.key for action in actions("recall", items)]


def keys(*copies: int) -> list[str]:
    return [f"readings of copy {copy}" for copy in copies]


def test_what_lies_on_wraps_that_run_out_comes_first_and_the_rest_on_the_way_back() -> None:
    found = order(ready(1, 110), ready(2, 190), ready(3, 450), ready(4, 210), ready(5, 20))
    assert found == keys(4, 5, 3, 1, 2)


def test_each_cartridge_has_an_order_of_its_own_and_discs_stay_as_they_come() -> None:
    disc, other = Ready(9, "D2", "B1", ()), Ready(8, "D1", "B2", ())
    found = order(ready(1, 50, "T00002L8"), disc, ready(2, 90), ready(3, 10), ready(4, 20, "T00002L8"), other)
    assert found == keys(9, 8, 3, 2, 4, 1)


def test_what_is_left_is_begun_in_the_same_order() -> None:
    items = [ready(number, start) for number, start in enumerate((330, 20, 250, 170, 610, 90, 440))]
    whole = order(*items)
    for done in range(len(whole)):
        left = [item for item in items if item.key in whole[done:]]
        assert order(*left) == whole[done:]
