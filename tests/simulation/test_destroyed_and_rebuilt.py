"""After a destruction no rebuild and no check brings back what was given up, not even from discs still in the room."""

import subprocess
import sys
from pathlib import Path

import pytest

from archived.catalog import images, media
from archived.destructions import DestructionState
from archived.formats.program import rebuild_program
from archived.formats.salvage_disc import open_discs
from archived.formats.salvage_rebuild import rebuild as salvage
from archived.formats.salvage_report import sets_of
from archived.states import CopyState, ImageState, MediumState, PackageState, SetState
from tests.simulation.conftest import Tell
from tests.simulation.harness import Story
from tests.simulation.test_destroying import all_of, begun
from tests.simulation.throwing_away import check, keep_blanks, kinds, rebuild, recall_all, throw_away
from tests.simulation.two_persons import forgotten


def given_up(tell: Tell) -> tuple[Story, None]:
    """Two images in one set; the media of the first are given up, and lie in the room still."""
    story = tell()
    first, second = story.submit_set(2)
    story.close_everything()
    story.forget_staging(second)
    forgotten(story, first)
    begun(story, first)
    story.until(lambda: all_of(story)[0].state is DestructionState.DESTROYING)
    story.settle()
    keep_blanks(story, 1)
    return story, None


@pytest.fixture
def story(tell: Tell) -> Story:
    return tell.on(given_up)[0]


def test_a_rebuild_takes_the_newest_descriptor_and_nothing_that_it_leaves_behind(story: Story) -> None:
    gone, kept = (package.id for package in story.packages())
    survivor, given_up = story.image_of(kept), set(all_of(story)[0].media)
    (new,) = [item for item in story.sets() if item.replaces]
    throw_away(story)

    done = rebuild(story)

    assert kinds(done) == ["kept-no-more", "kept-no-more", "set-not-proven"]
    assert [item.id for item in story.sets()] == [new.id]
    assert [package.id for package in story.packages()] == [kept]
    found = story.image(survivor.id)
    assert (found.set_id, found.position, found.name) == (new.id, 1, survivor.name)
    assert {medium.id for medium in story.media(MediumState.QUARANTINED)} >= given_up
    recall_all(story, [kept])
    assert set(kinds(check(story, full=True))) == {"newer"}, (
        "of what was given up the new catalog knows nothing"
    )
    assert [item.state for item in story.sets()] == [SetState.COMPLETE]
    assert [(package.id, package.state) for package in story.packages()] == [(kept, PackageState.ARCHIVED)]
    assert gone not in {package.id for package in story.packages()}
    story.end()


def test_a_check_finds_nothing_wrong_and_takes_nothing_in(story: Story) -> None:
    gone = story.packages()[0].id
    doomed = story.image_of(gone)
    assert kinds(check(story)) == []
    with story.catalog.read() as read:
        assert images.get(read, doomed.id).state is ImageState.RETIRED
    assert story.package(gone).state is PackageState.FORGOTTEN
    assert {copy.state for copy in story.copies() if copy.image_id == doomed.id} == {CopyState.RETIRED}
    story.end()


def test_both_rescue_programs_go_by_the_newest_descriptor(story: Story, tmp_path: Path) -> None:
    gone, kept = (package.id for package in story.packages())
    doomed, survivor = story.image_of(gone), story.image_of(kept)
    old, new = (item for item in story.sets())
    raw = tmp_path / "raw"
    raw.mkdir()
    lost = survivor.name
    for image in story.images():
        # The destroyed disc is gone; the other discs of its set, from which it could be made, turn up all the same.
        for medium_id in carriers(story, image.id) if image.id != doomed.id else ():
            (raw / f"{image.name}.img").write_bytes(story.room.disc_bytes(medium_id))
    assert {path.stem for path in raw.iterdir()} == {lost, f"{old.id}-3", f"{new.id}-3"}
    whole = (raw / f"{lost}.img").read_bytes()

    # With the survivor at hand the old set could make the destroyed image again: nobody does.
    assert both(raw, tmp_path / "all") == ({}, {})
    (raw / f"{lost}.img").unlink()
    made = both(raw, tmp_path / "one")
    assert made == ({f"{lost}.img": whole}, {f"{lost}.img": whole})
    story.end()


def both(raw: Path, out: Path) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """What rebuild.py of the discs and our own salvage make of these copies, by name."""
    out.mkdir()
    program = out / "rebuild.py"
    program.write_bytes(rebuild_program())
    command = [sys.executable, "-I", program, raw, "--out", out / "disc", "--processes", "1"]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout
    discs = open_discs([raw])
    for salvaged in sets_of(discs, lambda count: None):
        salvage(salvaged, salvaged.wanted(), out / "archivectl", lambda count: None)
    for disc in discs:
        disc.close()
    return read(out / "disc"), read(out / "archivectl")


def read(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.glob("*.img")}


def carriers(story: Story, image_id: str) -> list[str]:
    with story.catalog.read() as read_:
        return [copy.medium_id for copy in media.copies_of(read_, image_id)]
