"""The bounds that packing relies on: never below what a disc really takes, and not far above."""

import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archived.formats.capacity import (
    SLICE_SHARE,
    data_disc_overhead_bytes,
    package_cost_bytes,
    parity_capacity_bytes,
    receipt_excess_bytes,
)
from archived.formats.data_disc import master_data_disc
from archived.formats.descriptor import MemberRecord, SetDescriptor
from archived.formats.disc import (
    DataDisc,
    DiscMember,
    DiscPackage,
    EmptyFolder,
    Institution,
    PackageRecord,
    SetIdentity,
    StagedFile,
    kind_at,
)
from archived.formats.errors import DiscUnplannable
from archived.formats.parity_disc import ParityDisc, master_parity_disc
from archived.formats.rows import package_row
from archived.formats.signing import PublicKey
from backends.optical.udf.constants import CLUSTER_BYTES
from erasure.chunks import ChunkTable, ChunkTableBuilder

WHEN = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
KEY = PublicKey(b"k" * 32)
RECORD = PackageRecord(
    storage_class="standard",
    pool="bluray",
    image="I000001",
    sequence=0,
    root_digest="ab" * 32,
    owner=1000,
    reason="",
    submitted_at=WHEN,
    cost_bytes=123456,
    receipt={"receipt": "accepted", "package": "P-1", "signature": {"value": "x" * 88}},
)
INSTITUTION = Institution("Example Archive", "示例档案馆", "archive@example.org")
DIGESTS = {"sha256": "0" * 64, "blake3": "0" * 64, "xxh3-128": "0" * 32}
NAMES = st.text("ab%,\"é档🗄 '", min_size=1, max_size=40).map(lambda name: f"x{name}")
SIZES = st.sampled_from([0, 1, 2047, 2048, 2049, 70_000, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 5 << 30])
PACKAGE_FILES = st.dictionaries(NAMES, SIZES, max_size=8)


def package(
    number: int, sizes: dict[str, int], title: str = "title", folders: int = 0, left_out: int = 0
) -> DiscPackage:
    files = [
        StagedFile(f"data/{name}", size, 1_000_000_000, f"p/{name}", DIGESTS) for name, size in sizes.items()
    ]
    return DiscPackage(
        package_id=f"P-{number:08}",
        reference={"fonds": "F", "series": "S", "volume": f"{number}"},
        disc_path=f"data/F/S/{number}/v0001",
        version=1,
        title=title,
        retention="permanent",
        confidentiality="open",
        accepted_at=WHEN,
        files=tuple(files),
        record=replace(RECORD, reason=title, sequence=number, receipt={"left_out": ["Thumbs.db"] * left_out}),
        empty_folders=tuple(EmptyFolder(f"data/folder{i}", 0) for i in range(folders)),
    )


def identity_of(n: int, m: int) -> SetIdentity:
    members = tuple(DiscMember(p, f"I-{p}", f"7K3F · {p}", kind_at(p, n)) for p in range(1, n + m + 1))
    return SetIdentity("7K3F", n, m, members)


def image_bytes(packages: list[DiscPackage], n: int = 4, m: int = 2) -> int:
    disc = DataDisc(
        image_id="I-1",
        label_line="7K3F · 1",
        identity=identity_of(n, m),
        position=1,
        closed_at=WHEN,
        institution=INSTITUTION,
        software="archived 0.1.0",
        site_key=KEY,
        packages=tuple(packages),
        ranges=tuple(f"S {p.reference['volume']}" for p in packages),
    )
    with tempfile.TemporaryDirectory() as folder:
        return master_data_disc(disc, Path(folder) / "recipe").image_bytes


@given(
    contents=st.lists(
        st.tuples(PACKAGE_FILES, st.text(max_size=30), st.integers(0, 3), st.sampled_from([0, 3000])),
        max_size=6,
    ),
    n=st.integers(1, 12),
    m=st.integers(1, 4),
)
@settings(max_examples=40)
def test_a_data_image_is_never_larger_than_the_sum_of_its_bounds(
    contents: list[tuple[dict[str, int], str, int, int]], n: int, m: int
) -> None:
    packages = [package(i, *content) for i, content in enumerate(contents)]
    bound = data_disc_overhead_bytes(INSTITUTION, n=n, m=m) + sum(
        package_cost_bytes(p, n=n) for p in packages
    )
    assert image_bytes(packages, n, m) <= bound


