"""The gate of a session on tape: which cartridge it is, by its own label; whatever else lies there is left as it is."""

from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from archived.errors import Cancelled
from archived.sessions import tape_write
from archived.sessions.tape_write import FLUSHED, NOT_BEGUN, TapeEnd, TapeJob, TapeTask, write_tape
from archived.sessions.tools import ProgressBoard
from backends.tape.label import TapeLabel
from backends.tape.labelling import label_cartridge
from devices.clock import SimulatedClock
from robotics.model import Element, ElementKind
from tests.unit.backends.tape.images import CARTRIDGE, Bytes, a_label, identity, image_bytes, session
from tests.unit.backends.tape.memory_tape import MemoryTape

DRIVE = 256
OTHER = "11111111-4c7e-4d0b-9a39-6a1e7d0f5b11"
LABEL = a_label()


def write(
    tape: MemoryTape, *, resumed: bool = False, board: ProgressBoard | None = None, **changes: Any
) -> TapeEnd:
    """A session of no image: it labels a blank, or finds out which cartridge this is."""
    task = TapeTask(
        "tl1", DRIVE, "T1", "VOL001L8", LABEL.barcode, replace(LABEL, cartridge=OTHER), (), Path(), "archived",
        known_until_block=0, known_files=frozenset(), label_uuid=None,
    )  # fmt: skip
    drive = Element(DRIVE, ElementKind.DRIVE, True, LABEL.barcode)
    robot = SimpleNamespace(element=lambda address: drive)
    tools: Any = SimpleNamespace(
        tapes={"T1": tape},
        changers={"tl1": robot},
        clock=SimulatedClock(),
        progress=board or ProgressBoard(SimulatedClock()),
        tape_blocks_ahead=0,
    )
    return write_tape(tools, replace(task, **changes), "work", lambda done, total: None, resumed=resumed)


def labelled(label: TapeLabel = LABEL, *, image: bool = True) -> MemoryTape:
    tape = MemoryTape()
    label_cartridge(tape, label)
    if image:
        writing, data = session(tape), image_bytes(1, 40)
        writing.append(identity(data, "I1"), Bytes(data))
        writing.finish()
    return tape


def test_a_blank_is_labelled_and_its_uuid_is_told() -> None:
    tape = MemoryTape()
    end = write(tape)
    assert (end.kind, end.label_uuid) == ("done", OTHER)
    assert write(tape, label_uuid=OTHER).kind == "done"


def test_a_cartridge_whose_uuid_is_not_known_yet_is_learnt_by_barcode_and_institution() -> None:
    end = write(labelled(), known_until_block=5)
    assert (end.kind, end.label_uuid) == ("done", CARTRIDGE)


def test_a_session_that_was_killed_behind_its_label_learns_the_uuid_when_it_is_taken_up() -> None:
    end = write(labelled(image=False), resumed=True)
    assert (end.kind, end.label_uuid) == ("done", CARTRIDGE)
    assert write(MemoryTape(), resumed=True).label_uuid is None


@pytest.mark.parametrize("resumed", [False, True], ids=["begun", "resumed"])
@pytest.mark.parametrize(
    ("label", "known", "words"),
    [
        (LABEL, {"label_uuid": OTHER, "known_until_block": 5}, "another cartridge with the same barcode"),
        (LABEL, {"label_uuid": OTHER}, "another cartridge with the same barcode"),
        (replace(LABEL, barcode="VOL002L8"), {}, "says that it is VOL002L8"),
        (replace(LABEL, barcode="VOL002L8"), {"label_uuid": CARTRIDGE}, "says that it is VOL002L8"),
        (replace(LABEL, institution="Another archive"), {}, "labelled by 'Another archive'"),
        (replace(LABEL, institution="Another archive"), {"known_until_block": 5}, "by 'Another archive'"),
        (replace(LABEL, simulated=False), {}, "is of a real archive"),
        (LABEL, {"label": replace(LABEL, simulated=False)}, "is from a simulated room"),
    ],
    ids=["uuid", "uuid-of-none", "barcode", "barcode-known", "others", "others-known", "real", "simulated"],
)
def test_another_cartridge_is_refused_and_left_as_it_is(
    label: TapeLabel, known: dict[str, Any], words: str, resumed: bool
) -> None:
    tape = labelled(label)
    before = list(tape.objects)
    end = write(tape, resumed=resumed, **known)
    assert (end.kind, end.label_uuid) == ("wrong", None)
    assert words in end.note
    assert tape.objects == before


def test_a_cartridge_that_is_known_stays_ours_when_the_institution_gets_another_name() -> None:
    renamed = replace(LABEL, institution="A new name")
    assert write(labelled(), label_uuid=CARTRIDGE, label=renamed).kind == "done"


@pytest.mark.parametrize(
    ("known", "words"),
    [
        ({"label_uuid": CARTRIDGE}, "blank, and a label of ours should be on it"),
        ({"label_uuid": CARTRIDGE, "known_until_block": 5}, "blank, and images should be on it"),
    ],
)
def test_a_blank_in_place_of_a_cartridge_that_was_labelled_is_refused(
    known: dict[str, Any], words: str
) -> None:
    tape = MemoryTape()
    end = write(tape, **known)
    assert end.kind == "wrong"
    assert words in end.note
    assert not tape.objects


@pytest.mark.parametrize("known", ["both", "first", "none"])
def test_nothing_is_written_in_front_of_the_last_image_that_the_catalog_counts_on(
    monkeypatch: pytest.MonkeyPatch, known: str
) -> None:
    tape = labelled(image=False)
    writing, data = session(tape), image_bytes(1, 40)
    first, second = (writing.append(identity(data, name), Bytes(data)) for name in ("I1", "I2"))
    tape.objects = tape.objects[: second.first_block + 1]  # the tape lost what the drive had confirmed
    before = list(tape.objects)
    monkeypatch.setattr(tape_write, "open_recipe", lambda *_args, **_more: nullcontext(Bytes(data)))
    job = TapeJob(7, identity(data, "I3"), Path())
    until = {"both": second.end_block - 1, "first": first.end_block - 1, "none": 0}[known]

    end = write(tape, known_until_block=until, jobs=(job,))

    assert end.ends[7].kind == (NOT_BEGUN if known == "both" else FLUSHED)
    assert end.closed is (known == "both")
    assert (tape.objects == before) is (known == "both")


class FirstLoad(MemoryTape):
    """A drive that conditions its cartridge for two hours, and holds it all the while."""

    def is_ready(self) -> bool:
        return False


@pytest.mark.parametrize("resumed", [False, True], ids=["begun", "resumed"])
def test_a_daemon_that_is_to_stop_does_not_wait_for_a_first_load(resumed: bool) -> None:
    board, tape = ProgressBoard(SimulatedClock()), FirstLoad()
    board.hurry()
    if resumed:
        with pytest.raises(Cancelled, match="preparing VOL001L8"):
            write(tape, resumed=True, board=board)
    else:
        end = write(tape, board=board)
        assert (end.kind, end.ends) == ("waits", {})
        assert "the wait was given up" in end.note
    assert not tape.objects
