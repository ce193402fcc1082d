"""One file of a package, and where it lies in an image: what a stream of many files asks once for each."""

from sqlalchemy import Connection, select

from archived.catalog.rows import values
from archived.catalog.tables import extent, package_file
from archived.model import PackageFile


def get_file(connection: Connection, package_id: str, path: str) -> PackageFile | None:
    """The file (or empty folder) of this path in the bag; None when the package has none."""
    query = select(package_file).where(package_file.c.package_id == package_id, package_file.c.path == path)
    return next(iter(values(connection, PackageFile, query)), None)


def first_sector(connection: Connection, image_id: str, package_id: str, path: str) -> int | None:
    """The sector of an image at which a file begins; None when the image does not hold it."""
    query = select(extent.c.lba).where(
        extent.c.image_id == image_id, extent.c.package_id == package_id, extent.c.path == path
    )
    lba: int | None = connection.execute(query).scalar()
    return lba
