"""A data disc: whole packages of one collocation group as plain files, and the disc itself as one bag."""

from pathlib import Path

from archived.formats.disc import DataDisc
from archived.formats.file_rows import file_table
from archived.formats.manifests import BAGIT_TXT, bag_info, payload_manifest
from archived.formats.mastering import Contents, Mastered, Staged, freeze, own_texts
from archived.formats.rows import FULL_COLUMNS, csv_text, json_lines, package_row, receipt_line
from backends.optical.master import FileSource
from backends.optical.udf.layout import UdfEntry

SUMS_NAME = "tagmanifest-sha256.txt"


def master_data_disc(disc: DataDisc, recipe_path: Path) -> Mastered:
    """Freeze `disc`: write its recipe, whose bytes depend on nothing but `disc` and this release.

    Raises ImageUnplannable (names or sizes that no image can hold, a path used twice).
    """
    payload = [
        Staged(
            disc_path=f"{package.disc_path}/{file.path}",
            mtime_s=file.mtime_s,
            source=FileSource(file.source, 0, file.size_bytes, file.digests),
            package_id=package.package_id,
            path=file.path,
        )
        for package in disc.packages
        for file in package.files
    ]
    folders = [
        UdfEntry(f"{package.disc_path}/{folder.path}", 0, folder.mtime_s, is_directory=True)
        for package in disc.packages
        for folder in package.empty_folders
    ]
    contents = Contents(
        front=front_texts(disc),
        repeated=("set.json",),
        payload=payload,
        sums_name=SUMS_NAME,
        folders=folders,
    )
    return freeze(disc, recipe_path, contents)


def front_texts(disc: DataDisc) -> dict[str, bytes]:
    """Everything generated but extents.csv and the tag manifest, in the order of the disc."""
    rows = [package_row(disc.image_id, package) for package in disc.packages]
    return {
        **own_texts(disc),
        "bagit.txt": BAGIT_TXT,
        "bag-info.txt": bag_info(disc),
        "catalog/packages.csv": csv_text(rows, FULL_COLUMNS),
        "catalog/packages.jsonl": json_lines(rows, FULL_COLUMNS),
        "catalog/files.csv": file_table(disc.packages),
        "catalog/receipts.jsonl": b"".join(receipt_line(package.record.receipt) for package in disc.packages),
        "manifest-sha256.txt": payload_manifest(disc.packages),
    }
