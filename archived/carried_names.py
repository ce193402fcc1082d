"""What can be said of one name: whether it can stand in a reference, how it is shown, what it is a twin of. Pure."""

import unicodedata

from archived.language import _
from backends.optical.udf.constants import PATH_BYTES_MAX
from backends.optical.udf.names import problem_with_name, problem_with_path

_EDGES = (" ", ".")


def printable(name: str) -> str:
    """The name with bytes that are no UTF-8 shown as \\xNN, for messages and JSON."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def problem_with_length(path: str) -> str | None:
    """Why a whole path on a disc is too long, or None. Its names are taken as good."""
    # No character takes more than 4 bytes in UDF; two more a name are covered by its separator.
    if 4 * len(path) + 8 <= PATH_BYTES_MAX:
        return None
    return problem_with_path(path)


def problem_with_reference(field: str, value: str) -> str | None:
    """Why a field of the archival reference cannot name a folder on a disc, or None."""
    if not value:
        return _("{field} is empty").format(field=field)
    if problem := problem_with_name(value):
        return _("{field} {value!r} cannot name a folder on a disc: {problem}").format(
            field=field, value=printable(value), problem=problem
        )
    if value.startswith(_EDGES) or value.endswith(_EDGES):
        return _("{field} {value!r} begins or ends with a space or a dot, which some systems drop").format(
            field=field, value=value
        )
    return None


def folded(name: str) -> str:
    """What names have in common that differ in case or Unicode normalization only."""
    if name.isascii():
        return name.lower()
    # Canonical caseless matching, Unicode 3.13, definition D145.
    return unicodedata.normalize("NFD", unicodedata.normalize("NFD", name).casefold())
