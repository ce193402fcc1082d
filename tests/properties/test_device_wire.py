"""Names and numbers of devices on the wire: round trips, and any bytes are read without a crash."""

from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from devices.failures import DeviceFailure, DeviceRefused, WireDamaged
from devices.first_look import look_at, page_80, page_83
from devices.luns import ReportLuns, UnitNumbers
from devices.scsi import Result
from devices.sense import ILLEGAL_REQUEST, Sense
from devices.vpd import Designator, DeviceIdentification, decode_designator
from robotics.changers.first_look import look_into
from robotics.model import ElementLayout, ElementRange
from robotics.wire.smc import ElementAddressAssignment

bits4 = st.integers(0, 15)
designators = st.builds(Designator, bits4, bits4, st.integers(0, 3), st.binary(min_size=1, max_size=40))
pages = st.builds(DeviceIdentification, st.integers(0, 31), st.lists(designators, max_size=5).map(tuple))
numbers = st.lists(st.integers(0, 0x3FFF), unique=True, max_size=20).map(tuple)


@given(pages, st.binary(max_size=20))
def test_a_page_of_names_comes_back_whatever_stands_behind_it(
    page: DeviceIdentification, rubbish: bytes
) -> None:
    assert DeviceIdentification.decode(page.encode() + rubbish) == page


@given(pages, st.integers(0, 300))
def test_a_page_that_was_cut_gives_the_names_that_are_whole(page: DeviceIdentification, kept: int) -> None:
    data = page.encode()[:kept]
    if len(data) < 4:
        assert page_83(data) == ()
        return
    found = DeviceIdentification.decode(data).designators
    assert found == page.designators[: len(found)]


@given(st.binary(max_size=300))
def test_any_bytes_are_some_names_or_damage(data: bytes) -> None:
    page_80(data)
    assert all(name.names_the_unit and name.text == name.text.strip(" \0") for name in page_83(data))
    one = decode_designator(data)
    assert one is None or one.body == data[4 : 4 + data[3]]


@given(numbers, st.binary(max_size=20))
def test_numbers_of_units_come_back(units: tuple[int, ...], rubbish: bytes) -> None:
    assert UnitNumbers.decode(UnitNumbers(units).encode() + rubbish).numbers == units


@given(st.binary(max_size=200))
def test_any_bytes_are_some_numbers_of_units_or_damage(data: bytes) -> None:
    with suppress(WireDamaged):
        found = UnitNumbers.decode(data).numbers
        assert len(set(found)) == len(found)
        assert all(0 <= number <= 0x3FFF for number in found)


class Babbling:
    """A device that answers anything at all."""

    def __init__(self, answers: list[bytes]) -> None:
        self._answers = answers

    def execute(
        self, cdb: bytes, *, data_in: int = 0, data_out: bytes | None = None, timeout_s: float
    ) -> Result:
        if not self._answers:
            raise DeviceRefused(Sense(ILLEGAL_REQUEST), cdb, "babbling")
        data = self._answers.pop()[:data_in]
        return Result(data, data_in - len(data))

    def close(self) -> None:
        self._answers.clear()


layout = ElementAddressAssignment(
    ElementLayout(ElementRange(1, 1), ElementRange(3, 3), ElementRange(2, 1), ElementRange(6, 2))
).encode()


@given(st.lists(st.binary(max_size=120), max_size=10), st.booleans())
def test_whatever_a_device_answers_a_look_ends_in_a_sight_or_a_failure(
    answers: list[bytes], has_layout: bool
) -> None:
    with suppress(DeviceFailure):
        look_at(Babbling([*answers]), timeout_s=1)
    with suppress(DeviceFailure):
        sight = look_into(Babbling([*answers, *([layout] if has_layout else [])]))
        addresses = [drive.address for drive in sight.drives]
        assert len(set(addresses)) == sight.layout.drive.count == len(addresses)


@given(st.integers(0, 0xFFFFFFFF))
def test_the_request_for_units_comes_back(allocation: int) -> None:
    assert ReportLuns.decode(ReportLuns(allocation).encode()) == ReportLuns(allocation)
