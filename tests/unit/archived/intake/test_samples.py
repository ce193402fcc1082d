"""Bags as they come in practice, when the sample folder is at hand."""

import os
from pathlib import Path

import pytest

from archived.errors import Unacceptable
from tests.unit.archived.intake.conftest import Site

ROOT = Path(__file__).resolve().parents[4]
SAMPLES = Path(os.environ.get("ARCHIVED_SAMPLES") or ROOT.parent / "shared" / "samples").resolve()
BAGS = SAMPLES / "BagExamples" / "UnzippedBags"

pytestmark = pytest.mark.skipif(not BAGS.is_dir(), reason="no sample bags here")


@pytest.mark.parametrize("name", ["BagTransfer", "SimpleBagWithProcessingMCP", "UnzippedBag"])
def test_a_sample_bag_is_taken_as_it_is(site: Site, name: str) -> None:
    receipt = site.accept(BAGS / name, volume=name)
    staged = site.staged(receipt["package"])
    original = {
        path.relative_to(BAGS / name).as_posix(): path for path in (BAGS / name).rglob("*") if path.is_file()
    }
    assert {path.relative_to(staged).as_posix() for path in staged.rglob("*") if path.is_file()} == set(
        original
    )
    for path, there in original.items():
        assert (staged / path).read_bytes() == there.read_bytes()


def test_the_sample_bag_without_its_large_files_is_refused_with_all_of_them(site: Site) -> None:
    with pytest.raises(Unacceptable) as refused:
        site.accept(BAGS / "BaggedDemoTransferCSV")
    said = "\n".join(refused.value.detail["bag"])
    for name in ("beihai.tif", "bird.mp3", "MARBLES.TGA", "View_from_lookout"):
        assert name in said
    assert "Payload-Oxum" in said
