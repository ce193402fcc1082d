"""Media that two persons destroy: which may go, what the certificate says, and what is never let go."""

import pytest
from sqlalchemy import Connection

from archived.approvals import Approval
from archived.catalog import approvals, certificates, events, images, media
from archived.catalog.health import history
from archived.catalog.store import Catalog
from archived.errors import NotFound, NotPermitted, Refused, WrongState
from archived.formats.certificates import certificate_page
from archived.formats.signing import verify
from archived.model import Copy, Image
from archived.stages import approving, hold
from archived.stages.approved import EFFECTS
from archived.stages.media_life import destroying
from archived.stages.settling import settle
from archived.stages.work import Site
from archived.states import CopyState, ImageState, MediumEvent, MediumState

ANNA, BO = "uid:1000", "uid:1001"
DISC, OTHER = "SIM00001", "SIM00002"


def put_image(write: Connection, site: Site, *, image_state: ImageState = ImageState.KEPT) -> None:
    images.create(
        write,
        Image("I000001", image_state, "data", "bluray", "F", "S", "Y10", "open", False, site.now()),
    )


def put_copy(write: Connection, site: Site, medium: str, state: CopyState) -> None:
    media.add_copy(write, Copy(0, "I000001", medium, state, "sealed", "main", site.now()))
    if state is CopyState.VERIFIED and media.get(write, medium).state is MediumState.BLANK:
        for event in (MediumEvent.RESERVED, MediumEvent.INTENT, MediumEvent.WRITTEN):
            media.advance_state(write, medium, event, site.now())


def released(write: Connection, site: Site, medium: str = DISC) -> None:
    """A disc that was written long ago, and let go by two persons."""
    for event in (MediumEvent.RESERVED, MediumEvent.INTENT, MediumEvent.WRITTEN, MediumEvent.RETIRED):
        media.advance_state(write, medium, event, site.now())
    media.advance_state(write, medium, MediumEvent.LET_GO, site.now(), element=None)


def asked(write: Connection, site: Site, *wanted: str, agent: str = ANNA) -> Approval:
    said = {"method": "shredded", "agent": agent, "reason": "migrated"}
    return destroying.ask(write, site, wanted or (DISC,), **said)


def agreed(write: Connection, site: Site, item: Approval, agent: str = BO) -> None:
    approving.give(write, site, item.id, agent=agent, reason="seen", effects=EFFECTS)


def test_a_released_disc_is_destroyed_with_a_signed_certificate_that_lists_what_was_on_it(
    catalog: Catalog, site: Site
) -> None:
    with catalog.write() as write:
        put_image(write, site)
        put_copy(write, site, DISC, CopyState.RETIRED)
        put_copy(write, site, OTHER, CopyState.VERIFIED)
        released(write, site)
        item = asked(write, site)
        assert media.get(write, DISC).state is MediumState.RELEASED  # nothing is done before
        agreed(write, site, item)
        gone = media.get(write, DISC)
        kept = certificates.get(write, certificates.of_medium(write, DISC))
        last = history(write, DISC)[-1]
    assert (gone.state, gone.element, gone.note) == (MediumState.DESTROYED, None, "certificate MD00001")
    assert (last.agent, last.why) == (BO, "certificate MD00001")
    document = kept.document
    assert verify(document, [site.key.public])
    assert (document["asked"]["by"], document["agreed"]["by"], document["method"]) == (ANNA, BO, "shredded")
    copy = document["media"][0]["copies"][0]
    assert (copy["image"], copy["state"], copy["elsewhere"]) == ("I000001", "retired", [OTHER])
    with catalog.read() as read:
        assert [c.state for c in media.copies_on(read, DISC)] == [CopyState.DESTROYED]


def test_the_page_that_people_sign_says_the_same(catalog: Catalog, site: Site) -> None:
    with catalog.write() as write:
        item = asked(write, site, *_away(write, DISC, OTHER))
        agreed(write, site, item)
        page = certificate_page(certificates.listing(write)[0].document)
    assert page.startswith("SIMULATED")
    for words in (
        "销毁证明  MD00001",
        f"1. {DISC}",
        f"2. {OTHER}",
        "it carried nothing",
        ANNA,
        BO,
        "shredded",
    ):
        assert words in page


def _away(write: Connection, *wanted: str) -> tuple[str, ...]:
    for medium in wanted:
        media.update_columns(write, medium, element=None)
    return wanted


