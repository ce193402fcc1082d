"""Media age by lot, by the drive that wrote them and by chance; the same room ages alike, and never gets better."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.clock import SimulatedClock
from simulator.ageing import LDC_MAX, AgeingPlan, Lot, Wear, Writer, stretches, wear
from simulator.control import control
from simulator.damage import CLUSTER_BYTES, SECTOR_BYTES
from simulator.disc import ReadFailed
from simulator.errors import ControlRefused, RoomDamaged
from simulator.inprocess import furnish_room
from simulator.life import DAYS_IN_YEAR, load_ageing, save_ageing
from simulator.room import Room
from tests.unit.simulator.conftest import small_plan

DISCS = tuple(f"D{number}" for number in range(200))
BAD = AgeingPlan(seed=5, lots=(Lot(DISCS, doubling_years=0.5),))
A_YEAR_S = DAYS_IN_YEAR * 86400


def aged(plan: AgeingPlan, label: str, years: float, *, drive: str = "B1", units: int = 64) -> Wear:
    return wear(plan, label, drive=drive, years=years, units=units)


def first_loss(plan: AgeingPlan, label: str, *, drive: str = "B1") -> float:
    return next((q / 4 for q in range(400) if aged(plan, label, q / 4, drive=drive).bad), 100.0)


@settings(deadline=None)
@given(
    st.integers(0, 99),
    st.sampled_from(DISCS),
    st.floats(0, 80),
    st.floats(0, 80),
    st.integers(1, 300),
    st.sampled_from([0.0, 0.2]),
)
def test_what_is_bad_stays_bad(
    seed: int, label: str, one: float, other: float, units: int, accidents: float
) -> None:
    plan = replace(BAD, seed=seed, accidents_per_year=accidents)
    younger, older = (aged(plan, label, years, units=units) for years in sorted((one, other)))
    assert younger.bad <= older.bad <= set(range(units))
    assert younger.ldc <= older.ldc


def test_a_scan_finds_more_than_can_be_corrected_where_nothing_can_be_read() -> None:
    disc = aged(BAD, "D7", next(q / 4 for q in range(99) if aged(BAD, "D7", q / 4).bad))
    assert disc.bad
    for unit in range(disc.units):
        assert (disc.errors_at(unit).ldc > LDC_MAX) == (unit in disc.bad)


def test_ordinary_media_outlive_decades_and_a_bad_lot_does_not() -> None:
    good = [first_loss(AgeingPlan(seed=5), label) for label in DISCS[:60]]
    bad = [first_loss(BAD, label) for label in DISCS[:60]]
    assert min(good) > 30
    assert min(bad) > 1
    assert max(bad) < 10


def test_what_a_bad_writer_wrote_dies_early_on_ordinary_media() -> None:
    plan = AgeingPlan(seed=5, writers=(Writer("B2", errors=20, growth=6),))
    badly = sorted(first_loss(plan, label, drive="B2") for label in DISCS[:40])
    assert badly[20] < 8
    assert min(first_loss(plan, label, drive="B1") for label in DISCS[:40]) > 30


def test_media_of_one_lot_do_not_die_on_one_day() -> None:
    found = {first_loss(BAD, label) for label in DISCS[:60]}
    assert max(found) - min(found) > 2


def test_accidents_take_stretches_and_sometimes_everything() -> None:
    plan = AgeingPlan(seed=1, accidents_per_year=0.1)
    worn = [aged(plan, label, 10.0) for label in DISCS]
    hurt = [disc for disc in worn if disc.bad]
    assert 80 < len(hurt) < 160  # one in e is spared by ten years of them
    assert any(len(disc.bad) == disc.units for disc in hurt)
    assert any(len(disc.bad) <= 4 for disc in hurt)


def test_hard_clusters_are_slow_before_they_are_gone() -> None:
    years = first_loss(BAD, "D7")
    assert aged(BAD, "D7", years - 0.5).is_slow(0, 64)
    assert not aged(BAD, "D7", 0.0).is_slow(0, 64)


@given(st.sets(st.integers(0, 40)))
def test_stretches_are_the_same_units(units: set[int]) -> None:
    found = stretches(units)
    assert {unit for first, count in found for unit in range(first, first + count)} == units
    assert all(sum(one) < other[0] for one, other in pairwise(found))


def test_a_plan_of_ageing_is_kept(tmp_path: Path) -> None:
    plan = replace(BAD, writers=(Writer("B2", 3.0, 2.0),), accidents_per_year=0.01)
    assert load_ageing(tmp_path) == AgeingPlan()
    save_ageing(tmp_path, plan, sync=lambda descriptor: None)
    assert load_ageing(tmp_path) == plan
    (tmp_path / "ageing.json").write_text('{"seed": 1}', encoding="utf-8")
    with pytest.raises(RoomDamaged, match="wrong keys"):
        load_ageing(tmp_path)


def burnt(room: Room, carrier: str, clusters: int = 12) -> bytes:
    """A disc with something on it, written by B1."""
    data = bytes(range(256)) * (clusters * CLUSTER_BYTES // 256)
    with room.disc(carrier) as disc:
        disc.write(0, data)
        room.estate.written(carrier, "B1")
        disc.close()
    return data


def test_a_disc_of_a_room_ages_on_its_clock_and_the_damage_is_there_after_a_restart(
    tmp_path: Path, clock: SimulatedClock
) -> None:
    folder = tmp_path / "old"
    room = furnish_room(folder, small_plan(), clock=clock, sync=lambda descriptor: None)
    carrier = room.carrier("D0001")
    room.estate.set_ageing(AgeingPlan(lots=(Lot(("D0001",), doubling_years=0.3),)))
    data = burnt(room, carrier)
    clock.sleep(A_YEAR_S / 2)
    with room.disc(carrier) as disc:
        assert disc.read(0, len(data) // SECTOR_BYTES) == data
    clock.sleep(9 * A_YEAR_S)
    with room.disc(carrier) as disc, pytest.raises(ReadFailed):
        disc.read(0, len(data) // SECTOR_BYTES)
    room.close()
    again = Room(folder, clock=SimulatedClock(), sync=lambda descriptor: None)
    assert again.raw_copy("D0001").unreadable
    again.close()


def test_a_person_makes_media_older_and_others_stay_young(room: Room) -> None:
    for label in ("D0001", "D0002"):
        burnt(room, room.carrier(label))
    answer = control(room, "age", {"years": 400, "media": ["D0002"]})
    assert answer == {"years": 400, "aged": 1, "with_unreadable_places": ["D0002"]}
    assert not room.raw_copy("D0001").unreadable
    assert control(room, "age", {"years": 1}) == {
        "years": 1,
        "aged": 2,
        "with_unreadable_places": ["D0002"],
    }


def test_blanks_do_not_age_and_no_medium_ages_backwards(room: Room) -> None:
    assert control(room, "age", {"years": 100})["aged"] == 0
    with pytest.raises(ControlRefused, match="cannot age by -1 years"):
        control(room, "age", {"years": -1})
