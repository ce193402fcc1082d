"""Cartridges for images: few of them open, and words with sizes when nothing fits."""

from archived.policy.cartridges import (
    INDEX_BYTES,
    OVERHEAD_BLOCKS,
    Cartridge,
    WantedImage,
    cost_on_tape,
    place_copies,
    place_members,
    room_of,
)
from archived.policy.placement import PlacedMember


def tape(
    name: str, room: int, *, holds: str | None = None, cage: str | None = None, batch: str = "b"
) -> Cartridge:
    return Cartridge(name, room, holds is not None, holds, cage, batch)


def wanted(count: int, cost: int = 100, secret: str = "open") -> list[WantedImage]:
    return [WantedImage(f"I{number}", cost, secret) for number in range(1, count + 1)]


def test_an_image_costs_whole_blocks_and_what_stands_around_it() -> None:
    around = OVERHEAD_BLOCKS << 20
    assert cost_on_tape(1, 1 << 20) == (1 << 20) + INDEX_BYTES + around
    assert cost_on_tape(2 << 20, 1 << 20) == (2 << 20) + INDEX_BYTES + around
    assert cost_on_tape(2 << 20, 4 << 20) == (4 << 20) * (1 + 1 + OVERHEAD_BLOCKS)


def test_room_is_what_reserve_use_and_plans_leave() -> None:
    assert room_of(1000, 300, 200, 10.0) == 400
    assert room_of(1000, 900, 200, 0.0) == 0


def test_the_fullest_cartridge_with_room_comes_first_and_a_blank_one_last() -> None:
    shelf = [tape("BLANK", 150), tape("HALF", 500, holds="open"), tape("NEARLY", 120, holds="open")]
    plan = place_copies(wanted(3), shelf)
    assert plan.assignments == {"I1": "NEARLY", "I2": "HALF", "I3": "HALF"}


def test_a_blank_one_is_begun_once_and_then_filled() -> None:
    assert set(place_copies(wanted(3), [tape("A", 300), tape("B", 300)]).assignments.values()) == {"A"}


def test_a_cartridge_holds_one_confidentiality() -> None:
    shelf = [tape("OPEN", 900, holds="open"), tape("BLANK", 900)]
    secret = [
        WantedImage("S1", 100, "secret"),
        WantedImage("I1", 100, "open"),
        WantedImage("S2", 100, "secret"),
    ]
    assert place_copies(secret, shelf).assignments == {"S1": "BLANK", "I1": "OPEN", "S2": "BLANK"}


def test_an_image_is_never_twice_on_a_cartridge() -> None:
    again = [WantedImage("I1", 100, "open", frozenset({"A"}))]
    assert place_copies(again, [tape("A", 900, holds="open"), tape("B", 900)]).assignments == {"I1": "B"}


def test_what_fits_nowhere_is_told_with_the_sizes_and_holds_up_nothing_else() -> None:
    images = [WantedImage("BIG", 700, "open"), WantedImage("SMALL", 100, "open")]
    plan = place_copies(images, [tape("A", 300, holds="open"), tape("B", 900, holds="secret")])
    assert plan.assignments == {"SMALL": "A"}
    assert plan.refused == {
        "BIG": "image BIG takes 700 bytes on tape; 1 of 2 cartridges in the library may hold its confidentiality "
        "'open', and the roomiest has 300 bytes left. Put blank cartridges into "
        "the library, then: archivectl media register"
    }


def test_at_most_m_members_of_a_set_share_a_cartridge() -> None:
    shelf = [tape("A", 9000, batch="1"), tape("B", 9000, batch="2"), tape("C", 9000, batch="3")]
    found = place_members(wanted(6), [], shelf, 2).assignments
    assert sorted(found.values()) == ["A", "A", "B", "B", "C", "C"]


def test_members_on_discs_count_in_the_diversity_of_parity_on_tape() -> None:
    lying = [PlacedMember("I1", "tl1/m1", "x", "D1"), PlacedMember("I2", "tl1/m1", "y", "D2")]
    shelf = [tape("A", 9000, cage="tl1/m1"), tape("B", 9000, cage="tl1/m2")]
    assert place_members(wanted(1), lying, shelf, 2).assignments == {"I1": "B"}


def test_one_purchase_batch_for_all_is_refused_with_numbers_and_a_waiver_lifts_it() -> None:
    shelf = [tape("A", 9000), tape("B", 9000)]
    refused = place_members(wanted(4), [], shelf, 2, set_id="7K3F")
    assert refused.assignments == {}
    assert refused.shortage == 2
    assert "have room for 2" in refused.refusal
    assert "archivectl allow diversity 7K3F --reason TEXT" in refused.refusal
    waived = place_members(wanted(4), [], shelf, 2, waived=True).assignments
    assert len(waived) == 4


def test_a_waiver_for_one_purchase_batch_never_puts_a_whole_set_on_one_cartridge() -> None:
    shelf = [tape(name, 900, cage="C1") for name in ("A", "B", "C")]
    found = place_members(wanted(3), [], shelf, 1, waived=True).assignments
    assert sorted(found.values()) == ["A", "B", "C"]
    caged = [tape("A", 900, cage="C1"), tape("B", 900, cage="C1"), tape("D", 900, cage="C2")]
    assert sorted(place_members(wanted(2), [], caged, 1, waived=True).assignments.values()) in (
        ["A", "D"],
        ["B", "D"],
    )


def test_a_waiver_gives_the_widest_spread_that_there_is() -> None:
    shelf = [tape("A", 9000, batch="1"), tape("B", 9000, batch="2")]
    found = place_members(wanted(4), [], shelf, 1, waived=True).assignments
    assert sorted(found.values()) == ["A", "A", "B", "B"]


def test_all_members_or_none() -> None:
    refused = place_members(wanted(2), [], [tape("A", 150)], 2, set_id="7K3F")
    assert refused.assignments == {}
    assert refused.refusal.startswith("set 7K3F: image I2 takes 100 bytes on tape")


def test_no_members_on_tape_want_no_cartridge() -> None:
    assert place_members([], [], [], 2).refusal == ""
