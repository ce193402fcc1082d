"""An export that is older than its tapes: what was appended since comes back, and only then is anything added."""

import pytest

from archived.states import CopyState, ImageState, MediumState, PackageState
from tests.simulation.conftest import Tell
from tests.simulation.harness import Story
from tests.simulation.restores import export, lose_catalog, put_back, release
from tests.simulation.tapes import TAPES, on_tape, tape_drives
from tests.simulation.test_rebuild_with_tapes import COPIES, PARITY, the_cartridge
from tests.simulation.throwing_away import check, kinds

#: Written by the former catalog after the export.
SINCE = (CopyState.WRITTEN, CopyState.VERIFIED)


def with_few_blanks(tell: Tell, **settings: str) -> tuple[Story, None]:
    """Some blank discs, and two cartridges: looks at them take time."""
    story = tell(n=1, m=1, settings=settings, more_settings=TAPES)
    blanks = story.media(MediumState.BLANK)
    # Discs of different magazines and purchase batches.
    left = [m.id for m in blanks if not m.holds_many][::9][:7] + [m.id for m in blanks if m.holds_many][:2]
    for medium in blanks:
        if medium.id not in left:
            story.lose(medium.id)
    story.settle()
    return story, None


def is_exported_before_the_tape(tell: Tell) -> tuple[Story, list[str]]:
    """A set on discs whose copies on tape are planned; the export is made, then they are written and read back."""
    story, _none = tell.on(with_few_blanks, **COPIES)
    ids = story.submit_set(1)
    tape_drives(story, up=False)
    story.close_everything()
    file = export(story)
    tape_drives(story, up=True)
    story.settle()
    assert story.all_archived()
    assert len(on_tape(story, CopyState.VERIFIED)) == 1
    lose_catalog(story)
    put_back(story, file)
    tape_drives(story, up=True)
    return story, ids


def test_copies_that_were_appended_after_the_export_come_back_and_are_read_back(tell: Tell) -> None:
    story, ids = is_exported_before_the_tape(tell)
    assert not on_tape(story, *SINCE)

    done = check(story)

    assert kinds(done) == []
    assert {copy.state for copy in on_tape(story)} == {CopyState.CANCELLED, CopyState.VERIFIED}
    assert {story.package(name).state for name in ids} == {PackageState.ARCHIVED}, "under the hold"
    medium_id = {copy.medium_id for copy in on_tape(story, CopyState.VERIFIED)}.pop()
    assert story.medium(medium_id).state is MediumState.APPENDABLE
    release(story)
    story.submit_set(1, first=3)
    story.close_everything()
    assert story.all_archived()
    copies = on_tape(story, CopyState.VERIFIED)
    assert sorted((copy.medium_id, copy.tape_file) for copy in copies) == [
        (medium_id, 2),
        (medium_id, 6),
    ], "the next image goes behind the index of the former session"


@pytest.mark.simulate
def test_images_of_sets_that_the_export_does_not_know_are_named_and_their_cartridge_is_closed(
    tell: Tell,
) -> None:
    story, _none = tell.on(with_few_blanks, **COPIES)
    first = story.submit_set(1)
    story.close_everything()
    medium_id = the_cartridge(story)
    file = export(story)
    story.submit_set(1, first=3)
    story.close_everything()
    assert story.all_archived()
    assert the_cartridge(story) == medium_id
    lose_catalog(story)
    put_back(story, file)
    assert story.medium(medium_id).state is MediumState.APPENDABLE, "the hold keeps everything from it"

    done = check(story)

    assert kinds(done).count("newer") == 3, "two discs, one image on tape"
    assert story.medium(medium_id).state is MediumState.GOOD
    assert {story.package(name).state for name in first} == {PackageState.ARCHIVED}
    release(story)
    assert {copy.state for copy in on_tape(story)} == {CopyState.VERIFIED}


@pytest.mark.simulate
def test_parity_that_was_appended_after_the_export_completes_its_set(tell: Tell) -> None:
    story, _none = tell.on(with_few_blanks, **PARITY)
    ids = story.submit_set(1)
    story.close_images()
    story.close_sets()
    story.until(lambda: story.copies(CopyState.PLANNED))
    file = export(story)
    story.close_everything()
    assert story.all_archived()
    burnt = len(story.burns)
    lose_catalog(story)
    put_back(story, file)

    assert kinds(check(story)) == []

    assert {story.package(name).state for name in ids} == {PackageState.ARCHIVED}
    release(story)
    story.settle()
    assert len(story.burns) == burnt
    assert [copy.state for copy in on_tape(story) if copy.state in SINCE] == [CopyState.VERIFIED]
    assert {image.state for image in story.images() if image.set_id} == {ImageState.KEPT}
