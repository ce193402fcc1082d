"""Folders become a verified 4+2 set of discs, two discs are lost, and every byte comes back."""

import hashlib
import subprocess
import sys
from pathlib import Path
from typing import Any

import bagit
import pytest

from tests.acceptance.conftest import write_volume
from tests.acceptance.running import BIN, Site

#: Every volume is a series of its own, so that every one gets a disc of its own.
VOLUMES = ("0001", "0002", "0003", "0004")
NOTICE = "SIMULATED – NOT PRESERVED"


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    root = tmp_path_factory.mktemp("sources")
    return {
        name: write_volume(root / name, seed=number, size_bytes=300_000 + 70_001 * number)
        for number, name in enumerate(VOLUMES)
    }


@pytest.fixture(scope="module")
def archive(make_site: Any, sources: dict[str, Path]) -> Site:
    """A site with one whole 4+2 set, archived; what it loses is not made again meanwhile."""
    site: Site = make_site(settings={"auto = true": "auto = false"})
    site.start()
    for name, path in sources.items():
        assert site.submit(path, name, series=f"S{name}").status == 0
    site.archive(*VOLUMES)
    return site


def members(site: Site) -> list[dict[str, Any]]:
    (only,) = site.items("sets")
    return only["members"]


def tree(folder: Path) -> dict[str, bytes | None]:
    """Bytes of every file and None for every folder, by path."""
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in folder.rglob("*")
    }


def raw_copy(site: Site, medium: str, to: Path) -> Path:
    """A disc copied raw, as a rescuer copies it."""
    answer = site.ask("simulate", "raw", medium)["answer"]
    with Path(answer["path"]).open("rb") as disc:
        to.write_bytes(disc.read(answer["written_bytes"]))
    return to


def test_every_member_was_verified_in_another_drive_than_it_was_written_in(archive: Site) -> None:
    copies = [member["copies"][0] for member in members(archive)]

    assert [copy["state"] for copy in copies] == ["verified"] * 6
    assert all({copy["write_drive"], copy["verify_drive"]} == {"B1", "B2"} for copy in copies)
    assert len({copy["medium"] for copy in copies}) == 6


def test_the_archived_receipt_names_every_medium_of_the_set_and_its_label(archive: Site) -> None:
    receipt = archive.ask("packages", "F1/S0001/0001")["archived_receipt"]

    assert receipt["notice"] == NOTICE
    assert len(receipt["media"]) == 6
    (own,) = [medium for medium in receipt["media"] if medium["holds_this_package"]]
    assert own["label"].endswith("of 6 · any 4 rebuild")
    assert own["medium"] in {member["copies"][0]["medium"] for member in members(archive)}


def test_an_exported_image_is_the_disc_byte_for_byte_and_7z_reads_it(
    archive: Site, sources: dict[str, Path], tmp_path: Path
) -> None:
    for member in (members(archive)[0], members(archive)[5]):
        exported = tmp_path / f"{member['image']}.udf"
        archive.ask("images", "export", member["image"], exported)
        disc = raw_copy(archive, member["copies"][0]["medium"], tmp_path / "raw.img")
        assert exported.read_bytes() == disc.read_bytes()
        listing = subprocess.run(["7z", "l", exported], capture_output=True, text=True, check=True).stdout
        assert ("parity.bin" in listing) == (member["kind"] == "parity")
        assert "README.txt" in listing

    again = archive.ctl("images", "export", members(archive)[0]["image"], exported)
    assert again.status == 2
    assert "exists" in again.document["message"]


def test_7z_takes_the_files_of_a_data_disc_out_as_they_were_handed_in(
    archive: Site, sources: dict[str, Path], tmp_path: Path
) -> None:
    (own,) = [
        medium
        for medium in archive.ask("packages", "F1/S0002/0002")["archived_receipt"]["media"]
        if medium["holds_this_package"]
    ]
    disc = raw_copy(archive, own["medium"], tmp_path / "raw.img")

    subprocess.run(["7z", "x", "-bd", f"-o{tmp_path / 'out'}", disc], capture_output=True, check=True)

    assert tree(tmp_path / "out/data/F1/S0002/0002/v0001/data") == tree(sources["0002"])


