"""What is ready is taken once, gets its receipts, and is left alone."""

import json
import os
import shutil
from pathlib import Path

import pytest

from archived.catalog import batches
from tests.unit.archived.hot.conftest import Hot

ONE = "F1/S1/0001"


def test_what_has_its_marker_is_taken_and_the_receipt_lies_beside_it(hot: Hot) -> None:
    hot.volume()
    hot.volume("F1/S1/0002", ready=False)

    hot.look()

    assert [str(package.reference) for package in hot.packages()] == [ONE]
    receipt = hot.document(f"{ONE}.accepted.json")
    assert receipt["package"] == hot.packages()[0].id
    assert hot.names("F1/S1") == [
        "0001", "0001.accepted.json", "0001/empty", "0001/page.txt", "0002", "0002/empty", "0002/page.txt",
    ]  # fmt: skip
    assert hot.waits() == {"F1/S1/0002": "no marker"}


def test_the_archived_receipt_comes_when_the_discs_were_read_back_and_the_original_stays(hot: Hot) -> None:
    hot.volume()
    hot.look()
    assert not (hot.path / f"{ONE}.archived.json").exists()

    hot.archive(hot.packages()[0].id)
    hot.look()

    assert hot.document(f"{ONE}.archived.json")["package"] == hot.packages()[0].id
    assert (hot.path / ONE / "page.txt").exists()
    assert hot.states() == {ONE: "archived"}


def test_everything_that_one_look_takes_is_one_batch(hot: Hot) -> None:
    for number in range(3):
        hot.volume(f"F1/S1/{number}", text=str(number))
    hot.look()
    hot.volume("F1/S1/later")
    hot.look()

    with hot.catalog.read() as read:
        found = batches.listing(read)
        counts = [len(batches.items(read, batch.id)) for batch in found]
    assert counts == [3, 1]
    assert {batch.kind.value for batch in found} == {"hot folder"}
    assert all(package.owner == os.getuid() for package in hot.packages())


def test_the_same_content_made_ready_again_is_answered_with_the_first_receipt(hot: Hot) -> None:
    hot.volume()
    hot.look()
    first = hot.document(f"{ONE}.accepted.json")
    hot.ready()
    hot.look()

    assert len(hot.packages()) == 1
    assert hot.document(f"{ONE}.accepted.json") == first
    assert not (hot.path / f"{ONE}.ready").exists()


def test_other_content_under_the_same_name_is_refused_with_the_files_that_differ(hot: Hot) -> None:
    there = hot.volume()
    hot.look()
    (there / "page.txt").write_text("two")
    (there / "more.txt").write_text("more")
    hot.look()
    assert len(hot.items()) == 1, "nobody made it ready"

    hot.ready()
    hot.look()

    assert len(hot.packages()) == 1
    refused = hot.document(f"rejected/{ONE}.refused.json")
    assert refused["code"] == "content-differs"
    assert all(
        name in (hot.path / f"rejected/{ONE}.refused.txt").read_text() for name in ("page.txt", "more.txt")
    )
    assert (hot.path / "rejected" / ONE / "more.txt").exists()
    assert not (hot.path / ONE).exists()


def test_a_correction_is_taken_when_its_sidecar_asks_for_a_new_version(hot: Hot) -> None:
    there = hot.volume()
    hot.look()
    first = hot.packages()[0].id
    (there / "page.txt").write_text("two")
    sidecar = {"new_version": True, "reason": "page 1 scanned again", "title": "第一卷"}
    (hot.path / f"{ONE}.package.json").write_text(json.dumps(sidecar))
    hot.ready()
    hot.look()

    assert [package.version for package in hot.packages()] == [1, 2]
    assert hot.packages()[1].title == "第一卷"
    assert hot.document(f"{ONE}.accepted.json")["version"] == 2
    assert hot.document(f"{ONE}.{first}.accepted.json")["version"] == 1


@pytest.mark.parametrize("half", ["0001.part", "0001.tmp", ".0001"])
def test_under_a_final_name_it_is_ready_when_that_is_the_rule(hot: Hot, half: str) -> None:
    hot.restart(ready="rename")
    there = hot.volume(f"F1/S1/{half}", ready=False)
    hot.look()
    assert (hot.packages(), hot.waits()) == ([], {})

    there.rename(hot.path / ONE)
    hot.look()
    hot.look()

    assert len(hot.packages()) == 1
    assert len(hot.items()) == 1


def test_what_settles_is_taken_only_after_nothing_in_it_changed_for_so_long(hot: Hot) -> None:
    hot.restart(ready="settle", settle_s=60.0)
    there = hot.volume(ready=False)
    hot.look()
    hot.pass_s(59)
    (there / "empty" / "deep.txt").write_text("still writing")
    hot.look()
    hot.pass_s(59)
    hot.look()
    assert (hot.packages(), hot.waits()) == ([], {ONE: "unsettled"})

    hot.pass_s(1)
    hot.look()

    assert len(hot.packages()) == 1
    hot.pass_s(1000)
    hot.look()
    assert len(hot.items()) == 1


def test_nothing_has_settled_in_the_eyes_of_a_daemon_that_was_just_started(hot: Hot) -> None:
    hot.restart(ready="settle", settle_s=60.0)
    hot.volume(ready=False)
    hot.look()
    hot.pass_s(3600)
    hot.restart()
    hot.look()
    assert hot.packages() == []


