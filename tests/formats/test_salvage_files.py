"""Files and receipts out of what is left of a disc: raw copies with holes, and folders of copied files."""

import errno
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from archived.errors import Refused
from archived.formats.salvage_check import FileState, check_files, expected_digests
from archived.formats.salvage_disc import SalvagedDisc, open_disc, open_discs
from archived.formats.salvage_extract import (
    DAMAGED,
    MISSING,
    OCCUPIED,
    SAVED,
    UNJUDGED,
    UNWRITABLE,
    WELL,
    Extracted,
    extract,
)  # fmt: skip
from archived.formats.salvage_receipt import OPEN, RIGHT, WRONG, check_receipt
from archived.formats.salvage_report import by_image, sets_of
from archived.formats.signing import new_key, sign
from tests.formats.building import BuiltSet, build_set
from tests.formats.salvaging import MIB, nothing

SCAN_BYTES = 3 * MIB + 5000
PACKAGE = "data/全宗1/S1/002/v0001"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> BuiltSet:
    return build_set(tmp_path_factory.mktemp("built"), n=2, m=1, payload_bytes=(1000, SCAN_BYTES))


@pytest.fixture
def image(built: BuiltSet, tmp_path: Path) -> Path:
    return Path(shutil.copy(built.images[2], tmp_path / "disc.img"))


