"""The one line that label, README and volume id share, and the identifier of the UDF volume."""

import hashlib

from backends.optical.udf.names import dstring, encode_cs0

#: Field of the logical volume identifier (ECMA-167 3/10.6.4).
_VOLUME_FIELD_BYTES = 128


def label_line(set_id: str, *, position: int, total: int, n: int) -> str:
    """`7K3F · 3 of 6 · any 4 rebuild`: set, 1-based position, how many members, how many rebuild all."""
    return f"{set_id} · {position} of {total} · any {n} rebuild"


def volume_identifier(image_id: str) -> str:
    """16 hex digits, the same for the same image for ever (UDF 2.01 section 2.2.2.5 wants them unique)."""
    return hashlib.sha256(image_id.encode("utf-8")).hexdigest()[:16]


def volume_text(line: str) -> str:
    """The line as it stands on a disc: a long one is cut as UDF cuts it (`dstring`)."""
    kept_bytes = dstring(line, _VOLUME_FIELD_BYTES)[-1] if line else 0
    while len(encode_cs0(line)) > max(kept_bytes, 1):
        line = line[:-1]
    return line
