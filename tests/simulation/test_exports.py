"""The catalog is exported every night to another disk, whole and signed, or a person is told why not."""

import gzip
import json
import os
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from archived.catalog import events
from archived.errors import Cancelled, Failed, Refused
from archived.formats.errors import DocumentDamaged, KeyUnknown, SignatureWrong
from archived.formats.signing import new_key
from archived.routines.nightly_export import OVERDUE, NightlyExport
from archived.stages import exporting
from archived.stages.export_place import FAILED, export_to_its_place
from archived.stages.exporting import check_export, export_catalog, listed, statement_of
from tests.simulation.conftest import Tell
from tests.simulation.harness import Story
from tests.simulation.test_hold import place

DAY_S = timedelta(days=1).total_seconds()


def quiet(done: int, total: int) -> None:
    assert 0 <= done <= total


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[Path]:
    """A folder on another disk than the site's."""
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        if os.stat(folder).st_dev == tmp_path.stat().st_dev:
            pytest.skip("this machine has no second file system to write to")
        yield Path(folder)


def nightly(story: Story) -> NightlyExport:
    return NightlyExport(story.catalog, story.site, begin=lambda call: call())


def with_vault(tell: Tell, vault: Path) -> Story:
    return tell(settings={"export_directory": f'"{vault}"', "export_keep": "2"})


def waiting(story: Story) -> set[str]:
    story.runner.watch()
    with story.catalog.read() as read:
        return {item.id for item in events.attentions(read)}


def test_an_export_holds_every_row_and_is_believed_by_the_sites_key(tell: Tell, vault: Path) -> None:
    story = tell()
    name = story.submit("0001")
    made = export_catalog(story.catalog, story.site, vault, quiet)
    path = vault / made.file
    assert check_export(path, [story.site.key.public]) == made
    lines = [json.loads(line) for line in gzip.decompress(path.read_bytes()).splitlines()]
    assert lines[0]["notice"] == "SIMULATED – NOT PRESERVED"
    assert [line for line in lines if isinstance(line, list) and line[0] == name]
    assert (made.rows["package"], made.rows["medium"]) == (1, 48)
    assert (path.stat().st_mode & 0o077, statement_of(path).exists()) == (0, True)


def test_equal_catalogs_make_equal_texts_but_for_what_was_recorded_of_the_export(
    tell: Tell, vault: Path
) -> None:
    story = tell()
    first = export_catalog(story.catalog, story.site, vault, quiet)
    with story.catalog.write() as write:
        write.exec_driver_sql("DELETE FROM event WHERE type = 'catalog exported'")
    second = export_catalog(story.catalog, story.site, vault, quiet)
    assert first.content_sha256 == second.content_sha256
    assert first.file != second.file


def test_what_is_written_while_the_export_runs_waits_for_the_next_one_and_not_for_this(
    tell: Tell, vault: Path
) -> None:
    story = tell()

    def meanwhile(done: int, total: int) -> None:
        with story.catalog.write() as write:
            events.set_setting(write, "meanwhile", str(done))

    made = export_catalog(story.catalog, story.site, vault, meanwhile)
    with story.catalog.read() as read:
        assert "meanwhile" in events.settings(read)
    assert b"meanwhile" not in gzip.decompress((vault / made.file).read_bytes())


def test_every_night_brings_one_export_and_the_oldest_go(tell: Tell, vault: Path) -> None:
    story = with_vault(tell, vault)
    night = nightly(story)
    names = []
    for _ in range(4):
        night.turn()
        night.turn()
        names.append(listed(vault, [story.site.key.public])[0].path.name)
        story.clock.sleep(DAY_S)
    assert len(set(names)) == 4
    assert [item.path.name for item in listed(vault, [story.site.key.public])] == [names[3], names[2]]
    assert len(list(vault.iterdir())) == 4


