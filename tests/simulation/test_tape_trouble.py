"""What befalls cartridges and their drives: torn writes, silence, strangers."""

import pytest

from archived.catalog import media
from archived.states import CopyState, MediumState
from tests.simulation.conftest import Tell
from tests.simulation.law import assert_law
from tests.simulation.tapes import VERIFIED, all_discs_done, on_tape, tape_drives


def test_a_block_that_did_not_get_onto_the_tape_costs_its_image_and_no_other(tell: Tell) -> None:
    story, _packages = tell.on(all_discs_done)
    planned = on_tape(story)
    # Blocks of the second image: the drive took them, and says so when they must be on the tape.
    story.fault("tape-write-error", drive="T1", after=40)
    story.fault("tape-write-error", drive="T2", after=40)
    tape_drives(story, up=True)
    story.settle()

    assert story.all_archived()
    (failed,) = on_tape(story, CopyState.ABANDONED)
    one, two = on_tape(story, *VERIFIED)
    assert (failed.id, failed.image_id) == (planned[1].id, two.image_id)
    assert one.medium_id == failed.medium_id != two.medium_id
    assert story.medium(one.medium_id).state is MediumState.WATCH, "nothing is added where a write failed"
    assert failed.medium_id in story.raised[f"write:{failed.image_id}"].what
    assert any(name.startswith("alerts:T") for name in story.raised)
    assert_law(story)


@pytest.mark.parametrize("after", [10, 40], ids=["first", "second"])
def test_an_image_that_does_not_read_back_is_written_elsewhere_and_the_other_one_counts_on(
    tell: Tell, after: int
) -> None:
    story, _packages = tell.on(all_discs_done)
    planned = on_tape(story)
    story.harmed.add(planned[0].medium_id)
    story.fault("tape-bad-write", drive="T1", after=after)
    story.fault("tape-bad-write", drive="T2", after=after)
    tape_drives(story, up=True)
    story.settle()

    assert story.all_archived()
    (differed,) = on_tape(story, CopyState.ABANDONED)
    counted = on_tape(story, *VERIFIED)
    assert differed.id == planned[after == 40].id
    assert {copy.medium_id for copy in counted} > {differed.medium_id}
    assert story.medium(differed.medium_id).state is MediumState.WATCH
    assert_law(story)


def test_a_drive_that_says_nothing_leaves_what_it_wrote_to_be_found_on_the_tape(tell: Tell) -> None:
    story, _packages = tell.on(all_discs_done)
    story.fault("drive-hang", drive="T1", after=60)
    tape_drives(story, up=True)
    story.settle()

    assert story.all_archived()
    assert [copy.tape_file for copy in on_tape(story, *VERIFIED)] == [2, 5]
    assert story.happened("session broken off") == 1
    assert not story.attentions()
    assert_law(story)


def test_a_cartridge_that_left_its_drive_in_the_middle_of_a_session_is_looked_for_at_once(tell: Tell) -> None:
    story, _packages = tell.on(all_discs_done)
    story.fault("drive-hang", drive="T1", after=60)
    tape_drives(story, up=True)
    story.until(lambda: story.happened("session broken off") == 1)
    (medium_id,) = {copy.medium_id for copy in on_tape(story, CopyState.WRITING)}
    story.control("lose", medium=medium_id)  # and nobody says so
    story.harmed.add(medium_id)
    before = story.clock.now()
    story.until(lambda: f"missing:{medium_id}" in story.attentions())

    assert (story.clock.now() - before).total_seconds() < 100
    assert f"look for medium {medium_id}" in story.attentions()[f"missing:{medium_id}"].next
    assert story.happened("session broken off") == 1, "that it was gone was no fault of the drive"
    assert_law(story)


def test_a_drive_that_breaks_every_session_off_is_taken_down_and_a_person_is_told(tell: Tell) -> None:
    story, _packages = tell.on(all_discs_done)
    story.fault("drive-hang", drive="T1", after=60, times=200)
    tape_drives(story, up=True)
    story.settle(naps=8)

    assert "drive:T1" in story.attentions()
    with story.catalog.read() as read:
        assert not media.get_drive(read, "T1").up
    assert_law(story)


def test_a_stranger_under_a_known_barcode_is_set_aside_and_never_written(tell: Tell) -> None:
    story, _packages = tell.on(all_discs_done)
    medium_id = on_tape(story)[0].medium_id
    with story.cartridge(medium_id) as cartridge:
        cartridge.put(0, [b"somebody's backup" * 100, None])
        before = cartridge.objects
    tape_drives(story, up=True)
    story.settle()

    assert story.all_archived()
    assert story.medium(medium_id).state is MediumState.QUARANTINED
    assert all(copy.medium_id != medium_id for copy in on_tape(story, *VERIFIED))
    assert medium_id in story.attentions()[f"cartridge:{medium_id}"].what
    assert (
        f"take {medium_id} out and compare its barcode" in story.attentions()[f"cartridge:{medium_id}"].next
    )
    with story.cartridge(medium_id) as cartridge:
        assert cartridge.objects == before


def test_a_cartridge_whose_format_no_drive_makes_out_is_set_aside_and_never_labelled(tell: Tell) -> None:
    story, _packages = tell.on(all_discs_done)
    medium_id = on_tape(story)[0].medium_id
    story.fault("tape-unknown-format", medium=medium_id, times=None)
    tape_drives(story, up=True)
    story.settle()

    assert story.all_archived()
    assert story.medium(medium_id).state is MediumState.QUARANTINED
    assert set(story.attentions()) == {f"cartridge:{medium_id}"}, "no drive is to blame"
    with story.catalog.read() as read:
        assert media.get_drive(read, "T1").up
    with story.cartridge(medium_id) as cartridge:
        assert not cartridge.objects


