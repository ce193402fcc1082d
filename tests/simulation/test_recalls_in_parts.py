"""Promise 5 in parts: bad spots, drives that give no answer, lying members without tables, and parity discs."""

import hashlib
from typing import Any

import pytest
from sqlalchemy import delete

from archived.catalog import images, media, recalls
from archived.catalog.tables import chunk_table
from archived.model import Image
from archived.stages import recall_order, recall_reading, recall_request
from archived.states import MediumState, ReadingState, RecallEvent, RecallState
from devices.failures import TransportTimeout
from tests.simulation.conftest import Tell
from tests.simulation.harness import MIB, Story
from tests.simulation.law import assert_law
from tests.simulation.test_recalls import discs, kept


def three_and_two(tell: Tell) -> tuple[Story, str]:
    """A set of 3 + 2 with images of three chunks, and a package whose bytes are on discs only."""
    return tell.on(long_images)


def long_images(tell: Tell) -> tuple[Story, str]:
    story = tell(n=3, m=2, disc_mib=5, seed=6)
    package_ids = [story.submit(f"{number:04d}", int(2.4 * MIB)) for number in (1, 2, 3)]
    story.close_everything()
    assert story.all_archived(), story.attentions()
    story.forget_staging(package_ids[0])
    return story, package_ids[0]


def image_on(story: Story, medium_id: str) -> Image:
    with story.catalog.read() as read:
        return images.get(read, media.copies_on(read, medium_id)[0].image_id)


def forget_tables(story: Story, image_ids: list[str]) -> None:
    with story.catalog.write() as write:
        write.execute(delete(chunk_table).where(chunk_table.c.image_id.in_(image_ids)))


def export(story: Story, image_id: str) -> str:
    asked, _image = recall_request.request_image(story.catalog, story.site, image_id, owner=1000)
    story.settle()
    return asked.id


def parity_image(story: Story) -> str:
    """The first parity image; its recipe is gone, so that it comes from discs only."""
    image = next(image for image in story.images() if image.kind == "parity")
    (story.site.tools.paths.staging / image.recipe_name).unlink(missing_ok=True)
    return image.id


def exported(story: Story, recall_id: str, image_id: str) -> str:
    """sha256 of what came out."""
    spool = story.site.tools.paths.recalls / recall_id / f"{image_id}.spool"
    with story.catalog.read() as read:
        size = images.get(read, image_id).size_bytes or 0
    return hashlib.sha256(spool.read_bytes()[:size]).hexdigest()


def test_bad_spots_in_different_chunks_of_different_members_cost_nothing(tell: Tell) -> None:
    story, package_id = three_and_two(tell)
    own, second, third, fourth, _ = discs(story, package_id)
    story.lose(own)
    story.damage(second, offset=MIB + 100_000, bytes=65_536)
    story.damage(third, kind="silent", offset=2 * MIB + 100_000, bytes=2000)
    story.damage(fourth, offset=100_000, bytes=65_536)
    story.settle()

    recall_id = story.recall(package_id)
    story.settle()

    story.assert_given_back(package_id, recall_id)
    assert not [r for r in story.readings(recall_id) if r.state is ReadingState.FAILED]
    assert_law(story)


def test_chunk_with_too_many_bad_members_is_named_and_files_elsewhere_come_back(tell: Tell) -> None:
    story, package_id = three_and_two(tell)
    own, second, third, fourth, fifth = discs(story, package_id)
    story.lose(own)
    story.lose(fifth)
    parity = image_on(story, fourth)
    for medium_id, start in ((second, 0), (third, 0), (fourth, parity.payload_offset)):
        story.damage(medium_id, kind="silent", offset=start + 2 * MIB + 100_000, bytes=10)
    story.settle()

    first = story.recall(package_id, ["scans/0001.tif"])
    story.settle(naps=4)

    recall = story.get_recall(first)
    assert recall.state is RecallState.FAILED
    assert "for chunks 2: 3 members of the set are needed and 0 can be read" in recall.note
    assert "bad there: 2-4; no disc to read: 5" in recall.note

    again = story.recall(package_id, ["文 件.txt"])
    story.settle()

    assert story.recalled(again)["data/文 件.txt"] == story.contents[package_id]["data/文 件.txt"]


def test_disc_that_no_drive_reads_to_the_end_is_given_up_and_the_next_source_is_asked(
    tell: Tell, monkeypatch: pytest.MonkeyPatch
) -> None:
    story, package_id = kept(tell)
    own = story.image_of(package_id).id
    read_for_good = recall_reading.read_until
    tries = []

    def read(drive: Any, sinks: Any, report: Any, stops: Any) -> Any:
        if sinks[0].spool.stem == own:
            tries.append(sinks[0].spool)
            raise TransportTimeout(f"no answer while {own} was read")
        return read_for_good(drive, sinks, report, stops)

    monkeypatch.setattr(recall_reading, "read_until", read)

    recall_id = story.recall(package_id)
    story.settle()

    assert len(tries) == 2
    first = story.readings(recall_id)[0]
    assert (first.state, len(first.tried_in)) == (ReadingState.FAILED, 2)
    assert "no answer while" in first.note
    assert story.happened("reading given up") == 1
    story.assert_given_back(package_id, recall_id)
    assert not story.media(MediumState.SUSPECT), "a drive that fails says nothing about the disc"


