"""Images as the own UDF reader finds them: what stands where, and that each disc explains itself."""

import csv
import hashlib
import io
import json
from dataclasses import replace
from pathlib import Path

import pytest

from archived.formats.data_disc import master_data_disc
from archived.formats.descriptor import decode_descriptor
from archived.formats.disc import DataDisc
from archived.formats.errors import DiscUnplannable
from archived.formats.file_rows import read_file_table, rows_of
from archived.formats.parity_disc import ParityDisc, master_parity_disc
from archived.formats.program import rebuild_program
from archived.formats.rows import COLUMNS, package_row, read_package_rows
from archived.formats.set_document import decode_set_document
from archived.formats.signing import public_key, verify
from backends.errors import ImageUnplannable
from tests.formats.building import INSTITUTION, SITE_KEY, SOFTWARE, WHEN, BuiltSet, build_set, identity_of
from tests.formats.reading import SECTOR, contents, open_image


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> BuiltSet:
    return build_set(tmp_path_factory.mktemp("set"), n=3, m=2, payload_bytes=(10, 1 << 20, 3_000_000))


@pytest.mark.parametrize("position", [1, 2, 3, 4, 5])
def test_the_volume_id_is_the_line_of_the_label(built: BuiltSet, position: int) -> None:
    assert open_image(built.images[position]).label == f"7K3F · {position} of 5 · any 3 rebuild"


@pytest.mark.parametrize("position", [1, 2, 3, 4, 5])
def test_what_a_rescuer_needs_stands_near_both_ends(built: BuiltSet, position: int) -> None:
    mastered = built.mastered[position]
    names = ("set.json", "extents.csv", "descriptor.json")[: 3 if position > 3 else 2]
    payload = max(mastered.extents, key=lambda extent: extent.size_bytes)
    for name in names:
        first, last = mastered.extent(name), mastered.extent(f"last/{name}")
        assert first.lba < 512
        assert mastered.sectors - 128 < last.lba
        assert first.lba < payload.lba < last.lba
    image = built.images[position].read_bytes()
    assert image[mastered.extent("set.json").lba * SECTOR :].startswith(b'{\n "magic": "archived-disc"')
    assert len(image) == mastered.image_bytes == mastered.sectors * SECTOR
    assert len(image) % 65536 == 0


@pytest.mark.parametrize("position", [1, 3, 4])
def test_every_extent_is_where_the_table_and_the_result_say(built: BuiltSet, position: int) -> None:
    image, found = built.images[position].read_bytes(), contents(built.images[position])
    table = list(csv.reader(io.StringIO(found["extents.csv"].decode("utf-8"), newline="")))[1:]
    assert {path: image[int(lba) * SECTOR :][: int(size)] for lba, size, path in table} == found
    assert found["extents.csv"] == found["last/extents.csv"]
    assert [(e.lba, e.size_bytes) for e in built.mastered[position].extents] == [
        (int(lba), int(size)) for lba, size, _ in table
    ]


def test_a_data_disc_tells_of_its_own_packages_and_of_nobody_elses(built: BuiltSet) -> None:
    found = contents(built.images[2])
    assert decode_set_document(found["set.json"]).position == 2
    assert found["set.json"] == found["last/set.json"]
    rows = [json.loads(line) for line in found["catalog/packages.jsonl"].splitlines()]
    assert [(row["image_id"], row["title"]) for row in rows] == [("7K3F-02", "案卷 002")]
    everything = b"".join(found.values()).decode("utf-8", "replace")
    assert "案卷 001" not in everything
    assert "案卷 003" not in everything
    assert found["rebuild.py"] == rebuild_program()


def test_a_data_disc_carries_all_that_the_catalog_knows_of_its_packages(built: BuiltSet) -> None:
    found, (package,) = contents(built.images[3]), built.packages[3]
    (row,) = read_package_rows(found["catalog/packages.jsonl"])
    assert row == package_row("7K3F-03", replace(package, record=replace(package.record, receipt=None)))
    assert list(read_file_table(found["catalog/files.csv"])) == list(rows_of(package))
    (receipt,) = map(json.loads, found["catalog/receipts.jsonl"].splitlines())
    assert receipt == package.record.receipt
    assert verify(receipt, [public_key(found["site-key.pem"])]) == SITE_KEY.public


