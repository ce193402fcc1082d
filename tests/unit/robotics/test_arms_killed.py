"""A process that dies at any word between it and its robot: the next one brings the disc to a known place.

A look comes first, because a robot that answers is in no motion; then trays may be drawn in, and what the hand may hold
is put away.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from robotics.arms.interface import DiscArm
from robotics.errors import SourceEmpty
from tests.contract.arm_places import ROWS, ArmPlace, arm_place

ARMS = ("generic-amtren", "generic-two-banks", "rimage")
#: More words than any motion takes, with the questions before it.
WORDS = 40


class Died(BaseException):
    """The process is gone: nothing of it may tidy up."""


class DyingLine:
    """A line over which so many words go before its process dies; a word is one writing or one reading."""

    def __init__(self, line: Any) -> None:
        self._line = line
        self.words = WORDS * 10

    def write(self, data: bytes) -> None:
        self._spend()
        self._line.write(data)

    def read(self, *, timeout_s: float) -> bytes:
        self._spend()
        heard: bytes = self._line.read(timeout_s=timeout_s)
        return heard

    def discard(self) -> bytes:
        taken: bytes = self._line.discard()
        return taken

    def close(self) -> None:
        self._line.close()

    def _spend(self) -> None:
        if not self.words:
            raise Died
        self.words -= 1


def load(place: ArmPlace) -> None:
    place.open(1)
    place.arm.load(bin=place.source, drive=1)


def accept(place: ArmPlace) -> None:
    place.open(1)
    place.arm.unload(drive=1, bin=place.accept, lifted=lambda: place.close(1))


def reject(place: ArmPlace) -> None:
    place.open(1)
    place.arm.unload(drive=1, bin=place.reject, lifted=lambda: place.close(1))


def killed_after(words: int, name: str, act: Callable[[ArmPlace], None]) -> bool:
    """Whether the process died; the disc is accounted for in any case."""
    row, lines, made = ROWS[name], list[DyingLine](), list[Callable[[], DiscArm]]()

    def make(line: Any, clock: Any, room: Any) -> DiscArm:
        lines.append(DyingLine(line))
        made.append(lambda: row.make(line, clock, room))
        return row.make(lines[0], clock, room)

    with arm_place(replace(row, make=make)) as place:
        disc = place.next_disc()
        if act is not load:
            place.load()
        elsewhere = {other: where for other, where in place.discs().items() if other != disc}
        before = place.where(disc)
        lines[0].words = words
        try:
            act(place)
            died = False
        except Died:
            died = True
        heir = made[0]()
        heir.state()
        place.close(1)
        heir.prepare()
        with suppress(SourceEmpty):
            heir.put_away(bin=place.reject)
        wanted = {load: "drive 1", accept: (place.accept, 1), reject: (place.reject, 1)}[act]
        assert place.where(disc) in (before, wanted, (place.reject, 1))
        if not died:
            assert place.where(disc) == wanted
        assert {other: where for other, where in place.discs().items() if other != disc} == elsewhere
        assert place.strikes == 0
    return died


@pytest.mark.parametrize("act", [load, accept, reject], ids=["load", "accept", "reject"])
@pytest.mark.parametrize("name", ARMS)
def test_disc_is_accounted_for_at_whatever_word_the_process_dies(
    name: str, act: Callable[[ArmPlace], None]
) -> None:
    words = 0
    while killed_after(words, name, act):
        words += 1
    assert 2 <= words < WORDS
