"""A list of bought media: read cell by cell, and judged against the record as a whole."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archived.errors import Unacceptable
from archived.formats.lists import read_table
from archived.medium_states import MediumState
from archived.policy.media_life.purchase_check import Known, Outcome, PoolRule, check_purchases
from archived.policy.media_life.purchase_rows import Purchase, PurchaseList, read_purchases

DISCS = PoolRule("bd-r", tape=False, worm=False, capacity_bytes=25 * 10**9, media_id="SIMBDR/A01")
TAPES = PoolRule("lto-8", tape=True, worm=False, capacity_bytes=12 * 10**12, media_id="")
POOLS = {"bluray": DISCS, "tapes": TAPES}


def read(text: str) -> PurchaseList:
    return read_purchases(read_table(text.encode()))


def known(state: MediumState = MediumState.QUARANTINED, **more: object) -> Known:
    values = {"kind": "bd-r", "batch": "", "unused": True, "on_tape": False, "purchase": {}, **more}
    return Known("D1", state, **values)  # type: ignore[arg-type]


def check(
    row: Purchase,
    medium: Known | None = None,
    *,
    pool: str = "bluray",
    batch: str = "2026-03",
    **more: object,
) -> tuple[list[Outcome], list[str]]:
    said = {"labels": {}, "tags": {}, **more}
    at_hand = {row.barcode: medium} if medium else {}
    entries, problems = check_purchases([row], at_hand, POOLS, pool=pool, batch=batch, **said)  # type: ignore[arg-type]
    return [entry.outcome for entry in entries], [problem.why for problem in problems]


def test_a_list_says_what_was_bought_in_either_language() -> None:
    english = read(
        "barcode,batch,vendor,order,price,currency,bought at,pool,capacity\n"
        "D1,2026-03,Foo Ltd,PO-17,12.50,EUR,2026-03-31,bluray,25GB\n"
    )
    chinese = read(
        "条码,采购批次,供应商,订单号,单价,币种,采购日期,载体池,容量\n"
        "D1,2026-03,Foo Ltd,PO-17,12.50,EUR,2026/03/31,bluray,25GB\n"
    )
    bought = Purchase(
        2, "D1", "2026-03", "Foo Ltd", "PO-17", "12.50", "EUR", date(2026, 3, 31), "bluray", "", 25 * 10**9
    )  # fmt: skip
    assert english.rows == chinese.rows == (bought,)
    assert not english.problems


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        (",x,", "no barcode"),
        ("A B,x,", "has a space"),
        ("A,x,12 EUR", "is no number"),
        ("A,x,-1", "is no number"),
        ("A,x,nan", "is no number"),
        ('"=""007""",x,', "not a text"),
        (f"{'A' * 65},x,", "at most 64"),
    ],
)
def test_a_cell_that_cannot_be_used_is_named_with_its_row(cells: str, words: str) -> None:
    found = read(f"barcode,batch,price\n{cells}\nD2,x,1\n")
    assert [problem.row for problem in found.problems] == [2]
    assert words in found.problems[0].why
    assert [row.barcode for row in found.rows] == ["D2"]


def test_what_stands_twice_in_a_list_is_a_problem_of_the_second() -> None:
    found = read("barcode,batch,label\nD1,x,L1\nD1,x,L2\nD3,x,l1\n")
    assert [(problem.row, problem.why) for problem in found.problems] == [
        (3, "barcode D1 stands in row 2 already"),
        (4, "printed l1 stands in row 2 already"),
    ]


@pytest.mark.parametrize("text", ["", "barcode,batch\n", "a,b\n1,2\n", "barcode,条码\nD1,D1\n"])
def test_a_list_without_rows_or_with_other_headings_is_refused_whole(text: str) -> None:
    with pytest.raises(Unacceptable):
        read(text)


def test_what_nobody_saw_yet_is_announced_and_what_a_look_found_is_registered() -> None:
    assert check(Purchase(2, "D1")) == ([Outcome.ANNOUNCED], [])
    assert check(Purchase(2, "D1"), known()) == ([Outcome.REGISTERED], [])
    assert check(Purchase(2, "000123L8"), pool="tapes") == ([Outcome.ANNOUNCED], [])


def test_what_is_known_already_gets_what_the_list_says_more() -> None:
    medium = known(MediumState.GOOD, batch="2026-03", purchase={"vendor": "Foo"})
    assert check(Purchase(2, "D1", vendor="Foo"), medium) == ([Outcome.UNCHANGED], [])
    assert check(Purchase(2, "D1", vendor="Bar"), medium) == ([Outcome.COMPLETED], [])
    assert check(Purchase(2, "D1", order_number="PO-1"), medium) == ([Outcome.COMPLETED], [])


def test_what_a_person_set_aside_is_not_admitted_by_handing_its_list_in_again() -> None:
    aside = known(MediumState.QUARANTINED, batch="2026-03")
    assert check(Purchase(2, "D1", vendor="Foo"), aside) == ([Outcome.COMPLETED], [])


@pytest.mark.parametrize(
    ("medium", "row", "pool", "words"),
    [
        (None, Purchase(2, "D1", pool="none"), "bluray", "no pool"),
        (None, Purchase(2, "000123LT"), "tapes", "write-once"),
        (None, Purchase(2, "CLN001L1"), "tapes", "cleaning cartridge"),
        (None, Purchase(2, "000123L7"), "tapes", "lto-7 by its barcode"),
        (None, Purchase(2, "D1", printed="L1"), "bluray", "is what medium D9 is known by"),
        (None, Purchase(2, "D1", rfid="zz"), "bluray", "no uid"),
        (None, Purchase(2, "D1", rfid="08aabbcc"), "bluray", "makes its uid up"),
        (known(MediumState.DESTROYED), Purchase(2, "D1"), "bluray", "is destroyed"),
        (known(MediumState.LOST), Purchase(2, "D1"), "bluray", "is lost"),
        (known(MediumState.GOOD, batch="2020"), Purchase(2, "D1"), "bluray", "of batch 2020 on record"),
        (known(unused=False), Purchase(2, "D1"), "bluray", "was used"),
        (known(on_tape=True), Purchase(2, "D1"), "bluray", "holds no media of kind bd-r"),
        (known(MediumState.BLANK, kind="lto-8"), Purchase(2, "D1"), "bluray", "takes bd-r"),
    ],
)
def test_what_cannot_be_is_said_of_its_row(
    medium: Known | None, row: Purchase, pool: str, words: str
) -> None:
    entries, problems = check(row, medium, pool=pool, labels={"L1": "D9"})
    assert not entries
    assert len(problems) == 1
    assert words in problems[0]


def test_a_batch_is_needed_from_the_list_or_the_command() -> None:
    assert check(Purchase(2, "D1"), batch="")[1] == [
        "a purchase batch is needed: media bought together may fail together"
    ]
    assert check(Purchase(2, "D1", batch="own"), batch="")[0] == [Outcome.ANNOUNCED]


_TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)


@given(st.lists(st.lists(_TEXT, min_size=1, max_size=14), max_size=8))
def test_any_list_is_understood_or_refused_and_every_row_of_it_is_accounted_for(
    rows: list[list[str]],
) -> None:
    text = "barcode,batch,price,capacity,bought at\n" + "\n".join(
        ",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows
    )
    try:
        table = read_table(text.encode())
        found = read_purchases(table)
    except Unacceptable:
        return
    told = {row.row for row in found.rows} | {problem.row for problem in found.problems}
    assert told == {row.number for row in table.rows[1:]}
    assert all(row.barcode for row in found.rows)