def test_a_place_on_the_disk_of_staging_is_refused_and_a_person_is_told(tell: Tell, tmp_path: Path) -> None:
    story = tell(settings={"export_directory": f'"{tmp_path}"'})
    nightly(story).turn()
    with story.catalog.read() as read:
        (item,) = [item for item in events.attentions(read) if item.id == FAILED]
    assert "lies on the disk of staging" in item.what
    assert not list(tmp_path.glob("catalog-*"))


def test_a_place_that_is_away_is_tried_again_each_hour_and_the_word_comes_down(
    tell: Tell, vault: Path
) -> None:
    story = with_vault(tell, vault)
    night, moved = nightly(story), vault.with_name(vault.name + "-away")
    vault.rename(moved)
    night.turn()
    assert FAILED in waiting(story)
    story.clock.sleep(2 * DAY_S)
    vault.mkdir()
    assert OVERDUE in waiting(story)
    night.turn()
    assert not {FAILED, OVERDUE} & waiting(story)
    moved.rmdir()


def test_an_export_that_is_given_up_leaves_nothing_and_no_complaint(tell: Tell, vault: Path) -> None:
    story = with_vault(tell, vault)
    night = nightly(story)
    story.catalog.read()

    def stop(done: int, total: int) -> None:
        raise Cancelled("told to stop")

    with pytest.raises(Cancelled):
        export_catalog(story.catalog, story.site, vault, stop)
    night.stop()
    night.turn()
    assert list(vault.iterdir()) == []
    assert FAILED not in waiting(story)


def test_a_disk_that_gives_back_something_else_makes_no_export(
    tell: Tell, vault: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    story = tell()
    real = exporting.read_whole

    def lying(path: Path, *more: object) -> object:
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(data)
        return real(path)

    monkeypatch.setattr(exporting, "read_whole", lying)
    with pytest.raises(Failed, match="did not come back"):
        export_catalog(story.catalog, story.site, vault, quiet)
    assert list(vault.iterdir()) == []


def test_a_full_disk_is_told_and_leaves_nothing(
    tell: Tell, vault: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    story = tell()

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(exporting.os, "fsync", full)
    with pytest.raises(Failed, match="No space left"):
        export_catalog(story.catalog, story.site, vault, quiet)
    assert list(vault.iterdir()) == []


def test_a_changed_file_or_statement_or_another_key_is_not_believed(tell: Tell, vault: Path) -> None:
    story = tell()
    key = story.site.key.public
    path = vault / export_catalog(story.catalog, story.site, vault, quiet).file
    with pytest.raises(KeyUnknown):
        check_export(path, [new_key().public])
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with pytest.raises(DocumentDamaged, match="not the file"):
        check_export(path, [key])
    path.write_bytes(whole[:-1])
    assert listed(vault, [key])[0].problem == "the file has not its size"
    path.write_bytes(whole)
    text = statement_of(path).read_text().replace('"package": 0', '"package": 1')
    statement_of(path).write_text(text)
    with pytest.raises(SignatureWrong):
        check_export(path, [key])
    statement_of(path).unlink()
    with pytest.raises(Refused, match="is not there"):
        check_export(path, [key])
    assert "is not there" in listed(vault, [key])[0].problem


def test_nothing_is_rotated_out_while_a_hold_is_in_force(tell: Tell, vault: Path) -> None:
    story = with_vault(tell, vault)
    place(story)
    for _ in range(4):
        export_to_its_place(story.catalog, story.site, quiet)
        story.clock.sleep(DAY_S)
    assert len(listed(vault, [story.site.key.public])) == 4


def test_what_an_interrupted_export_left_goes_with_the_next_one(tell: Tell, vault: Path) -> None:
    story = tell()
    part = vault / f"catalog-{story.site.key.public.key_id}-20250101T000000Z.jsonl.gz.part"
    other = vault / "catalog-0123456789abcdef-20250101T000000Z.jsonl.gz.part"
    part.write_bytes(b"half")
    other.write_bytes(b"of another site")
    export_catalog(story.catalog, story.site, vault, quiet)
    assert (part.exists(), other.exists()) == (False, True)
