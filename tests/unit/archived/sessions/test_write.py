"""The gate before a burn, and what the disc says after one that did not end well."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from archived.sessions.tools import BurnJob, BurnOutcome
from archived.sessions.write import WriteTask, Written, write
from backends.interface import Disc, DiscStatus
from devices.clock import SimulatedClock
from devices.failures import TransportTimeout
from robotics.model import ChangerAbilities, Element, ElementKind

DRIVE = 2001
BLANK = Disc(DiscStatus.BLANK, 0x41, 1000, 0, 0, "GOOD/01")


class Bench:
    """A robot, a drive and a burner that say what they are told to."""

    def __init__(
        self, *discs: Disc | Exception, outcome: BurnOutcome | None = None, barcode: str = "D1"
    ) -> None:
        self.discs = list(discs)
        self.outcome = outcome or BurnOutcome("flushed")
        self.barcode = barcode
        self.burnt: list[str] = []

    @property
    def abilities(self) -> ChangerAbilities:
        return ChangerAbilities(random_access=True, barcode_reader=True, import_export=True, exchange=False)

    def element(self, address: int) -> Element:
        return Element(address, ElementKind.DRIVE, True, self.barcode)

    def inspect(self) -> Disc:
        found = self.discs.pop(0) if len(self.discs) > 1 else self.discs[0]
        if isinstance(found, Exception):
            raise found
        return found

    def burn(self, job: BurnJob, report: Any) -> BurnOutcome:
        self.burnt.append("burn")
        return self.outcome

    def attach(self, job: BurnJob, report: Any) -> BurnOutcome:
        self.burnt.append("attach")
        return self.outcome


def run(bench: Bench, *, resumed: bool = False, sectors: int = 960) -> Written:
    job = BurnJob(1, "I000001", "D1", "B1", Path("r"), Path("s"), sectors)
    task = WriteTask(job, "main", DRIVE, "D1", ("GOOD/01",))
    tools: Any = SimpleNamespace(
        clock=SimulatedClock(), changers={"main": bench}, drives={"B1": bench}, burner=bench
    )
    return write(tools, task, lambda done, total: None, resumed=resumed)


def test_right_blank_is_burnt() -> None:
    bench = Bench(BLANK)

    assert run(bench) == Written("flushed")
    assert bench.burnt == ["burn"]


@pytest.mark.parametrize(
    ("bench", "kind", "words"),
    [
        (Bench(BLANK, barcode="D2"), "wrong", "B1 holds D2, not D1"),
        (Bench(Disc(DiscStatus.COMPLETE, media_id="GOOD/01")), "wrong", "complete, not blank"),
        (Bench(Disc(DiscStatus.APPENDABLE)), "wrong", "appendable, not blank"),
        (Bench(Disc(DiscStatus.UNREADABLE)), "wrong", "unreadable, not blank"),
        (Bench(Disc(DiscStatus.BLANK, 0x41, 900, 0, 0, "GOOD/01")), "unfit", "960 are needed"),
        (Bench(Disc(DiscStatus.BLANK, 0x41, 1000, 0, 0, "CHEAP/9")), "unfit", "not an approved medium"),
        (Bench(TransportTimeout("nothing came")), "waits", "before the burn"),
    ],
    ids=["barcode", "complete", "appendable", "unreadable", "small", "unapproved", "silent"],
)
def test_gate_stops_everything_but_the_right_blank_before_the_laser_is_lit(
    bench: Bench, kind: str, words: str
) -> None:
    found = run(bench)

    assert found.kind == kind
    assert words in found.note
    assert not bench.burnt


def test_resumed_write_attaches_and_never_burns() -> None:
    bench = Bench(BLANK, outcome=BurnOutcome("flushed"))

    assert run(bench, resumed=True).kind == "flushed"
    assert bench.burnt == ["attach"]


@pytest.mark.parametrize(
    ("outcome", "status", "kind", "spent"),
    [
        ("interrupted", DiscStatus.BLANK, "blank", False),
        ("interrupted", DiscStatus.APPENDABLE, "failed", True),
        ("interrupted", DiscStatus.COMPLETE, "failed", True),
        ("interrupted", DiscStatus.UNREADABLE, "failed", True),
        ("interrupted", DiscStatus.ABSENT, "failed", True),
        ("failed", DiscStatus.BLANK, "balked", False),
        ("failed", DiscStatus.APPENDABLE, "failed", True),
        ("source", DiscStatus.BLANK, "source", False),
        ("source", DiscStatus.APPENDABLE, "source", True),
    ],
)
def test_disc_decides_what_a_burn_without_a_good_end_has_done(
    outcome: str, status: DiscStatus, kind: str, spent: bool
) -> None:
    found = run(Bench(Disc(status), outcome=BurnOutcome(outcome)), resumed=True)

    assert (found.kind, found.spent) == (kind, spent)


def test_drive_that_never_says_what_the_disc_is_leaves_it_spent() -> None:
    found = run(Bench(TransportTimeout("nothing came"), outcome=BurnOutcome("interrupted")), resumed=True)

    assert (found.kind, found.spent) == ("failed", True)
    assert "does not say what the disc is" in found.note
