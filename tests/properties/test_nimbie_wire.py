"""Whatever comes over a Nimbie's line is read without a crash, and what it really said is found among it."""

from hypothesis import given
from hypothesis import strategies as st

from devices.failures import WireDamaged
from robotics.wire.nimbie import (
    Code,
    Command,
    State,
    find_code,
    find_state,
    messages_in,
    reply,
    reply_with,
    transfer_of,
)

RUBBISH = st.binary(max_size=64)
STATES = st.builds(State, st.booleans(), st.booleans(), st.booleans(), st.booleans())


@given(st.lists(RUBBISH, max_size=20))
def test_rubbish_is_read_without_a_crash(transfers: list[bytes]) -> None:
    messages = [message for transfer in transfers for message in messages_in(transfer)]
    assert len(messages) >= len(transfers)
    code = find_code(messages)
    assert code is None or any(code in message for message in messages)
    state = find_state(messages)
    assert state is None or state.text in messages


@given(RUBBISH)
def test_only_five_packets_are_commands(packet: bytes) -> None:
    try:
        assert Command.decode(packet).encode() == packet
    except WireDamaged:
        assert packet not in {command.encode() for command in Command}


@given(STATES, st.lists(RUBBISH.filter(lambda b: b"{" not in b), max_size=5))
def test_a_state_is_found_behind_rubbish(state: State, before: list[bytes]) -> None:
    transfers = [*before, *(transfer_of(message) for message in reply(state.encode()))]
    found = find_state(message for transfer in transfers for message in messages_in(transfer))
    assert found is not None
    assert (found.queue_occupied, found.on_tray) == (state.queue_occupied, state.on_tray)
    assert (found.lifted, found.tray_out) == (state.lifted, state.tray_out)


@given(
    st.sampled_from(Code), st.lists(RUBBISH.filter(lambda b: b"AT+" not in b and b"OK" not in b), max_size=5)
)
def test_a_code_is_found_behind_rubbish(code: Code, before: list[bytes]) -> None:
    transfers = [*before, *(transfer_of(message) for message in reply_with(code))]
    assert find_code([m for transfer in transfers for m in messages_in(transfer)]) == code.value
