"""Whatever a disc robot answers, its arm says something that it may say, and tells it to move at most once."""

import contextlib
from collections.abc import Callable, Iterator

from hypothesis import given
from hypothesis import strategies as st

from devices.clock import SimulatedClock
from devices.failures import OutcomeUnknown
from robotics.arms.aleratec import AleratecArm
from robotics.arms.nimbie import ACCEPT, QUEUE, REJECT, NimbieArm
from robotics.errors import RoboticsError
from robotics.wire import aleratec
from robotics.wire.nimbie import Code, Command, State, transfer_of

STATES = st.builds(State, st.booleans(), st.booleans(), st.booleans(), st.booleans())
#: Transfers of a Nimbie, whole ones more often than rubbish; None is silence.
TRANSFERS = st.one_of(
    STATES.map(lambda state: transfer_of(state.encode())),
    st.sampled_from(Code).map(lambda code: transfer_of(f"AT+{code.value}")),
    st.sampled_from([b"\0", b"OK\0", b"", b"AT+", b"{"]),
    st.binary(max_size=64),
    st.none(),
)
COMMANDS = [aleratec.load(1, 1), aleratec.unload(1, 1), aleratec.clear(1, 5), aleratec.HOME_Y]
#: What an Auto Publisher says, in lines and in pieces; empty is silence.
SAID = st.one_of(
    st.builds(aleratec.progress_line, st.sampled_from((3, 4, 10)), st.integers(1, 4)),
    st.builds(aleratec.end_line, st.sampled_from(COMMANDS), st.sampled_from((None, 4, 8, 5))),
    st.builds(aleratec.parameter_line, st.integers(1, 2), st.integers(0, 1)),
    st.just(aleratec.Alarm(0, "11111000", "11111111").encode()),
    st.sampled_from([b"\x15", b"T03", b"\n", b""]),
    st.binary(max_size=20),
)


class AnyLine:
    """Says one thing after the other, whatever it is asked, and then nothing for ever."""

    def __init__(self, said: list[bytes | None]) -> None:
        self.clock = SimulatedClock()
        self.sent: list[bytes] = []
        self._said: Iterator[bytes | None] = iter(said)

    def write(self, data: bytes) -> None:
        self.sent.append(data)

    def take(self, timeout_s: float) -> bytes | None:
        said = next(self._said, None)
        self.clock.sleep(timeout_s if not said else min(0.01, timeout_s))
        return said

    def discard(self) -> bytes:
        return b""

    def reset(self) -> None:
        """Nothing is forgotten."""

    def close(self) -> None:
        """Nothing to give up."""


class Packets(AnyLine):
    def read(self, *, timeout_s: float) -> bytes | None:
        return self.take(timeout_s)


class Letters(AnyLine):
    def read(self, *, timeout_s: float) -> bytes:
        return self.take(timeout_s) or b""


def tried(act: Callable[[], object]) -> None:
    """Nothing else comes out of an arm than what callers know."""
    with contextlib.suppress(RoboticsError, OutcomeUnknown):
        act()


@given(st.lists(TRANSFERS, max_size=60))
def test_a_nimbie_is_told_each_motion_once_whatever_it_says(said: list[bytes | None]) -> None:
    for act in (
        lambda arm: arm.load(bin=QUEUE, drive=1),
        lambda arm: arm.unload(drive=1, bin=ACCEPT),
        lambda arm: arm.put_away(bin=REJECT),
        lambda arm: arm.state(),
        lambda arm: arm.prepare(),
    ):
        line = Packets(said)
        tried(lambda act=act, line=line: act(NimbieArm(line, line.clock)))  # type: ignore[misc]
        motions = [packet for packet in line.sent if packet != Command.STATE.encode()]
        assert len(motions) == len(set(motions)), "told twice"


@given(st.lists(SAID, max_size=40))
def test_an_auto_publisher_is_told_each_travel_once_and_its_host_at_most_once(
    said: list[bytes | None],
) -> None:
    closed: list[int] = []
    for act in (
        lambda arm: arm.load(bin=1, drive=1),
        lambda arm: arm.unload(drive=1, bin=1, lifted=lambda: closed.append(1)),
        lambda arm: arm.unload(drive=1, bin=5, lifted=lambda: closed.append(1)),
        lambda arm: arm.put_away(bin=5),
        lambda arm: arm.state(),
        lambda arm: arm.prepare(),
    ):
        closed.clear()
        line = Letters(said)
        tried(lambda act=act, line=line: act(AleratecArm(line, line.clock)))  # type: ignore[misc]
        assert len(closed) <= 1
        travels = [sent for sent in line.sent if (told := aleratec.Command.decode(sent)) and told.travels]
        assert len(travels) <= 1, "told twice"
