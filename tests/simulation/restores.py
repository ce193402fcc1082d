"""Losing the catalog of a story, putting an export back, and looking at every disc as it really is."""

from pathlib import Path

from archived.catalog import media
from archived.restoring import Restored, Wish, restore
from archived.stages import hold
from archived.stages.exporting import export_catalog
from archived.stages.set_aside import release_hold
from archived.states import CopyState, MediumState
from archived.wiring import site_without_devices
from tests.simulation.harness import Story

PERSON = "uid:1000"
#: Copies by which the catalog says that a disc carries something.
CARRIES = (CopyState.WRITTEN, CopyState.VERIFYING, CopyState.VERIFIED, CopyState.SUSPECT)


def export(story: Story) -> Path:
    """An export of the catalog as it is now."""
    folder = story.folder / "exports"
    folder.mkdir(exist_ok=True)
    return folder / export_catalog(story.catalog, story.site, folder, lambda done, total: None).file


def lose_catalog(story: Story) -> None:
    """The disk with the catalog is gone, and the daemon with it."""
    story.executor.close()
    story.catalog.close()
    path = story.site.tools.paths.catalog
    for name in ("", "-wal", "-shm"):
        path.with_name(path.name + name).unlink(missing_ok=True)


def put_back(story: Story, file: Path, *, set_aside: bool = False) -> Restored:
    """What `archived restore` does; the daemon's next life begins."""
    site = site_without_devices(story.config, story.site.tools.paths, story.clock)
    done = restore(site, Wish(file, set_aside=set_aside, agent=PERSON), lambda words: None)
    story.begin_life()
    return done


def look_at_everything(story: Story) -> dict[str, str]:
    """Look at every disc that was seen since the hold began; returns what was found on each."""
    story.settle()
    found = {}
    with story.catalog.write() as write:
        now = hold.standing(write, story.site)
        assert now is not None
        for name in now.to_look_at:
            found[name] = finding(story, name, [copy.state for copy in media.copies_on(write, name)])
            hold.looked(write, story.site, name, found[name])
    return found


def finding(story: Story, medium_id: str, copies: list[CopyState]) -> str:
    if is_blank(story, medium_id):
        return hold.BLANK
    return hold.OURS if any(state in CARRIES for state in copies) else hold.NEWER


def is_blank(story: Story, medium_id: str) -> bool:
    """Whether the disc itself was never written."""
    carriers = story.room.estate.world.carriers
    carrier = next(number for number, found in carriers.items() if found.barcode == medium_id)
    with story.room.disc(carrier) as disc:
        return disc.state.value == "blank"


def release(story: Story) -> list[str]:
    """A person releases the hold; returns what was set aside."""
    done = release_hold(story.catalog, story.site, agent=PERSON, reason="every disc was looked at")
    return [path.name for path in done.set_aside]


def assert_no_written_disc_is_taken_for_blank(story: Story) -> None:
    for medium in story.media(MediumState.BLANK):
        assert is_blank(story, medium.id), medium.id
