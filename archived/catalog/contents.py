"""What was handed in as a package, file by file, however the package travels."""

from sqlalchemy import Connection

from archived.catalog import inner_files, packages
from archived.inner_files import FILE
from archived.names import unescaped


def digests(connection: Connection, package_id: str) -> dict[str, str]:
    """sha256 of every file that was handed in, by its path in the bag (a plain folder's begin with data/).

    Paths are as Python has them (surrogateescape). A plain folder's tag files, which we made, are among them; of a
    package that travels as a tar they are not.
    """
    inside = {
        unescaped(item.path): item.sha256
        for item in inner_files.of_package(connection, package_id)
        if item.kind == FILE
    }
    if inside:
        return inside
    return {
        file.path: file.sha256 for file in packages.files(connection, package_id) if not file.is_directory
    }