def spoil(path: Path, offset: int, data: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(data)


def place_of(built: BuiltSet, path: str, package: str | None = "P-002") -> int:
    return built.mastered[2].extent(path, package).lba * 2048


def saved(path: Path, to: Path, *wanted: str) -> dict[str, Extracted]:
    discs = open_discs([path])
    found = {item.path: item for copies in by_image(discs) for item in extract(copies, to, wanted, nothing)}
    for disc in discs:
        disc.close()
    # Nothing lists the list itself.
    assert {path for path, item in found.items() if item.state == UNJUDGED} <= {"tagmanifest-sha256.txt"}
    return found


def unsaved(found: dict[str, Extracted]) -> list[str]:
    return [path for path, item in found.items() if item.state not in WELL]


@pytest.fixture
def copied(image: Path, tmp_path: Path) -> Path:
    """Every file of the disc, copied by hand."""
    assert not unsaved(saved(image, tmp_path / "copied"))
    return tmp_path / "copied/7K3F-02"


@pytest.fixture
def disc(image: Path) -> Iterator[SalvagedDisc]:
    found = open_disc(image)
    yield found
    found.close()


def test_a_whole_disc_gives_everything_back_with_dates_and_empty_folders(
    built: BuiltSet, copied: Path
) -> None:
    for file in built.packages[2][0].files:
        place = copied / PACKAGE / file.path
        assert (place.stat().st_size, place.stat().st_mtime) == (file.size_bytes, file.mtime_s)
    assert (copied / PACKAGE / "data/empty").is_dir()
    assert not list(copied.rglob("*.part"))


@pytest.mark.parametrize(
    "wanted", [f"{PACKAGE}/data", f"{PACKAGE}/data/scan.bin", "P-002", "全宗1/S1/002"], ids=str
)
def test_what_is_wanted_is_named_by_path_id_or_reference(image: Path, tmp_path: Path, wanted: str) -> None:
    found = saved(image, tmp_path / "to", wanted)
    assert f"{PACKAGE}/data/scan.bin" in found
    assert all(path.startswith(PACKAGE) for path in found)


def test_a_damaged_file_is_kept_beside_its_name_and_all_others_are_saved(
    built: BuiltSet, image: Path, tmp_path: Path
) -> None:
    spoil(image, place_of(built, "data/scan.bin") + 4096, b"x" * 10)
    found = saved(image, tmp_path / "to")
    assert unsaved(found) == [f"{PACKAGE}/data/scan.bin"]
    assert (tmp_path / "to/7K3F-02" / f"{PACKAGE}/data/scan.bin.damaged").stat().st_size == SCAN_BYTES


def test_two_damaged_copies_of_a_disc_give_what_either_has(
    built: BuiltSet, image: Path, tmp_path: Path
) -> None:
    again = Path(shutil.copy(image, tmp_path / "again.img"))
    spoil(image, place_of(built, "data/scan.bin"), b"x" * 10)
    spoil(again, place_of(built, "data/note 笔记.txt"), b"x")
    discs = open_discs([image, again])
    (copies,) = by_image(discs)
    assert {item.state for item in extract(copies, tmp_path / "to", (), nothing)} == set(WELL)


@pytest.mark.parametrize("ends", ["front", "both"])
def test_a_disc_without_file_system_is_read_by_its_table_of_extents(
    built: BuiltSet, image: Path, tmp_path: Path, ends: str
) -> None:
    # The volume descriptors, all file entries and all folders.
    spoil(image, 32 * 2048, bytes((built.mastered[2].extent("set.json").lba - 32) * 2048))
    if ends == "both":
        spoil(image, image.stat().st_size - 65536, bytes(65536))
    found = saved(image, tmp_path / "to")
    assert not unsaved(found)
    assert f"{PACKAGE}/data/scan.bin" in found


def test_a_bad_file_entry_costs_one_file_of_the_tree_and_the_table_gives_it_back(
    built: BuiltSet, image: Path, tmp_path: Path
) -> None:
    data = image.read_bytes()
    entries = [at for at in range(288 * 2048, 340 * 2048, 2048) if data[at : at + 2] == b"\x05\x01"]
    for at in entries[5:]:
        spoil(image, at, bytes(2048))
    spoiled = open_disc(image)
    assert spoiled.problems
    assert f"{PACKAGE}/data/scan.bin" in spoiled.files
    spoiled.close()
    assert not unsaved(saved(image, tmp_path / "to"))


def test_unreadable_sectors_are_zeros_and_cost_themselves_only(
    built: BuiltSet, image: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = place_of(built, "data/scan.bin") // 2048 + 7
    real = os.pread

    def pread(descriptor: int, length: int, offset: int) -> bytes:
        if offset < (bad + 1) * 2048 and offset + length > bad * 2048:
            raise OSError(errno.EIO, "Input/output error")
        return real(descriptor, length, offset)

    monkeypatch.setattr("archived.formats.salvage_copy.os.pread", pread)
    found = saved(image, tmp_path / "to")
    assert unsaved(found) == [f"{PACKAGE}/data/scan.bin"]
    kept = (tmp_path / "to/7K3F-02" / f"{PACKAGE}/data/scan.bin.damaged").read_bytes()
    whole = built.images[2].read_bytes()[place_of(built, "data/scan.bin") :][: len(kept)]
    assert [at for at in range(0, len(kept), 2048) if kept[at : at + 2048] != whole[at : at + 2048]] == [
        7 * 2048
    ]


def test_files_that_are_gone_from_a_folder_of_copies_are_named(copied: Path, tmp_path: Path) -> None:
    (copied / PACKAGE / "data/scan.bin").unlink()
    (copied / "manifest-sha256.txt").write_text("torn")  # files.csv still knows
    found = saved(copied, tmp_path / "to")
    assert found[f"{PACKAGE}/data/scan.bin"].state == MISSING
    assert found["manifest-sha256.txt"].state == DAMAGED
    assert found[f"{PACKAGE}/data/note 笔记.txt"].state == SAVED


def test_nothing_that_stands_there_is_overwritten(image: Path, tmp_path: Path) -> None:
    there = tmp_path / "to/7K3F-02/README.txt"
    there.parent.mkdir(parents=True)
    there.write_text("somebody's")
    assert saved(image, tmp_path / "to")["README.txt"].state == OCCUPIED
    assert there.read_text() == "somebody's"
    there.unlink()
    assert not unsaved(saved(image, tmp_path / "to"))


def test_a_stick_without_hard_links_permissions_or_such_dates_takes_every_file(
    image: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cannot(*_args: object, **_options: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    for name in ("link", "chmod", "utime"):
        monkeypatch.setattr(os, name, cannot)
    assert not unsaved(saved(image, tmp_path / "stick"))
    assert not unsaved(saved(image, tmp_path / "stick"))
    assert not list((tmp_path / "stick").rglob(".archivectl*"))


def test_names_that_end_like_unfinished_files_survive_a_second_run(
    disc: SalvagedDisc, tmp_path: Path
) -> None:
    readme = disc.files["README.txt"]
    disc.files["FORMAT.txt.part"] = replace(readme, path="FORMAT.txt.part")
    for _ in range(2):
        assert not [i for i in extract([disc], tmp_path / "to", (), nothing) if i.state not in WELL]
        assert (tmp_path / "to/7K3F-02/FORMAT.txt.part").read_bytes() == disc.text("README.txt")


def test_no_path_leads_out_and_no_link_is_followed(disc: SalvagedDisc, tmp_path: Path) -> None:
    readme = disc.files["README.txt"]
    disc.files["../out.txt"] = replace(readme, path="../out.txt")
    disc.files["trap/out.txt"] = replace(readme, path="trap/out.txt")
    (tmp_path / "to/7K3F-02").mkdir(parents=True)
    (tmp_path / "to/7K3F-02/trap").symlink_to(tmp_path)
    found = {item.path: item.state for item in extract([disc], tmp_path / "to", (), nothing)}
    assert (found["../out.txt"], found["trap/out.txt"]) == (UNWRITABLE, UNWRITABLE)
    assert not list(tmp_path.rglob("out.txt*"))


def test_a_folder_of_copied_files_helps_to_rebuild_as_far_as_its_chunks_match(
    built: BuiltSet, copied: Path
) -> None:
    discs = [open_disc(copied), open_disc(built.images[3])]
    (salvaged,) = sets_of(discs, nothing)
    (copy,) = salvaged.found[2]
    # The chunks with the file system are not there; those of the payload alone are.
    assert list(copy.good) == [0, 1, 1, 0]
    assert salvaged.wanted() == [1, 2]
    assert salvaged.repair(1, [2])[2] == built.images[2].read_bytes()[MIB : 2 * MIB]


def test_every_file_is_judged_by_what_the_disc_says_of_it(
    built: BuiltSet, image: Path, disc: SalvagedDisc
) -> None:
    whole = {item.state for item in check_files(disc, expected_digests(disc))}
    assert whole == {FileState.GOOD, FileState.UNJUDGED}
    spoil(image, place_of(built, "data/scan.bin"), b"x")
    states = {item.path: item.state for item in check_files(disc, expected_digests(disc))}
    assert [path for path, state in states.items() if state is FileState.DAMAGED] == [
        f"{PACKAGE}/data/scan.bin"
    ]


def test_what_is_no_disc_is_said_to_be_none(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="not there"):
        open_discs([tmp_path / "nowhere"])
    (tmp_path / "small").write_bytes(b"x" * 100)
    (small,) = open_discs([tmp_path / "small"])
    assert (small.files, small.set_id) == ({}, "")
    assert small.problems
    small.close()


class TestReceipts:
    """A receipt against nothing but discs."""

    @pytest.fixture
    def receipt(self, disc: SalvagedDisc) -> dict[str, object]:
        found: dict[str, object] = json.loads(disc.text("catalog/receipts.jsonl") or b"")
        return found

    def test_a_whole_disc_proves_its_receipt(
        self, receipt: dict[str, object], disc: SalvagedDisc, copied: Path
    ) -> None:
        for place in (disc, open_disc(copied)):
            findings = check_receipt({**receipt, "repeated": True}, [place])
            assert (findings.verdict, findings.fingerprint) == (RIGHT, disc.key and disc.key.fingerprint)

    def test_a_changed_receipt_or_another_key_is_never_right(
        self, receipt: dict[str, object], disc: SalvagedDisc
    ) -> None:
        assert check_receipt({**receipt, "files": 99}, [disc]).verdict == WRONG
        assert check_receipt(sign(receipt, new_key()), [disc]).verdict == OPEN
        unsigned = {name: value for name, value in receipt.items() if name != "signature"}
        assert check_receipt(unsigned, [disc]).verdict == OPEN

    def test_content_that_was_exchanged_with_its_manifests_is_found(
        self, receipt: dict[str, object], copied: Path
    ) -> None:
        (copied / PACKAGE / "data/scan.bin").write_bytes(b"forged")
        (copied / PACKAGE / "manifest-sha256.txt").unlink()
        assert (
            check_receipt(receipt, [open_disc(copied)]).content == OPEN
        )  # the disc's own lists still know it
        for listing in ("manifest-sha256.txt", "catalog/files.csv"):
            (copied / listing).unlink()
        findings = check_receipt(receipt, [open_disc(copied)])
        assert (findings.signature, findings.content) == (RIGHT, WRONG)

    def test_a_damaged_disc_says_which_files_are_still_proven(
        self, receipt: dict[str, object], disc: SalvagedDisc, built: BuiltSet, image: Path
    ) -> None:
        spoil(image, place_of(built, "data/scan.bin"), b"x")
        findings = check_receipt(receipt, [disc])
        assert findings.verdict == OPEN
        assert findings.files == {
            "data/.hidden": FileState.GOOD,
            "data/note 笔记.txt": FileState.GOOD,
            "data/scan.bin": FileState.DAMAGED,
        }

    def test_the_best_copy_counts_and_other_discs_do_not(
        self, receipt: dict[str, object], disc: SalvagedDisc, built: BuiltSet, tmp_path: Path
    ) -> None:
        other, again = open_disc(built.images[1]), open_disc(built.images[2])
        assert check_receipt(receipt, [other]).verdict == OPEN
        assert check_receipt(receipt, [other, disc, again]).verdict == RIGHT
