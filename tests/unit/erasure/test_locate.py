import random

import pytest

from erasure.coding import SetCode
from erasure.errors import BadShape, TooManyLost
from erasure.kernels import load_kernel
from erasure.locate import Locator
from tests.unit.erasure.test_coding import filled

LENGTH = 40_000


def spoil(buffer: bytearray, draw: random.Random, count: int, start: int = 0, end: int = LENGTH) -> set[int]:
    """Change `count` different bytes; returns where."""
    places = set(draw.sample(range(start, end), count))
    for place in places:
        buffer[place] ^= draw.randrange(1, 256)
    return places


def test_a_right_set_has_no_wrong_columns() -> None:
    code = SetCode(4, 2)
    locator = Locator(code)
    tally = locator.scan(filled(code, LENGTH), LENGTH)
    assert (tally.columns, tally.wrong, tally.hits, tally.unexplained) == (LENGTH, 0, {}, 0)
    assert locator.verdict().located == ()


@pytest.mark.parametrize("kernel", ["isal", "portable"])
@pytest.mark.parametrize(("n", "m", "present"), [(4, 2, 4), (10, 4, 10), (4, 2, 2), (3, 3, 1)])
def test_the_one_wrong_member_is_named_whichever_it_is(n: int, m: int, present: int, kernel: str) -> None:
    code = SetCode(n, m, load_kernel(kernel), present=present)
    for wrong in code.members:
        members = filled(code, LENGTH)
        places = spoil(members[wrong], random.Random(wrong), 60)
        locator = Locator(code)
        tally = locator.scan(members, LENGTH)
        assert (tally.wrong, tally.hits, tally.unexplained) == (len(places), {wrong: len(places)}, 0)
        assert locator.verdict().located == (wrong,)


@pytest.mark.parametrize("share", [0.01, 0.2, 1.0])
def test_dense_damage_up_to_a_whole_member_of_garbage_is_named(share: float) -> None:
    length = (1 << 20) + 4099
    code = SetCode(4, 2)
    members = filled(code, length)
    draw = random.Random(4)
    end = int(length * share)
    right = bytes(members[3])
    members[3][:end] = draw.randbytes(end)
    wrong = sum(a != b for a, b in zip(right, members[3], strict=True))
    locator = Locator(code)
    assert locator.scan(members, length).hits == {3: wrong}
    assert locator.verdict().located == (3,)