def test_the_last_verified_copy_of_anything_is_never_let_go(catalog: Catalog, site: Site) -> None:
    with catalog.write() as write:
        put_image(write, site)
        put_copy(write, site, DISC, CopyState.RETIRED)
        released(write, site)
        with pytest.raises(WrongState, match="nothing else holds verified"):
            asked(write, site)
        put_copy(write, site, OTHER, CopyState.VERIFIED)
        item = asked(write, site)
    with catalog.write() as write:
        copy = next(c for c in media.copies_of(write, "I000001") if c.medium_id == OTHER)
        media.advance_copy(write, copy.id, destroying.CopyEvent.READ_DIFFERED)
    with catalog.write() as write, pytest.raises(WrongState, match="nothing else holds verified"):
        agreed(write, site, item)
    with catalog.read() as read:
        assert (media.get(read, DISC).state, certificates.listing(read)) == (MediumState.RELEASED, [])


def test_an_image_that_was_replaced_needs_no_copy_any_more(catalog: Catalog, site: Site) -> None:
    with catalog.write() as write:
        put_image(write, site, image_state=ImageState.RETIRED)
        put_copy(write, site, DISC, CopyState.RETIRED)
        released(write, site)
        agreed(write, site, asked(write, site))
        assert media.get(write, DISC).state is MediumState.DESTROYED


@pytest.mark.parametrize("state", [CopyState.VERIFIED, CopyState.SUSPECT, CopyState.WRITTEN])
def test_what_is_written_is_not_destroyed_before_it_is_released(
    catalog: Catalog, site: Site, state: CopyState
) -> None:
    with catalog.write() as write:
        put_image(write, site)
        put_copy(write, site, DISC, state)
        _away(write, DISC)
        media.advance_state(write, DISC, MediumEvent.SET_ASIDE, site.now())
        with pytest.raises(WrongState, match="is not released"):
            asked(write, site)


def test_a_spoilt_blank_goes_without_being_released(catalog: Catalog, site: Site) -> None:
    with catalog.write() as write:
        put_image(write, site)
        put_copy(write, site, DISC, CopyState.ABANDONED)
        for event in (MediumEvent.RESERVED, MediumEvent.INTENT, MediumEvent.SPOILED):
            media.advance_state(write, DISC, event, site.now())
        agreed(write, site, asked(write, site, *_away(write, DISC)))
        assert media.get(write, DISC).state is MediumState.DESTROYED


def test_what_a_robot_still_holds_cannot_have_been_destroyed(catalog: Catalog, site: Site) -> None:
    with catalog.write() as write:
        with pytest.raises(WrongState, match="take it out first"):
            asked(write, site)
        assert approvals.listing(write) == []


def test_one_medium_that_must_stay_keeps_all_of_them(catalog: Catalog, site: Site) -> None:
    with catalog.write() as write:
        _away(write, DISC)
        with pytest.raises(WrongState) as refused:
            asked(write, site, DISC, OTHER)
    assert len(refused.value.detail["reasons"]) == 1


def test_neither_root_nor_the_same_person_nor_silence(catalog: Catalog, site: Site) -> None:
    with catalog.write() as write:
        _away(write, DISC)
        with pytest.raises(NotPermitted):
            asked(write, site, agent="uid:0")
        with pytest.raises(Refused, match="how"):
            destroying.ask(write, site, [DISC], method=" ", agent=ANNA, reason="x")
        with pytest.raises(Refused, match="between 1"):
            destroying.ask(write, site, [], method="x", agent=ANNA, reason="x")
        with pytest.raises(NotFound):
            asked(write, site, "NONE")
        item = asked(write, site)
        for agent in (ANNA, "uid:0"):
            with pytest.raises(NotPermitted):
                agreed(write, site, item, agent)
        assert media.get(write, DISC).state is MediumState.BLANK


def test_nothing_is_destroyed_while_a_hold_stands_as_a_blank_may_have_been_burnt_since(
    catalog: Catalog, site: Site
) -> None:
    with catalog.write() as write:
        item = asked(write, site, *_away(write, DISC, OTHER))
        hold.place(write, [], cause="restore", note="", agent=ANNA, at=site.now())
    with (
        catalog.write() as write,
        pytest.raises(WrongState, match="nothing can be destroyed: the catalog was made again by a restore"),
    ):
        asked(write, site, OTHER)
    with catalog.write() as write, pytest.raises(WrongState, match="nothing can be destroyed"):
        agreed(write, site, item)
    with catalog.write() as write:
        assert [media.get(write, name).state for name in (DISC, OTHER)] == [MediumState.BLANK] * 2
        assert certificates.listing(write) == []


def test_a_destroyed_disc_that_a_robot_sees_is_an_alarm(catalog: Catalog, site: Site) -> None:
    with catalog.write() as write:
        agreed(write, site, asked(write, site, *_away(write, DISC)))
        settle(write, site, "main", {1001: DISC})
        told = {item.id: item for item in events.attentions(write)}
    assert told[f"destroyed:{DISC}"].urgency == "now"
    assert "certificate MD00001" in told[f"destroyed:{DISC}"].what
