"""Packages are destroyed: what shared a set with them is protected anew first, and then nothing can make them again."""

from pathlib import Path

import pytest

from archived.catalog import destructions, images, media, packages
from archived.destructions import Destruction, DestructionState
from archived.errors import WrongState
from archived.formats.signing import verify
from archived.stages.media_life import destroying as media_life
from archived.stages.retention import destroying, ruling
from archived.states import CopyState, ImageState, MediumState, PackageState, SetState
from tests.simulation.harness import NAP_S, Story
from tests.simulation.two_persons import ANNA, BO, agree, forgotten


@pytest.fixture
def story(tmp_path: Path) -> Story:
    """Two packages on two images of one set, archived and gone from staging; the first one is forgotten."""
    story = Story(tmp_path)
    first, second = story.submit_set(2)
    story.close_everything()
    assert story.all_archived()
    story.forget_staging(second)
    forgotten(story, first)
    return story


def begun(story: Story, *package_ids: str) -> Destruction:
    """Two persons agreed to destroy these packages."""
    with story.catalog.write() as write:
        asked = destroying.ask(write, story.site, package_ids, agent=ANNA, reason="list 1 of the appraisal")
    agree(story, asked)
    return all_of(story)[-1]


def all_of(story: Story) -> list[Destruction]:
    with story.catalog.read() as read:
        return destructions.listing(read)


def destroy_media(story: Story, item: Destruction) -> None:
    """People break these discs, and two of them say so."""
    story.settle()
    for medium_id in item.media:
        story.lose(medium_id)
    story.settle()
    with story.catalog.write() as write:
        asked = media_life.ask(
            write, story.site, item.media, method="shredded to 2 mm", agent=ANNA, reason=item.id
        )
    agree(story, asked)
    story.clock.sleep(NAP_S)
    story.runner.turn()
    story.runner.close()


def test_what_survives_is_protected_anew_before_anything_is_given_up(story: Story) -> None:
    gone, kept = (package.id for package in story.packages())
    doomed, survivor, (old,) = story.image_of(gone), story.image_of(kept), story.sets()
    parity = story.members(old.id)[-1]
    with story.catalog.read() as read:
        preview = destroying.planned(read, story.site, [gone])
    assert not preview.refusals
    asked = begun(story, gone)
    assert asked.state is DestructionState.PREPARING
    story.until(lambda: all_of(story)[0].state is DestructionState.DESTROYING)
    item = all_of(story)[0]

    with story.catalog.read() as read:
        assert {destructions.concerning(read, name) for name in item.media} == {item.id}
        assert destructions.concerning(read, story_medium(story, survivor.id)) == ""

    # Preview equals what then happened.
    assert (
        set(item.media)
        == set(preview.media)
        == {story_medium(story, doomed.id), story_medium(story, parity.id)}
    )
    (new,) = [one for one in story.sets() if one.id != old.id]
    assert (new.state, new.replaces, new.n, new.m, new.absent) == (SetState.COMPLETE, old.id, 2, 1, (2,))
    now = story.image(survivor.id)
    assert (now.set_id, now.position, now.name, now.label) == (new.id, 1, survivor.name, survivor.label)
    assert [story.image(one.id).state for one in (doomed, parity)] == [ImageState.RETIRED] * 2
    assert {story.medium(name).state for name in item.media} == {MediumState.RELEASED}
    with story.catalog.read() as read:
        assert images.get(read, survivor.name).id == survivor.id
        assert images.get(read, f"{new.id}-1").id == survivor.id
    assert f"destroy-media:{item.id}" in story.attentions()
    assert state_of(story, gone) is PackageState.FORGOTTEN

    destroy_media(story, item)
    story.until(lambda: all_of(story)[0].state is DestructionState.DONE)
    item = all_of(story)[0]
    assert state_of(story, gone) is PackageState.DESTROYED
    assert {copy.state for copy in story.copies() if copy.image_id in (doomed.id, parity.id)} == {
        CopyState.DESTROYED
    }
    certificate = dict(item.certificate or {})
    verify(certificate, [story.site.key.public])
    assert [row["package"] for row in certificate["packages"]] == [gone]
    assert {row["medium"]: row["state"] for row in certificate["media"]} == dict.fromkeys(
        item.media, "destroyed"
    )
    assert certificate["sets"] == [{"set": old.id, "parity": [f"{old.id}-3"], "replaced_by": new.id}]
    assert f"destroy-media:{item.id}" not in story.attentions()

    # The survivor is as safe as before: its disc may go, too, and every byte comes back through the new set.
    story.lose(story_medium(story, survivor.id))
    wanted = story.recall(kept)
    story.until(lambda: story.get_recall(wanted).state.value == "ready")
    story.assert_given_back(kept, wanted)
    story.end()


