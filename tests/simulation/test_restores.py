"""An export put back: nothing acknowledged is lost, no disc is written twice, no number is given twice."""

import fcntl
import shutil
import sqlite3
from pathlib import Path

import pytest

from archived import restoring
from archived.catalog import counters, events, holds, images, packages
from archived.errors import ConfigurationError, Refused, WrongState
from archived.formats.errors import DocumentDamaged, KeyUnknown
from archived.formats.export_statement import Statement
from archived.formats.key_files import make_site_key
from archived.formats.signing import PublicKey, new_key
from archived.restore_report import document, lines
from archived.restoring import SUFFIX, Wish, restore
from archived.stages import hold
from archived.stages.exporting import check_export
from archived.states import CopyState, ImageState, MediumState, PackageState, SetState
from archived.wiring import site_without_devices
from tests.simulation.conftest import Tell
from tests.simulation.harness import Story
from tests.simulation.restores import (
    assert_no_written_disc_is_taken_for_blank,
    export,
    look_at_everything,
    lose_catalog,
    put_back,
    release,
)


def numbers(story: Story) -> dict[str, int]:
    with story.catalog.read() as read:
        return counters.values(read)


def test_a_catalog_comes_back_as_it_was_exported_and_is_held(tell: Tell) -> None:
    story = tell()
    archived = story.submit_set()
    story.close_everything()
    file = export(story)
    before = [(p.id, p.state, p.archived_receipt) for p in story.packages()]
    lose_catalog(story)
    done = put_back(story, file)
    assert [(p.id, p.state, p.archived_receipt) for p in story.packages()] == before
    assert done.former is None
    assert not done.newer_packages
    with story.catalog.read() as read:
        current = holds.current(read)
    assert current is not None
    assert (current.cause, current.agent) == ("restore", "uid:1000")
    recall = story.recall(archived[0])
    story.settle()
    story.assert_given_back(archived[0], recall)


def test_after_the_catalog_was_lost_everything_goes_on_and_no_disc_is_written_twice(tell: Tell) -> None:
    story = tell()
    first = story.submit_set()
    story.close_everything()
    file = export(story)
    newer = story.submit_set(first=3)
    story.close_everything()
    assert len(story.packages(PackageState.ARCHIVED)) == 4
    burnt = len(story.burns)
    given = numbers(story)
    lose_catalog(story)

    done = put_back(story, file)
    assert list(done.newer_packages) == newer
    later = story.submit_set(first=5)
    assert all(numbers(story)[name] > value for name, value in given.items())
    found = look_at_everything(story)
    assert sorted(found.values()).count(hold.NEWER) == 3
    assert len(story.burns) == burnt
    assert set(release(story)) >= set(newer)
    assert_no_written_disc_is_taken_for_blank(story)

    story.close_everything()
    states = {p.id: p.state for p in story.packages()}
    assert states == dict.fromkeys([*first, *later], PackageState.ARCHIVED)
    assert len(story.burns) == burnt + 3
    aside = story.site.tools.paths.staging / "set-aside"
    for name in newer:  # what was acknowledged lies there whole, and can be handed in again
        (bag,) = aside.glob(f"*/packages/{name}")
        assert {path: (bag / path).read_bytes() for path in story.contents[name]} == story.contents[name]


@pytest.mark.parametrize(
    "when",
    [
        pytest.param(lambda s: any(i.state is ImageState.CLOSED for i in s.images()), id="closed"),
        pytest.param(lambda s: s.copies(CopyState.PLANNED), id="planned"),
        pytest.param(lambda s: s.copies(CopyState.WRITTEN), id="written"),
    ],
)
def test_an_export_from_the_middle_of_a_set_leads_to_everything_archived(tell: Tell, when: object) -> None:
    story = tell()
    mine = story.submit_set()
    story.close_images()
    story.until(lambda: when(story))  # type: ignore[operator]
    file = export(story)
    story.close_everything()
    lose_catalog(story)
    put_back(story, file)
    look_at_everything(story)
    release(story)
    assert_no_written_disc_is_taken_for_blank(story)
    story.close_everything()
    assert {story.package(name).state for name in mine} == {PackageState.ARCHIVED}
    with story.catalog.read() as read:
        everyone = [
            i.id for s in images.sets_in_state(read, SetState.COMPLETE) for i in images.of_set(read, s.id)
        ]
    assert len(everyone) == 3


