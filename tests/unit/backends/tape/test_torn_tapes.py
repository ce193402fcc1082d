"""A tape that ends anywhere: what is there is recognised, what was there before is intact, and it can be continued."""

import pytest

from backends.errors import MediumRefused
from backends.tape.contents import TapeContents, read_contents
from backends.tape.image_on_tape import ImageOnTape
from backends.tape.labelling import label_cartridge
from backends.tape.recognition import TapeEnd
from tests.unit.backends.tape.images import Bytes, a_label, identity, image_bytes, read_back, session
from tests.unit.backends.tape.memory_tape import MARK, MemoryTape

#: Four images in two sessions; three blocks each.
DATA = {f"I{number}": image_bytes(number, 40) for number in range(1, 5)}


def append(tape: MemoryTape, *names: str) -> list[ImageOnTape]:
    writing = session(tape)
    places = [writing.append(identity(DATA[name], name), Bytes(DATA[name])) for name in names]
    assert not writing.finish().index_problem
    return places


def written(*, worm: bool = False) -> tuple[MemoryTape, list[ImageOnTape]]:
    tape = MemoryTape(worm=worm)
    label_cartridge(tape, a_label(worm=worm))
    return tape, append(tape, "I1", "I2") + append(tape, "I3")


def require_whole(tape: MemoryTape, expected: list[ImageOnTape]) -> TapeContents:
    """Both ways of looking find these images, and their bytes are right."""
    found, read = read_contents(tape), read_contents(tape, whole=True)
    assert list(found.images) == expected
    assert list(read.images) == expected
    assert found.skipped == read.skipped
    assert (found.good_block, found.good_file) == (read.good_block, read.good_file)
    assert (found.data_end, found.end, found.sessions) == (read.data_end, read.end, read.sessions)
    for place in expected:
        assert read_back(tape, place) == DATA[place.image_id]
    return found


WHOLE, PLACES = written()


@pytest.mark.parametrize("worm", [False, True], ids=["rewritable", "worm"])
@pytest.mark.parametrize("cut", range(1, len(WHOLE.objects) + 1))
def test_a_tape_that_ends_after_any_object_is_recognised_and_goes_on(cut: int, worm: bool) -> None:
    tape = MemoryTape(WHOLE.objects[:cut], worm=worm)
    there = [place for place in PLACES if place.end_block - 1 <= cut]  # the trailer, with or without its mark
    contents = require_whole(tape, there)
    assert contents.end in (TapeEnd.CLEAN, TapeEnd.TORN)
    kept = tape.objects[: contents.good_block]
    added = append(tape, "I4")
    assert tape.objects[: len(kept)] == kept
    if worm:
        assert tape.objects[:cut] == WHOLE.objects[:cut]
    else:
        assert len(tape.objects) == len(kept) + (not contents.good_closed) + 10
    after = require_whole(tape, there + added)
    assert (after.end, after.from_index) == (TapeEnd.CLEAN, True)
    assert bool(after.skipped) is (worm and contents.torn)


@pytest.mark.parametrize("cut", range(PLACES[-1].first_block - 2, PLACES[-1].end_block))
def test_a_worm_tape_that_was_torn_twice_goes_on_twice(cut: int) -> None:
    once = MemoryTape(WHOLE.objects[:cut], worm=True)
    there = list(read_contents(once).images)
    writing = session(once)
    there.append(writing.append(identity(DATA["I4"], "I4"), Bytes(DATA["I4"])))  # and killed: no index
    twice = MemoryTape(once.objects, worm=True)
    twice.objects += once.objects[PLACES[0].first_block - 2 : PLACES[0].first_block + 1]
    require_whole(twice, there)
    there += append(twice, "I3")
    require_whole(twice, there)


def test_an_index_is_not_believed_where_it_does_not_stand() -> None:
    tape, places = written()
    at = next(i for i in range(len(tape.objects) - 1, 0, -1) if tape.objects[i] is not MARK)
    stale = tape.objects[at]
    tape.objects[at:] = []
    more = append(tape, "I4")
    tape.objects[-2] = stale  # an older index in the place of the newest
    found = read_contents(tape)
    assert list(found.images) == places + more
    assert found.from_index


