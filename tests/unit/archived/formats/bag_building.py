"""Bags in memory for tests: good ones to begin with, so that each test breaks one thing."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

from archived.formats.bag import Bag, read_bag

TEXT = {"data/a.txt": b"first", "data/sub/b.txt": b"second"}


def encoded(path: str, version: str = "1.0") -> str:
    """A path as a manifest writes it."""
    if version == "1.0":
        path = path.replace("%", "%25")
    return path.replace("\r", "%0D").replace("\n", "%0A")


def sums(algorithm: str, files: Mapping[str, bytes], separator: str = "  ", *, version: str = "1.0") -> bytes:
    """The lines of a manifest over these files."""
    lines = (
        f"{hashlib.new(algorithm, data).hexdigest()}{separator}{encoded(path, version)}\n"
        for path, data in sorted(files.items())
    )
    return "".join(lines).encode()


def declaration(version: str = "1.0", encoding: str = "UTF-8") -> bytes:
    return f"BagIt-Version: {version}\nTag-File-Character-Encoding: {encoding}\n".encode()


def make(version: str = "1.0", **changes: bytes | None) -> dict[str, bytes]:
    """A good bag; keyword names have '__' for '.' and '_' for '-'; None removes a file."""
    files = {
        "bagit.txt": declaration(version),
        "bag-info.txt": b"Payload-Oxum: 11.2\nContact-Name: A\n B\n",
        "manifest-sha256.txt": sums("sha256", TEXT),
        **TEXT,
    }
    for name, data in changes.items():
        path = name.replace("__", ".").replace("_", "-")
        files.pop(path, None)
        if data is not None:
            files[path] = data
    return files


def of_payload(
    payload: Mapping[str, bytes], version: str = "1.0", algorithms: tuple[str, ...] = ("sha256",)
) -> dict[str, bytes]:
    """A whole bag of these payload files, with tag manifests."""
    octets = sum(map(len, payload.values()))
    tags = {
        "bagit.txt": declaration(version),
        "bag-info.txt": f"Bagging-Date: 2026-01-31\nPayload-Oxum: {octets}.{len(payload)}\n".encode(),
    }
    for algorithm in algorithms:
        tags[f"manifest-{algorithm}.txt"] = sums(algorithm, payload, version=version)
    return sealed({**tags, **payload}, algorithms)


def sealed(files: Mapping[str, bytes], algorithms: tuple[str, ...] = ("sha256",)) -> dict[str, bytes]:
    """The same bag with tag manifests over the tag files as they are now."""
    kept = {path: data for path, data in files.items() if not path.startswith("tagmanifest-")}
    tags = {path: data for path, data in kept.items() if not path.startswith("data/")}
    return kept | {f"tagmanifest-{algorithm}.txt": sums(algorithm, tags) for algorithm in algorithms}


def judged(files: Mapping[str, bytes], *, has_payload_folder: bool = True) -> Bag:
    sizes = {path: len(data) for path, data in files.items()}
    return read_bag(files.__getitem__, sizes, has_payload_folder=has_payload_folder)


def problems(files: Mapping[str, bytes]) -> list[str]:
    """Everything that is wrong with the bag, its bytes included."""
    bag = judged(files)
    found = list(bag.problems)
    for path, data in files.items():
        names = {*bag.algorithms_for(path), "sha256"}
        found += bag.problems_with(path, {name: hashlib.new(name, data).hexdigest() for name in names})
    return found


def said(files: Mapping[str, bytes]) -> str:
    """All problems as one text."""
    return "\n".join(problems(files))


def warned(files: Mapping[str, bytes]) -> str:
    """All warnings as one text; the bag must be valid."""
    assert problems(files) == []
    return "\n".join(judged(files).warnings)


def write(files: Mapping[str, bytes], folder: Path) -> None:
    """Put a bag on the disk."""
    (folder / "data").mkdir(parents=True, exist_ok=True)
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
