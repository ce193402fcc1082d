"""Archives for tests, made by the standard library, and by hand where nobody makes such on purpose."""

import io
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

TREE = {"0007/a.txt": b"first", "0007/sub/b.bin": bytes(range(256)) * 20, "0007/sub/empty": b""}
MTIME_S = 1_700_000_000
#: Suffix of a file to mode of `tarfile.open`.
TARS = {".tar": "w", ".tar.gz": "w:gz", ".tar.xz": "w:xz"}
SUFFIXES = (".zip", *TARS)


def pack(path: Path, tree: Mapping[str, bytes] = TREE) -> Path:
    """An archive of these files, of the kind that its name says."""
    if path.suffix == ".zip":
        path.write_bytes(zip_of(tree))
    else:
        suffix = next(suffix for suffix in sorted(TARS, key=len, reverse=True) if path.name.endswith(suffix))
        path.write_bytes(tar_of(tree, TARS[suffix]))
    return path


def zip_of(tree: Mapping[str, bytes], *, method: int = zipfile.ZIP_DEFLATED, comment: bytes = b"") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in tree.items():
            info = zipfile.ZipInfo(name, (2023, 11, 14, 22, 13, 20))
            info.compress_type = method
            archive.writestr(info, data)
        archive.comment = comment
    return out.getvalue()


def member(name: str, data: bytes = b"", **fields: object) -> tuple[tarfile.TarInfo, bytes]:
    """A member of a tar; `fields` are attributes of `TarInfo`."""
    info = tarfile.TarInfo(name)
    info.size, info.mtime, info.mode = len(data), MTIME_S, 0o640
    for key, value in fields.items():
        setattr(info, key, value)
    return info, data


def tar_of_members(
    members: list[tuple[tarfile.TarInfo, bytes]], mode: str = "w", form: int = tarfile.PAX_FORMAT
) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode, format=form) as archive:  # type: ignore[call-overload]
        for info, data in members:
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def tar_of(tree: Mapping[str, bytes], mode: str = "w", form: int = tarfile.PAX_FORMAT) -> bytes:
    return tar_of_members([member(name, data) for name, data in tree.items()], mode, form)
