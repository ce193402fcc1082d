"""How much a disc spends on what is not payload: upper bounds for packing, before anything is mastered.

For any data disc: data_disc_overhead_bytes + the sum of package_cost_bytes >= its image bytes. And when the
data images of a set were filled by these numbers up to parity_capacity_bytes, the parity discs fit as well.
"""

from array import array
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from archived.formats import data_disc, file_rows, parity_disc
from archived.formats.descriptor import (
    ALGORITHM_LETTERS_MAX,
    DIGEST_DIGITS_MAX,
    DIGESTS_MAX,
    MemberRecord,
    SetDescriptor,
)
from archived.formats.disc import (
    IMAGE_ID_BYTES_MAX,
    LABEL_BYTES_MAX,
    SET_ID_BYTES_MAX,
    SOFTWARE_BYTES_MAX,
    DataDisc,
    DiscMember,
    DiscPackage,
    Institution,
    SetIdentity,
    kind_at,
)
from archived.formats.errors import DiscUnplannable
from archived.formats.extents import extents_row, extents_size_bytes
from archived.formats.manifests import SHA256_HEX_DIGITS, manifest_line
from archived.formats.mastering import EXTENTS_PATHS
from archived.formats.parity_disc import ParityDisc
from archived.formats.rows import COLUMNS, FULL_COLUMNS, csv_text, json_lines, package_row, receipt_line
from archived.formats.signing import PublicKey
from archived.formats.texts import RANGES_BYTES_MAX
from archived.language import _
from backends.optical.udf.constants import CLUSTER_BYTES, SECTOR_BYTES
from backends.optical.udf.cost import IMAGE_OVERHEAD_BYTES, group_cost_bytes
from backends.optical.udf.layout import Placement, UdfEntry
from erasure.chunks import CHUNK_BYTES, ChunkTable

#: Parity discs keep this part of the medium (one in SLICE_SHARE) for the catalog slice of the whole set.
SLICE_SHARE = 64
#: Files that grow with the packages of a disc: two tables of extents, a manifest, four catalog files.
_GROWING = 7
#: Room for the accepted receipt of a package that has none yet; a longer one is charged when it is written.
RECEIPT_BYTES = 4096
#: Digits of counts, and the closing line of cut ranges: what a text can exceed its worst draft by.
_SLACK_BYTES = 256
#: Digits that a real length in the descriptor has more than the draft's.
_NUMBER_DIGITS = 16
#: The longest text in JSON and CSV for its bytes: each letter is escaped.
_WIDE = '"'
_NUMBER_MAX = 10**15 - 1
_DIGESTS = ("0" * 64, "0" * 64, "0" * 32)
_SITE_KEY = PublicKey(bytes(32))


def data_disc_overhead_bytes(institution: Institution, *, n: int, m: int) -> int:
    """Upper bound of the image bytes of a data disc without packages, in a set of `n` + `m`."""
    texts = data_disc.front_texts(_worst_data_disc(institution, n, m))
    return IMAGE_OVERHEAD_BYTES + _texts_cost_bytes(texts, ("set.json",), data_disc.SUMS_NAME)


def package_cost_bytes(package: DiscPackage, *, n: int) -> int:
    """Upper bound of what one package adds to a data disc of a set with `n` data members. Additive.

    A package whose row in the catalog slice is long for its size is charged for its share of the reserve on
    the parity discs instead, so that one number bounds both.
    """
    entries = [UdfEntry(f"{package.disc_path}/{f.path}", f.size_bytes, f.mtime_s) for f in package.files]
    entries += [
        UdfEntry(f"{package.disc_path}/{folder.path}", 0, 0, is_directory=True)
        for folder in package.empty_folders
    ]
    slice_bytes = _row_bytes(package, COLUMNS)
    lines = _row_bytes(package, FULL_COLUMNS) + _file_rows_bytes(package)
    lines += len(receipt_line(package.record.receipt)) or RECEIPT_BYTES
    for file in package.files:
        path = f"{package.disc_path}/{file.path}"
        lines += len(manifest_line("0" * SHA256_HEX_DIGITS, path)) + 2 * len(extents_row(0, 0, path))
    return max(group_cost_bytes(entries) + _grown(lines), _grown(slice_bytes) * n * SLICE_SHARE)


def receipt_excess_bytes(receipt: Mapping[str, Any]) -> int:
    """What a receipt takes on the disc beyond the room that `package_cost_bytes` left for an unknown one."""
    return max(0, _grown(len(receipt_line(receipt))) - _grown(RECEIPT_BYTES))


def parity_capacity_bytes(medium_bytes: int, *, n: int, m: int, institution: Institution) -> int:
    """The largest data image (whole clusters) whose set fits media of `medium_bytes` usable bytes.

    Raises DiscUnplannable when the medium is too small for any.
    """
    fixed = _parity_overhead_bytes(institution, n, m) + medium_bytes // SLICE_SHARE
    low, high = 0, medium_bytes // CLUSTER_BYTES
    while low < high:
        middle = (low + high + 1) // 2
        longest = middle * CLUSTER_BYTES
        descriptors = 2 * _grown(_chunk_tables_bytes(longest, n + m))
        parity = group_cost_bytes([UdfEntry(parity_disc.PARITY_PATH, longest, 0)])
        low, high = (middle, high) if fixed + descriptors + parity <= medium_bytes else (low, middle - 1)
    if low * CLUSTER_BYTES <= data_disc_overhead_bytes(institution, n=n, m=m):
        raise DiscUnplannable(
            _("media of {medium_bytes} bytes are too small for a set of {n} + {m}").format(
                medium_bytes=medium_bytes, n=n, m=m
            )
        )
    return low * CLUSTER_BYTES


