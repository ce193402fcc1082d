"""What was recorded plays again just as it was, and nothing else does."""

import io
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.failures import (
    DeviceFailure,
    DeviceRefused,
    OutcomeUnknown,
    TransportLost,
    TransportTimeout,
    WireDamaged,
)
from devices.scsi import Inquiry, InquiryData, Result, TestUnitReady, Transport, UnitSerialNumber
from devices.sense import UNIT_ATTENTION, Sense
from devices.transports.recording import (
    RecordingTransport,
    ReplayTransport,
    TranscriptDiffers,
    TranscriptUnreadable,
)
from devices.transports.room import RoomRefused

SAMPLE = Path(__file__).parents[2] / "transcripts" / "tape-drive-first-look.jsonl"
READY = TestUnitReady().encode()


class Scripted:
    """A device that gives its outcomes one after the other, whatever it is asked."""

    def __init__(self, outcomes: list[Result | DeviceFailure]) -> None:
        self.outcomes = list(outcomes)
        self.closed = 0

    def execute(
        self, cdb: bytes, *, data_in: int = 0, data_out: bytes | None = None, timeout_s: float
    ) -> Result:
        outcome = self.outcomes.pop(0)
        if isinstance(outcome, DeviceFailure):
            raise outcome
        return outcome

    def close(self) -> None:
        self.closed += 1


def said(ask: Callable[[], Result]) -> object:
    """An outcome as something that can be compared."""
    try:
        return ask()
    except DeviceRefused as refused:
        return (refused.sense, refused.cdb, refused.what, refused.data, refused.residual)
    except OutcomeUnknown as unknown:
        return (type(unknown), str(unknown))


DATA = st.binary(max_size=80)
SENSES = st.one_of(
    st.binary(max_size=40).map(Sense.decode),
    st.builds(
        Sense,
        key=st.integers(0, 15),
        asc=st.integers(0, 255),
        filemark=st.booleans(),
        ili=st.booleans(),
        deferred=st.booleans(),
        information=st.none() | st.integers(-(2**31), 2**31 - 1),
    ),
)
COMMANDS = st.tuples(
    st.binary(min_size=6, max_size=16),
    st.one_of(st.tuples(st.integers(0, 2**24), st.none()), st.tuples(st.just(0), DATA)),
)
OUTCOMES: st.SearchStrategy[Result | DeviceFailure] = st.one_of(
    st.builds(Result, DATA, st.integers(0, 2**24)),
    st.builds(DeviceRefused, SENSES, st.just(READY), st.text(), data=DATA, residual=st.integers(0, 2**24)),
    st.builds(TransportLost, st.text()),
    st.builds(TransportTimeout, st.text()),
    st.builds(WireDamaged, st.text()),
    st.builds(OutcomeUnknown, st.text()),
)


@given(st.lists(st.tuples(COMMANDS, OUTCOMES), max_size=5))
@settings(max_examples=25)
def test_a_transcript_plays_what_was_recorded(
    story: list[tuple[tuple[bytes, tuple[int, bytes | None]], Result | DeviceFailure]],
) -> None:
    for (cdb, _), outcome in story:
        if isinstance(outcome, DeviceRefused):
            outcome.cdb = cdb
    sink = io.StringIO()
    live = RecordingTransport(Scripted([outcome for _, outcome in story]), sink)

    def tell(line: Transport) -> list[object]:
        return [
            said(partial(line.execute, cdb, data_in=wanted, data_out=sent, timeout_s=1))
            for (cdb, (wanted, sent)), _ in story
        ]

    first = tell(live)
    assert len(sink.getvalue().splitlines()) == len(story)
    replay = ReplayTransport(sink.getvalue().splitlines())
    assert tell(replay) == first
    assert replay.remaining == 0


