"""What is worth knowing of a bag that is taken all the same stands in its receipt and in a dry run."""

import pytest

from archived.errors import Unacceptable
from tests.unit.archived.formats.bag_building import TEXT, make, sums, write
from tests.unit.archived.intake.conftest import Site


def test_warnings_reach_receipt_and_dry_run(site: Site) -> None:
    write(make(manifest_sha256__txt=None, manifest_md5__txt=sums("md5", TEXT)), site.producer)
    trial = site.would_accept()
    assert trial["outcome"] == "accept"
    assert [text for text in trial["warnings"] if "md5 only" in text]
    assert site.accept()["warnings"] == trial["warnings"]


def test_a_bag_without_a_declaration_is_a_folder_and_that_is_said(site: Site) -> None:
    write(make(bagit__txt=None), site.producer)
    receipt = site.accept()
    assert receipt["bag"]["made_here"]
    assert ["no bagit.txt" in text for text in receipt["warnings"]] == [True]


def test_a_plain_folder_has_no_warnings(site: Site) -> None:
    write({"a.txt": b"x"}, site.producer)
    (site.producer / "data").rmdir()
    assert site.accept()["warnings"] == []


def test_a_refused_bag_tells_its_warnings_too(site: Site) -> None:
    write(make(manifest_sha256__txt=None, manifest_md5__txt=sums("md5", TEXT), extra__txt=b""), site.producer)
    (site.producer / "data" / "more.txt").write_bytes(b"")
    trial = site.would_accept()
    assert trial["outcome"] == "refuse"
    assert trial["warnings"]
    with pytest.raises(Unacceptable, match=r"data/more\.txt is not listed"):
        site.accept()
