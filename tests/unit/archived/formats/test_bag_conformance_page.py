"""The table of rules names tests that exist, and the cases of the official suite where it is at hand."""

import os
import re
from pathlib import Path

import pytest

from tests.unit.archived.formats.bag_building import problems

ROOT = Path(__file__).resolve().parents[4]
PAGE = ROOT / "docs" / "bagit-conformance.md"
SUITE = Path(os.environ.get("BAGIT_CONFORMANCE_SUITE") or ROOT.parent / "bagit-conformance-suite")
#: Cases that we judge otherwise than the suite does; the page says why.
OTHERWISE = {
    "duplicate-file-with-different-case",
    "same-filename-listed-twice-with-different-normalization",
    # As the suite is published its .DS_Store is missing, which its own manifest lists.
    "special-system-files",
}


def test_every_test_that_the_page_names_exists() -> None:
    named = set(re.findall(r"`(test_\w+)`", PAGE.read_text(encoding="utf-8")))
    files = (ROOT / "tests").rglob("test_*.py")
    written = set(
        re.findall(r"^def (test_\w+)", "\n".join(p.read_text(encoding="utf-8") for p in files), re.M)
    )
    assert len(named) > 40
    assert sorted(named - written) == []


@pytest.mark.skipif(not SUITE.is_dir(), reason="the official conformance suite is not here")
def test_the_official_suite_is_judged_as_it_says() -> None:
    judged = {}
    for bag in sorted(SUITE.glob("v*/*/*/bagit.txt")):
        files = {
            path.relative_to(bag.parent).as_posix(): path.read_bytes()
            for path in bag.parent.rglob("*")
            if path.is_file()
        }
        is_good = bag.parts[-3] in ("valid", "warning") and bag.parts[-2] not in OTHERWISE
        judged["/".join(bag.parts[-4:-1])] = (not problems(files)) == is_good
    assert len(judged) > 40
    assert [name for name, is_right in judged.items() if not is_right] == []