def test_the_program_on_a_disc_rebuilds_two_missing_discs_from_raw_copies(
    archive: Site, sources: dict[str, Path], tmp_path: Path
) -> None:
    present = [member for member in members(archive) if member["position"] not in (2, 4)]
    (tmp_path / "raw").mkdir()
    for member in present:
        raw_copy(archive, member["copies"][0]["medium"], tmp_path / "raw" / f"{member['position']}.img")
    subprocess.run(
        ["7z", "e", "-bd", f"-o{tmp_path}", tmp_path / "raw" / "1.img", "rebuild.py"],
        capture_output=True,
        check=True,
    )
    command = [
        sys.executable, "-I", str(tmp_path / "rebuild.py"), str(tmp_path / "raw"),
        "--out", str(tmp_path / "out"), "--extract", str(tmp_path / "files"),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
    (name,) = {protection_set["id"] for protection_set in archive.items("sets")}
    wanted = {image["id"]: image["sha256"] for image in archive.items("images") if image["sha256"]}
    for member in members(archive):
        if member["position"] in (2, 4):
            rebuilt = (tmp_path / "out" / f"{name}-{member['position']}.img").read_bytes()
            assert hashlib.sha256(rebuilt).hexdigest() == wanted[member["image"]]
    for volume, source in sources.items():
        (found,) = (tmp_path / "files").rglob(f"{volume}/v0001/data")
        assert tree(found) == tree(source)


def test_a_recall_from_staging_needs_no_disc(archive: Site, sources: dict[str, Path], tmp_path: Path) -> None:
    plan = archive.ask("recall", "F1/S0003/0003", "--dry-run")
    archive.ask("recall", "F1/S0003/0003", "--to", tmp_path / "out")

    assert plan["from_staging"]
    assert tree(tmp_path / "out" / "data") == tree(sources["0003"])


def test_a_recall_never_writes_into_a_folder_that_is_not_empty_unless_told(
    archive: Site, sources: dict[str, Path], tmp_path: Path
) -> None:
    (tmp_path / "out/data").mkdir(parents=True)
    (tmp_path / "out/data/scan.bin").write_bytes(b"mine")
    wanted = ("recall", "F1/S0003/0003", "--file", "data/scan.bin", "--to", tmp_path / "out")

    refused = archive.ctl(*wanted)
    kept = (tmp_path / "out/data/scan.bin").read_bytes()
    archive.ask(*wanted, "--overwrite")

    assert refused.status == 2
    assert "not empty" in refused.document["message"]
    assert kept == b"mine"
    assert tree(tmp_path / "out/data") == {"scan.bin": (sources["0003"] / "scan.bin").read_bytes()}


def test_a_file_that_the_package_does_not_have_is_refused_by_name(archive: Site, tmp_path: Path) -> None:
    refused = archive.ctl("recall", "F1/S0003/0003", "--file", "data/no.txt", "--to", tmp_path / "out")

    assert refused.status == 2
    assert "data/no.txt" in refused.document["message"]
    assert not (tmp_path / "out").exists()


def test_a_disc_that_lies_is_found_out_and_the_recall_goes_through_the_set(
    archive: Site, sources: dict[str, Path], tmp_path: Path
) -> None:
    assert len(archive.ask("staging", "release", "--all")["released"]) == 4
    (own,) = [
        medium
        for medium in archive.ask("packages", "F1/S0004/0004")["archived_receipt"]["media"]
        if medium["holds_this_package"]
    ]
    archive.ask("simulate", "damage", own["medium"], "--kind", "silent", "--percent", "20", "--seed", "1")

    archive.ask("recall", "F1/S0004/0004", "--to", tmp_path / "out")

    assert tree(tmp_path / "out" / "data") == tree(sources["0004"])
    (copy,) = archive.ask("media", own["medium"])["copies"]
    assert copy["state"] == "suspect"
    assert f"suspect:{own['medium']}" in archive.attentions()


def test_many_come_as_one_tar_and_as_bags_that_bagit_accepts_each_disc_mounted_once(
    archive: Site, sources: dict[str, Path], tmp_path: Path
) -> None:
    names = VOLUMES[:3]
    references = [f"F1/S{name}/{name}" for name in names]
    (tmp_path / "wanted.txt").write_text("\n".join(references), encoding="utf-8")
    plan = archive.ask("recall", "--from", tmp_path / "wanted.txt", "--dry-run")
    (seen,) = archive.look("select coalesce(max(id), 0) from event")

    with (tmp_path / "out.tar").open("wb") as out:
        done = subprocess.run(
            [BIN / "archivectl", "--site", archive.folder, "recall", *references, "--tar", "-"],
            stdout=out, stderr=subprocess.PIPE, check=False,
        )  # fmt: skip
    archive.ask("recall", "--from", tmp_path / "wanted.txt", "--bag", tmp_path / "bags")

    assert done.returncode == 0, done.stderr
    subprocess.run(["tar", "-xf", tmp_path / "out.tar", "-C", tmp_path], check=True)
    for name in names:
        bag = tmp_path / "bags" / f"F1_S{name}_{name}"
        assert tree(tmp_path / bag.name / "data") == tree(sources[name])
        assert tree(bag) == tree(tmp_path / bag.name)
        bagit.Bag(str(bag)).validate()
    assert len(plan["visits"]) == len({visit["medium"] for visit in plan["visits"]}) == 3
    reads = archive.look("select subject_id from event where type = 'read' and id > ?", *seen)
    assert sorted(reads) == sorted((visit["medium"],) for visit in plan["visits"] * 2)


def test_a_range_of_bytes_comes_back_alone(archive: Site, sources: dict[str, Path], tmp_path: Path) -> None:
    archive.ask(
        "recall", "F1/S0001/0001", "--file", "scan.bin", "--bytes", "1000-1999", "--bytes", "299990-",
        "--to", tmp_path / "out",
    )  # fmt: skip
    scan = (sources["0001"] / "scan.bin").read_bytes()
    assert tree(tmp_path / "out/data") == {
        "scan.bin.bytes-1000-1999": scan[1000:2000],
        f"scan.bin.bytes-299990-{len(scan) - 1}": scan[299_990:],
    }


def test_two_discs_are_lost_and_every_byte_comes_back(
    archive: Site, sources: dict[str, Path], tmp_path: Path
) -> None:
    suspect = [medium["id"] for medium in archive.items("media", "--state", "suspect")]
    good = [m["copies"][0]["medium"] for m in members(archive) if m["kind"] == "data"]
    lost = [*suspect, next(medium for medium in good if medium not in suspect)]
    for medium in lost:
        archive.ask("simulate", "lose", medium)
    archive.ask("library", "inventory")

    ways = []
    for name, source in sources.items():
        ways.append(archive.ask("recall", f"F1/S{name}/{name}", "--dry-run")["way"])
        archive.ask("recall", f"F1/S{name}/{name}", "--to", tmp_path / name)
        assert tree(tmp_path / name / "data") == tree(source)

    assert len(lost) == 2
    assert sorted(ways) == ["disc", "disc", "set", "set"]
    assert {f"missing:{medium}" for medium in lost} <= archive.attentions().keys()


def test_an_image_on_a_lost_disc_is_exported_all_the_same(archive: Site, tmp_path: Path) -> None:
    gone = {medium["id"] for medium in archive.items("media") if medium["element"] is None}
    (member, *_) = [m for m in members(archive) if m["copies"][0]["medium"] in gone]

    archive.ask("images", "export", member["image"], tmp_path / "image.udf")

    (image,) = [image for image in archive.items("images") if image["id"] == member["image"]]
    assert hashlib.sha256((tmp_path / "image.udf").read_bytes()).hexdigest() == image["sha256"]


def test_a_third_lost_disc_is_one_too_many_and_the_refusal_says_so(archive: Site, tmp_path: Path) -> None:
    third = next(
        m["copies"][0]["medium"]
        for m in members(archive)
        if archive.ask("media", m["copies"][0]["medium"])["element"] is not None
    )
    archive.ask("simulate", "lose", third)
    archive.ask("library", "inventory")

    done = archive.ctl("recall", "F1/S0004/0004", "--to", tmp_path / "out")

    assert done.status == 4
    assert done.document["code"] == "unrecoverable"
    assert not (tmp_path / "out").exists()
