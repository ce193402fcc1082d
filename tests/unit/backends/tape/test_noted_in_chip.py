"""What is written into a cartridge's chip, in which order, and what of it where a chip takes not everything."""

from dataclasses import replace

from backends.tape.attributes import Attribute
from backends.tape.labelling import note_in_chip
from devices.failures import DeviceRefused, TransportLost
from devices.sense import Sense
from tests.unit.backends.tape.images import a_label
from tests.unit.backends.tape.memory_tape import MemoryTape


class Chip(MemoryTape):
    """Takes attributes, but not those that it `refuses`; gone after `takes` of them."""

    def __init__(self, *refuses: int, takes: int = 100) -> None:
        super().__init__()
        self.refuses = refuses
        self.takes = takes
        self.told: dict[int, str | bytes] = {}

    def write_attribute(self, identifier: int, value: str | bytes) -> None:
        if identifier in self.refuses:
            raise DeviceRefused(Sense(5, 0x26, 0x00), b"\x8d", "T1")
        if len(self.told) == self.takes:
            raise TransportLost("gone")
        self.told[identifier] = value


def noted(chip: Chip, institution: str = "档案馆") -> dict[int, str | bytes]:
    note_in_chip(chip, replace(a_label(), institution=institution))
    return chip.told


def test_in_which_letters_texts_are_written_is_told_before_the_first_of_them() -> None:
    told = noted(Chip())
    assert next(iter(told.items())) == (Attribute.TEXT_LOCALE, b"\x81")
    assert told[Attribute.OWNER_HOST] == "档案馆"
    assert told[Attribute.BARCODE] == "VOL001L8"


def test_a_chip_that_cannot_be_told_of_letters_gets_only_plain_texts() -> None:
    told = noted(Chip(Attribute.TEXT_LOCALE))
    assert Attribute.OWNER_HOST not in told
    assert told[Attribute.USER_LABEL] == a_label().cartridge
    assert noted(Chip(Attribute.TEXT_LOCALE), "Archive")[Attribute.OWNER_HOST] == "Archive"


def test_one_refused_attribute_costs_no_other_and_a_drive_that_is_gone_costs_nothing() -> None:
    assert Attribute.BARCODE in noted(Chip(Attribute.USER_LABEL))
    assert len(noted(Chip(takes=2))) == 2
