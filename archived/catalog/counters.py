"""The counters behind ids: how far they are, and letting them jump over numbers that were given elsewhere."""

from sqlalchemy import Connection, delete, insert, select

from archived.catalog.tables import counter


def values(connection: Connection) -> dict[str, int]:
    """Every counter with the last number that it gave."""
    return {row.name: row.value for row in connection.execute(select(counter))}


def raise_to(connection: Connection, name: str, value: int) -> None:
    """The counter gives numbers beyond `value` from now on; it never goes back."""
    if values(connection).get(name, 0) < value:
        connection.execute(delete(counter).where(counter.c.name == name))
        connection.execute(insert(counter).values(name=name, value=value))
