"""While a cartridge is written its drive does not let it go; behind that, whatever happened, it does."""

import pytest

from archived.sessions.latch import latched
from devices.failures import DeviceRefused, TransportTimeout
from devices.sense import Sense
from tests.unit.backends.tape.memory_tape import MemoryTape

UNKNOWN, CHANGED = Sense(5, 0x20, 0x00), Sense(6, 0x2A, 0x01)


class Latch(MemoryTape):
    """Answers one lock after the other with what is given; None is a good answer."""

    def __init__(self, *answers: Sense | Exception | None) -> None:
        super().__init__()
        self.answers = list(answers)
        self.told: list[bool] = []

    def lock_cartridge(self, locked: bool) -> None:
        self.told.append(locked)
        answer = self.answers.pop(0) if self.answers else None
        if isinstance(answer, Sense):
            raise DeviceRefused(answer, b"\x1e", "T1")
        if answer is not None:
            raise answer


def test_it_is_forbidden_while_the_session_lasts_and_allowed_behind_it_also_when_it_fails() -> None:
    drive = Latch()
    with latched(drive):
        assert drive.told == [True]
    assert drive.told == [True, False]
    with pytest.raises(TransportTimeout, match="of the session"), latched(drive):
        raise TransportTimeout("of the session")
    assert drive.told == [True, False] * 2


def test_a_drive_that_knows_no_latch_is_used_and_one_that_was_changed_is_not() -> None:
    used = []
    with latched(Latch(UNKNOWN, UNKNOWN)):
        used.append("without")
    with pytest.raises(DeviceRefused), latched(Latch(CHANGED)):
        used.append("changed")
    assert used == ["without"]


def test_what_a_drive_tells_once_does_not_keep_the_cartridge_in_and_silence_ends_no_session() -> None:
    told_once, silent = Latch(None, CHANGED), Latch(None, TransportTimeout("silence"))
    for drive in (told_once, silent):
        with latched(drive):
            pass
    assert told_once.told == [True, False, False]
    assert silent.told == [True, False]
