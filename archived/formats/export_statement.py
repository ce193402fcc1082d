"""What is said and signed about an export of the catalog: the small document beside the file."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from archived.formats.errors import DocumentDamaged
from archived.formats.signing import PublicKey, SigningKey, sign, verify
from archived.language import _

MAGIC: Final = "archived catalog export statement"
VERSION: Final = 1
SUFFIX: Final = ".jsonl.gz"
#: The statement's file is the export's name with this behind it.
STATEMENT_SUFFIX: Final = ".signed.json"


@dataclass(frozen=True, slots=True)
class Statement:
    """One export: its file, its digests, and what is in it."""

    site: str
    simulated: bool
    file: str
    size_bytes: int
    #: Of the file as it lies there.
    sha256: str
    #: Of the text in it without its last line.
    content_sha256: str
    schema: str
    rows: Mapping[str, int]
    #: When the view of the catalog was taken.
    made_at: datetime
    #: When the file was read back from its disk and found whole.
    read_back_at: datetime
    software: str

    @property
    def row_count(self) -> int:
        return sum(self.rows.values())


def signed(statement: Statement, key: SigningKey) -> dict[str, Any]:
    """The statement as a signed document."""
    document = asdict(statement)
    for name in ("made_at", "read_back_at"):
        document[name] = document[name].isoformat()
    return sign({"magic": MAGIC, "version": VERSION, **document}, key)


def believed(document: Any, keys: Iterable[PublicKey]) -> Statement:
    """The statement of a document that one of `keys` signed. Raises BadSignature, DocumentDamaged."""
    if not isinstance(document, dict) or document.get("magic") != MAGIC:
        raise DocumentDamaged(_("this is no statement about an export of a catalog"))
    verify(document, keys)
    return read(document)


def read(document: Any) -> Statement:
    """The statement as it stands, whoever wrote it. Raises DocumentDamaged."""
    try:
        if document["magic"] != MAGIC or document["version"] != VERSION:
            raise DocumentDamaged(_("this is no statement about an export that this release reads"))
        fields = {name: document[name] for name in Statement.__dataclass_fields__}
        for name in ("made_at", "read_back_at"):
            fields[name] = datetime.fromisoformat(fields[name])
        return Statement(**fields)
    except (KeyError, TypeError, ValueError):
        raise DocumentDamaged(_("the statement about an export lacks what it must say")) from None