def test_what_the_place_does_not_say_a_sidecar_or_a_bag_says(hot: Hot) -> None:
    hot.restart(layout="", fonds="F9", retention="", confidentiality="")
    said = {"series": "S9", "volume": "0009", "retention": "永久", "confidentiality": "open"}
    hot.volume("one")
    (hot.path / "one.package.json").write_text("\ufeff" + json.dumps(said), encoding="utf-8")
    bag = hot.path / "two"
    (bag / "data").mkdir(parents=True)
    (bag / "data/one.txt").write_text("one\n")
    (bag / "bagit.txt").write_text("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n")
    (bag / "manifest-md5.txt").write_text("5bbf5a52328e7439ae6e719dfe712200  data/one.txt\n")
    (bag / "bag-info.txt").write_text("Series: S8\nVolume: 0008\nRetention: 10\nConfidentiality: open\n")
    hot.ready("two")

    hot.look()

    assert [str(package.reference) for package in hot.packages()] == ["F9/S9/0009", "F9/S8/0008"]
    assert [package.retention for package in hot.packages()] == ["永久", "10"]


def test_a_receipt_whose_folder_was_taken_away_stays_in_the_catalog(hot: Hot) -> None:
    hot.volume()
    hot.look(1)
    (hot.path / "F1").rename(hot.path / ".elsewhere")
    hot.look()
    assert hot.states() == {ONE: "receipted"}
    assert hot.packages()[0].accepted_receipt is not None


def test_a_daemon_that_drains_begins_nothing_and_the_next_one_takes_it(hot: Hot) -> None:
    hot.volume()
    hot.pool.holds = True
    hot.look(1)
    hot.draining = True
    hot.pool.release()
    assert (hot.packages(), hot.states()) == ([], {ONE: "taking"})

    hot.draining = False
    hot.restart()
    hot.look()

    assert len(hot.packages()) == 1
    assert (hot.path / f"{ONE}.accepted.json").exists()


def test_very_many_are_taken_and_then_cost_one_look_each_time(hot: Hot) -> None:
    for number in range(25):
        hot.volume(f"F1/S1/{number:04d}", text=str(number))
    hot.look(3)
    assert len(hot.packages()) == 25
    assert len(list((hot.path / "F1/S1").glob("*.accepted.json"))) == 25
    assert hot.hot.look() is False


def test_what_is_not_expected_is_told_and_left_alone(hot: Hot) -> None:
    (hot.path / "F1").mkdir()
    (hot.path / "note.txt").write_text("who put this here?")
    (hot.path / "F1" / "link").symlink_to(hot.path)
    (hot.path / "F1/S1").mkdir()
    (hot.path / "F1/S1/Thumbs.db").write_text("x")
    hot.restart(ready="rename")
    hot.look()
    assert hot.hot.seen.listing.strays == ("note.txt", "F1/link")
    assert hot.waits() == {"F1/S1/Thumbs.db": "neither folder nor archive"}
    assert hot.items() == []


def test_what_it_is_doing_stands_on_the_board_and_can_be_cancelled(
    hot: Hot, monkeypatch: pytest.MonkeyPatch
) -> None:
    hot.volume()
    board = hot.site.tools.progress
    begin = board.begin

    def cancelled(key: str, what: str, total_bytes: int = 0, *, cancellable: bool = False):
        report = begin(key, what, total_bytes, cancellable=cancellable)
        assert board.cancel(key)
        return report

    monkeypatch.setattr(type(board), "begin", lambda self, *words, **options: cancelled(*words, **options))
    hot.look()
    monkeypatch.undo()
    hot.look()

    assert (hot.packages(), hot.waits()) == ([], {ONE: "put off"})
    assert Path(hot.path / ONE).exists()
    hot.ready()
    hot.look()
    assert len(hot.packages()) == 1


@pytest.mark.parametrize(("form", "suffix"), [("zip", ".zip"), ("tar", ".tar"), ("gztar", ".tar.gz")])
def test_an_archive_is_a_package_whose_suffix_is_no_part_of_its_reference(
    hot: Hot, tmp_path: Path, form: str, suffix: str
) -> None:
    hot.restart(originals="remove-after-archived")
    (tmp_path / "in").mkdir()
    (tmp_path / "in/page.txt").write_text("one")
    (hot.path / "F1/S1").mkdir(parents=True)
    shutil.make_archive(str(hot.path / ONE), form, tmp_path / "in")
    hot.look()
    assert hot.waits() == {f"{ONE}{suffix}": "no marker"}

    hot.ready(f"{ONE}{suffix}")
    hot.look()
    assert [str(package.reference) for package in hot.packages()] == [ONE]
    assert (hot.path / f"{ONE}{suffix}.accepted.json").exists()

    hot.archive(hot.packages()[0].id)
    hot.look()
    assert hot.names("F1/S1") == [f"0001{suffix}.accepted.json", f"0001{suffix}.archived.json"]


def test_a_damaged_archive_is_refused_as_it_is(hot: Hot) -> None:
    (hot.path / "F1/S1").mkdir(parents=True)
    (hot.path / f"{ONE}.zip").write_bytes(b"PK\x03\x04 and then nothing")
    hot.ready(f"{ONE}.zip")
    hot.look()
    assert hot.packages() == []
    assert (hot.path / f"rejected/{ONE}.zip").read_bytes() == b"PK\x03\x04 and then nothing"
    assert hot.document(f"rejected/{ONE}.zip.refused.json")["code"] == "unacceptable"
