"""What a look at a cartridge makes of what stands there, damage and all."""

from types import SimpleNamespace
from typing import Any

import pytest

from archived.policy.tape_looks import BLANK, LABELLED, STRANGE
from archived.sessions.tape_look import look_at_cartridge
from backends.tape.image_on_tape import ImageOnTape
from backends.tape.labelling import label_cartridge
from devices.clock import SimulatedClock
from tests.unit.backends.tape.images import BLOCK_BYTES, Bytes, a_label, identity, image_bytes, session
from tests.unit.backends.tape.memory_tape import MemoryTape


def written(*names: str) -> tuple[MemoryTape, list[ImageOnTape]]:
    tape = MemoryTape()
    label_cartridge(tape, a_label())
    places = []
    if names:
        writing = session(tape)
        for number, name in enumerate(names):
            data = image_bytes(number, 40)
            places.append(writing.append(identity(data, name), Bytes(data)))
        writing.finish()
    return tape, places


def look(tape: MemoryTape) -> dict[str, Any]:
    tools: Any = SimpleNamespace(tapes={"T1": tape}, clock=SimulatedClock())
    finding = look_at_cartridge(tools, "T1")
    assert finding.status == finding.tape["status"]
    return finding.tape


def files(found: dict[str, Any]) -> list[int]:
    return [place["file"] for place in found["images"]]


def test_a_cartridge_tells_its_label_its_images_and_what_they_take() -> None:
    tape, places = written("I1", "I2")
    found = look(tape)
    assert (found["status"], found["barcode"], found["pool"]) == (LABELLED, "VOL001L8", "tapes")
    assert files(found) == [place.file for place in places]
    assert found["used_bytes"] == len(tape.objects) * BLOCK_BYTES
    assert (found["closed"], found["problems"]) == ("", ())


@pytest.mark.parametrize("labelled", [True, False])
def test_a_cartridge_without_any_image_is_a_blank(labelled: bool) -> None:
    assert look(written()[0] if labelled else MemoryTape())["status"] == BLANK


def test_what_somebody_else_wrote_is_strange() -> None:
    found = look(MemoryTape([b"x" * 512, None]))
    assert (found["status"], found["images"]) == (STRANGE, [])


def test_a_torn_end_is_no_damage_and_takes_more() -> None:
    tape, places = written("I1", "I2")
    torn = look(MemoryTape(tape.objects[: places[1].first_block + 1]))
    assert files(torn) == [places[0].file]
    assert (torn["closed"], torn["problems"]) == ("", ())


def test_an_image_whose_trailer_is_gone_is_asked_by_the_index() -> None:
    tape, places = written("I1", "I2")
    tape.bad = {places[0].end_block - 2}
    found = look(tape)
    assert files(found) == [place.file for place in places]
    (problem,) = found["problems"]
    assert f"tape file {places[0].file + 1}" in problem


@pytest.mark.parametrize("walled", [True, False])
def test_a_cartridge_without_a_readable_label_tells_its_images_and_takes_nothing_more(walled: bool) -> None:
    tape, places = written("I1", "I2")
    tape.bad, tape.walls = {0}, {1} if walled else set()
    found = look(tape)
    assert (found["status"], files(found)) == (STRANGE, [place.file for place in places])
    assert found["closed"]
    assert any("label" in problem for problem in found["problems"])


def test_a_write_protected_cartridge_takes_nothing_more(monkeypatch: pytest.MonkeyPatch) -> None:
    tape, _places = written("I1")
    there = tape.inspect()
    monkeypatch.setattr(tape, "inspect", lambda: type(there)(present=True, ready=True, write_protected=True))
    assert "write-protected" in look(tape)["closed"]