@given(st.text() | st.binary().map(lambda data: data.decode("latin-1")))
@settings(max_examples=25)
def test_any_line_is_taken_or_refused_by_name(text: str) -> None:
    try:
        assert ReplayTransport([text]).remaining <= 1
    except TranscriptUnreadable as error:
        told = str(error)
    else:
        told = "line 1"
    assert "line 1" in told


GOOD_LINE = '{"cdb":"000000000000","data_in":0,"good":{"data":"","residual":0}}\n'


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "[]",
        '{"cdb":"00","data_in":0}',
        '{"cdb":"0x","data_in":0,"lost":"away"}',
        '{"cdb":"00","data_in":"0","lost":"away"}',
        '{"cdb":"00","data_in":0,"lost":"away","timeout":"late"}',
        '{"cdb":"00","data_in":0,"lost":"away","more":1}',
        '{"cdb":"00","data_in":0,"refused":{"sense":"70"}}',
        '{"cdb":"00","data_in":0,"good":{"data":"0","residual":0}}',
    ],
    ids=lambda text: text.replace('"', ""),
)
def test_a_damaged_line_is_named(text: str) -> None:
    with pytest.raises(TranscriptUnreadable, match="line 3"):
        ReplayTransport([GOOD_LINE, "\n", text])


def test_another_command_is_refused_with_both_names_and_plays_nothing() -> None:
    replay = ReplayTransport([GOOD_LINE])
    with pytest.raises(TranscriptDiffers, match="120000002400 for 36 bytes came, recorded is 000000000000"):
        replay.execute(Inquiry().encode(), data_in=36, timeout_s=1)
    with pytest.raises(TranscriptDiffers, match="000000000000 with hex 6162 came"):
        replay.execute(READY, data_out=b"ab", timeout_s=1)
    assert replay.remaining == 1
    assert replay.execute(READY, timeout_s=9) == Result()
    with pytest.raises(TranscriptDiffers, match="the transcript ends"):
        replay.execute(READY, timeout_s=1)
    replay.close()


def test_long_data_is_kept_as_its_digest_which_tells_other_data_apart() -> None:
    sink = io.StringIO()
    block = bytes(1000)
    write = b"\x0a\0\0\x03\xe8\0"
    RecordingTransport(Scripted([Result()]), sink).execute(write, data_out=block, timeout_s=1)
    assert len(sink.getvalue()) < 200
    with pytest.raises(TranscriptDiffers, match="bytes 1000 sha256"):
        ReplayTransport([sink.getvalue()]).execute(write, data_out=block[:-1] + b"x", timeout_s=1)
    assert ReplayTransport([sink.getvalue()]).execute(write, data_out=block, timeout_s=1) == Result()


def test_what_never_reached_the_device_is_not_kept() -> None:
    sink, inner = io.StringIO(), Scripted([RoomRefused("there is no device x9")])
    live = RecordingTransport(inner, sink)
    with pytest.raises(RoomRefused):
        live.execute(READY, timeout_s=1)
    live.close()
    assert (sink.getvalue(), inner.closed) == ("", 1)


def test_the_sample_is_a_simulated_drive_s_first_look() -> None:
    replay = ReplayTransport(SAMPLE.read_text(encoding="ascii").splitlines())
    with pytest.raises(DeviceRefused) as refused:
        replay.execute(READY, timeout_s=1)
    assert refused.value.sense == Sense(UNIT_ATTENTION, 0x29, 0x00)
    data = InquiryData.decode(replay.execute(Inquiry().encode(), data_in=36, timeout_s=1).data)
    assert (data.vendor, data.product) == ("ARCHIVED", "SIMULATED LTO-8")
    page = replay.execute(Inquiry(255, page=0x80).encode(), data_in=255, timeout_s=1)
    assert UnitSerialNumber.decode(page.data).serial == "SIMLT00001"
    with pytest.raises(DeviceRefused, match="2/3A/00"):
        replay.execute(READY, timeout_s=1)
    assert replay.remaining == 0
