"""What may share a disc and a set, what labels say, and what a person may still take back."""

import pytest

from archived.catalog import events, packages
from archived.errors import WrongState
from archived.model import Allowance
from archived.states import CopyState, ImageState, MediumState, PackageState, SetState
from tests.simulation.conftest import Tell
from tests.simulation.harness import Story
from tests.simulation.law import assert_law


def closed(story: Story) -> list[tuple[str, str, str, str]]:
    return [
        (i.fonds, i.series, i.retention, i.confidentiality)
        for i in story.images()
        if i.kind == "data" and i.state not in (ImageState.OPEN, ImageState.VOID)
    ]


def test_images_never_mix_series_retention_or_confidentiality_and_sets_no_confidentiality(tell: Tell) -> None:
    story = tell()
    story.submit("0001", 50_000)
    story.submit("0002", 50_000)
    story.submit("0003", 50_000, series="S2")
    story.submit("0004", 50_000, retention="permanent")
    story.submit("0005", 50_000, confidentiality="secret")
    story.submit("0006", 50_000, fonds="F2")

    story.close_everything()

    assert sorted(closed(story)) == sorted(
        [
            ("F1", "S1", "30", "open"),
            ("F1", "S2", "30", "open"),
            ("F1", "S1", "permanent", "open"),
            ("F1", "S1", "30", "secret"),
            ("F2", "S1", "30", "open"),
        ]
    )
    assert story.all_archived()
    assert_law(story)


def test_late_volumes_and_corrections_get_ranges_of_their_own_on_the_label(tell: Tell) -> None:
    story = tell()
    for volume in ("0003", "0004"):
        story.submit(volume, 50_000)
    story.close_images()
    story.settle()
    story.submit("0001", 50_000)
    story.submit("0005", 50_000)
    story.submit("0003", 50_000, correction="a page was missing")

    story.close_everything()

    labels = [i.ranges for i in story.images() if i.kind == "data" and i.state is ImageState.KEPT]
    assert labels == [("0003–0004",), ("0005", "0001", "0003 v2")]
    assert story.all_archived()
    assert_law(story)


def test_new_version_goes_on_another_image_than_the_one_it_corrects(tell: Tell) -> None:
    story = tell()
    first = story.submit("0001", 50_000)
    second = story.submit("0001", 50_000, correction="better scans")

    story.close_everything()

    assert story.package(second).version == 2
    assert story.image_of(first).id != story.image_of(second).id
    assert story.all_archived()
    assert_law(story)


def test_volume_order_beats_fill(tell: Tell) -> None:
    story = tell()
    for volume, size in (("0001", 300_000), ("0002", 350_000), ("0003", 60_000)):
        story.submit(volume, size)

    story.close_everything()

    labels = [i.ranges for i in story.images() if i.kind == "data" and i.state is ImageState.KEPT]
    assert labels == [("0001",), ("0002–0003",)]
    assert_law(story)


def test_set_that_cannot_be_spread_waits_for_a_waiver(tell: Tell) -> None:
    story = tell()
    story.submit_set(2)
    blanks = [medium for medium in story.media(MediumState.BLANK) if medium.magazine != "magazine-1"]
    story.set_aside([medium.id for medium in blanks])

    story.close_everything()

    set_id = story.sets()[0].id
    raised = story.attentions()[f"place:{set_id}"]
    assert "at most 1 members of a set may share a magazine" in raised.what
    assert f"archivectl allow diversity {set_id} --reason TEXT" in raised.what
    assert not story.burns
    with story.catalog.write() as write:
        events.allow(
            write, Allowance("diversity", set_id, "one magazine left", "uid:1000", story.clock.now())
        )
    story.close_everything()
    assert story.all_archived()
    assert f"place:{set_id}" not in story.attentions()
    assert_law(story)


def test_held_image_keeps_its_whole_set_from_being_written_until_it_is_released(tell: Tell) -> None:
    story = tell()
    story.submit_set(2)
    story.close_images()
    story.until(lambda: any(i.state is ImageState.CLOSED for i in story.images()))
    image_id = next(i.id for i in story.images() if i.state is ImageState.CLOSED)

    story.hold(image_id)
    story.close_everything()
    assert not story.burns
    story.release(image_id)
    story.close_everything()

    assert story.all_archived()
    assert_law(story)


def reach(story: Story, stage: str) -> None:
    """Run until the first package is at this stage."""
    first = story.packages()[0].id
    if stage == "waiting":
        return
    story.close_images()
    if stage == "closing":
        story.until(lambda: any(i.state is ImageState.CLOSING for i in story.images()))
    elif stage == "closed":
        story.until(
            lambda: story.image_of(first).state is ImageState.CLOSED if carried(story, first) else False
        )
    elif stage == "protecting":
        story.until_killed(1, lambda step: step.startswith("begin set"))
        story.crash()
    else:
        story.until(lambda: story.copies(CopyState.PLANNED))


def carried(story: Story, package_id: str) -> bool:
    return package_id not in story.waiting()


@pytest.mark.parametrize("stage", ["waiting", "closing", "closed", "protecting", "placed"])
def test_package_withdrawn_before_the_first_write_intent_takes_its_set_back(tell: Tell, stage: str) -> None:
    story = tell(seed=2)
    first, second = story.submit_set(2)
    story.hold_writes(stage == "placed")
    reach(story, stage)
    voided = story.image_of(first) if carried(story, first) else None

    story.withdraw(first)
    story.hold_writes(False)
    story.close_everything()

    assert story.package(first).state is PackageState.WITHDRAWN
    assert story.package(second).state is PackageState.ARCHIVED
    if voided is not None:
        assert [i.state for i in story.images() if i.id == voided.id] == [ImageState.VOID]
        assert next(s for s in story.sets() if s.id == voided.set_id).state is SetState.VOID
    with story.catalog.read() as read:
        assert not packages.image_ids(read, first)
    assert first not in [p.name for p in (story.site.tools.paths.staging / "packages").iterdir()]
    assert_law(story)


def test_package_cannot_be_withdrawn_once_a_write_intent_is_on_record(tell: Tell) -> None:
    story = tell()
    first = story.submit_set(2)[0]
    story.until(lambda: story.copies(CopyState.WRITING))

    with pytest.raises(WrongState, match=r"writing of set .* has begun"):
        story.withdraw(first)
    story.close_everything()

    assert story.all_archived()
    assert_law(story)


def test_images_and_sets_close_on_their_own_when_they_have_waited_long_enough(tell: Tell) -> None:
    story = tell()
    story.submit("0001", 50_000)
    story.settle()
    assert not story.sets()

    for _ in range(2):
        story.clock.sleep(169 * 3600)
        story.settle()

    assert story.all_archived()
    assert not [name for name in story.attentions() if name.startswith("exposure-")]
    assert_law(story)


def test_package_exposed_for_too_long_is_an_alarm_that_ends_when_it_is_archived(tell: Tell) -> None:
    story = tell(settings={"close_after_h": "1000.0"})
    package_id = story.submit("0001", 50_000)
    story.clock.sleep(337 * 3600)
    story.settle()

    alarm = next(item for name, item in story.attentions().items() if name.startswith("exposure-"))
    assert package_id in alarm.what
    story.close_everything()
    assert story.all_archived()
    assert not [name for name in story.attentions() if name.startswith("exposure-")]
