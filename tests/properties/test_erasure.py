"""Any small set, any losses that its parity covers, any lengths: the bytes come back, from either kernel."""

import random

import reedsolo
from hypothesis import given
from hypothesis import strategies as st

from erasure.coding import SetCode
from erasure.kernels import load_kernel
from erasure.locate import Locator

KERNELS = st.sampled_from(["isal", "portable"])


@st.composite
def sets(draw: st.DrawFn, lost_max: int | None = None) -> tuple[SetCode, list[bytes], tuple[int, ...]]:
    """A code of any small shape, data blocks of unequal lengths, and members to lose."""
    n, m = draw(st.integers(1, 9)), draw(st.integers(1, 5))
    code = SetCode(n, m, load_kernel(draw(KERNELS)), present=draw(st.integers(1, n)))
    seed = random.Random(draw(st.integers(0, 2**32)))
    blocks = [seed.randbytes(draw(st.integers(0, 700))) for _ in range(code.present)]
    most = m if lost_max is None else min(lost_max, m)
    lost = draw(st.lists(st.sampled_from(code.members), max_size=most, unique=True))
    return code, blocks, tuple(lost)


def encoded(code: SetCode, blocks: list[bytes]) -> tuple[dict[int, bytes], int]:
    length = max(map(len, blocks))
    parity = [bytearray(b"?" * length) for _ in range(code.m)]
    code.encode(blocks, parity, length)
    members = dict(enumerate(blocks)) | {code.n + r: bytes(buffer) for r, buffer in enumerate(parity)}
    return members, length


@given(sets())
def test_any_losses_that_parity_covers_come_back_whatever_the_lengths(
    case: tuple[SetCode, list[bytes], tuple[int, ...]],
) -> None:
    code, blocks, lost = case
    members, length = encoded(code, blocks)
    out = {i: bytearray(b"?" * length) for i in lost}
    code.decode({i: b for i, b in members.items() if i not in lost}, out, length)
    assert out == {i: members[i].ljust(length, b"\0") for i in lost}


@given(sets(lost_max=0))
def test_parity_is_that_of_reedsolo_and_of_the_other_kernel(
    case: tuple[SetCode, list[bytes], tuple[int, ...]],
) -> None:
    code, blocks, _ = case
    members, length = encoded(code, blocks)
    other = SetCode(
        code.n,
        code.m,
        load_kernel("isal" if code.kernel.name == "portable" else "portable"),
        present=code.present,
    )
    assert encoded(other, blocks)[0] == members
    oracle = reedsolo.RSCodec(code.m)
    for column in range(0, length, 41):
        message = bytes(block[column] if column < len(block) else 0 for block in reversed(blocks))
        word = bytes(oracle.encode(message))
        assert bytes(members[code.n + r][column] for r in range(code.m)) == word[len(blocks) :]


@given(sets(), st.data())
def test_a_lone_error_points_at_its_member_in_every_column(
    case: tuple[SetCode, list[bytes], tuple[int, ...]], data: st.DataObject
) -> None:
    code, blocks, lost = case
    members, length = encoded(code, blocks)
    lost = lost[: max(0, code.m - 2)]
    # A member that has ended in its padding cannot be wrong there, so only columns of its own are changed.
    targets = [i for i, b in members.items() if i not in lost and b]
    if code.m < 2 or not targets:
        return
    culprit = data.draw(st.sampled_from(targets))
    spoilt = bytearray(members[culprit])
    places = data.draw(st.sets(st.integers(0, len(spoilt) - 1), max_size=40))
    for place in places:
        spoilt[place] ^= data.draw(st.integers(1, 255))
    tally = Locator(code, lost=lost).scan({**members, culprit: spoilt}, length)
    assert tally.wrong == len(places)
    assert dict(tally.hits) == ({culprit: len(places)} if places else {})
