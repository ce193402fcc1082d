"""Images as the project's own UDF reader sees them."""

from pathlib import Path

from backends.optical.udf.reader import UdfReader

SECTOR = 2048


def open_image(path: Path) -> UdfReader:
    data = path.read_bytes()
    return UdfReader(lambda lba, sectors: data[lba * SECTOR : (lba + sectors) * SECTOR], len(data) // SECTOR)


def contents(path: Path) -> dict[str, bytes]:
    """Every file of an image by its path."""
    reader = open_image(path)
    return {node.path: b"".join(reader.read(node.path)) for node in reader.walk() if not node.is_directory}