@given(left_out=st.lists(st.integers(0, 4000), max_size=5))
@settings(max_examples=20)
def test_a_receipt_that_was_not_known_yet_is_charged_when_it_is_written(left_out: list[int]) -> None:
    packages = [package(i, {"a": 1}, left_out=count) for i, count in enumerate(left_out)]
    bound = data_disc_overhead_bytes(INSTITUTION, n=1, m=1)
    for item in packages:
        assert item.record.receipt is not None
        unknown = replace(item, record=replace(item.record, receipt=None))
        bound += package_cost_bytes(unknown, n=1) + receipt_excess_bytes(item.record.receipt)
    assert image_bytes(packages, 1, 1) <= bound


def test_tables_of_more_than_a_mib_stay_within_the_bound() -> None:
    packages = [package(i, {f"{j:04}" + "名" * 30: 100 for j in range(500)}) for i in range(12)]
    bound = data_disc_overhead_bytes(INSTITUTION, n=4, m=2) + sum(
        package_cost_bytes(p, n=4) for p in packages
    )
    assert image_bytes(packages) <= bound


def test_the_bounds_waste_little_on_ordinary_volumes() -> None:
    packages = [package(i, {f"{j:03}.tif": 900_000 for j in range(60)}) for i in range(10)]
    true = image_bytes(packages)
    bound = data_disc_overhead_bytes(INSTITUTION, n=4, m=2) + sum(
        package_cost_bytes(p, n=4) for p in packages
    )
    assert bound < true * 1.005
    assert data_disc_overhead_bytes(INSTITUTION, n=4, m=2) < 1_300_000


def zero_table(size_bytes: int) -> ChunkTable:
    builder = ChunkTableBuilder()
    block = bytes(1 << 20)
    for start in range(0, size_bytes, 1 << 20):
        builder.update(block[: min(1 << 20, size_bytes - start)])
    return builder.finish()


@pytest.mark.parametrize(("n", "m"), [(1, 1), (4, 2), (10, 4)])
@pytest.mark.parametrize("medium_bytes", [4 << 20, 64 << 20, 777 << 20])
def test_the_parity_of_full_images_fits_the_medium_with_a_full_slice(
    tmp_path: Path, n: int, m: int, medium_bytes: int
) -> None:
    longest = parity_capacity_bytes(medium_bytes, n=n, m=m, institution=INSTITUTION)
    assert longest % CLUSTER_BYTES == 0
    identity, table = identity_of(n, m), zero_table(longest)
    records = tuple(MemberRecord(member, longest, DIGESTS, table) for member in identity.members)
    descriptor = SetDescriptor("7K3F", n, m, records, (), 1, WHEN, "archived 0.1.0", True)
    room = longest - data_disc_overhead_bytes(INSTITUTION, n=n, m=m)
    tiny = package(1, {"a": 1})
    count = n * (room // package_cost_bytes(tiny, n=n))
    disc = ParityDisc(
        image_id=identity.members[n].image_id,
        label_line=identity.members[n].label,
        identity=identity,
        position=n + 1,
        closed_at=WHEN,
        institution=INSTITUTION,
        software="archived 0.1.0",
        site_key=KEY,
        simulated=True,
        descriptor=descriptor,
        parity_source="parity.bin",
        rows=tuple(package_row("I-1", package(i, {"a": 1})) for i in range(count)),
    )
    assert master_parity_disc(disc, tmp_path / "recipe").image_bytes <= medium_bytes


def test_most_of_a_blu_ray_is_left_for_data() -> None:
    medium_bytes = 12_219_392 * 2048
    longest = parity_capacity_bytes(medium_bytes, n=4, m=2, institution=INSTITUTION)
    assert 1 - 1.2 / SLICE_SHARE < longest / medium_bytes < 1 - 1 / SLICE_SHARE


def test_a_medium_that_holds_no_set_is_refused() -> None:
    with pytest.raises(DiscUnplannable, match="too small"):
        parity_capacity_bytes(1 << 20, n=4, m=2, institution=INSTITUTION)
