"""Discs that go before their set is complete, orders that cannot be done, labels that are not unique, leftovers."""

from pathlib import Path

import pytest

from archived.catalog import events, images, media, packages
from archived.errors import Refused, WrongState
from archived.stages import staging_release
from archived.stages.registration import give_up
from archived.stages.settling import settle
from archived.stages.withdrawal import ask_images_to_close
from archived.stages.work import Order
from archived.states import CopyState, MediumState, PackageState, SetState
from tests.simulation.harness import Story


@pytest.fixture
def story(tmp_path: Path) -> Story:
    return Story(tmp_path)


def attention(story: Story) -> dict[str, events.Attention]:
    with story.catalog.read() as read:
        return {item.id: item for item in events.attentions(read)}


def states(story: Story) -> set[PackageState]:
    with story.catalog.read() as read:
        return {package.state for package in packages.listing(read)}


def first_verified(story: Story) -> str | None:
    with story.catalog.read() as read:
        found = media.copies_in_state(read, CopyState.VERIFIED)
        return found[0].medium_id if found else None


def test_a_set_is_not_complete_while_a_verified_disc_of_it_is_away(story: Story) -> None:
    story.submit_set()
    story.close_images()
    story.until(lambda: first_verified(story))
    away = str(first_verified(story))
    story.lose(away)
    story.settle()
    assert states(story) == {PackageState.ACCEPTED}
    assert f"archivectl media lost {away}" in attention(story)[f"missing:{away}"].next

    with story.catalog.write() as write:
        give_up(write, story.site, away, agent="uid:1000", reason="fell behind the shelf")
    story.settle()
    assert states(story) == {PackageState.ARCHIVED}
    with story.catalog.read() as read:
        assert media.get(read, away).state is MediumState.LOST
        assert all(away not in str(package.archived_receipt) for package in packages.listing(read))
    assert f"missing:{away}" not in attention(story)


def test_a_disc_that_lies_in_the_library_is_not_given_up_and_no_disc_without_a_reason(story: Story) -> None:
    with story.catalog.write() as write:
        with pytest.raises(WrongState, match="lies in element"):
            give_up(write, story.site, "SIM00001", agent="uid:1", reason="x")
        with pytest.raises(Refused, match="reason"):
            give_up(write, story.site, "SIM00001", agent="uid:1", reason=" ")


def test_a_disc_lost_after_completion_is_named_with_what_its_set_can_still_bear(story: Story) -> None:
    story.submit_set()
    story.close_everything()
    with story.catalog.read() as read:
        item = images.sets_in_state(read, SetState.COMPLETE)[0]
        medium = media.copies_of(read, images.of_set(read, item.id)[0].id)[0].medium_id
    story.lose(medium)
    story.settle()
    reduced = attention(story)[f"reduced:{item.id}"]
    assert reduced.urgency == "now"
    assert "no more may be lost" in reduced.what
    with story.catalog.read() as read:
        package = packages.listing(read)[0]
        assert any("no verified copy" in why for why in staging_release.why_kept(read, story.site, package))


def test_closing_all_does_not_arm_images_that_are_empty(story: Story) -> None:
    story.submit("0001")
    story.close_images()
    story.settle()
    with story.catalog.write() as write:
        assert ask_images_to_close(write, story.site, None, agent="uid:1") == []
    story.submit("0002")
    story.settle()
    assert len(story.waiting()) == 1


def test_an_order_whose_disc_went_away_is_dropped_and_the_others_are_done(story: Story) -> None:
    story.settle()
    with story.catalog.read() as read:
        ports = [1031 + 1, 1031 + 2]  # two free slots of the first magazine
        assert all(media.get(read, f"SIM0000{k}").element not in ports for k in range(1, 9))
    orders = [Order("SIM00001", ports[0]), Order("SIM00002", 16), Order("SIM00003", ports[1])]
    for order in orders:
        story.site.orders.add(order)
    story.lose("SIM00002")
    story.settle()
    assert story.site.orders.waiting() == ()
    with story.catalog.read() as read:
        assert media.get(read, "SIM00001").element == ports[0]
        assert media.get(read, "SIM00003").element == ports[1]


def test_two_strange_discs_with_one_label_are_one_stranger_and_one_warning(story: Story) -> None:
    with story.catalog.write() as write:
        settle(write, story.site, "main", {16: "DUP00001", 17: "DUP00001"})
        settle(write, story.site, "main", {16: "DUP00001", 17: "DUP00001"})
        assert media.get(write, "DUP00001").state is MediumState.QUARANTINED
    assert "elements 16, 17" in attention(story)["twins:DUP00001"].what
    with story.catalog.write() as write:
        settle(write, story.site, "main", {16: "DUP00001"})
    assert "twins:DUP00001" not in attention(story)


def test_a_blank_whose_label_stands_on_another_disc_too_is_set_aside(story: Story) -> None:
    with story.catalog.write() as write:
        settle(write, story.site, "main", {1024: "SIM00001", 17: "SIM00001"})
        assert media.get(write, "SIM00001").state is MediumState.QUARANTINED


def test_a_stranger_that_is_taken_out_again_leaves_no_alarm(story: Story) -> None:
    with story.catalog.write() as write:
        settle(write, story.site, "main", {16: "NEW00001"})
    assert "stranger:NEW00001" in attention(story)
    with story.catalog.write() as write:
        settle(write, story.site, "main", {})
    found = attention(story)
    assert "stranger:NEW00001" not in found
    assert "missing:NEW00001" not in found


def test_what_no_row_needs_is_removed_and_what_one_needs_is_not(story: Story) -> None:
    story.submit_set()
    story.close_images()
    story.until(lambda: first_verified(story))
    staging = story.site.tools.paths.staging
    for rubbish in ("packages/P999999", "recipes/I999999.recipe", "parity/ZZZZ-5.bin.part"):
        (staging / rubbish).parent.mkdir(exist_ok=True)
        (staging / rubbish).write_bytes(b"left behind")
    kept = {path for path in staging_release.present(story.site.tools.paths) if "9999" not in path.name}
    kept = {path for path in kept if "ZZZZ" not in path.name}
    story.runner.remove_leftovers()
    story.runner.close()
    left = set(staging_release.present(story.site.tools.paths))
    assert {p for p in kept if p.parent.name != "burns"} == {p for p in left if p.parent.name != "burns"}
