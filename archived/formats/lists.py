"""Lists of volumes as archivists keep them, CSV or .xlsx: bytes to rows of cells. Pure."""

from archived.formats.list_table import ListTable, unreadable
from archived.language import _

_ZIP = b"PK\x03\x04"
#: Compound File Binary Format, [MS-CFB] 2.2: an old .xls, or an .xlsx under a password.
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def read_table(data: bytes, *, sheet: str = "") -> ListTable:
    """The rows of a list.

    Args:
        sheet: of an .xlsx with several; empty when there is one that is not empty.

    Raises:
        Unacceptable: it is neither a CSV nor an .xlsx that can be read; says why.
    """
    # Each of the two is imported by who needs it: openpyxl is large.
    if data.startswith(_ZIP):
        from archived.formats.lists_xlsx import read_xlsx

        return read_xlsx(data, sheet=sheet)
    if data.startswith(_COMPOUND):
        raise unreadable(
            _("it is an old .xls, or an .xlsx under a password"), _("save it as .xlsx without a password")
        )
    if sheet:
        raise unreadable(_("it is no .xlsx and has no sheets"), _("leave --sheet out"))
    from archived.formats.lists_csv import read_csv

    return read_csv(data)
