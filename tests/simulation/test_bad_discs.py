"""Discs that fail while they are burnt, closed, read back, or are not what they should be."""

import random
from collections import Counter

import pytest

from archived.catalog import media
from archived.errors import StagingFull, TooLarge
from archived.model import Medium
from archived.stages.registration import register_blanks
from archived.states import CopyState, MediumState, PackageState
from tests.simulation.conftest import Tell, two_volumes
from tests.simulation.harness import MIB, POOL, Story
from tests.simulation.law import assert_all_archived_or_named, assert_law


def begun(tell: Tell, **arguments: int) -> Story:
    return tell.on(two_volumes, **arguments)[0]


def the_spent_one(story: Story) -> Medium:
    suspects = story.media(MediumState.SUSPECT)
    assert len(suspects) == 1
    return suspects[0]


@pytest.mark.parametrize("fault", ["write-error", "close-error"])
def test_burn_that_fails_spends_one_disc_and_another_is_used(tell: Tell, fault: str) -> None:
    story = begun(tell)
    story.fault(fault, after=0 if fault == "close-error" else 5)

    story.close_everything()

    spent = the_spent_one(story)
    raised = next(item for name, item in story.raised.items() if name.startswith("write:"))
    assert spent.id in raised.what
    assert "the disc is appendable" in raised.what
    assert "the image stays in staging" in raised.safe
    assert f"disc {spent.id} is spent and never written again" in raised.safe
    assert story.all_archived()
    assert not [name for name in story.attentions() if name.startswith("write:")]
    assert len(story.burns) == 4
    assert_law(story)


def test_a_buffer_that_is_full_for_a_while_spends_no_disc(tell: Tell) -> None:
    story = begun(tell)
    story.fault("buffer-full", after=5, times=7)

    story.close_everything()

    assert not story.media(MediumState.SUSPECT)
    assert not [name for name in story.raised if name.startswith("write:")]
    assert len(story.burns) == 3
    assert story.all_archived()
    assert_law(story)


def test_disc_that_reads_back_wrong_is_set_aside_and_the_set_completes_on_another(tell: Tell) -> None:
    story = begun(tell)
    story.fault("bad-read-back", after=6)

    story.close_everything()

    spent = the_spent_one(story)
    raised = next(item for name, item in story.raised.items() if name.startswith("verify:"))
    assert spent.id in raised.what
    assert "chunks differ" in raised.what
    assert "written again to another medium" in raised.safe
    assert story.all_archived()
    assert not [name for name in story.attentions() if name.startswith("verify:")]
    assert_law(story)


def test_disc_that_cannot_be_read_back_everywhere_is_set_aside(tell: Tell) -> None:
    story = begun(tell)
    story.until(lambda: story.copies(CopyState.WRITTEN))
    medium_id = story.copies(CopyState.WRITTEN)[0].medium_id
    story.damage(medium_id, offset=300_000, bytes=70_000)

    story.close_everything()

    assert story.medium(medium_id).state is MediumState.SUSPECT
    assert any("unreadable areas" in item.what for item in story.raised.values())
    assert story.all_archived()
    assert_law(story)


def test_images_that_spoil_three_discs_wait_for_a_person(tell: Tell) -> None:
    story = begun(tell)
    story.fault("close-error", times=None)

    story.close_everything()

    waiting = next(item for name, item in story.attentions().items() if name.startswith("place:"))
    assert "spoiled 3 media" in waiting.what
    assert "archivectl allow exception" in waiting.what
    assert "originals are needed" in waiting.safe
    spoiled = Counter(copy.image_id for copy in story.copies(CopyState.ABANDONED))
    assert max(spoiled.values()) == 3
    assert_law(story)


def test_drive_that_fails_at_once_on_a_disc_that_stays_blank_gives_that_disc_up_the_third_time(
    tell: Tell,
) -> None:
    story = begun(tell)
    story.fault("write-error", times=3, medium="SIM00001")

    story.close_everything()

    raised = next(item for item in story.raised.values() if "SIM00001" in item.what)
    assert "still blank, but 3 burns failed on it" in raised.what
    assert "another one is taken" in raised.safe
    assert story.medium("SIM00001").state is MediumState.QUARANTINED
    assert story.all_archived()
    assert_law(story)


def test_image_whose_burns_fail_at_once_on_disc_after_disc_is_held_before_the_blanks_are_used_up(
    tell: Tell,
) -> None:
    story = begun(tell)
    story.fault("write-error", times=None)

    for _ in range(3):
        story.settle()
        story.close_everything()

    held = [image for image in story.images() if image.held]
    assert held
    raised = story.attentions()[f"write:{held[0].id}"]
    assert held[0].id in raised.what
    assert "the discs are unspent; the image stays in staging" in raised.safe
    assert f"archivectl images release {held[0].id}" in raised.next
    assert not story.media(MediumState.SUSPECT)
    assert_law(story)