def test_two_wrong_members_in_different_places_are_both_named() -> None:
    code = SetCode(6, 2)
    members = filled(code, LENGTH)
    spoil(members[1], random.Random(1), 500, 0, LENGTH // 2)
    spoil(members[7], random.Random(2), 400, LENGTH // 2, LENGTH)
    locator = Locator(code)
    tally = locator.scan(members, LENGTH)
    assert tally.hits == {1: 500, 7: 400}
    assert locator.verdict().located == (1, 7)


def test_two_wrong_members_in_the_same_columns_are_noticed_and_nobody_innocent_is_named() -> None:
    code = SetCode(4, 2)
    members = filled(code, LENGTH)
    for wrong in (0, 4):
        for place in range(20_000):
            members[wrong][place] ^= random.Random(place * 7 + wrong).randrange(1, 256)
    locator = Locator(code)
    tally = locator.scan(members, LENGTH)
    assert tally.wrong == 20_000
    assert tally.unexplained > 19_000
    assert set(tally.hits) <= {1, 2, 3, 5}, "the chance hits are on the innocent ones"
    assert locator.verdict().located == ()


def test_constant_faults_in_two_members_do_not_convict_the_third_that_they_point_at() -> None:
    code = SetCode(4, 2)
    members = filled(code, LENGTH)
    # 4 e1 + 8 e2 = 16 (e1 + e2): seen from outside, member 2 is wrong by e1 + e2 in every column.
    e1, e2 = next(
        (a, b)
        for a in range(1, 256)
        for b in range(1, 256)
        if a != b and Locator(code).scan(_with_errors(code, a, b), 1).hits == {2: 1}
    )
    for place in range(1000):
        members[0][place] ^= e1
        members[1][place] ^= e2
    locator = Locator(code)
    assert locator.scan(members, LENGTH).hits == {2: 1000}
    assert locator.verdict().located == ()


def _with_errors(code: SetCode, e1: int, e2: int) -> dict[int, bytes]:
    return {i: bytes([{0: e1, 1: e2}.get(i, 0)]) for i in code.members}


def test_a_few_stray_columns_are_counted_but_convict_nobody() -> None:
    code = SetCode(4, 2)
    members = filled(code, LENGTH)
    spoil(members[2], random.Random(0), 7)
    locator = Locator(code)
    locator.scan(members, LENGTH)
    assert locator.verdict().tally.hits == {2: 7}
    assert locator.verdict().located == ()


def test_evidence_adds_up_over_several_ranges() -> None:
    code = SetCode(4, 2)
    members = filled(code, LENGTH)
    spoil(members[2], random.Random(0), 5, 0, 10_000)
    spoil(members[2], random.Random(1), 6, 30_000, LENGTH)
    locator = Locator(code)
    tallies = [
        locator.scan({i: memoryview(b)[start : start + 10_000] for i, b in members.items()}, 10_000)
        for start in range(0, LENGTH, 10_000)
    ]
    assert [tally.wrong for tally in tallies] == [5, 0, 0, 6]
    assert locator.verdict().tally.columns == LENGTH
    assert locator.verdict().located == (2,)


@pytest.mark.parametrize("lost", [(3,), (0, 12)])
def test_four_parity_files_allow_known_losses_and_a_silent_one_besides(lost: tuple[int, ...]) -> None:
    code = SetCode(10, 4)
    members = filled(code, LENGTH)
    places = spoil(members[7], random.Random(8), 1000)
    locator = Locator(code, lost=lost)
    tally = locator.scan({i: b for i, b in members.items() if i not in lost}, LENGTH)
    assert tally.hits == {7: len(places)}
    assert locator.verdict().located == (7,)


def test_with_one_syndrome_left_errors_are_detected_but_not_named() -> None:
    code = SetCode(4, 2)
    members = filled(code, LENGTH)
    spoil(members[0], random.Random(8), 900)
    locator = Locator(code, lost=[5])
    tally = locator.scan(members, LENGTH)
    assert (tally.wrong, tally.hits, tally.unexplained) == (900, {}, 900)
    assert locator.verdict().located == ()


def test_nothing_can_be_checked_when_all_redundancy_is_lost() -> None:
    with pytest.raises(TooManyLost):
        Locator(SetCode(4, 2), lost=[0, 1])


def test_a_member_that_is_neither_given_nor_lost_is_asked_for() -> None:
    code = SetCode(4, 2)
    members = filled(code, 10)
    del members[4]
    with pytest.raises(BadShape, match=r"members \[4\]"):
        Locator(code).scan(members, 10)


def test_shorter_members_count_as_padded_here_too() -> None:
    code = SetCode(3, 2)
    draw = random.Random(2)
    blocks = [bytearray(draw.randbytes(n)) for n in (LENGTH, 17_001, 30_000)]
    parity = [bytearray(LENGTH) for _ in range(2)]
    code.encode(blocks, parity, LENGTH)
    spoil(blocks[0], draw, 50)
    locator = Locator(code)
    locator.scan(dict(enumerate([*blocks, *parity])), LENGTH)
    assert locator.verdict().located == (0,)


def test_what_was_located_is_what_the_code_then_repairs() -> None:
    code = SetCode(4, 2)
    members = filled(code, LENGTH)
    right = bytes(members[1])
    spoil(members[1], random.Random(0), 300)
    locator = Locator(code)
    locator.scan(members, LENGTH)
    (culprit,) = locator.verdict().located
    out = {culprit: bytearray(LENGTH)}
    code.decode({i: b for i, b in members.items() if i != culprit}, out, LENGTH)
    assert out[1] == right
