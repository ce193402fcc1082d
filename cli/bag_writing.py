"""The tag files of a new bag (RFC 8493) around payload files that are there and were checked."""

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

from cli.delivered import DeliveredFile

DECLARATION = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"


def finish_bag(folder: Path, files: Sequence[DeliveredFile], reference: str, package: str) -> None:
    """Write declaration, bag-info and manifests beside `data/`; empty folders are no part of a bag (RFC 8493, 1.3)."""
    total_bytes = sum(file.size_bytes for file in files)
    manifest = "".join(
        f"{file.sha256}  {_encoded(file.name)}\n" for file in sorted(files, key=lambda f: f.name)
    )
    info = (
        f"External-Identifier: {reference}\n"
        f"External-Description: chosen files of package {package}\n"
        f"Payload-Oxum: {total_bytes}.{len(files)}\n"
    )
    tags = {"bagit.txt": DECLARATION, "bag-info.txt": info, "manifest-sha256.txt": manifest}
    sums = {name: hashlib.sha256(text.encode("utf-8")).hexdigest() for name, text in tags.items()}
    tags["tagmanifest-sha256.txt"] = "".join(f"{sums[name]}  {name}\n" for name in sorted(sums))
    (folder / "data").mkdir(parents=True, exist_ok=True)
    for name, text in tags.items():
        with (folder / name).open("w", encoding="utf-8", newline="\n") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())


def _encoded(path: str) -> str:
    """A path in a manifest: CR, LF and % are percent-encoded (RFC 8493, section 2.1.3)."""
    return path.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
