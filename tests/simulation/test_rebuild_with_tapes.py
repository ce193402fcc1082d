"""Data on discs, parity and copies on cartridges: who lost the catalog gets everything back from both."""

import pytest

from archived.formats.key_files import make_site_key
from archived.stages.tape_place import place_of
from archived.states import CopyState, MediumState, PackageState, SetState, SurveyState
from archived.surveys import Survey
from tests.simulation.conftest import Tell
from tests.simulation.harness import Story
from tests.simulation.tapes import TAPES, blocks_written, on_disc, on_tape, tape_drives
from tests.simulation.throwing_away import (
    check,
    holdings,
    kinds,
    rebuild,
    recall_all,
    throw_away,
)

PARITY = {"parity_pool": '"tapes"'}
COPIES = {"copies": '["tapes"]'}


VAULT = """
[libraries.tl1]
kind = "tape"
drives = ["T1", "T2"]

[pools.vault]
library = "tl1"
media_kind = "lto-8"
n = 2
m = 1
image_bytes = 2621440
tape_block_bytes = 65536
"""


def archive(tell: Tell, **settings: str) -> tuple[Story, list[str]]:
    """Two data images on discs, two parity images on tape, perhaps copies there; nothing in staging any more."""
    story = tell(n=2, m=2, settings=PARITY | settings, more_settings=TAPES)
    ids = story.submit_set(2)
    story.close_everything()
    assert story.all_archived()
    for package_id in ids:
        story.forget_staging(package_id)
    keep_one_blank_of_each(story)
    return story, ids


def keep_one_blank_of_each(story: Story) -> None:
    """Carry all blank discs but one, and all blank cartridges but one, out of the room: looks at them take time."""
    for is_tape in (False, True):
        for medium in [m for m in story.media(MediumState.BLANK) if m.holds_many is is_tape][1:]:
            story.lose(medium.id)
    story.settle()


def the_cartridge(story: Story) -> str:
    (medium_id,) = {copy.medium_id for copy in on_tape(story)}
    return medium_id


def told(done: Survey) -> str:
    """What a report says, in one text."""
    return "\n".join(item["what"] for item in done.report["differences"])


def test_the_catalog_comes_back_from_discs_and_cartridges(tell: Tell) -> None:
    story, ids = tell.on(archive, **COPIES)
    old = throw_away(story)

    done = rebuild(story)

    assert done.state is SurveyState.DONE
    assert kinds(done) == ["set-not-proven"]
    was, now = holdings(old), holdings(story.site.tools.paths.catalog)
    blanks = {medium.id for medium in story.media(MediumState.QUARANTINED)}
    for rows in (was, now):
        rows["medium"] = [
            row for row in rows["medium"] if row["element"] is not None and row["id"] not in blanks
        ]
    for table in was:
        assert now[table] == was[table], table
    assert len(on_tape(story, CopyState.FOUND)) == 4
    assert kinds(check(story, full=True)) == []
    assert {copy.state for copy in story.copies()} == {CopyState.VERIFIED}
    assert {package.state for package in story.packages()} == {PackageState.ARCHIVED}
    assert {item.state for item in story.sets()} == {SetState.COMPLETE}
    for copy in on_disc(story):
        story.lose(copy.medium_id)
    story.settle()
    recall_all(story, ids)


def test_without_any_data_disc_everything_comes_back_through_the_parity_on_tape(tell: Tell) -> None:
    story, ids = tell.on(archive)
    for copy in on_disc(story):
        story.lose(copy.medium_id)
    throw_away(story)

    done = rebuild(story)

    assert kinds(done) == ["set-incomplete"]
    assert {package.id for package in story.packages()} == set(ids)
    recall_all(story, ids)


@pytest.mark.simulate
def test_an_append_that_was_torn_when_the_catalog_was_lost_costs_only_the_torn_image(tell: Tell) -> None:
    story = tell(n=2, m=1, settings=COPIES, more_settings=TAPES)
    ids = story.submit_set(2)
    tape_drives(story, up=False)
    story.close_everything()
    tape_drives(story, up=True)
    assert story.until_killed(1, blocks_written(40))
    medium_id = on_tape(story, CopyState.WRITING)[0].medium_id
    for blank in story.media(MediumState.BLANK)[1:]:
        story.control("lose", medium=blank.id)
    throw_away(story)

    done = rebuild(story)

    assert set(kinds(done)) == {"set-not-proven"}
    (copy,) = on_tape(story)
    assert (copy.medium_id, copy.tape_file, copy.state) == (medium_id, 2, CopyState.FOUND)
    medium = story.medium(medium_id)
    assert medium.state is MediumState.APPENDABLE
    assert medium.used_bytes > copy.first_block * 65536
    assert kinds(check(story)) == kinds(done)
    recall_all(story, ids)


