import random
from itertools import combinations

import pytest
import reedsolo

from erasure.coding import SetCode
from erasure.errors import BadShape, TooManyLost
from erasure.kernels import load_kernel

LENGTH = 300


def filled(code: SetCode, length: int = LENGTH, seed: int = 1) -> dict[int, bytearray]:
    """A whole set of random data and its parity, by member number."""
    draw = random.Random(seed)
    members = {i: bytearray(draw.randbytes(length)) for i in range(code.present)}
    parity = [bytearray(length) for _ in range(code.m)]
    code.encode(list(members.values()), parity, length)
    return members | {code.n + r: buffer for r, buffer in enumerate(parity)}


def without(members: dict[int, bytearray], lost: tuple[int, ...]) -> dict[int, bytearray]:
    return {i: buffer for i, buffer in members.items() if i not in lost}


@pytest.mark.parametrize(("n", "m"), [(1, 2), (4, 2), (8, 2), (10, 4), (20, 7)])
def test_every_parity_byte_is_that_of_reedsolo(n: int, m: int) -> None:
    members = filled(SetCode(n, m))
    oracle = reedsolo.RSCodec(m)
    for column in range(LENGTH):
        message = bytes(members[k][column] for k in reversed(range(n)))
        word = bytes(oracle.encode(message))
        assert bytes(members[n + r][column] for r in range(m)) == word[n:]


@pytest.mark.parametrize("kernel", ["isal", "portable"])
@pytest.mark.parametrize(("n", "m"), [(4, 2), (3, 3), (1, 2), (5, 1)])
def test_every_loss_of_up_to_m_members_comes_back(n: int, m: int, kernel: str) -> None:
    code = SetCode(n, m, load_kernel(kernel))
    members = filled(code)
    for count in range(1, m + 1):
        for lost in combinations(range(n + m), count):
            out = {i: bytearray(LENGTH) for i in lost}
            code.decode(without(members, lost), out, LENGTH)
            assert out == {i: members[i] for i in lost}


def test_two_hundred_quadruple_losses_of_ten_and_four_come_back() -> None:
    code = SetCode(10, 4)
    members = filled(code, 5000)
    patterns = random.Random(3).sample(list(combinations(range(14), 4)), 200)
    for lost in patterns:
        out = {i: bytearray(5000) for i in reversed(lost)}
        code.decode(without(members, lost), out, 5000)
        assert out == {i: members[i] for i in lost}


def test_only_the_members_asked_for_are_rebuilt_from_any_n_known_ones() -> None:
    code = SetCode(4, 2)
    members = filled(code)
    out = {3: bytearray(LENGTH)}
    code.decode({i: members[i] for i in (0, 1, 4, 5)}, out, LENGTH)
    assert out[3] == members[3]


@pytest.mark.parametrize("present", [1, 2, 3])
def test_a_short_set_equals_the_shorter_code_and_keeps_its_member_numbers(present: int) -> None:
    short, small = SetCode(4, 2, present=present), SetCode(present, 2)
    ours, theirs = filled(short), filled(small)
    assert short.members == (*range(present), 4, 5)
    assert short.absent == tuple(range(present, 4))
    assert [ours[4], ours[5]] == [theirs[present], theirs[present + 1]]
    whole = [bytearray(LENGTH) for _ in range(2)]
    SetCode(4, 2).encode([ours.get(k, bytearray(LENGTH)) for k in range(4)], whole, LENGTH)
    assert whole == [ours[4], ours[5]]
    for lost in combinations(short.members, 2):
        out = {i: bytearray(LENGTH) for i in lost}
        short.decode(without(ours, lost), out, LENGTH)
        assert out == {i: ours[i] for i in lost}


def test_absent_positions_are_no_members() -> None:
    code = SetCode(4, 2, present=3)
    with pytest.raises(BadShape, match=r"has no members \[3\]"):
        code.decode({0: b"a", 1: b"b", 2: b"c"}, {3: bytearray(1)}, 1)
    with pytest.raises(BadShape, match="2 blocks were given for 3"):
        code.encode([b"a", b"b"], [bytearray(1), bytearray(1)], 1)


@pytest.mark.parametrize("present", [0, 5, -1])
def test_a_set_with_an_impossible_number_of_data_members_is_refused(present: int) -> None:
    with pytest.raises(BadShape, match="cannot be present"):
        SetCode(4, 2, present=present)


@pytest.mark.parametrize("kernel", ["isal", "portable"])
def test_shorter_members_count_as_padded_with_zeros(kernel: str) -> None:
    code = SetCode(4, 2, load_kernel(kernel))
    draw = random.Random(9)
    lengths = (300, 0, 120, 299)
    blocks = [bytearray(draw.randbytes(n)) for n in lengths]
    padded = [bytearray(block.ljust(LENGTH, b"\0")) for block in blocks]
    parity = [bytearray(b"x" * LENGTH) for _ in range(2)]
    expected = [bytearray(LENGTH) for _ in range(2)]
    code.encode(blocks, parity, LENGTH)
    code.encode(padded, expected, LENGTH)
    assert parity == expected
    for lost in combinations(range(6), 2):
        known = without(dict(enumerate([*blocks, *parity])), lost)
        out = {i: bytearray(b"x" * LENGTH) for i in lost}
        code.decode(known, out, LENGTH)
        assert out == {i: [*padded, *parity][i] for i in lost}


def test_a_range_in_which_all_members_have_ended_gives_zeros() -> None:
    parity = [bytearray(b"xx"), bytearray(b"xx")]
    SetCode(2, 2).encode([b"", b""], parity, 2)
    assert parity == [b"\0\0", b"\0\0"]


def test_sources_names_what_a_rebuild_will_read_before_anything_is_read() -> None:
    code = SetCode(4, 2, present=3)
    assert code.sources([1]) == (0, 2, 4)
    assert code.sources([1], readable=[0, 2, 5]) == (0, 2, 5)
    assert code.sources([4]) == (0, 1, 2)
    with pytest.raises(TooManyLost, match="bring 1 more"):
        code.sources([0, 1, 4])


def test_too_few_known_members_leave_the_targets_as_they_were() -> None:
    code = SetCode(4, 2)
    members = filled(code)
    out = {0: bytearray(b"untouched!")}
    with pytest.raises(TooManyLost, match="any 4 are needed"):
        code.decode({i: members[i] for i in (1, 2, 5)}, out, 10)
    assert out[0] == b"untouched!"


def test_nothing_lost_is_nothing_to_do() -> None:
    SetCode(4, 2).decode({}, {}, 100)


def test_a_range_rebuilt_alone_equals_that_range_of_the_whole() -> None:
    code = SetCode(6, 3)
    members = filled(code, 4096)
    out = {2: bytearray(512), 7: bytearray(512)}
    known = {i: memoryview(b)[1024:1536] for i, b in members.items() if i not in out}
    code.decode(known, out, 512)
    assert out == {i: members[i][1024:1536] for i in out}
