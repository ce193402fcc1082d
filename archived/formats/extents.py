"""extents.csv: where every file of the image begins, so that it can be cut out of a raw copy without UDF.

Numbers have a fixed width: the size of this file is known before the places that it names are.
"""

import csv
import io
from collections.abc import Iterable, Sequence

HEAD = b"lba,size_bytes,path\r\n"
LBA_DIGITS = 10
SIZE_DIGITS = 15


def extents_row(lba: int, size_bytes: int, path: str) -> bytes:
    """One row; `lba` in sectors of 2048 bytes from the start of the image."""
    out = io.StringIO(newline="")
    csv.writer(out).writerow((f"{lba:0{LBA_DIGITS}}", f"{size_bytes:0{SIZE_DIGITS}}", path))
    return out.getvalue().encode("utf-8")


def extents_text(rows: Iterable[tuple[int, int, str]]) -> bytes:
    """The whole file from (lba, size_bytes, path), in the order given."""
    return HEAD + b"".join(extents_row(*row) for row in rows)


def extents_size_bytes(paths: Sequence[str]) -> int:
    """Size of the file that will list `paths`."""
    return len(HEAD) + sum(len(extents_row(0, 0, path)) for path in paths)