@pytest.mark.parametrize("volume_known", [True, False])
def test_spent_disc_under_the_barcode_of_a_blank_is_not_written(tell: Tell, volume_known: bool) -> None:
    story = begun(tell)
    story.close_everything()
    written = {c.medium_id for c in story.copies(CopyState.VERIFIED)}
    story.submit_set(2, first=3)
    story.close_images()
    story.until(lambda: len(story.media(MediumState.RESERVED)) == 3)
    moving = " ".join(action.key for action in story.loop.in_flight)
    reserved = next(m.id for m in story.media(MediumState.RESERVED) if m.id not in moving)
    seed = next(s for s in range(500) if exchanged(story, reserved, s) in written)
    other = exchanged(story, reserved, seed)
    story.harmed |= {reserved, other}

    if not volume_known:
        with story.catalog.write() as write:
            media.update_columns(write, other, volume_id=None)

    story.fault("wrong-disc", medium=reserved, seed=seed)
    story.look()
    story.close_everything()

    if volume_known:
        # Two that changed places, one of which carries something: a case, before a drive is asked.
        raised = next(item for name, item in story.raised.items() if name.startswith("case:"))
        assert reserved in raised.what
        assert story.medium(reserved).state is MediumState.BLANK
        assert not [
            event for event in story.history() if event[1] == "write intent" and reserved in str(event)
        ]
        assert story.all_archived()
        assert_law(story, mixed_up=True)
        return
    raised = next(item for item in story.raised.values() if "complete, not blank" in item.what)
    assert reserved in raised.what
    assert "nothing was written" in raised.safe
    assert story.medium(reserved).state is MediumState.QUARANTINED
    assert story.all_archived()
    assert_law(story, mixed_up=True)


def exchanged(story: Story, barcode: str, seed: int) -> str:
    """Whose label `wrong-disc` would exchange with this seed; as the room chooses it."""

    world = story.room.estate.world
    one, slots = story.room.carrier(barcode), story.room.estate.plan.slot_addresses
    others = sorted(n for n, c in world.carriers.items() if n != one and c.address in slots)
    return world.carriers[random.Random(seed).choice(others)].barcode


def test_blank_that_the_drive_does_not_recognise_is_replaced(tell: Tell) -> None:
    story = begun(tell)
    story.close_images()
    story.until(lambda: len(story.media(MediumState.RESERVED)) == 3)
    bad = story.media(MediumState.RESERVED)[0].id
    story.fault("disc-not-recognised", medium=bad, times=None)

    story.close_everything()

    raised = next(item for item in story.raised.values() if bad in item.what)
    assert "unreadable, not blank" in raised.what
    assert "another one is taken" in raised.safe
    assert story.medium(bad).state is MediumState.QUARANTINED
    assert story.all_archived()
    assert_law(story)


def test_blank_of_a_kind_that_is_not_approved_is_set_aside_unwritten(tell: Tell) -> None:
    story = begun(tell)
    story.control("insert", medium="CHEAP001", media_id="NONAME/X01")
    story.look()
    story.settle()
    stranger = story.attentions()["stranger:CHEAP001"]
    assert "CHEAP001" in stranger.what
    assert "never written, never read" in stranger.safe

    story.close_everything()

    assert story.medium("CHEAP001").state is MediumState.QUARANTINED
    assert story.all_archived()
    assert_law(story)


def test_planned_blank_that_is_missing_is_replaced_by_another(tell: Tell) -> None:
    story = begun(tell)
    story.close_images()
    story.until(lambda: len(story.media(MediumState.RESERVED)) == 3)
    gone = story.media(MediumState.RESERVED)[1].id

    story.lose(gone)
    story.close_everything()

    missing = story.attentions()[f"missing:{gone}"]
    assert gone in missing.what
    assert "recalls go on" in missing.safe
    assert story.medium(gone).state is MediumState.BLANK
    assert story.all_archived()
    assert_law(story)


