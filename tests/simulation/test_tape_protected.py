"""Cartridges whose tab is set against writing, and drives that say so of each one."""

from collections.abc import Iterable

from archived.catalog import media
from archived.stages import registration
from archived.stages.protected_cartridge import trusted_again
from archived.states import CopyState, MediumState
from tests.simulation.conftest import Tell
from tests.simulation.harness import Story
from tests.simulation.law import assert_law
from tests.simulation.tapes import VERIFIED, all_discs_done, on_disc, on_tape, tape_drives


def cartridges(story: Story, *states: MediumState) -> list[str]:
    return [item.id for state in states for item in story.media(state) if item.kind == "lto-8"]


def protect(story: Story, medium_ids: Iterable[str], *, protected: bool = True) -> None:
    for medium_id in medium_ids:
        story.control("protect", medium=medium_id, protected=protected)


def register(story: Story, medium_id: str) -> None:
    """archivectl media register."""
    with story.catalog.write() as write:
        registration.register_blanks(
            write,
            story.site,
            [story.medium(medium_id).barcode],
            pool="tapes",
            batch="2026-03",
            media_id="",
            capacity_bytes=None,
            agent="uid:1000",
        )


def at_hand(story: Story, image_id: str) -> set[int]:
    with story.catalog.read() as read:
        return {copy.id for copy in media.copies_at_hand(read, image_id)}


def test_images_on_a_cartridge_that_was_protected_later_count_on_and_come_back_from_it(tell: Tell) -> None:
    story, packages = tell.on(all_discs_done)
    tape_drives(story, up=True)
    story.settle()
    before = on_tape(story, *VERIFIED)
    (medium_id,) = {copy.medium_id for copy in before}
    assert story.medium(medium_id).state is MediumState.APPENDABLE
    protect(story, [medium_id])
    later = story.submit_set(2, first=3)
    story.close_everything()

    assert story.all_archived()
    assert story.medium(medium_id).state is MediumState.GOOD
    assert [copy.state for copy in story.copies() if copy in before] == [CopyState.VERIFIED] * 2
    assert all(copy.id in at_hand(story, copy.image_id) for copy in before)
    assert {copy.medium_id for copy in on_tape(story, *VERIFIED) if copy not in before} != {medium_id}
    told = story.attentions()
    assert set(told) == {f"cartridge:{medium_id}"}, "nothing is lost, and nothing else is to be done"
    assert "write-protected" in told[f"cartridge:{medium_id}"].what
    assert "count on" in told[f"cartridge:{medium_id}"].safe
    assert_law(story)

    for copy in on_disc(story):
        story.lose(copy.medium_id)
    story.settle()
    for package in packages:
        story.forget_staging(package)
    recalls = {package: story.recall(package) for package in packages}
    ways = [event[5] for event in story.history() if event[1] == "recall"]
    assert len(ways) == 2
    assert all("'way': 'tape'" in way for way in ways)
    story.settle()
    for package, recall in recalls.items():
        story.assert_given_back(package, recall)
    assert later


def test_a_protected_blank_that_was_set_aside_is_written_once_its_tab_is_flipped_and_it_is_registered(
    tell: Tell,
) -> None:
    story, _packages = tell.on(all_discs_done)
    medium_id = on_tape(story)[0].medium_id
    story.set_aside(cartridges(story, MediumState.BLANK))
    protect(story, [medium_id])
    tape_drives(story, up=True)
    story.settle()

    assert not story.all_archived()
    assert story.medium(medium_id).state is MediumState.QUARANTINED
    told = story.attentions()[f"cartridge:{medium_id}"]
    assert "write-protected" in told.what
    assert f"archivectl media register {medium_id} --pool tapes" in told.next
    protect(story, [medium_id], protected=False)
    register(story, medium_id)
    story.settle()

    assert story.all_archived()
    assert {copy.medium_id for copy in on_tape(story, *VERIFIED)} == {medium_id}
    assert not story.attentions()
    assert_law(story)


def test_a_drive_that_calls_two_cartridges_protected_writes_no_more_and_eats_no_pool(tell: Tell) -> None:
    story, _packages = tell.on(all_discs_done)
    everything = cartridges(story, MediumState.BLANK, MediumState.RESERVED)
    assert len(everything) > 4
    protect(story, everything)
    tape_drives(story, up=True)
    story.settle(naps=8)

    aside = cartridges(story, MediumState.QUARANTINED)
    assert len(aside) == 2, "one for each drive, before it was doubted"
    assert {"doubted:T1", "doubted:T2"} <= set(story.attentions())
    assert "write-protected" in story.attentions()["doubted:T1"].what
    with story.catalog.read() as read:
        assert media.get_drive(read, "T1").up, "it reads on"
    protect(story, everything, protected=False)
    story.settle(naps=2)
    assert not story.all_archived(), "a person looks at the drive first"

    with story.catalog.write() as write:
        for name in ("T1", "T2"):
            trusted_again(write, name)
    story.settle()
    assert story.all_archived()
    assert not {"doubted:T1", "doubted:T2"} & set(story.attentions())
    assert_law(story)
