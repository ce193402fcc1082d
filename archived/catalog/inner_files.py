"""What lies inside packages that travel as one tar. A package without such rows travels as plain files."""

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, delete, select

from archived.catalog.inner_tables import inner_file
from archived.catalog.rows import add_many, values
from archived.inner_files import InnerFile


def add(connection: Connection, items: Sequence[InnerFile]) -> None:
    """Rows of a package that is not acknowledged yet; the caller cuts batches."""
    add_many(connection, inner_file, items)


def of_package(connection: Connection, package_id: str) -> Iterator[InnerFile]:
    """Everything inside a package's tar in order of escaped paths; nothing for a package of plain files."""
    query = select(inner_file).where(inner_file.c.package_id == package_id).order_by(inner_file.c.path)
    for row in connection.execute(query).mappings():
        yield InnerFile(**row)


def get(connection: Connection, package_id: str, path: str) -> InnerFile | None:
    """The one with this escaped path; None when the package has none such inside a tar."""
    query = select(inner_file).where(inner_file.c.package_id == package_id, inner_file.c.path == path)
    return next(iter(values(connection, InnerFile, query)), None)


def forget(connection: Connection, package_id: str) -> None:
    """Drop the rows of a package that was never acknowledged."""
    connection.execute(delete(inner_file).where(inner_file.c.package_id == package_id))