def test_export_of_a_parity_image_with_bad_spots_is_remade_from_the_set(tell: Tell) -> None:
    story, _ = kept(tell)
    image_id = parity_image(story)
    image = next(image for image in story.images() if image.id == image_id)
    medium_id = story.copy_of(image_id).medium_id
    story.damage(medium_id, offset=image.payload_offset + 50_000, bytes=65_536)
    story.damage(medium_id, kind="silent", offset=image.payload_offset + MIB + 10, bytes=3000)

    recall_id = export(story, image_id)

    assert story.get_recall(recall_id).state is RecallState.READY, story.get_recall(recall_id).note
    assert exported(story, recall_id, image_id) == image.sha256
    assert story.medium(medium_id).state is MediumState.SUSPECT


def test_export_of_a_parity_image_whose_wrapper_is_bad_says_that_no_set_remakes_it(tell: Tell) -> None:
    story, _ = kept(tell)
    image_id = parity_image(story)
    story.damage(story.copy_of(image_id).medium_id, kind="silent", offset=300 * 2048, bytes=10)
    image = next(image for image in story.images() if image.id == image_id)
    assert image.payload_offset > 300 * 2048 + 10

    recall_id = export(story, image_id)

    recall = story.get_recall(recall_id)
    assert recall.state is RecallState.FAILED
    assert "wrapper around parity.bin" in recall.note
    assert f"image {image_id}" in recall.note
    assert not [reading for reading in story.readings(recall_id) if reading.purpose == "set"]


def test_export_of_a_parity_image_whose_disc_is_lost_says_what_the_set_cannot_remake(tell: Tell) -> None:
    story, _ = kept(tell)
    image_id = parity_image(story)
    story.lose(story.copy_of(image_id).medium_id)
    story.settle()

    recall = story.get_recall(export(story, image_id))

    assert recall.state is RecallState.FAILED
    assert "the set remakes parity.bin only; put another copy of this image back" in recall.note


def test_member_that_lies_without_a_table_is_found_by_the_digest_of_the_wanted_chunk(tell: Tell) -> None:
    story, package_id = kept(tell)
    own, second, *_ = discs(story, package_id)
    story.lose(own)
    story.damage(second, kind="silent", percent=30.0)
    forget_tables(story, [i.id for i in story.images() if i.id != story.image_of(package_id).id])
    story.settle()

    recall_id = story.recall(package_id)
    story.settle()

    story.assert_given_back(package_id, recall_id)
    assert story.medium(second).state is MediumState.SUSPECT
    assert any("contradict those of the other members" in event[5] for event in story.history())
    assert len(story.media(MediumState.SUSPECT)) == 1


def test_without_any_table_the_code_itself_names_the_disc_that_lies(tell: Tell) -> None:
    story, package_id = kept(tell)
    own = discs(story, package_id)[0]
    story.damage(own, kind="silent", offset=1_200_000, bytes=5000)
    forget_tables(story, [image.id for image in story.images()])

    recall_id = story.recall(package_id)
    story.settle()

    story.assert_given_back(package_id, recall_id)
    assert [medium.id for medium in story.media(MediumState.SUSPECT)] == [own]


def test_without_any_table_two_discs_that_lie_in_different_chunks_are_both_named(tell: Tell) -> None:
    story = tell(n=2, m=2, disc_mib=4, seed=4)
    package_id = story.submit("0001", int(1.75 * MIB))
    story.submit("0002", int(1.75 * MIB))
    story.close_everything()
    story.forget_staging(package_id)
    own, second, *_ = discs(story, package_id)
    story.damage(own, kind="silent", offset=900_000, bytes=5000)
    story.damage(second, kind="silent", offset=MIB + 900_000, bytes=5000)
    forget_tables(story, [image.id for image in story.images()])

    recall_id = story.recall(package_id)
    story.settle()

    story.assert_given_back(package_id, recall_id)
    assert {medium.id for medium in story.media(MediumState.SUSPECT)} == {own, second}


def test_plan_of_a_recall_counts_only_the_chunks_that_it_will_read(tell: Tell) -> None:
    story, package_id = kept(tell)
    discs_of_set = discs(story, package_id)
    story.lose(discs_of_set[0])
    story.settle()

    with story.catalog.read() as read:
        package = story.package(package_id)
        orders = [
            recall_order.plan_order(read, story.site, [recall_order.WantedPackage(package, paths)], owner=0)
            for paths in ((), ("文 件.txt",))
        ]

    whole, small = (order.plans[0] for order in orders)
    assert (whole.way, small.way) == ("set", "set")
    assert len(small.sources) == 2
    assert all(source.size_bytes <= MIB for source in small.sources), "one chunk of each member"
    assert all(source.size_bytes > MIB for source in whole.sources)
    assert orders[1].estimate_s < orders[0].estimate_s


def test_images_that_are_exported_from_staging_are_on_record_while_they_are_read(tell: Tell) -> None:
    story = tell()
    story.submit_set(2)
    story.close_everything()
    image_id = story.images()[0].id

    recall_id = export(story, image_id)

    with story.catalog.read() as read:
        assert recalls.images_read_from_staging(read) == [image_id]
    with story.catalog.write() as write:
        recalls.advance_state(write, recall_id, RecallEvent.CANCELLED)
        assert recalls.images_read_from_staging(write) == []