def test_staged_bytes_that_a_newer_catalog_let_go_are_missed_and_nothing_is_packed_from_them(
    tell: Tell,
) -> None:
    story = tell()
    name = story.submit("0001")
    file = export(story)
    story.forget_staging(name)
    lose_catalog(story)
    done = put_back(story, file)
    assert done.caught_up.not_staged == [name]
    look_at_everything(story)
    release(story)
    story.close_everything()
    assert story.package(name).state is PackageState.ACCEPTED
    assert story.images() == [] or all(i.state in (ImageState.OPEN, ImageState.VOID) for i in story.images())


def test_a_protected_set_whose_staged_bytes_are_gone_is_held_and_not_burnt(tell: Tell) -> None:
    story = tell()
    story.submit_set()
    story.close_images()
    story.close_sets()
    story.until(lambda: story.copies(CopyState.PLANNED))
    file = export(story)
    for path in (story.site.tools.paths.staging / "parity").iterdir():
        path.unlink()
    lose_catalog(story)
    done = put_back(story, file)
    assert len(done.caught_up.held_images) == 1
    look_at_everything(story)
    release(story)
    story.settle()
    assert story.burns == []


def test_an_intake_that_was_unfinished_when_it_was_exported_keeps_its_folder(tell: Tell) -> None:
    story = tell()
    name = story.submit("0001")
    with story.catalog.write() as write:
        write.exec_driver_sql("UPDATE package SET state = 'staging' WHERE id = ?", (name,))
    file = export(story)
    lose_catalog(story)
    put_back(story, file)
    assert story.package(name).state is PackageState.ABANDONED
    look_at_everything(story)
    assert release(story) == [name]


def test_the_present_catalog_is_kept_and_only_given_up_when_a_person_says_so(tell: Tell) -> None:
    story = tell()
    story.submit("0001")
    file = export(story)
    story.submit("0002")
    story.executor.close()
    story.catalog.close()
    with pytest.raises(Refused, match="holds packages"):
        put_back(story, file)
    done = put_back(story, file, set_aside=True)
    assert done.former is not None
    connection = sqlite3.connect(done.former / "catalog.sqlite")
    assert connection.execute("SELECT count(*) FROM package").fetchone() == (2,)
    connection.close()
    assert len(story.packages()) == 1


def test_a_present_catalog_that_cannot_be_read_is_kept_too_with_its_journal(tell: Tell) -> None:
    story = tell()
    file = export(story)
    lose_catalog(story)
    path = story.site.tools.paths.catalog
    path.write_bytes(b"this was a catalog once" * 100)
    path.with_name(path.name + "-wal").write_bytes(b"and this its journal")
    with pytest.raises(Refused, match="cannot be read"):
        put_back(story, file)
    path.with_name(path.name + "-wal").write_bytes(b"and this its journal")
    done = put_back(story, file, set_aside=True)
    assert done.former is not None
    assert (done.former / path.name).read_bytes().startswith(b"this was")
    assert (done.former / f"{path.name}-wal").read_bytes() == b"and this its journal"


def test_nothing_is_restored_while_a_burn_is_under_way(tell: Tell) -> None:
    story = tell()
    file = export(story)
    lose_catalog(story)
    lock = story.site.tools.paths.burns / "copy-7" / "lock"
    lock.parent.mkdir()
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(WrongState, match="a burn is under way"):
            put_back(story, file)
    put_back(story, file)
    assert list(story.site.tools.paths.burns.iterdir()) == []
    assert len(list((story.site_folder / "set-aside").glob("burns-before-*/copy-7"))) == 1


