"""Laws of putting sets together from what media claim, in whatever order they were looked at."""

from hypothesis import given
from hypothesis import strategies as st

from archived.catalog.images import set_id, set_number
from archived.formats.disc import DiscMember, SetIdentity, kind_at
from archived.policy.rebuilding import Claim, assemble, sort_out

N, M = 3, 2
IDENTITY = SetIdentity(
    "7K3F", N, M, tuple(DiscMember(p, f"7K3F-{p}", f"7K3F · {p}", kind_at(p, N)) for p in range(1, N + M + 1))
)


@st.composite
def claims(draw: st.DrawFn) -> list[Claim]:
    found = []
    for number in range(draw(st.integers(1, 8))):
        position = draw(st.integers(1, N + M))
        found.append(
            Claim(
                medium_id=f"D{number}",
                look_id=number,
                set_id="7K3F",
                n=N,
                m=M,
                position=position,
                kind=kind_at(position, N),
                image_id=f"7K3F-{position}",
                closed_at=f"2026-01-0{draw(st.integers(1, 3))}T00:00:00Z",
                institution=draw(st.sampled_from(["ours", "theirs"])),
                simulated=draw(st.booleans()),
                sha256=draw(st.sampled_from(["a", "b"])),
                written_bytes=1,
                site_key=draw(st.sampled_from(["", "key"])),
                key_known=draw(st.booleans()),
            )
        )
    return found


@given(claims(), st.randoms(use_true_random=False))
def test_the_order_of_looks_decides_nothing(found: list[Claim], chance: object) -> None:
    shuffled = list(found)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    identities = {claim.look_id: IDENTITY for claim in found}
    one, other = (assemble("7K3F", some, identities, {}) for some in (found, shuffled))
    assert [(m.position, set(m.carriers), set(m.doubtful)) for m in one.members] == [
        (m.position, set(m.carriers), set(m.doubtful)) for m in other.members
    ]


@given(claims())
def test_every_claim_is_believed_or_named(found: list[Claim]) -> None:
    whole = assemble("7K3F", found, {claim.look_id: IDENTITY for claim in found}, {})
    believed = {claim.medium_id for member in whole.members for claim in member.carriers}
    named = {difference.thing for difference in whole.differences}
    assert believed | named == {claim.medium_id for claim in found}
    assert not believed & named
    for member in whole.members:
        assert member.carriers, "a position that somebody claims has a disc that is believed"
        assert len({(claim.closed_at, claim.sha256) for claim in member.carriers}) == 1
    assert set(whole.unseen) == set(range(1, N + M + 1)) - {member.position for member in whole.members}


@given(claims(), st.booleans())
def test_what_is_not_ours_is_named_and_never_taken(found: list[Claim], simulated: bool) -> None:
    sorted_out = sort_out(found, institution="ours", simulated=simulated)
    assert {claim.medium_id for claim in sorted_out.ours}.isdisjoint(sorted_out.foreign)
    assert len(sorted_out.ours) + len(sorted_out.foreign) == len(found)
    for claim in sorted_out.ours:
        assert claim.simulated == simulated
        assert claim.key_known if claim.site_key else claim.institution == "ours"


@given(st.integers(1, 3 * 32**4))
def test_the_number_of_a_set_is_found_from_its_id(number: int) -> None:
    assert set_number(set_id(number)) == number


@given(st.text(max_size=6))
def test_an_id_that_is_none_has_no_number(text: str) -> None:
    assert set_number(text) >= 0
