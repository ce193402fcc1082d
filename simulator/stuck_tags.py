"""Which radio a tag of the room answers to: as with real ones, its uid says it by its length."""

from robotics.readers.interface import TagKind

_KINDS = {5: TagKind.LF, 4: TagKind.HF, 7: TagKind.HF, 10: TagKind.HF}


def kind_of(uid: str) -> TagKind | None:
    """The radio of a tag with this uid (hexadecimal digits); None for a uid that no tag has.

    EM4100 numbers have 5 bytes, uids of ISO 14443 A 4, 7 or 10, and an EPC has whole words of 2 bytes.
    """
    try:
        raw = bytes.fromhex(uid)
    except ValueError:
        return None
    if len(raw) in _KINDS:
        return _KINDS[len(raw)]
    return TagKind.UHF if 2 <= len(raw) <= 62 and len(raw) % 2 == 0 else None