def test_a_hold_stops_a_destruction_that_was_agreed(story: Story) -> None:
    gone = story.packages()[0].id
    with story.catalog.write() as write:
        ruling.place_hold(write, story.site, "package", gone, agent=BO, reason="court")
    with pytest.raises(WrongState, match="under legal hold 1: court"):
        begun(story, gone)
    with story.catalog.write() as write:
        ruling.release_hold(write, story.site, 1, agent=BO, reason="closed")
    begun(story, gone)
    with story.catalog.write() as write:
        ruling.place_hold(write, story.site, "series", "F1/S1", agent=BO, reason="audit")
    story.settle()
    (item,) = all_of(story)
    assert (item.state, "audit" in item.note) == (DestructionState.PREPARING, True)
    assert [one.state for one in story.sets()] == [SetState.COMPLETE, SetState.PROTECTED]
    with (
        story.catalog.write() as write,
        pytest.raises(WrongState, match="says for ever what is kept no more"),
    ):
        destroying.cancel(write, story.site, item.id, agent=ANNA, reason="the audit takes years")
    with story.catalog.write() as write:
        ruling.release_hold(write, story.site, 2, agent=BO, reason="the audit is over")
    story.until(lambda: all_of(story)[0].state is DestructionState.DESTROYING)
    # Until a medium is destroyed a hold still stops that.
    with story.catalog.write() as write:
        ruling.place_hold(write, story.site, "fonds", "F1", agent=BO, reason="appeal")
        with pytest.raises(WrongState, match="under a legal hold: P000001: legal hold 3, appeal"):
            media_life.ask(write, story.site, all_of(story)[0].media, method="x", agent=ANNA, reason="x")
    story.end()


def test_a_destruction_is_taken_back_until_new_parity_is_written(story: Story) -> None:
    gone = story.packages()[0].id
    story.hold_writes(True)
    begun(story, gone)
    story.settle()
    (item,) = all_of(story)
    assert [one.state for one in story.sets()] == [SetState.COMPLETE, SetState.PROTECTED]
    with story.catalog.write() as write:
        destroying.cancel(write, story.site, item.id, agent=ANNA, reason="the list was wrong")
    story.hold_writes(False)
    story.settle()
    assert [one.state for one in story.sets()] == [SetState.COMPLETE, SetState.VOID]
    assert state_of(story, gone) is PackageState.FORGOTTEN
    again = begun(story, gone)
    story.until(lambda: all_of(story)[1].state is DestructionState.DESTROYING)
    assert [one.state for one in story.sets()] == [SetState.RETIRED, SetState.VOID, SetState.COMPLETE]
    assert again.id == "D00002"
    story.end()


def test_what_is_kept_of_an_image_that_goes_is_packed_again_first(tmp_path: Path) -> None:
    story = Story(tmp_path)
    first, second, third = (story.submit(f"000{number}", 100_000) for number in (1, 2, 3))
    story.close_everything()
    old = story.image_of(first)
    with pytest.raises(
        WrongState, match=f"package {first} is archived; only what two persons have forgotten"
    ):
        begun(story, first)
    forgotten(story, first, second)
    with pytest.raises(WrongState, match=f"packages {second} are forgotten, too"):
        begun(story, first)
    item = begun(story, first, second)
    assert (item.terms["to_repack"], item.terms["new_sets"]) == ([third], [])
    story.until(lambda: all_of(story)[0].state is DestructionState.DESTROYING)
    item = all_of(story)[0]
    now = story.image_of(third)
    assert (now.id != old.id, now.state) == (True, ImageState.KEPT)
    assert [one.state for one in story.sets()] == [SetState.RETIRED, SetState.COMPLETE]
    assert sorted(item.media) == sorted(
        copy.medium_id for copy in story.copies() if story.image(copy.image_id).state is ImageState.RETIRED
    )
    destroy_media(story, item)
    story.until(lambda: all_of(story)[0].state is DestructionState.DONE)
    states = {package.id: package.state for package in story.packages()}
    assert states == {
        first: PackageState.DESTROYED,
        second: PackageState.DESTROYED,
        third: PackageState.ARCHIVED,
    }
    wanted = story.recall(third)
    story.until(lambda: story.get_recall(wanted).state.value == "ready")
    story.assert_given_back(third, wanted)
    story.end()


def story_medium(story: Story, image_id: str) -> str:
    with story.catalog.read() as read:
        return next(copy.medium_id for copy in media.copies_of(read, image_id))


def state_of(story: Story, package_id: str) -> PackageState:
    with story.catalog.read() as read:
        return packages.get(read, package_id).state
