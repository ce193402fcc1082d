"""Laws of a walk along a shelf, and of places as people write them."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from archived.policy.cabinets import places
from archived.policy.place_text import element_of
from archived.policy.reconciling import Outcome, Verdict
from archived.policy.shelf_walk import Found, Place, ShelfReading, compare
from archived.settings import CabinetSettings

HERE = frozenset(range(1024, 1030))
CABINETS = {
    "cabinet 2": CabinetSettings(2, 3),
    "cabinet 21": CabinetSettings(2, 3),
    "柜 3": CabinetSettings(1, 5),
}
IDS = st.sampled_from([f"M{n}" for n in range(8)])


@st.composite
def record(draw: st.DrawFn) -> dict[str, Place]:
    chosen = draw(st.lists(IDS, unique=True))
    elements = draw(st.permutations(sorted(HERE | {2000, 2001})))
    homes = st.sampled_from(["vault", "robot", None])
    found = {}
    for medium_id, element in zip(chosen, elements, strict=False):
        library = draw(homes)
        found[medium_id] = Place(library, None if library is None else element)
    return found


@st.composite
def shelf(draw: st.DrawFn) -> tuple[dict[str, Place], list[ShelfReading]]:
    media = draw(record())
    verdicts = [Verdict(Outcome.UNKNOWN), Verdict(Outcome.AGREE, ("M0", "M1")), Verdict(Outcome.DISAGREE)]
    verdicts += [Verdict(Outcome.AGREE, (medium_id,)) for medium_id in media]
    readings = draw(
        st.lists(
            st.builds(
                ShelfReading, st.just(("text",)), st.sampled_from(verdicts), st.none() | st.sampled_from(sorted(HERE))
            ),
            max_size=10,
        )
    )  # fmt: skip
    return media, readings


@given(walked=shelf())
def test_every_reading_and_every_medium_of_the_shelf_is_told_of(
    walked: tuple[dict[str, Place], list[ShelfReading]],
) -> None:
    media, readings = walked
    lines = compare("vault", HERE, media, readings)

    assert [line.reading for line in lines if line.reading is not None] == list(range(len(readings)))
    told = Counter(line.medium_id for line in lines if line.medium_id is not None)
    named = {name for reading in readings for name in reading.verdict.candidates}
    for medium_id, place in media.items():
        if place.library == "vault" and place.element in HERE:
            assert told[medium_id] or medium_id in named
    missing = {line.medium_id for line in lines if line.found is Found.MISSING}
    assert not missing & named


@given(walked=shelf())
def test_a_medium_is_present_only_once_and_only_where_the_record_has_it(
    walked: tuple[dict[str, Place], list[ShelfReading]],
) -> None:
    media, readings = walked
    lines = compare("vault", HERE, media, readings)
    present = [line for line in lines if line.found is Found.PRESENT]
    assert len({line.medium_id for line in present}) == len(present)
    for line in present:
        where = media[str(line.medium_id)]
        assert (where.library, where.element in HERE) == ("vault", True)
        assert line.place in (None, where.element)
    taken = [line.place for line in lines if line.place is not None and line.found is not Found.TWICE]
    known = [line.place for line in lines if line.found in (Found.PRESENT, Found.MISPLACED) and line.place]
    assert len(set(known)) == len(known) <= len(taken)


@given(element=st.sampled_from(sorted(places(CABINETS))), form=st.integers(0, 4))
def test_a_place_is_read_from_every_way_to_write_it(element: int, form: int) -> None:
    place = places(CABINETS)[element]
    text = [
        str(element),
        place.words,
        f"{place.cabinet}/{place.drawer}/{place.slot}",
        f"{place.cabinet.upper()} {place.drawer}-{place.slot}",
        f"{place.drawer}/{place.slot}",
    ][form]
    assert element_of(text, places(CABINETS), place.cabinet) == element


@given(text=st.text(max_size=20))
def test_no_text_is_taken_for_a_place_that_there_is_not(text: str) -> None:
    found = element_of(text, places(CABINETS), "cabinet 2")
    assert found is None or found in places(CABINETS) or text.strip().isdigit()
