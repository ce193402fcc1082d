"""What every changer does, on a real one: asked only, and one medium moved where a variable allows it."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from robotics.changers.smc import SmcChanger
from robotics.model import ElementKind
from tests.hardware.real_devices import CHANGER, MOVES, changer_on, line_to, looked_at, named

pytestmark = pytest.mark.hardware


@pytest.fixture
def changer() -> Iterator[SmcChanger]:
    with closing(line_to(CHANGER)) as line:
        changer = changer_on(line)
        looked_at(changer)
        yield changer


def test_it_says_who_it_is_and_what_it_has(changer: SmcChanger, capsys: pytest.CaptureFixture[str]) -> None:
    identity, layout, inventory = changer.identify(), changer.layout(), changer.inventory()
    assert identity.vendor
    for kind in ElementKind:
        found = inventory.of_kind(kind)
        assert len(found) == layout.range_of(kind).count
        assert all(layout.kind_of(element.address) is kind for element in found)
    with capsys.disabled():
        print(f"\n{identity}, {changer.abilities}")
        for element in inventory.elements:
            print(f"  {element}")


def test_two_looks_see_the_same(changer: SmcChanger) -> None:
    assert changer.inventory() == changer.inventory()


def test_one_medium_goes_to_a_free_slot_and_back(changer: SmcChanger) -> None:
    barcode = named(MOVES)
    before = changer.inventory()
    at = before.holding(barcode)
    assert at is not None, f"no element holds {barcode}"
    assert at.kind is ElementKind.STORAGE, f"{barcode} is in element {at.address}, which is no slot"
    free = [e for e in before.of_kind(ElementKind.STORAGE) if not e.full and e.exception is None]
    assert free, "no slot is free"
    changer.move(source=at.address, destination=free[0].address)
    moved = changer.inventory().at(free[0].address)
    changer.move(source=free[0].address, destination=at.address)
    assert moved is not None
    assert (moved.full, moved.barcode) == (True, barcode)
    back = changer.inventory().at(at.address)
    assert back is not None
    assert back.barcode == barcode
