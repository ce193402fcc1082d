"""Headers of a tar archive in the PAX form (POSIX.1-2017, pax, "ustar" and "pax Interchange Format"). Pure.

Bytes are a function of the arguments alone: owner and group are always root's, and no time but the one given is
written. Names are kept byte for byte. One that is no ASCII, or does not fit the old fields, also stands in an
extended header; one that is no UTF-8 stands raw in the old fields, where every tar reads it, and only when it does
not fit there in an extended header with `hdrcharset=BINARY`.
"""

from typing import Final

from archived.inner_files import FILE, FOLDER, LINK

BLOCK_BYTES: Final = 512
#: What ends an archive.
END: Final = bytes(2 * BLOCK_BYTES)

_TYPES: Final = {FILE: b"0", FOLDER: b"5", LINK: b"2"}
_EXTENDED: Final = b"x"
_NAME_BYTES, _PREFIX_BYTES = 100, 155
#: Eleven octal digits.
_OCTAL_MAX: Final = 8**11 - 1
_EXTENDED_NAME: Final = b"PaxHeaders/header"
_PERMISSIONS: Final = 0o777


def header(
    name: bytes, kind: str, *, size_bytes: int = 0, mtime_ns: int = 0, mode: int = 0o644, target: bytes = b""
) -> bytes:
    """Everything that stands before the content of one member; a multiple of 512 bytes.

    Args:
        name: relative, without '/' at its end.
        kind: one of archived.inner_files.KINDS.
        mode: only the permission bits are written: whoever unpacks as root must not get setuid programs.
        target: what a link says.
    """
    name = name + b"/" if kind == FOLDER else name
    seconds, nanoseconds = divmod(mtime_ns, 10**9)
    prefix, short, fits = _split(name)
    records = []
    if _is_text(name) and not (fits and name.isascii()):
        records.append((b"path", name))
    if _is_text(target) and not (len(target) <= _NAME_BYTES and target.isascii()):
        records.append((b"linkpath", target))
    raw = [(b"path", name)] if not _is_text(name) and not fits else []
    raw += [(b"linkpath", target)] if not _is_text(target) and len(target) > _NAME_BYTES else []
    if raw:
        records = [(b"hdrcharset", b"BINARY"), *records, *raw]
    if size_bytes > _OCTAL_MAX:
        records.append((b"size", b"%d" % size_bytes))
    if nanoseconds or not 0 <= seconds <= _OCTAL_MAX:
        records.append((b"mtime", _decimal(mtime_ns)))
    main = _ustar(
        prefix,
        short,
        _TYPES[kind],
        size=size_bytes if size_bytes <= _OCTAL_MAX else 0,
        mtime=min(max(seconds, 0), _OCTAL_MAX),
        mode=mode & _PERMISSIONS,
        target=target[:_NAME_BYTES],
    )
    return _extended(records) + main


def padding(size_bytes: int) -> bytes:
    """What follows the content of a member of this size."""
    return bytes(-size_bytes % BLOCK_BYTES)


def _extended(records: list[tuple[bytes, bytes]]) -> bytes:
    if not records:
        return b""
    text = b"".join(_record(keyword, value) for keyword, value in records)
    head = _ustar(b"", _EXTENDED_NAME, _EXTENDED, size=len(text), mtime=0, mode=0o644, target=b"")
    return head + text + padding(len(text))


def _record(keyword: bytes, value: bytes) -> bytes:
    """`LENGTH KEYWORD=VALUE`, LF; the length counts its own digits."""
    rest = len(keyword) + len(value) + 3
    length = rest + len(str(rest))
    length = rest + len(str(length))
    return b"%d %b=%b\n" % (length, keyword, value)


def _ustar(
    prefix: bytes, name: bytes, type_: bytes, *, size: int, mtime: int, mode: int, target: bytes
) -> bytes:
    before = b"%b%07o\0%07o\0%07o\0%011o\0%011o\0" % (name.ljust(_NAME_BYTES, b"\0"), mode, 0, 0, size, mtime)
    after = b"%b%bustar\x0000%b%07o\0%07o\0%b" % (
        type_,
        target.ljust(_NAME_BYTES, b"\0"),
        bytes(64),
        0,
        0,
        prefix.ljust(_PREFIX_BYTES, b"\0"),
    )
    checksum = sum(before) + sum(after) + 8 * ord(" ")
    return (before + b"%06o\0 " % checksum + after).ljust(BLOCK_BYTES, b"\0")


def _split(name: bytes) -> tuple[bytes, bytes, bool]:
    """(prefix, name, True) where the old fields hold all of it; else what they hold of it."""
    if len(name) <= _NAME_BYTES:
        return b"", name, True
    cut = name.rfind(b"/", 0, min(_PREFIX_BYTES + 1, len(name) - 1))
    if cut > 0 and len(name) - cut - 1 <= _NAME_BYTES:
        return name[:cut], name[cut + 1 :], True
    return b"", name[:_NAME_BYTES], False


def _is_text(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _decimal(nanoseconds: int) -> bytes:
    """Seconds with a fraction; negative before 1970."""
    seconds, rest = divmod(abs(nanoseconds), 10**9)
    return b"%b%d.%09d" % (b"-" if nanoseconds < 0 else b"", seconds, rest)
