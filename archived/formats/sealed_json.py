"""JSON texts that check themselves: the field `check` is the sha256 of the text with its 64 digits set to 0.

A rescuer in another language needs no canonical form: read the 64 digits, overwrite them with zeros, hash.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from archived.formats.errors import DocumentDamaged, UnknownVersion
from archived.language import _

UNSEALED = "0" * 64
_FIELD = b'"check": "'


def seal(magic: str, version: int, fields: Mapping[str, Any]) -> bytes:
    """The text: magic, version and check first, then `fields` in their order; ends with a newline."""
    document = {"magic": magic, "version": version, "check": UNSEALED, **fields}
    text = (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode("utf-8")
    digest = hashlib.sha256(text).hexdigest()
    return text.replace(UNSEALED.encode(), digest.encode(), 1)


def unseal(text: bytes, *, magic: str, version: int) -> dict[str, Any]:
    """The fields of a sealed text.

    Raises:
        UnknownVersion: it is such a document, of another version.
        DocumentDamaged: it is not, or its check does not hold.
    """
    try:
        document = json.loads(text.decode("utf-8"))
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise DocumentDamaged(_("not readable as a document: {error}").format(error=error)) from None
    if not isinstance(document, dict) or document.get("magic") != magic:
        raise DocumentDamaged(_("not a document of kind {magic}").format(magic=magic))
    if type(document.get("version")) is not int:
        raise DocumentDamaged(_("{magic}: no version").format(magic=magic))
    if document["version"] != version:
        raise UnknownVersion(
            f"{magic} of version {document['version']}; this release reads version {version}"
        )
    start = text.find(_FIELD) + len(_FIELD)
    zeroed = text[:start] + UNSEALED.encode() + text[start + 64 :]
    if document.get("check") != hashlib.sha256(zeroed).hexdigest():
        raise DocumentDamaged(
            _("{magic}: the check does not match; the text was changed or is torn").format(magic=magic)
        )
    del document["magic"], document["version"], document["check"]
    return document
