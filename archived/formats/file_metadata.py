"""file-metadata.csv: times, modes and hard links of the files of a bag that we made. Pure.

RFC 4180 with LF, UTF-8, one head line. Paths are percent-escaped (`archived.names`) and begin with data/; times are
nanoseconds since 1970 UTC, modes octal. A disc keeps whole seconds of its own; this table keeps all of it.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Final

COLUMNS: Final = ("path", "kind", "mtime_ns", "mode", "same_file_as")
NAME: Final = "file-metadata.csv"
#: (escaped path, kind, mtime_ns, mode, escaped path of the first name of the same file or "")
Row = tuple[str, str, int, int, str]
#: Rows that become text together: enough to be quick, few enough to be nothing in memory.
_TOGETHER: Final = 4096


def text(rows: Iterable[Row]) -> Iterator[bytes]:
    """The table in pieces."""
    out = io.StringIO(newline="")
    table = csv.writer(out, lineterminator="\n")
    table.writerow(COLUMNS)
    for number, (path, kind, mtime_ns, mode, same_as) in enumerate(rows, start=1):
        table.writerow((path, kind, mtime_ns, f"{mode:04o}", same_as))
        if number % _TOGETHER == 0:
            yield out.getvalue().encode("utf-8")
            out.seek(0)
            out.truncate()
    yield out.getvalue().encode("utf-8")
