"""Whose descriptor counts when images were members of several sets: for every order in which discs are met."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from archived.policy.generations import in_newest_sets
from archived.policy.rebuilding import Claim


def claim(number: int, set_id: str, position: int, kind: str = "data") -> Claim:
    """A disc that calls itself a member of this set."""
    return Claim(
        medium_id=f"SIM{number:05d}",
        look_id=number,
        set_id=set_id,
        n=4,
        m=1,
        position=position,
        kind=kind,
        image_id=f"{set_id}-{position}",
        closed_at="2026",
        institution="x",
        simulated=True,
        sha256="0" * 64,
        written_bytes=1,
    )


def generations(count: int) -> list[Claim]:
    """Four data discs of set G0; with each generation one of them goes, and the others get a set of their own.

    The parity disc of every generation turns up, and so do all discs that were to be destroyed.
    """
    discs = [claim(position, "G0", position) for position in range(1, 5)]
    discs.append(claim(10, "G0", 5, "parity"))
    left = [f"G0-{position}" for position in range(1, 5)]
    for number in range(1, count + 1):
        gone, *left = left
        adopts = tuple((name, place) for place, name in enumerate(left, start=1))
        discs.append(
            replace(
                claim(10 + number, f"G{number}", 5, "parity"),
                adopts=adopts,
                retired=(gone, f"G{number - 1}-5"),
                written_at=f"20{number:02d}",
            )
        )
    return discs


@given(
    st.integers(0, 3).flatmap(lambda count: st.tuples(st.just(count), st.permutations(generations(count))))
)
def test_the_newest_set_has_what_survives_and_nothing_else_counts(case: tuple[int, list[Claim]]) -> None:
    count, discs = case
    found = in_newest_sets(discs)
    where = {item.image_id: (item.set_id, item.position) for item in found.claims}
    survivors = {f"G0-{position}": (f"G{count}", position - count) for position in range(count + 1, 5)}
    assert where == {**survivors, f"G{count}-5": (f"G{count}", 5)}
    assert {item.thing for item in found.retired} == {
        item.medium_id for item in discs if item.image_id not in where
    }
    assert set(in_newest_sets(found.claims).claims) == set(found.claims)


def test_without_newer_descriptors_everything_is_what_it_says() -> None:
    discs = generations(0)
    assert in_newest_sets(discs).claims == tuple(discs)
    assert not in_newest_sets(discs).retired