def test_a_burn_that_is_known_to_have_ended_well_counts_as_written_and_is_read_back(tell: Tell) -> None:
    story = tell()
    story.submit_set()
    story.close_images()
    story.close_sets()
    story.until(lambda: story.copies(CopyState.PLANNED))
    file = export(story)
    story.until(lambda: story.copies(CopyState.WRITTEN))
    copy = story.copies(CopyState.WRITTEN)[0]
    folder = story.site.tools.paths.burns / f"copy-{copy.id}"
    folder.mkdir()
    (folder / "job.json").write_text(
        f'{{"image": "{copy.image_id}", "medium": "{copy.medium_id}", "drive": "{copy.write_drive}"}}'
    )
    (folder / "done").write_text('{"kind": "flushed", "note": ""}')
    lose_catalog(story)
    done = put_back(story, file)
    assert done.caught_up.written_copies == [copy.id]
    look_at_everything(story)
    release(story)
    story.settle()
    assert story.copy_of(copy.image_id).medium_id == copy.medium_id
    assert len({image for image, _carrier in story.burns}) == 3


def test_an_export_that_cannot_be_believed_changes_nothing(tell: Tell) -> None:
    story = tell()
    story.submit("0001")
    file = export(story)
    story.executor.close()
    story.catalog.close()
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    with pytest.raises(DocumentDamaged):
        put_back(story, file, set_aside=True)
    story.begin_life()
    assert len(story.packages()) == 1
    assert not list(story.site_folder.glob(f"*{SUFFIX}*"))


def test_an_export_that_is_exchanged_after_it_was_checked_is_not_put_back(
    tell: Tell, monkeypatch: pytest.MonkeyPatch
) -> None:
    story = tell()
    story.submit("0001")
    file = export(story)
    story.submit("0002")
    other = export(story)

    def checked(path: Path, keys: list[PublicKey]) -> Statement:
        statement = check_export(path, keys)
        shutil.copyfile(other, path)
        return statement

    monkeypatch.setattr(restoring, "check_export", checked)
    lose_catalog(story)
    with pytest.raises(DocumentDamaged, match="changed after it was checked"):
        put_back(story, file)
    assert not story.site.tools.paths.catalog.exists()


def test_a_simulated_catalog_does_not_become_that_of_another_kind_of_site(tell: Tell) -> None:
    story = tell()
    with story.catalog.write() as write:
        events.set_setting(write, "room", "cellar")
    file = export(story)
    lose_catalog(story)
    with pytest.raises(ConfigurationError, match="cellar"):
        put_back(story, file)
    assert not story.site.tools.paths.catalog.exists()


def test_another_site_believes_an_export_only_by_the_key_that_a_person_names(tell: Tell) -> None:
    story, other = tell(), tell()
    story.submit("0001")
    file = export(story)
    lose_catalog(other)
    key = story.site.tools.paths.keys / "site-key.pem"
    shutil.rmtree(other.site.tools.paths.keys)
    make_site_key(other.site.tools.paths.keys, new_key())
    site = site_without_devices(other.config, other.site.tools.paths, other.clock)
    with pytest.raises(KeyUnknown):
        restore(site, Wish(file), lambda words: None)
    restore(site, Wish(file, key=key), lambda words: None)
    other.begin_life()
    assert len(other.packages()) == 1
    check_export(file, [story.site.key.public])
    with other.catalog.read() as read:
        assert packages.listing(read)[0].accepted_receipt


def test_what_was_done_is_said_in_lines_and_as_a_document(tell: Tell, tmp_path: Path) -> None:
    story = tell()
    file = export(story)
    names = [story.submit(f"{number:04d}", 1000) for number in range(1, 15)]
    lose_catalog(story)
    done = put_back(story, file)
    said = list(lines(done, tmp_path))
    assert any("newer than the export, in staging: P000001, P000002" in line for line in said)
    assert any("and 2 more" in line for line in said)
    told = document(done, simulated=True)
    assert told["notice"].startswith("SIMULATED")
    assert told["newer"]["packages_in_staging"] == names
    assert story.media(MediumState.BLANK)