@pytest.mark.simulate
@pytest.mark.parametrize("power_cut", [False, True], ids=["daemon", "power"])
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("nth", range(1, 10))
def test_killed_at_any_filemark_nothing_that_counts_is_lost(
    tell: Tell, nth: int, when: str, power_cut: bool
) -> None:
    """The marks of label, header, image, trailer, header, image, trailer, index; and none, for a run that ends well."""
    story, _packages = tell.on(all_discs_done)
    tape_drives(story, up=True)
    steps = {f"{when} {drive} 10" for drive in ("T1", "T2")}
    story.until_killed(nth, lambda step: step in steps)
    story.crash(power_cut=power_cut)
    story.settle()

    assert story.all_archived()
    one, two = on_tape(story, *VERIFIED)
    assert one.medium_id == two.medium_id
    assert not on_tape(story, CopyState.ABANDONED), "no death of the daemon is the fault of a cartridge"
    assert_law(story)


def test_killed_before_its_one_commit_a_whole_session_is_recognised_on_the_tape(tell: Tell) -> None:
    story, _packages = tell.on(all_discs_done)
    tape_drives(story, up=True)
    ended = [False]

    def commit_of_the_session(step: str) -> bool:
        ended[0] |= (
            step.startswith("after T") and step.endswith(" 10") and bool(story.copies(CopyState.WRITING))
        )
        return ended[0] and step == "before commit"

    assert story.until_killed(1, commit_of_the_session)
    (one, two) = on_tape(story, CopyState.WRITING)
    story.crash()
    story.settle()

    assert story.all_archived()
    assert [copy.id for copy in on_tape(story, *VERIFIED)] == [one.id, two.id]
    assert not story.happened("write failed"), "what was on the tape was written once more"
    assert_law(story)


def test_a_life_that_ends_in_a_session_leaves_its_cartridge_latched_and_the_next_one_lets_it_go(
    tell: Tell,
) -> None:
    story, _packages = tell.on(all_discs_done)

    def latched() -> bool:
        tapes = [room.estate for room in story.rooms if room.estate.plan.kind == "tape"]
        return any(drive.removal_prevented for estate in tapes for drive in estate.world.drives.values())

    tape_drives(story, up=True)
    steps = {f"after {drive} 10" for drive in ("T1", "T2")}
    assert story.until_killed(3, lambda step: step in steps)
    story.crash()
    assert latched()
    story.settle()

    assert story.all_archived()
    assert not latched()


def test_a_write_protected_cartridge_is_set_aside_and_another_one_is_written(tell: Tell) -> None:
    story, _packages = tell.on(all_discs_done)
    medium_id = on_tape(story)[0].medium_id
    story.control("protect", medium=medium_id)
    tape_drives(story, up=True)
    story.settle()

    assert story.all_archived()
    assert story.medium(medium_id).state is MediumState.QUARANTINED
    assert "write-protected" in story.attentions()[f"cartridge:{medium_id}"].what
    (written,) = {copy.medium_id for copy in on_tape(story, *VERIFIED)}
    with story.cartridge(written) as cartridge:
        chip = {number: bytes.fromhex(value) for number, (_form, value) in cartridge.chip.host.items()}
    assert chip["0806"].decode().strip() == written, "its chip does not say whose barcode it carries"
    assert chip["0808"].rstrip(b"\0") == b"tapes"


@pytest.mark.simulate
@pytest.mark.parametrize("fault", ["cartridge-stuck", "load-failure"])
@pytest.mark.parametrize("times", [1, 500], ids=["once", "for ever"])
def test_a_drive_that_does_not_load_or_give_out_is_taken_down_and_the_other_one_goes_on(
    tell: Tell, fault: str, times: int
) -> None:
    story, _packages = tell.on(all_discs_done)
    story.fault(fault, drive="T1", times=times)
    tape_drives(story, up=True)
    story.settle()

    with story.catalog.read() as read:
        up = {drive.name: drive.up for drive in media.drives(read)}
    assert up["T2"]
    told = [event for event in story.history() if event[1] == "tape alert"]
    flag = {"cartridge-stuck": 56, "load-failure": 55}[fault]
    if times > 1 or fault == "cartridge-stuck":
        assert any(f"[{flag}]" in event[5] for event in told), "what the drive said of it is lost"
        assert "alerts:T1" in story.raised
    if times == 1:
        assert up["T1"]
        assert story.all_archived()
    else:
        assert not up["T1"]
        assert "drive:T1" in story.attentions()
    if fault == "cartridge-stuck" and times > 1:
        tried = sum("'kept': True" in event[5] for event in story.history())
        assert tried == 3, "it was asked again and again"
        story.control("disarm", library="tl1")
        story.set_drive("T1", up=True)
        story.settle()
    assert story.all_archived()
    assert_law(story)


def test_a_cartridge_of_another_generation_is_set_aside_and_no_drive_is_taken_down_for_it(tell: Tell) -> None:
    story, _packages = tell.on(all_discs_done)
    medium_id = on_tape(story)[0].medium_id
    with story.cartridge(medium_id) as cartridge:
        cartridge.change_chip(generation="lto-5")
    tape_drives(story, up=True)
    story.settle()

    assert story.all_archived()
    assert story.medium(medium_id).state is MediumState.QUARANTINED
    assert f"cartridge:{medium_id}" in story.attentions()
    assert story.medium(medium_id).element == story.medium(medium_id).home_element
    with story.catalog.read() as read:
        assert all(drive.up for drive in media.drives(read))
    assert_law(story)
