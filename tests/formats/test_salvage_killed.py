"""A rescue that is killed leaves no half file under a final name, and the same command again brings the rest."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from archived.formats.salvage_disc import open_discs
from archived.formats.salvage_extract import extract
from archived.formats.salvage_rebuild import rebuild
from archived.formats.salvage_report import by_image
from archived.formats.salvage_set import SalvagedSet
from tests.formats.building import BuiltSet, build_set
from tests.formats.salvaging import Wreck
from tests.sudden_death import Step, killed_at

#: Of the first steps each is one to die at, since all files go the same way; then one here and there.
FIRST, STRIDE = 10, 41
Rescue = Callable[[Path, Path, Step], object]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> BuiltSet:
    return build_set(tmp_path_factory.mktemp("built"), n=2, m=1, payload_bytes=(2_500_000, 1_200_000))


def extract_all(raw: Path, out: Path, step: Step) -> None:
    """What `archivectl rescue extract` does."""
    discs = open_discs([raw])
    for copies in by_image(discs):
        for _result in extract(copies, out, (), step):
            step()
    for disc in discs:
        disc.close()


def rebuild_missing(raw: Path, out: Path, step: Step) -> None:
    """What `archivectl rescue rebuild` does."""
    discs = open_discs([raw])
    salvaged = SalvagedSet(next(disc.descriptor for disc in discs if disc.descriptor is not None))
    salvaged.take(discs, step)
    rebuild(salvaged, salvaged.wanted(), out, step)
    for disc in discs:
        disc.close()


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def is_unfinished(name: str) -> bool:
    return name.endswith((".partial", ".archivectl-rescue.part"))


@pytest.mark.parametrize(
    ("rescue", "lost", "stride"), [(extract_all, (), STRIDE), (rebuild_missing, (2,), 2)]
)
def test_killed_anywhere_it_leaves_nothing_half_and_comes_to_the_same_end_when_it_is_run_again(
    built: BuiltSet, tmp_path: Path, rescue: Rescue, lost: tuple[int, ...], stride: int
) -> None:
    wreck = Wreck(built, tmp_path).keep(*(position for position in built.images if position not in lost))
    assert not killed_at(1_000_000, lambda step: rescue(wreck.raw, tmp_path / "whole", step))
    whole = files(tmp_path / "whole")
    assert whole
    assert not any(map(is_unfinished, whole))
    seen_unfinished = False
    nth, out = 1, tmp_path / "out"
    while killed_at(nth, lambda step: rescue(wreck.raw, out, step)):
        left = files(out) if out.is_dir() else {}
        seen_unfinished |= any(map(is_unfinished, left))
        for name, data in left.items():
            assert is_unfinished(name) or data == whole[name], name
        assert not killed_at(1_000_000, lambda step: rescue(wreck.raw, out, step))
        assert files(out) == whole
        shutil.rmtree(out)
        nth += 1 if nth < FIRST else stride
    assert seen_unfinished
    assert nth > FIRST
