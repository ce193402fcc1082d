"""Laws of weighing witnesses."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from archived.cases import BORNE, Case, CaseState, Witness, WitnessKind
from archived.model import Medium
from archived.policy.reconciling import (
    Outcome,
    exchanged,
    is_over,
    media_concerned,
    media_meant,
    reconcile,
)
from archived.states import MediumState

NOW = datetime(2026, 1, 1, tzinfo=UTC)
IDS = ("A", "B", "C")


def medium(name: str, **changes: object) -> Medium:
    made = Medium(
        id=name,
        state=MediumState.GOOD,
        kind="bd-r",
        barcode=f"{name}-bar",
        batch="1",
        media_id="M",
        capacity_bytes=1,
        library="lib1",
        element=None,
        home_element=None,
        magazine=None,
        rfid_uid=f"{name.lower()}0",
        printed_label=f"{name}-print",
        volume_id=f"{name}-volume",
    )
    return replace(made, **changes)  # type: ignore[arg-type]


BOOK = {name: medium(name) for name in IDS}
READS = {
    WitnessKind.TAG: lambda name: f"{name.lower()}0",
    WitnessKind.BARCODE: lambda name: f"{name}-bar",
    WitnessKind.VOLUME_ID: lambda name: f"{name}-volume",
    WitnessKind.PRINTED_LABEL: lambda name: f"{name}-print",
}


def heard(kind: WitnessKind, read: str, at: datetime = NOW) -> Witness:
    return Witness(kind, read, media_meant(kind, read, BOOK.values()), "somebody", at)


def telling(kind: WitnessKind, name: str, at: datetime = NOW) -> Witness:
    return heard(kind, READS.get(kind, lambda name: name)(name), at)


KINDS = st.sampled_from(list(WitnessKind))
ABSENT = st.builds(heard, KINDS, st.just(""))
TELLING = st.builds(telling, KINDS, st.sampled_from(IDS))
STRANGE = st.builds(heard, st.sampled_from(BORNE), st.just("nobody's"))


@given(name=st.sampled_from(IDS), kinds=st.lists(KINDS, min_size=1), absent=st.lists(ABSENT))
def test_witnesses_that_name_one_medium_agree_whoever_is_silent(
    name: str, kinds: list[WitnessKind], absent: list[Witness]
) -> None:
    verdict = reconcile([*absent, *(telling(kind, name) for kind in kinds)], BOOK)
    assert (verdict.outcome, verdict.medium_id) == (Outcome.AGREE, name)


@given(witnesses=st.lists(TELLING | STRANGE | ABSENT), extra=st.lists(ABSENT), seed=st.randoms())
def test_neither_order_nor_silence_changes_the_outcome(
    witnesses: list[Witness], extra: list[Witness], seed: object
) -> None:
    mixed = [*witnesses, *extra]
    seed.shuffle(mixed)  # type: ignore[attr-defined]
    before, after = reconcile(witnesses, BOOK), reconcile(mixed, BOOK)
    assert (before.outcome, before.candidates) == (after.outcome, after.candidates)


@given(witnesses=st.lists(TELLING | STRANGE, min_size=1))
def test_what_is_agreed_upon_is_said_by_everybody_who_knows_it(witnesses: list[Witness]) -> None:
    verdict = reconcile(witnesses, BOOK)
    named = {name for witness in witnesses for name in witness.says}
    strange = any(not witness.says for witness in witnesses)
    if not named:
        assert verdict.outcome is Outcome.UNKNOWN
    elif len(named) > 1 or strange:
        # All of these media have a witness of every kind on record: a strange one contradicts it.
        assert verdict.outcome is Outcome.DISAGREE
        assert set(verdict.against) == set(witnesses)
    else:
        assert set(verdict.candidates) == named


@given(kind=st.sampled_from([WitnessKind.TAG, WitnessKind.BARCODE, WitnessKind.PRINTED_LABEL]))
def test_a_strange_witness_of_a_medium_that_has_none_of_its_kind_is_offered_and_not_believed(
    kind: WitnessKind,
) -> None:
    bare = {
        "A": medium("A", rfid_uid=None, barcode=None, printed_label=None),
    }
    known = Witness(WitnessKind.VOLUME_ID, "A-volume", ("A",), "drive:B1", NOW)
    strange = Witness(kind, "new", (), "reader:r1", NOW)
    verdict = reconcile([known, strange], bare)
    assert (verdict.medium_id, verdict.learn) == ("A", (strange,))


def test_copies_of_one_image_have_one_volume_id_and_the_tag_tells_them_apart() -> None:
    twins = {name: medium(name, volume_id="7K3F · 1 of 6") for name in IDS}
    read = Witness(WitnessKind.VOLUME_ID, "7K3F · 1 of 6", IDS, "drive:B1", NOW)
    alone = reconcile([read], twins)
    assert (alone.outcome, alone.medium_id, alone.candidates) == (Outcome.AGREE, None, IDS)
    tag = Witness(WitnessKind.TAG, "b0", ("B",), "reader:r1", NOW)
    assert reconcile([read, tag], twins).medium_id == "B"


def test_a_blank_on_which_something_stands_is_no_blank() -> None:
    blank = {"A": medium("A", volume_id=None, state=MediumState.BLANK)}
    told = [
        Witness(WitnessKind.BARCODE, "A-bar", ("A",), "robot:lib1", NOW),
        Witness(WitnessKind.VOLUME_ID, "holiday photos", (), "drive:B1", NOW),
    ]
    assert reconcile(told, blank).outcome is Outcome.DISAGREE


@settings(max_examples=200)
@given(order=st.permutations(range(6)), gone=st.sets(st.integers(0, 5)), new=st.sets(st.integers(0, 5)))
def test_pairs_that_changed_places_are_exactly_those(order: list[int], gone: set[int], new: set[int]) -> None:
    before = {element: f"M{element}" for element in range(6) if element not in new}
    seen = {element: f"M{order[element]}" for element in range(6) if element not in gone}
    expected = [
        (a, b)
        for a in range(6)
        for b in range(a + 1, 6)
        if order[a] == b and order[b] == a and not {a, b} & (gone | new)
    ]
    assert exchanged(before, seen) == expected


def case(*opening: Witness) -> Case:
    concerned = media_concerned(opening)
    return Case("C00001", CaseState.OPEN, concerned, "lib1", (1000,), "now", NOW, opening, "")


def later(item: Case, *witnesses: Witness) -> Case:
    at = max(witness.at for witness in item.witnesses) + timedelta(seconds=1)
    return replace(item, witnesses=(*item.witnesses, *(replace(witness, at=at) for witness in witnesses)))


EXCHANGED = case(telling(WitnessKind.BARCODE, "A"), telling(WitnessKind.SLOT, "B"))


@given(looks=st.lists(st.sampled_from(IDS[:2]), max_size=6))
def test_labels_that_are_read_again_end_no_case(looks: list[str]) -> None:
    item = EXCHANGED
    for name in looks:
        item = later(item, telling(WitnessKind.BARCODE, name))
    assert not is_over(item, BOOK)


@given(looks=st.lists(st.tuples(st.sampled_from(IDS[:2]), st.sampled_from(IDS[:2])), max_size=8))
def test_a_case_is_over_when_the_last_reading_of_each_medium_was_right(looks: list[tuple[str, str]]) -> None:
    item, right = EXCHANGED, set()
    for label, volume in looks:
        item = later(item, telling(WitnessKind.BARCODE, label), telling(WitnessKind.VOLUME_ID, volume))
        right = right | {label} if label == volume else right - {label, volume}
        assert is_over(item, BOOK) == (right == {"A", "B"})


def test_a_tag_that_was_read_again_beside_the_label_ends_what_it_began() -> None:
    item = case(telling(WitnessKind.BARCODE, "A"), telling(WitnessKind.TAG, "B"))
    for name in ("A", "B"):
        assert not is_over(item, BOOK)
        item = later(item, telling(WitnessKind.BARCODE, name), telling(WitnessKind.TAG, name))
    assert is_over(item, BOOK)


def test_a_blank_beside_a_written_medium_is_right_when_that_is() -> None:
    book = BOOK | {"B": medium("B", volume_id=None, state=MediumState.BLANK)}
    item = later(EXCHANGED, telling(WitnessKind.BARCODE, "A"), telling(WitnessKind.VOLUME_ID, "A"))
    assert is_over(item, book)
    assert not is_over(item, BOOK)


def test_a_case_about_no_medium_is_never_over_by_itself() -> None:
    assert not is_over(case(heard(WitnessKind.TAG, "nobody's")), BOOK)
