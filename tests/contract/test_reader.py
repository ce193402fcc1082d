"""What every reader of tags does, whatever radio it hears and however it is asked."""

from collections.abc import Iterator

import pytest

from devices.failures import OutcomeUnknown
from robotics.readers.interface import TagKind
from tests.contract.reader_places import PLACES, ReaderPlace

RANDOM_UID = "08a1b2c3"


@pytest.fixture(params=sorted(PLACES))
def place(request: pytest.FixtureRequest) -> Iterator[ReaderPlace]:
    with PLACES[request.param]() as place:
        yield place


def right_or_unknown(place: ReaderPlace, expected: list[str]) -> None:
    """A look that may fail, and never shows anything else than what is there."""
    try:
        assert place.seen() == expected
    except OutcomeUnknown:
        assert place.seen() == expected


def test_it_says_what_it_is(place: ReaderPlace) -> None:
    assert place.reader.identify().product
    assert place.reader.identify() == place.reader.identify()


def test_nothing_is_seen_where_nothing_lies(place: ReaderPlace) -> None:
    assert place.reader.read() == ()


def test_a_tag_of_every_form_is_read_and_read_again(place: ReaderPlace) -> None:
    for uid in place.uids:
        place.lay(uid)
        (tag,) = place.reader.read()
        assert (tag.uid, tag.kind, tag.fixed) == (uid, place.kind, True)
        assert place.reader.read() == (tag,)


def test_how_strong_a_tag_is_is_told_by_uhf_only(place: ReaderPlace) -> None:
    place.lay(place.uids[0])
    (tag,) = place.reader.read()
    assert (tag.rssi_dbm is not None) == (place.kind is TagKind.UHF)


def test_what_was_taken_away_is_not_seen_any_more(place: ReaderPlace) -> None:
    place.lay(place.uids[0])
    assert place.seen() == [place.uids[0]]
    place.lay("")
    assert place.seen() == []
    place.lay(place.uids[1])
    assert place.seen() == [place.uids[1]]


def test_it_works_again_after_it_was_closed(place: ReaderPlace) -> None:
    place.lay(place.uids[0])
    assert place.seen() == [place.uids[0]]
    place.reader.close()
    assert place.seen() == [place.uids[0]]
    assert place.reader.identify().product


def test_a_random_uid_is_told_as_such(place: ReaderPlace) -> None:
    place.needs("random uids")
    place.lay(RANDOM_UID)
    (tag,) = place.reader.read()
    assert (tag.uid, tag.fixed) == (RANDOM_UID, False)


def test_a_tag_that_lies_beside_is_not_taken_for_one_that_is_there(place: ReaderPlace) -> None:
    place.needs("neighbours")
    place.lay_beside(place.uids[1])
    assert place.seen() == []
    place.lay(place.uids[0])
    assert place.seen() == [place.uids[0]]


def test_a_neighbour_that_answers_once_is_never_the_only_one(place: ReaderPlace) -> None:
    place.needs("neighbours")
    place.lay(place.uids[0])
    place.lay_beside(place.uids[1])
    place.trouble("tag-neighbour")
    try:
        assert place.uids[0] in place.seen()
    except OutcomeUnknown:
        assert place.kind is TagKind.LF
    assert place.seen() == [place.uids[0]]


@pytest.mark.parametrize("trouble", ["tag-missed", "tag-collision"])
def test_a_tag_that_is_not_understood_once_is_no_other_tag(place: ReaderPlace, trouble: str) -> None:
    place.needs("a line")
    place.lay(place.uids[0])
    place.trouble(trouble)
    try:
        assert place.seen() in ([], [place.uids[0]])
    except OutcomeUnknown:
        place.calm()
    assert place.seen() == [place.uids[0]]


@pytest.mark.parametrize("trouble", ["reader-half", "reader-damaged", "line-garbage", "line-double"])
def test_what_happens_on_the_line_makes_no_other_tag(place: ReaderPlace, trouble: str) -> None:
    place.needs("a line")
    place.lay(place.uids[0])
    place.trouble(trouble, seed=7)
    right_or_unknown(place, [place.uids[0]])
    place.lay(place.uids[1])
    assert place.seen() == [place.uids[1]]


@pytest.mark.parametrize("trouble", ["line-silent", "line-deaf"])
def test_silence_is_an_unknown_outcome_and_the_next_question_is_answered(
    place: ReaderPlace, trouble: str
) -> None:
    place.needs("answers")
    place.lay(place.uids[0])
    for ask in (place.seen, place.reader.identify):
        place.trouble(trouble, times=None)
        with pytest.raises(OutcomeUnknown, match="r1"):
            ask()
        place.calm()
    assert place.seen() == [place.uids[0]]


def test_a_late_answer_is_not_taken_for_that_to_the_next_question(place: ReaderPlace) -> None:
    place.needs("answers")
    place.lay(place.uids[0])
    assert place.seen() == [place.uids[0]]
    place.trouble("line-late")
    with pytest.raises(OutcomeUnknown):
        place.seen()
    place.lay(place.uids[1])
    seen: list[str] = []
    for _ in range(60):  # what it was asked first is answered first, a minute and a half later
        try:
            seen = place.seen()
            break
        except OutcomeUnknown:
            continue
    assert seen == [place.uids[1]]


def test_a_line_that_is_lost_is_told_and_used_again(place: ReaderPlace) -> None:
    place.needs("answers")
    place.lay(place.uids[0])
    assert place.seen() == [place.uids[0]]
    place.trouble("line-lost")
    with pytest.raises(OutcomeUnknown):
        place.seen()
    assert place.seen() == [place.uids[0]]
