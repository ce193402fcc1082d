"""Sites for the acceptance tests, one for a module where it can be shared; none leaves a process behind."""

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.acceptance.running import Site

#: A robot that does not answer is given up soon.
IMPATIENT = {"move_timeout_s = 900.0": "move_timeout_s = 3.0"}
#: One data and one parity disc: the shortest way through every state.
SMALLEST_SET = {"\nn = 4\n": "\nn = 1\n", "\nm = 2\n": "\nm = 1\n"}

_TAPES = """[libraries.tl1]
kind = "tape"
drives = ["T1", "T2"]
site = "cellar"

[pools.tapes]
library = "tl1"
media_kind = "lto-8"
role = "off-site"

[classes.permanent]"""
#: One data and one parity disc, and one more copy of the data on tape.
DISC_AND_TAPE = {**SMALLEST_SET, "[classes.permanent]": _TAPES, "\ncopies = []\n": '\ncopies = ["tapes"]\n'}


def write_volume(folder: Path, *, seed: int, size_bytes: int = 200_000) -> Path:
    """A volume that differs from every other seed's: names of all kinds, an empty file, an empty folder."""
    (folder / "子目录 with spaces").mkdir(parents=True)
    (folder / "空 empty").mkdir()
    (folder / ".hidden").write_bytes(b"")
    (folder / "子目录 with spaces" / "中文 文件.txt").write_text(f"volume {seed}\n", encoding="utf-8")
    (folder / "scan.bin").write_bytes(random.Random(seed).randbytes(size_bytes))
    return folder


@pytest.fixture(scope="module")
def make_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Site]]:
    """Makes sites; ends them and everything that they started."""
    made: list[Site] = []

    def make(**options: object) -> Site:
        site = Site(tmp_path_factory.mktemp("site") / "site", **options)  # type: ignore[arg-type]
        made.append(site)
        return site

    yield make
    left = [site.end() for site in made]
    assert not any(left), f"processes were left: {left}"


@pytest.fixture
def volume(tmp_path: Path) -> Callable[..., Path]:
    """Makes a volume in a folder of its own."""

    def make(seed: int, **options: int) -> Path:
        return write_volume(tmp_path / f"volume-{seed}", seed=seed, **options)

    return make