def test_every_disc_carries_the_key_and_names_it(built: BuiltSet) -> None:
    for image in built.images.values():
        found = contents(image)
        assert public_key(found["site-key.pem"]) == SITE_KEY.public
        assert found["README.txt"].decode("utf-8").count(SITE_KEY.public.fingerprint) == 2


def test_packages_lie_on_the_disc_byte_for_byte_with_dates_and_empty_folders(built: BuiltSet) -> None:
    reader, found = open_image(built.images[3]), contents(built.images[3])
    (package,) = built.packages[3]
    for file in package.files:
        path = f"{package.disc_path}/{file.path}"
        assert hashlib.sha256(found[path]).hexdigest() == file.digests["sha256"]
        assert reader.lookup(path).mtime_s == file.mtime_s
    assert reader.lookup(f"{package.disc_path}/data/empty").is_directory
    extent = built.mastered[3].extent("data/scan.bin", package.package_id)
    assert (extent.lba % 32, extent.size_bytes) == (0, 3_000_000)


def test_a_parity_disc_describes_the_whole_set(built: BuiltSet) -> None:
    found = contents(built.images[5])
    assert decode_descriptor(found["descriptor.json"]) == built.descriptor
    assert found["descriptor.json"] == found["last/descriptor.json"]
    rows = [json.loads(line) for line in found["catalog/packages.jsonl"].splitlines()]
    assert [row["package_id"] for row in rows] == ["P-001", "P-002", "P-003"]
    assert list(rows[0]) == list(COLUMNS)
    assert "catalog/files.csv" not in found
    sums = dict(
        reversed(line.split("  ", 1)) for line in found["SHA256SUMS.txt"].decode("utf-8").splitlines()
    )
    assert sums == {
        path: hashlib.sha256(data).hexdigest() for path, data in found.items() if path != "SHA256SUMS.txt"
    }


def test_the_same_disc_gives_the_same_bytes(built: BuiltSet, tmp_path: Path) -> None:
    again = build_set(tmp_path / "again", n=3, m=2, payload_bytes=(10, 1 << 20, 3_000_000))
    for position, image in built.images.items():
        assert image.read_bytes() == again.images[position].read_bytes()


def test_names_that_no_disc_holds_and_paths_used_twice_are_refused(built: BuiltSet, tmp_path: Path) -> None:
    (package,) = built.packages[1]
    bad = replace(package.files[0], path="data/a\x01b")
    for packages in ((replace(package, files=(bad,)),), (package, package)):
        member = built.identity.members[0]
        disc = DataDisc(
            image_id=member.image_id, label_line=member.label, identity=built.identity, position=1, closed_at=WHEN,
            institution=INSTITUTION, software=SOFTWARE, site_key=SITE_KEY.public, packages=packages,
        )  # fmt: skip
        with pytest.raises(ImageUnplannable):
            master_data_disc(disc, tmp_path / "recipe")
    assert not list(tmp_path.iterdir())


def test_a_parity_disc_of_another_set_is_refused(built: BuiltSet, tmp_path: Path) -> None:
    identity = identity_of("9XQ2", 3, 2)
    for chosen, position in ((identity, 4), (built.identity, 1)):
        member = chosen.members[position - 1]
        disc = ParityDisc(
            image_id=member.image_id, label_line=member.label, identity=chosen, position=position, closed_at=WHEN,
            institution=INSTITUTION, software=SOFTWARE, site_key=SITE_KEY.public,
            descriptor=built.descriptor, parity_source="parity-0.bin",
        )  # fmt: skip
        with pytest.raises(DiscUnplannable):
            master_parity_disc(disc, tmp_path / "recipe")
