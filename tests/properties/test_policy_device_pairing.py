"""Pairing of drives with elements of changers: what is told is believed, what is guessed contradicts nothing."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from archived.found_devices import CHANGER, DISC_DRIVE, TAPE_DRIVE, Bay, FoundDevice
from archived.policy.device_pairing import How, Pair, pair, second_ways

few = settings(max_examples=40)
serials = st.text("ABC0123", min_size=0, max_size=12)
names = st.lists(st.sampled_from(["naa.1", "naa.2", "IBM  X", "IBM X"]), max_size=2).map(tuple)
groups = st.sampled_from(["host 1", "host 2"])
drives = st.lists(
    st.builds(
        FoundDevice,
        key=st.uuids().map(str),
        kind=st.just(TAPE_DRIVE),
        serial=serials,
        names=names,
        group=groups,
        order=st.tuples(st.integers(0, 9)),
    ),
    max_size=6,
)
bays = st.lists(
    st.builds(Bay, st.integers(1, 999), serials, names), max_size=6, unique_by=lambda b: b.address
)
changers = st.lists(
    st.builds(
        FoundDevice, key=st.uuids().map(str), kind=st.just(CHANGER), group=groups, bays=bays.map(tuple)
    ),
    max_size=3,
)


@given(changers, drives)
@few
def test_every_element_has_one_pair_and_no_drive_two(c: list[FoundDevice], d: list[FoundDevice]) -> None:
    pairs = pair([*d, *c])
    assert [(p.changer, p.bay.address) for p in pairs] == [
        (one.key, address) for one in c for address in sorted(bay.address for bay in one.bays)
    ]
    paired = [p.drive for p in pairs if p.drive is not None]
    assert len(paired) == len(set(paired))
    assert set(paired) <= {one.key for one in d}
    assert all((p.how is How.UNPAIRED) == (p.drive is None) for p in pairs)


@given(changers, drives)
@few
def test_a_serial_number_that_two_sides_alone_have_pairs_them(
    c: list[FoundDevice], d: list[FoundDevice]
) -> None:
    found = {(p.changer, p.bay.address): p for p in pair([*c, *d])}
    told = [bay.serial for one in c for bay in one.bays]
    had = [one.serial for one in d]
    for one in c:
        for bay in one.bays:
            if bay.serial and told.count(bay.serial) == 1 and had.count(bay.serial) == 1:
                (drive,) = (other for other in d if other.serial == bay.serial)
                assert found[one.key, bay.address] == Pair(one.key, bay, drive.key, How.SERIAL)


@given(changers, drives)
@few
def test_a_guess_stays_near_and_never_stands_against_two_serial_numbers(
    c: list[FoundDevice], d: list[FoundDevice]
) -> None:
    group = {one.key: one.group for one in c}
    drive_of = {one.key: one for one in d}
    for p in pair([*c, *d]):
        if p.how is How.ORDER and p.drive is not None:
            drive = drive_of[p.drive]
            assert drive.group == group[p.changer]
            assert not (drive.serial and p.bay.serial)


@given(changers, st.integers(1, 6), st.randoms(use_true_random=False))
@few
def test_serial_numbers_pair_in_whatever_order_things_are_found(
    c: list[FoundDevice], count: int, chance: object
) -> None:
    """Drives of different serial numbers, and a changer that knows them all."""
    told = tuple(Bay(100 + n, f"SERIAL{n:04}") for n in range(count))
    library = FoundDevice("library", CHANGER, bays=told)
    known = [FoundDevice(f"d{n}", TAPE_DRIVE, serial=f"SERIAL{n:04}") for n in range(count)]
    shuffled = [*c, library, *known]
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    found = {p.bay.address: p.drive for p in pair(shuffled) if p.changer == "library"}
    assert found == {100 + n: f"d{n}" for n in range(count)}


@given(st.integers(1, 6))
def test_serial_numbers_that_were_cut_at_ten_characters_still_pair(count: int) -> None:
    """Only while what is left tells the drives apart."""
    told = tuple(Bay(100 + n, f"HU{n:08}") for n in range(count))
    known = [FoundDevice(f"d{n}", TAPE_DRIVE, serial=f"HU{n:08}XYZ") for n in range(count)]
    pairs = pair([FoundDevice("library", CHANGER, bays=told), *known])
    assert [(p.drive, p.how) for p in pairs] == [(f"d{n}", How.PART_OF_SERIAL) for n in range(count)]
    alike = [replace(one, serial="SAMESERIAL" + one.key) for one in known]
    cut = tuple(replace(bay, serial="SAMESERIAL") for bay in told)
    pairs = pair([FoundDevice("library", CHANGER, bays=cut), *alike])
    assert {p.how for p in pairs} == ({How.PART_OF_SERIAL} if count == 1 else {How.UNPAIRED})


def test_names_pair_where_no_serial_number_is_told() -> None:
    told = (Bay(256, names=("IBM     ULT3580 1",)), Bay(257, names=("500507aa",)))
    known = [
        FoundDevice("a", TAPE_DRIVE, serial="1", names=("x", "500507AA")),
        FoundDevice("b", TAPE_DRIVE, serial="2", names=("IBM ULT3580 1",)),
    ]
    pairs = pair([FoundDevice("library", CHANGER, bays=told), *known])
    assert [(p.drive, p.how) for p in pairs] == [("b", How.NAME), ("a", How.NAME)]


def test_order_is_the_last_resort_and_says_that_it_guesses() -> None:
    library = FoundDevice("library", CHANGER, group="t", bays=(Bay(257), Bay(256)))
    known = [FoundDevice(f"d{n}", TAPE_DRIVE, serial=str(n), group="t", order=(n,)) for n in (3, 1)]
    assert [(p.bay.address, p.drive, p.how) for p in pair([library, *known])] == [
        (256, "d1", How.ORDER),
        (257, "d3", How.ORDER),
    ]
    stranger = FoundDevice("d9", TAPE_DRIVE, group="t", order=(9,))
    assert {p.how for p in pair([library, *known, stranger])} == {How.UNPAIRED}
    elsewhere = replace(stranger, group="u")
    assert {p.how for p in pair([library, *known, elsewhere])} == {How.ORDER}


def test_a_serial_number_of_no_drive_is_not_guessed_away() -> None:
    library = FoundDevice("library", CHANGER, group="t", bays=(Bay(256, "GONE000001"),))
    other = FoundDevice("d", TAPE_DRIVE, serial="HERE000001", group="t")
    assert pair([library, other])[0].how is How.UNPAIRED
    assert pair([library, replace(other, serial="")])[0].how is How.ORDER


def test_a_second_way_to_a_tape_drive_is_told_and_burners_are_left_alone() -> None:
    tape = FoundDevice("sg1", TAPE_DRIVE, "IBM", "ULT", serial="A")
    burner = FoundDevice("sr0", DISC_DRIVE, "LG", "BD", serial="000")
    devices = [
        tape,
        replace(tape, key="sg2"),
        replace(tape, key="sg3", serial=""),
        burner,
        replace(burner, key="sr1"),
    ]
    assert second_ways(devices) == {"sg2": "sg1"}
