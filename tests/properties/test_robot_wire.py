"""What robots on serial lines say, with any rubbish around it."""

from hypothesis import given
from hypothesis import strategies as st

from robotics.wire.generic_serial import (
    Verdict,
    decode_status,
    encode_status,
    encode_verdict,
    find_verdict,
    holds_status,
)

RUBBISH = st.binary(max_size=40).map(lambda data: bytes(b for b in data if b not in b"XE\x150123456789"))


@given(RUBBISH, st.sampled_from(Verdict), RUBBISH)
def test_verdict_is_found_in_any_rubbish(before: bytes, verdict: Verdict, after: bytes) -> None:
    heard = find_verdict(before + encode_verdict(verdict) + after)
    assert heard is not None
    assert (heard.verdict, heard.before, heard.after) == (verdict, before, after)
    assert not heard.is_contradicted


@given(st.binary(max_size=60))
def test_nothing_is_lost_of_what_came(received: bytes) -> None:
    heard = find_verdict(received)
    if heard is None:
        assert not set(received) & set(b"XE\x15")
    else:
        assert len(heard.before) + 1 + len(heard.after) == len(received)
        assert not set(heard.before) & set(b"XE\x15")


@given(st.binary(max_size=40), st.binary(max_size=40))
def test_verdict_does_not_change_when_more_comes(received: bytes, more: bytes) -> None:
    first, later = find_verdict(received), find_verdict(received + more)
    if first is not None:
        assert later is not None
        assert (later.verdict, later.before) == (first.verdict, first.before)


@given(RUBBISH, st.integers(0, 99), st.sampled_from([b"", b"X", b"E", b"\x15"]), RUBBISH)
def test_status_is_found_in_any_rubbish(before: bytes, status: int, late: bytes, after: bytes) -> None:
    received = before + late + encode_status(status) + after
    assert holds_status(received)
    assert decode_status(received) == status
