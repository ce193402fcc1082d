"""Whatever a changer answers: no bytes crash its driver, every element is told once, and quirks change no inventory."""

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from devices.failures import DeviceFailure, DeviceRefused
from devices.scsi import TYPE_CHANGER, Inquiry, InquiryData, Result
from devices.sense import Sense
from robotics.changers.smc import SmcChanger
from robotics.errors import RoboticsError
from robotics.exchanging import motions_for_exchange
from robotics.model import Element, ElementKind, ElementLayout, ElementRange, Inventory
from robotics.paging import Page, elements_in, next_page
from robotics.profiles import PROFILES
from robotics.wire.element_status import (
    ElementDescriptor,
    decode_element_status,
    encode_element_status,
    read_element_status,
)
from robotics.wire.smc import ElementAddressAssignment, ModeSense, ReadElementStatus
from simulator import changer_quirks as quirk
from simulator.answers import Refusal
from simulator.changer_report import descriptors, element_status, layout_of
from simulator.plan import DiscPlan, RoomPlan, standard_drives
from simulator.world import World, furnish

words = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=32)
LAYOUT = ElementLayout(ElementRange(1, 1), ElementRange(1024, 9), ElementRange(16, 2), ElementRange(256, 2))


def elements(kind: ElementKind) -> st.SearchStrategy[list[ElementDescriptor]]:
    serials = st.none() | words if kind is ElementKind.DRIVE else st.none()
    one = st.builds(
        ElementDescriptor,
        st.just(kind),
        st.integers(0, 0xFFFF),
        st.booleans(),
        st.none() | words,
        st.none() | st.integers(0, 0xFFFF),
        st.booleans(),
        st.none() | st.tuples(st.integers(0, 255), st.integers(0, 255)),
        serials,
        st.booleans(),
    )
    return st.lists(one, max_size=5)


reports = st.tuples(*map(elements, ElementKind)).map(lambda kinds: [d for kind in kinds for d in kind])


class Answers:
    """A device that says what it is and where its elements are, and answers everything else with the next of `data`."""

    def __init__(self, layout: bytes, data: Sequence[bytes | Sense]) -> None:
        self._layout = layout
        self._data = list(data)
        self.asked = 0

    def execute(
        self, cdb: bytes, *, data_in: int = 0, data_out: bytes | None = None, timeout_s: float
    ) -> Result:
        if cdb[0] == Inquiry.OPCODE:
            return Result(InquiryData(TYPE_CHANGER, "MAKER", "MODEL", "1").encode())
        if cdb[0] == ModeSense.OPCODE:
            return Result(self._layout[:data_in])
        self.asked += 1
        answer = self._data[self.asked % len(self._data)] if self._data else b""
        if isinstance(answer, Sense):
            raise DeviceRefused(answer, cdb, "device")
        return Result(answer[:data_in])

    def close(self) -> None:
        """Nothing to give up."""


@given(st.binary(max_size=300), st.integers(0, 40))
def test_any_bytes_are_read_as_element_status_and_nothing_is_both_whole_and_cut(
    data: bytes, missing_bytes: int
) -> None:
    data = bytes(8) + data
    report = read_element_status(data, missing_tail_bytes=missing_bytes)
    assert sorted(d.address for d in report.elements + report.cut) == sorted(
        d.address for d in decode_element_status(data)
    )
    assert len(report.elements) <= len(data)


@given(
    st.binary(max_size=40) | st.just(ElementAddressAssignment(LAYOUT).encode()),
    st.lists(st.binary(max_size=200) | st.builds(Sense, st.integers(0, 15), st.integers(0, 255)), max_size=6),
    st.sampled_from(sorted(PROFILES)),
)
def test_whatever_a_changer_answers_its_inventory_is_whole_or_refused(
    layout: bytes, data: list[bytes | Sense], profile: str
) -> None:
    device = Answers(layout, data)
    try:
        inventory = SmcChanger(device, profile=PROFILES[profile]).inventory()
    except (RoboticsError, DeviceFailure):
        return
    told = ElementAddressAssignment.decode(layout).layout
    assert len(inventory.elements) == sum(told.range_of(kind).count for kind in ElementKind)


@given(reports, st.booleans(), st.booleans(), st.booleans())
def test_every_form_of_a_report_is_read_back(
    report: list[ElementDescriptor], tags: bool, ids: bool, long: bool
) -> None:
    data = encode_element_status(report, volume_tags=tags, device_ids=ids, long_identifiers=long)
    found = read_element_status(data)
    assert not found.cut
    assert [(d.kind, d.address, d.full, d.exception) for d in found.elements] == [
        (d.kind, d.address, d.full, d.exception) for d in report
    ]
    for told, true in zip(found.elements, report, strict=True):
        assert told.barcode == (true.barcode if tags else None)
        serial = true.drive_serial[:10] if long and true.drive_serial else true.drive_serial
        assert told.drive_serial == (serial if ids else None)


