"""What archived is for, in a library, on every stacker, and with cabinets and a person."""

from pathlib import Path

import pytest

from archived.simulated_rooms import ROOMS
from tests.simulation.main_job import MainJob


def told(folder: Path, kind: str, *, n: int, m: int) -> MainJob:
    job = MainJob(folder, kind, n=n, m=m)
    job.archive()
    job.lose()
    job.bring_back()
    return job


@pytest.mark.parametrize("kind", sorted(ROOMS))
def test_a_set_of_two_survives_the_loss_of_one(tmp_path: Path, kind: str) -> None:
    job = told(tmp_path, kind, n=1, m=1)
    assert all(job.read_back_elsewhere()) == (kind != "nimbie"), (
        "only one drive cannot read what another wrote"
    )
    job.story.end()


@pytest.mark.simulate
@pytest.mark.parametrize("kind", sorted(ROOMS))
def test_a_set_of_six_survives_the_loss_of_two(tmp_path: Path, kind: str) -> None:
    told(tmp_path, kind, n=4, m=2).story.end()
