"""What a whole life of a site leaves on its discs is enough: files, catalog rows and receipts without the daemon."""

import json
import os
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest

from archived.catalog import packages
from archived.formats.file_rows import read_file_table
from archived.formats.rows import read_package_rows
from archived.formats.salvage_disc import SalvagedDisc, open_discs
from archived.formats.salvage_extract import extract
from archived.formats.salvage_receipt import OPEN, RIGHT, check_receipt
from archived.formats.salvage_report import by_image
from archived.policy.submission import SubmissionRequest
from archived.states import PackageState
from tests.simulation.harness import Story

#: No UTF-8, a line end, a twin in case, a trailing dot, and a plain one.
HARD_NAMES = (b"odd\xff\n.txt", b"Page", b"page", b"dot.", b"plain.txt")


def nothing(_count: int) -> None:
    """Progress that nobody looks at."""


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """A plain package and one with hard names, both archived."""
    story = Story(tmp_path_factory.mktemp("story") / "story", disc_mib=4, settings={"symlinks": '"record"'})
    story.submit("0001")
    source = story.folder / "hard"
    (source / "empty").mkdir(parents=True)
    for number, name in enumerate(HARD_NAMES):
        place = os.fsencode(source) + b"/" + name
        with open(place, "wb") as file:
            file.write(name * 100)
        os.utime(place, ns=(number * 10**9 + 5, number * 10**9 + 5))
    os.symlink("/nowhere/at/all", source / "link")
    story.accept(SubmissionRequest(source, "F1", "S1", "0002", "hard", None, "30", "open"))
    story.close_everything()
    assert len(story.packages(PackageState.ARCHIVED)) == 2
    yield story
    story.catalog.close()
    story.room.close()


@pytest.fixture
def discs(lived: Story, tmp_path: Path) -> Iterator[list[SalvagedDisc]]:
    folder = tmp_path / "copies"
    folder.mkdir()
    for image in lived.images():
        for copy in lived.copies():
            if copy.image_id == image.id:
                (folder / f"{copy.medium_id}.img").write_bytes(lived.room.disc_bytes(copy.medium_id))
    found = open_discs([folder])
    yield found
    for disc in found:
        disc.close()


def test_the_discs_alone_give_back_every_file_row_and_receipt(
    lived: Story, discs: list[SalvagedDisc]
) -> None:
    (disc,) = [disc for disc in discs if disc.packages() and "parity.bin" not in disc.files]
    assert disc.key == lived.site.key.public
    rows = {row.package_id: row for row in read_package_rows(disc.text("catalog/packages.jsonl") or b"")}
    files = list(read_file_table(disc.text("catalog/files.csv") or b""))
    receipts = [json.loads(line) for line in (disc.text("catalog/receipts.jsonl") or b"").splitlines()]
    with lived.catalog.read() as read:
        for package in packages.listing(read):
            record = rows[package.id].record
            assert record is not None
            known = {
                name: getattr(package, name) for name in ("storage_class", "root_digest", "owner", "reason")
            }
            assert {name: asdict(record)[name] for name in known} == known
            assert {record.pool: record.image} == packages.image_ids(read, package.id)
            assert record.cost_bytes == package.cost_bytes
            assert package.accepted_receipt in receipts
            own = {row.path: asdict(row) for row in files if row.package_id == package.id}
            assert own == {file.path: asdict(file) for file in packages.files(read, package.id)}


def test_every_package_comes_out_with_its_true_names_and_its_receipt_is_right(
    lived: Story, discs: list[SalvagedDisc], tmp_path: Path
) -> None:
    for copies in by_image(discs):
        results = list(extract(copies, tmp_path / "files", (), nothing))
        assert {result.state for result in results} <= {"saved", "unjudged"}
    (hard,) = (tmp_path / "files").glob("*/data/F1/S1/0002/v0001.unpacked/data")
    assert {name: (os.fsencode(hard) + b"/" + name) for name in HARD_NAMES}.keys() <= set(
        os.listdir(os.fsencode(hard))
    )
    for number, name in enumerate(HARD_NAMES):
        place = os.fsencode(hard) + b"/" + name
        with open(place, "rb") as file:
            assert file.read() == name * 100
        assert os.stat(place).st_mtime_ns == number * 10**9 + 5
    assert os.readlink(hard / "link") == "/nowhere/at/all"
    assert (hard / "empty").is_dir()
    with lived.catalog.read() as read:
        for package in packages.listing(read):
            for receipt in (package.accepted_receipt, package.archived_receipt):
                assert receipt is not None
                findings = check_receipt(receipt, discs)
                assert findings.verdict == RIGHT, findings.words
                assert check_receipt(receipt, discs[:0]).verdict == OPEN