def _grown(size_bytes: int) -> int:
    """Text added to a growing file, and the way to the next cluster once it has 1 MiB (a sixteenth of it)."""
    return size_bytes + -(-size_bytes * CLUSTER_BYTES // (1 << 20))


def _row_bytes(package: DiscPackage, columns: Sequence[str]) -> int:
    rows = [package_row(_WIDE * IMAGE_ID_BYTES_MAX, package)]
    return len(csv_text(rows, columns)) - len(csv_text([], columns)) + len(json_lines(rows, columns))


def _file_rows_bytes(package: DiscPackage) -> int:
    """Its rows in files.csv; digests and dates are not known when a package is judged, only their lengths."""
    none = ("", "", "")
    worst = (
        file_rows.FileRow(
            row.package_id,
            row.path,
            row.is_directory,
            _NUMBER_MAX,
            -_NUMBER_MAX,
            *(none if row.is_directory else _DIGESTS),
        )
        for row in file_rows.rows_of(package)
    )
    return sum(map(len, file_rows.lines(worst)))


def _texts_cost_bytes(texts: dict[str, bytes], repeated: Iterable[str], sums_name: str) -> int:
    """The generated files of a disc without payload, each growing one with a sector for its rounding."""
    sizes = {name: len(text) + _SLACK_BYTES for name, text in texts.items()}
    sizes |= {f"last/{name}": sizes[name] for name in repeated}
    sums_bytes = sum(len(manifest_line("0" * SHA256_HEX_DIGITS, name)) for name in (*sizes, *EXTENTS_PATHS))
    paths = [*sizes, *EXTENTS_PATHS, sums_name]
    sizes |= dict.fromkeys(EXTENTS_PATHS, extents_size_bytes(paths)) | {sums_name: sums_bytes + _SLACK_BYTES}
    entries = [UdfEntry(path, size, 0, placement=Placement.FRONT) for path, size in sizes.items()]
    return group_cost_bytes(entries) + (_GROWING + len(list(repeated))) * SECTOR_BYTES


def _parity_overhead_bytes(institution: Institution, n: int, m: int) -> int:
    disc = _worst_parity_disc(institution, n, m)
    texts = parity_disc.front_texts(disc)
    texts["descriptor.json"] += bytes(_NUMBER_DIGITS * (n + m))
    repeated = ("set.json", "descriptor.json")
    return IMAGE_OVERHEAD_BYTES + _texts_cost_bytes(texts, repeated, parity_disc.SUMS_NAME)


def _chunk_tables_bytes(longest_bytes: int, members: int) -> int:
    """Base64 of the chunk tables of `members`, each of `longest_bytes`."""
    chunks = -(-longest_bytes // CHUNK_BYTES)
    return members * (4 * -(-4 * chunks // 3) + 4 * -(-16 * chunks // 3))


def _worst_identity(n: int, m: int) -> SetIdentity:
    members = tuple(
        DiscMember(position, _WIDE * IMAGE_ID_BYTES_MAX, _WIDE * LABEL_BYTES_MAX, kind_at(position, n))
        for position in range(1, n + m + 1)
    )
    return SetIdentity(_WIDE * SET_ID_BYTES_MAX, n, m, members)


def _worst_data_disc(institution: Institution, n: int, m: int) -> DataDisc:
    return DataDisc(
        image_id=_WIDE * IMAGE_ID_BYTES_MAX,
        label_line=_WIDE * LABEL_BYTES_MAX,
        identity=_worst_identity(n, m),
        position=n,
        closed_at=datetime(2000, 1, 1, tzinfo=UTC),
        institution=institution,
        software=_WIDE * SOFTWARE_BYTES_MAX,
        site_key=_SITE_KEY,
        simulated=True,
        packages=(),
        ranges=("x" * (RANGES_BYTES_MAX - 3),),
    )


def _worst_parity_disc(institution: Institution, n: int, m: int) -> ParityDisc:
    identity = _worst_identity(n, m)
    digests = {
        f"{'a' * (ALGORITHM_LETTERS_MAX - 1)}{i}": "0" * DIGEST_DIGITS_MAX for i in range(DIGESTS_MAX - 1)
    }
    chunks = ChunkTable(1, array("I", [0]), bytes(16))
    records = tuple(
        MemberRecord(member, 1, {"sha256": "0" * DIGEST_DIGITS_MAX, **digests}, chunks)
        for member in identity.members
    )
    when = datetime(2000, 1, 1, tzinfo=UTC)
    software = _WIDE * SOFTWARE_BYTES_MAX
    descriptor = SetDescriptor(identity.set_id, n, m, records, (), 1, when, software, True)
    return ParityDisc(
        image_id=_WIDE * IMAGE_ID_BYTES_MAX,
        label_line=_WIDE * LABEL_BYTES_MAX,
        identity=identity,
        position=n + m,
        closed_at=when,
        institution=institution,
        software=software,
        site_key=_SITE_KEY,
        simulated=True,
        descriptor=descriptor,
        parity_source="parity.bin",
    )
