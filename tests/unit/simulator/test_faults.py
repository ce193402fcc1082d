"""Faults are counted, narrowed to a drive or a medium, and repeatable."""

import pytest

from simulator.errors import ControlRefused
from simulator.faults import KINDS, Fault, Faults, Occasion, resolved_robot_timeout


def test_a_fault_lets_its_occasions_pass_and_then_happens_so_many_times() -> None:
    faults = Faults()
    faults.arm(Fault("robot-refuses-move", after=2, times=2))
    happened = [faults.take(Occasion.MOVE) is not None for _ in range(6)]
    assert happened == [False, False, True, True, False, False]
    assert len(faults) == 0


def test_a_fault_without_an_end_goes_on() -> None:
    faults = Faults()
    faults.arm(Fault("read-error", times=None))
    assert all(faults.take(Occasion.READ) for _ in range(50))


def test_only_what_a_fault_is_narrowed_to_counts() -> None:
    faults = Faults()
    faults.arm(Fault("read-error", drive="B1", medium="D1", after=1))
    assert faults.take(Occasion.READ, drive="B2", medium="D1") is None
    assert faults.take(Occasion.READ, drive="B1", medium="D2") is None
    assert faults.take(Occasion.EJECT, drive="B1", medium="D1") is None
    assert faults.take(Occasion.READ, drive="B1", medium="D1") is None
    assert faults.take(Occasion.READ, drive="B1", medium="D1") is not None


def test_two_faults_of_one_occasion_take_turns() -> None:
    faults = Faults()
    faults.arm(Fault("write-error"))
    faults.arm(Fault("bad-read-back"))
    kinds = [fault.kind for fault in (faults.take(Occasion.CLUSTER), faults.take(Occasion.CLUSTER)) if fault]
    assert kinds == ["write-error", "bad-read-back"]


def test_armed_faults_survive_json() -> None:
    faults = Faults()
    faults.arm(Fault("write-error", drive="B1", after=5, times=None, seed=3))
    assert list(Faults(faults.to_json())) == list(faults)


@pytest.mark.parametrize(
    "fault", [Fault("unheard-of"), Fault("read-error", after=-1), Fault("read-error", times=0)]
)
def test_a_fault_that_cannot_be_is_refused(fault: Fault) -> None:
    faults = Faults()
    with pytest.raises(ControlRefused):
        faults.arm(fault)
    assert len(faults) == 0


def test_every_fault_has_words() -> None:
    assert all(kind.description and kind.name == name for name, kind in KINDS.items())


def test_the_seed_decides_what_an_unspecific_robot_timeout_did() -> None:
    kinds = {seed: resolved_robot_timeout(Fault("robot-timeout", seed=seed)) for seed in range(20)}
    assert set(kinds.values()) == {"robot-timeout-moved", "robot-timeout-unmoved"}
    assert kinds == {seed: resolved_robot_timeout(Fault("robot-timeout", seed=seed)) for seed in range(20)}