@pytest.mark.parametrize("what", [pytest.param("front", marks=pytest.mark.simulate), "trailer"])
def test_an_image_that_is_damaged_on_tape_is_named_and_the_rest_of_its_cartridge_counts(
    tell: Tell, what: str
) -> None:
    story, ids = tell.on(archive)
    first, _second = sorted(on_tape(story), key=lambda copy: copy.first_block)
    trailer = place_of(first, story.image(first.image_id)).end_block - 2
    block, blocks = {"front": (first.first_block, 10), "trailer": (trailer, 1)}[what]
    story.damage(first.medium_id, kind="unreadable", block=block, blocks=blocks)
    throw_away(story)

    done = rebuild(story)

    assert "damaged" in kinds(done)
    assert first.medium_id in told(done)
    assert f"tape file {first.tape_file + (what == 'trailer')}" in told(done)
    states = [copy.state for copy in sorted(on_tape(story), key=lambda copy: copy.first_block)]
    assert states == [CopyState.SUSPECT if what == "front" else CopyState.FOUND, CopyState.FOUND]
    assert story.medium(first.medium_id).state is MediumState.WATCH
    assert kinds(check(story)) == kinds(done)
    recall_all(story, ids)


def test_a_cartridge_that_was_away_is_taken_in_by_the_next_check(tell: Tell) -> None:
    story, ids = tell.on(archive)
    medium_id = the_cartridge(story)
    room, carrier = next(
        (room, number)
        for room in story.rooms
        for number, item in room.estate.world.carriers.items()
        if item.barcode == medium_id
    )
    there = room.estate.world.carriers[carrier]
    story.lose(medium_id)
    throw_away(story)
    assert "set-incomplete" in kinds(rebuild(story))
    assert not on_tape(story)

    room.estate.change(lambda world: world.with_carrier(carrier, there))
    story.look()
    story.settle()
    done = check(story)

    assert kinds(done) == ["set-not-proven"]
    assert [copy.state for copy in on_tape(story)] == [CopyState.FOUND] * 2
    assert story.medium(medium_id).state is MediumState.APPENDABLE
    for copy in on_disc(story):
        story.lose(copy.medium_id)
    story.settle()
    recall_all(story, ids)


@pytest.mark.simulate
def test_a_cartridge_of_somebody_else_is_set_aside_and_nothing_of_it_is_taken(tell: Tell) -> None:
    story, _ids = tell.on(archive)
    medium_id = the_cartridge(story)
    for key in story.site.tools.paths.keys.glob("*.pem"):
        key.unlink()
    make_site_key(story.site.tools.paths.keys)
    throw_away(story)

    done = rebuild(story)

    assert set(kinds(done)) == {"another-key", "key-unknown"}
    assert not story.copies()
    assert story.medium(medium_id).state is MediumState.QUARANTINED
    assert medium_id in told(done)


@pytest.mark.simulate
def test_without_any_parity_medium_what_tapes_say_of_digests_proves_the_data(tell: Tell) -> None:
    story = tell(n=2, m=1, settings=COPIES, more_settings=TAPES)
    ids = story.submit_set(2)
    story.close_everything()
    assert story.all_archived()
    for package_id in ids:
        story.forget_staging(package_id)
    keep_one_blank_of_each(story)
    parity = story.members(story.sets()[0].id)[-1]
    story.lose(story.copy_of(parity.id).medium_id)
    throw_away(story)

    assert kinds(rebuild(story)) == ["set-incomplete"]

    assert kinds(check(story, full=True)) == ["set-incomplete"]
    assert [copy.state for copy in story.copies()] == [CopyState.VERIFIED] * 4
    recall_all(story, ids)


@pytest.mark.simulate
def test_sets_on_tape_alone_come_back_with_a_cartridge_missing(tell: Tell) -> None:
    story = tell(settings={"pools": '["vault"]'}, more_settings=VAULT)
    ids = story.submit_set(2)
    story.close_images()
    story.settle()
    story.close_sets()
    story.settle()
    assert story.all_archived()
    members = {copy.medium_id for copy in story.copies(CopyState.VERIFIED)}
    assert len(members) == 3
    for package_id in ids:
        story.forget_staging(package_id)
    keep_one_blank_of_each(story)
    story.lose(story.copy_of(story.members(story.sets()[0].id)[0].id).medium_id)
    story.settle()
    throw_away(story)

    assert kinds(rebuild(story)) == ["set-incomplete"]

    assert {copy.pool for copy in story.copies()} == {"vault"}
    assert {image.pool for image in story.images()} == {"vault"}
    recall_all(story, ids)
    assert kinds(check(story, full=True)) == ["set-incomplete"]
    assert {copy.state for copy in story.copies()} == {CopyState.VERIFIED}


@pytest.mark.simulate
def test_a_check_of_a_living_catalog_names_what_a_cartridge_does_not_hold_any_more(tell: Tell) -> None:
    story, _ids = tell.on(archive)
    first, second = sorted(on_tape(story), key=lambda copy: copy.first_block)
    assert kinds(check(story)) == []
    with story.cartridge(first.medium_id) as cartridge:
        cartridge.put(second.first_block, [None])

    done = check(story)

    assert kinds(done) == ["other-image"]
    assert f"tape file {second.tape_file}, and nothing whole is there" in told(done)
    assert {"other-image", "set-incomplete"} < set(kinds(check(story, full=True)))
    states = {copy.id: copy.state for copy in on_tape(story)}
    assert states == {first.id: CopyState.VERIFIED, second.id: CopyState.SUSPECT}
    assert story.medium(first.medium_id).state is MediumState.WATCH, "closed, and what is good on it counts"
