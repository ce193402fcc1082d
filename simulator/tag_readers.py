"""Which emulator stands for which kind of reader of tags, and which radio it hears."""

from collections.abc import Callable, Mapping

from robotics.readers.interface import TagKind
from simulator.errors import PlanRefused
from simulator.estate import Estate
from simulator.line_devices import LineDevice
from simulator.line_faults import FaultyLine
from simulator.pn532_reader import Pn532Device
from simulator.rdm6300_reader import Rdm6300Device
from simulator.tag_field import Field, ReaderPlan, TagField
from simulator.yrm100_reader import Yrm100Device

#: By kind: the radio, and what makes the emulator of what lies before the reader.
READERS: Mapping[str, tuple[TagKind, Callable[[Field], LineDevice]]] = {
    "pn532": (TagKind.HF, Pn532Device),
    "yrm100": (TagKind.UHF, Yrm100Device),
    "rdm6300": (TagKind.LF, Rdm6300Device),
}


def reader_of(estate: Estate, plan: ReaderPlan) -> tuple[TagField, LineDevice]:
    """What a reader of a room has before it, and the reader. Raises PlanRefused for a kind that is not simulated."""
    if plan.kind not in READERS:
        raise PlanRefused(
            f"a reader {plan.kind!r} cannot be simulated; there are: {', '.join(sorted(READERS))}"
        )
    kind, make = READERS[plan.kind]
    field = TagField(estate, plan, kind)
    return field, FaultyLine(make(field), estate, plan.name)