def test_empty_scratch_pool_asks_for_blanks_and_goes_on_when_they_are_there(tell: Tell) -> None:
    story = begun(tell)
    story.set_aside_blanks(but=2)

    story.close_everything()

    set_id = story.sets()[0].id
    raised = story.attentions()[f"place:{set_id}"]
    assert f"set {set_id} needs 3 blank media" in raised.what
    assert "Put 1 more into the library" in raised.what
    assert f"set {set_id} lies with its parity in staging" in raised.safe
    assert not story.burns
    assert_all_archived_or_named(story)
    assert_law(story)

    insert_registered(story, "NEW00001")
    story.close_everything()

    assert story.all_archived()
    assert f"place:{set_id}" not in story.attentions()
    assert story.medium("NEW00001").state is MediumState.GOOD
    assert_law(story)


def insert_registered(story: Story, barcode: str) -> None:
    """Somebody lays a blank into an import slot, has the robot look, and says what purchase it is of."""
    story.control("insert", medium=barcode, media_id="SIMBDR/A01")
    story.look()
    story.settle(naps=1)
    with story.catalog.write() as write:
        register_blanks(
            write,
            story.site,
            [barcode],
            pool=POOL,
            batch="bought today",
            media_id="",
            capacity_bytes=None,
            agent="uid:1000",
        )


def test_volume_larger_than_a_disc_is_refused_with_the_sizes_and_the_choices(tell: Tell) -> None:
    story = tell()

    with pytest.raises(TooLarge) as refused:
        story.submit("0001", 3 * MIB)

    assert "F1/S1/0001" in str(refused.value)
    assert "nothing was kept" in str(refused.value)
    assert refused.value.detail["cost_bytes"] > refused.value.detail["largest_image_bytes"]
    assert "larger media in pool bluray" in refused.value.detail["choices"]
    assert not story.packages(PackageState.ACCEPTED)
    assert_law(story)


def test_package_that_fits_no_medium_any_more_is_named_and_does_not_block_the_others(tell: Tell) -> None:
    story = tell(disc_mib=4)
    large = story.submit("0001", int(1.8 * MIB))
    small = story.submit("0002", 300_000)
    with story.catalog.write() as write:
        for medium in media.listing(write):
            media.update_columns(write, medium.id, capacity_bytes=int(2.5 * MIB))

    story.close_everything()

    raised = story.attentions()[f"too-large:{large}"]
    assert large in raised.what
    assert "stays in staging" in raised.safe
    assert story.package(small).state is PackageState.ARCHIVED
    assert story.package(large).state is PackageState.ACCEPTED
    assert_law(story)


def test_full_staging_refuses_before_anything_is_copied_and_says_what_is_missing(tell: Tell) -> None:
    story = tell()
    first = story.submit("0001")
    story.configure({"keep_free_bytes": str(1 << 60)})
    story.crash()

    with pytest.raises(StagingFull) as refused:
        story.submit("0002")

    assert "F1/S1/0002" in str(refused.value)
    assert "nothing was kept" in str(refused.value)
    folders = [path.name for path in (story.site.tools.paths.staging / "packages").iterdir()]
    assert folders == [first]
    story.settle()  # under pressure images and sets close on their own, so that space comes back
    assert story.package(first).state is PackageState.ARCHIVED
    assert_law(story)


def test_staged_file_that_rots_before_its_disc_is_named_and_nothing_is_written(tell: Tell) -> None:
    story = tell()
    package_id = story.submit_set(2)[0]
    path = story.site.tools.paths.staging / f"packages/{package_id}/data/scans/0001.tif"
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))

    story.close_everything()

    set_id = story.sets()[0].id
    raised = story.attentions()[f"protect:{set_id}"]
    assert f"packages/{package_id}/data/scans/0001.tif" in raised.what
    assert "nothing was written to any disc" in raised.safe
    assert not story.burns
    path.write_bytes(whole)
    story.close_everything()
    assert story.all_archived()
    assert f"protect:{set_id}" not in story.attentions()
    assert_law(story)


def test_staged_file_that_rots_after_protection_holds_its_image_and_spends_one_disc(tell: Tell) -> None:
    story = tell()
    package_id = story.submit_set(2)[0]
    story.until(lambda: story.copies(CopyState.PLANNED))
    path = story.site.tools.paths.staging / f"packages/{package_id}/data/scans/0001.tif"
    whole = path.read_bytes()
    path.write_bytes(whole[:300_000] + b"rot" + whole[300_003:])

    story.close_everything()

    image = story.image_of(package_id)
    raised = story.attentions()[f"write:{image.id}"]
    assert f"{package_id}/data/scans/0001.tif" in raised.what
    assert "the image is held" in raised.safe
    assert f"archivectl images release {image.id}" in raised.next
    assert image.held
    path.write_bytes(whole)
    story.release(image.id)
    story.close_everything()
    assert story.all_archived()
    assert_law(story)