def test_what_is_unreadable_in_the_middle_costs_itself_only() -> None:
    tape, places = written()
    header, trailer = places[0].first_block - 2, places[1].end_block - 2
    tape.bad = {header, trailer, places[2].first_block + 1}
    found = read_contents(tape, whole=True)
    assert list(found.images) == [places[0], places[2]]
    assert found.skipped == (4, 5, 6)
    assert any("header cannot be read" in problem for problem in found.problems)
    assert list(read_contents(tape).images) == places  # by the index
    assert found.end is TapeEnd.CLEAN


def test_a_cartridge_whose_beginning_is_destroyed_is_found_by_its_index_and_takes_nothing_more() -> None:
    tape, places = written()
    tape.bad, tape.walls = {0}, {1}
    found = read_contents(tape, whole=True)
    assert (found.label, list(found.images), found.from_index) == (None, places, True)
    with pytest.raises(MediumRefused, match="label"):
        session(tape)


@pytest.mark.parametrize("whole", [False, True])
def test_images_behind_a_place_that_cannot_be_passed_are_found_by_the_index(whole: bool) -> None:
    tape, places = written()
    wall = places[0].first_block + 1
    tape.bad, tape.walls = {wall}, {wall}
    found = read_contents(tape, whole=whole)
    assert (list(found.images), found.end, found.from_index) == (places, TapeEnd.CLEAN, True)
    assert bool(found.problems) is whole
    places += append(tape, "I4")
    assert list(read_contents(tape).images) == places


def test_the_images_are_found_although_the_label_cannot_be_read() -> None:
    tape, places = written()
    tape.bad = {0}
    found = read_contents(tape)
    assert (found.label, list(found.images), found.blank) == (None, places, False)
    with pytest.raises(MediumRefused, match="label"):
        session(tape)


def test_a_tape_of_somebody_else_is_left_alone() -> None:
    tape = MemoryTape([b"ustar" * 100, MARK, b"x" * 512, MARK])
    found = read_contents(tape)
    assert (found.label, found.blank, found.images) == (None, False, ())
    with pytest.raises(MediumRefused):
        session(tape)
    assert len(tape.objects) == 4


def test_what_nobody_can_explain_is_never_overwritten() -> None:
    tape, places = written()
    tape.objects += [b"somebody's", b"tar", MARK]
    before = list(tape.objects)
    assert read_contents(tape).end is TapeEnd.STRANGE
    places += append(tape, "I4")
    assert tape.objects[: len(before)] == before
    assert require_whole(tape, places).skipped == (12,)


def test_an_unreadable_end_is_overwritten_only_by_who_knows_what_lies_there() -> None:
    tape, places = written()
    good = len(tape.objects)
    tape.objects += WHOLE.objects[PLACES[0].first_block - 2 : PLACES[0].first_block + 1]
    tape.bad, tape.end_is_lost = set(range(good, len(tape.objects))), True
    assert read_contents(tape).end is TapeEnd.UNREADABLE
    for known in (None, good + 1):
        with pytest.raises(MediumRefused, match="end of the data"):
            session(tape, known_until_block=known)
    writing = session(tape, known_until_block=places[-1].end_block)
    places.append(writing.append(identity(DATA["I4"], "I4"), Bytes(DATA["I4"])))
    writing.finish()
    require_whole(tape, places)


def test_a_torn_end_is_kept_where_somebody_counts_on_an_image_behind_it() -> None:
    tape, places = written()
    cut = places[-1].end_block - 2  # its trailer is gone, for whatever reason
    tape = MemoryTape(tape.objects[:cut])
    with pytest.raises(MediumRefused, match="known up to block"):
        session(tape, known_until_block=places[-1].end_block)
    places[-1:] = [session(tape, known_until_block=cut).append(identity(DATA["I4"], "I4"), Bytes(DATA["I4"]))]
    assert tape.objects[:cut] == WHOLE.objects[:cut]
    require_whole(tape, places)
