"""A drive that cannot read: no good disc is condemned by what it says alone."""

from archived.care import ItemState
from archived.states import CopyState, MediumState
from tests.simulation.conftest import Tell
from tests.simulation.examining import archived_set, begin, checks_of, items_of, run_of


def test_what_one_drive_cannot_read_is_read_in_the_other_and_the_drive_is_named(tell: Tell) -> None:
    story, _packages = tell.on(archived_set)
    story.fault("read-error", drive="B1", times=None)
    run = begin(story)
    story.settle(naps=30)
    assert run_of(story, run).report["clean"] == 3
    assert {copy.state for copy in story.copies()} == {CopyState.VERIFIED}
    assert "B2" in story.attentions()["trouble:B1"].what


def test_a_disc_that_neither_drive_can_read_is_condemned_with_its_chunk(tell: Tell) -> None:
    story, (package, _other) = tell.on(archived_set)
    copy = story.copy_of(story.image_of(package).id)
    story.damage(copy.medium_id, offset=65536, bytes=65536, kind="unreadable")
    run = begin(story, media=(copy.medium_id,))
    story.until(lambda: items_of(story, run)[0].state is ItemState.DONE)
    (item,) = items_of(story, run)
    assert len(set(item.tried_in)) == 1, "and the second drive has told"
    assert [(len(check.bad), check.parts) for check in checks_of(story, copy.medium_id)] == [
        (1, run.preview["chunks"])
    ]
    assert copy.id in {one.id for one in story.copies(CopyState.SUSPECT)}
    assert not any(name.startswith("trouble:") for name in story.attentions())


def test_an_only_drive_is_not_believed_of_a_second_disc_in_a_row(tell: Tell) -> None:
    story, _packages = tell.on(archived_set)
    story.set_drive("B2", up=False)
    story.fault("read-error", drive="B1", times=None)
    run = begin(story)
    story.until(
        lambda: all(item.state in (ItemState.DONE, ItemState.FAILED) for item in items_of(story, run))
    )
    assert sorted(item.state.value for item in items_of(story, run)) == ["done", "failed", "failed"]
    assert len(story.copies(CopyState.SUSPECT)) == 1
    assert len(story.media(MediumState.SUSPECT)) == 1
    assert "trouble:B1" in story.attentions()
