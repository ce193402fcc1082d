"""Random submits, burns, recalls, exchanges of magazines and labels, jams and power cuts: the law always holds."""

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from archived.simulated_rooms import ROOMS
from tests.simulation.any_room import AnyRoom

KINDS = tuple(sorted(ROOMS))


def room_of(kind: str) -> type[AnyRoom]:
    return type(f"Any{kind.title()}", (AnyRoom,), {"kind": kind})


def run(kind: str, *, examples: int, steps: int) -> None:
    run_state_machine_as_test(
        room_of(kind),
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.parametrize("kind", ["library", "stacker"])
def test_whatever_befalls_a_room_nothing_is_lost_and_every_difference_is_named(kind: str) -> None:
    run(kind, examples=1, steps=8)


@pytest.mark.simulate
@pytest.mark.parametrize("kind", KINDS)
def test_whatever_befalls_a_room_for_longer_nothing_is_lost(kind: str) -> None:
    run(kind, examples=150, steps=30)