@given(st.sets(st.integers(0, 400), max_size=60), st.integers(1, 20), st.integers(1, 20), st.data())
def test_pages_cover_every_element_exactly_once(
    addresses: set[int], most: int, told_at_once: int, data: st.DataObject
) -> None:
    wanted, found, asked = sorted(addresses), set[int](), 0
    while (page := next_page(wanted, found, most=most)) is not None:
        asked += 1
        assert 1 <= page.count <= most
        assert page.first not in found
        # A device tells some of what it was asked for, and the first of it always.
        told = [a for a in wanted if a >= page.first][: min(page.count, told_at_once)]
        found |= set(told)
    assert found == addresses
    assert asked <= len(addresses)
    if told_at_once >= most:
        assert asked == -(-len(addresses) // most)


@given(st.integers(0, 1 << 17), st.integers(0, 1 << 16), st.integers(1, 2000))
def test_a_page_fits_in_its_answer_or_is_one_element(allocation: int, length: int, most: int) -> None:
    count = elements_in(allocation, length, most=most)
    assert 1 <= count <= most
    assert count == 1 or 40 + count * length <= allocation
    assert next_page([7], {7}, most=count) is None
    assert next_page([7], (), most=count) == Page(7, 1)


PLAN = RoomPlan(
    library="L1",
    drives=standard_drives(2),
    slots=9,
    magazine_slots=3,
    import_export_slots=2,
    capacity_sectors=32,
    discs=tuple(DiscPlan(f"D{number}", "MILLEN/MR1", number) for number in (1, 2, 5)),
)
#: What the standard profile copes with by itself, in every combination.
TOLERATED = (
    quirk.NO_BARCODES,
    quirk.NO_SERIALS,
    quirk.BARCODES_OR_SERIALS,
    quirk.LOW_ALLOCATION,
    quirk.COUNT_IGNORED,
    quirk.FIRST_WRONG,
    quirk.EMPTY_PAGE,
)
ONE_OF = (quirk.ONLY_ALL_KINDS, quirk.ONLY_ONE_KIND, quirk.FEW_ELEMENTS)


class Robot:
    """The simulated robot's reports alone."""

    def __init__(self, plan: RoomPlan, world: World) -> None:
        self._plan = plan
        self._world = world

    def execute(
        self, cdb: bytes, *, data_in: int = 0, data_out: bytes | None = None, timeout_s: float
    ) -> Result:
        if cdb[0] == Inquiry.OPCODE:
            return Result(InquiryData(TYPE_CHANGER, "MAKER", "MODEL", "1").encode())
        if cdb[0] == ModeSense.OPCODE:
            return Result(ElementAddressAssignment(layout_of(self._plan)).encode())
        try:
            return Result(element_status(self._plan, self._world, ReadElementStatus.decode(cdb)))
        except Refusal as refusal:
            raise DeviceRefused(refusal.sense, cdb, "robot") from refusal

    def close(self) -> None:
        """Nothing to give up."""


@settings(max_examples=60)
@given(st.sets(st.sampled_from(TOLERATED)), st.none() | st.sampled_from(ONE_OF), st.booleans())
def test_no_combination_of_quirks_changes_what_is_seen(quirks: set[str], one: str | None, away: bool) -> None:
    plan = RoomPlan(**{**vars_of(PLAN), "changer_quirks": (*sorted(quirks), *([one] if one else []))})
    world = furnish(plan)
    if away:
        world = World(world.elements, world.carriers, world.drives, frozenset(plan.magazine_addresses(2)))
    changer = SmcChanger(Robot(plan, world))
    for _again in range(2):
        seen = changer.inventory()
        assert [(e.address, e.kind, e.full, e.exception) for e in seen.elements] == [
            (d.address, d.kind, d.full, d.exception) for d in descriptors(plan, world)
        ]
        for element, true in zip(seen.elements, descriptors(plan, world), strict=True):
            assert element.barcode == (None if quirk.NO_BARCODES in quirks else true.barcode)
            assert element.drive_serial == (None if quirk.NO_SERIALS in quirks else true.drive_serial)


def vars_of(plan: RoomPlan) -> dict[str, object]:
    return {name: getattr(plan, name) for name in RoomPlan.__dataclass_fields__}


inventories = st.lists(
    st.tuples(st.booleans(), st.sampled_from([None, (0x83, 0x02)])), min_size=2, max_size=7
).map(
    lambda rows: Inventory(
        tuple(
            Element(1024 + n, ElementKind.STORAGE, full, f"D{n}" if full else None, exception=code)
            for n, (full, code) in enumerate(rows)
        )
    )
)


@given(inventories, st.integers(1024, 1030), st.integers(1024, 1030), st.integers(1024, 1030))
def test_moves_for_an_exchange_go_to_free_elements_only_and_bring_both_media_there(
    inventory: Inventory, source: int, destination: int, displaced_to: int
) -> None:
    motions = motions_for_exchange(
        inventory, source=source, destination=destination, displaced_to=displaced_to
    )
    if motions is None:
        return
    usable = {e.address for e in inventory.elements if e.is_free}
    places = {e.address: e.barcode for e in inventory.elements if e.full}
    coming, leaving = places[source], places.get(destination)
    freed: set[int] = set()
    for motion in motions:
        assert motion.destination not in places
        assert motion.destination in usable | freed
        places[motion.destination] = places.pop(motion.source)
        freed.add(motion.source)
    assert places[destination] == coming
    assert leaving is None or places[displaced_to] == leaving
    assert len(motions) <= 3
