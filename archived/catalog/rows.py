"""Between rows and frozen values; and the one way in which a state changes."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from enum import Enum
from functools import cache
from operator import attrgetter
from typing import Any, TypeVar

from sqlalchemy import Connection, Row, Select, Table, bindparam, insert, select, update

from archived.catalog import tables
from archived.catalog.columns import HexDigest
from archived.catalog.memory import kept, remembered
from archived.errors import NotFound
from archived.language import _
from archived.states import step

T = TypeVar("T")
S = TypeVar("S", bound=Enum)
V = TypeVar("V", bound=Enum)


def value(kind: type[T], row: Row[Any]) -> T:
    """The frozen value of one row; columns are fields."""
    return kind(**row._mapping)


def values(connection: Connection, kind: type[T], query: Select[Any], **parameters: Any) -> list[T]:
    """Every row of `query` as a frozen value; `parameters` are those that it was made with.

    What every turn of the loop asks is made once and kept: making a query costs more than asking it.
    """

    def ask() -> list[T]:
        found = connection.execute(query, parameters)
        names = tuple(found.keys())
        return [kind(**dict(zip(names, row, strict=True))) for row in found]

    return list(remembered(connection, query, parameters, ask))


def answers(connection: Connection, query: Select[Any], **parameters: Any) -> Sequence[Any]:
    """Every row of a query that was made once and kept, as it is."""
    return remembered(connection, query, parameters, lambda: connection.execute(query, parameters).all())


def in_states(
    connection: Connection, kind: type[T], table: Table, wanted: tuple[Enum, ...], *, by: str = "id"
) -> list[T]:
    """Every row in one of these states as a frozen value, in order of the column `by`."""
    return values(connection, kind, _in_states(table, wanted, by))


@cache
def _in_states(table: Table, wanted: tuple[Enum, ...], by: str) -> Select[Any]:
    return kept(select(table).where(table.c.state.in_(wanted)).order_by(table.c[by]))


def one(connection: Connection, kind: type[T], table: Table, key: Any) -> T:
    """The row whose primary key is `key`. Raises NotFound."""
    found = answers(connection, _by_key(table), key=key)
    if not found:
        raise NotFound(
            _("there is no {replace} {key}").format(replace=table.name.replace("_", " "), key=key),
            kind=table.name,
            id=str(key),
        )
    return value(kind, found[0])


@cache
def _by_key(table: Table) -> Select[Any]:
    return kept(select(table).where(next(iter(table.primary_key.columns)) == bindparam("key")))


def add(connection: Connection, table: Table, item: Any) -> None:
    """Insert a frozen value."""
    connection.execute(insert(table).values(**asdict(item)))


def add_many(connection: Connection, table: Table, items: Sequence[Any]) -> None:
    """Insert frozen values whose fields are the columns in their order: names, numbers, texts and digests.

    They go to the driver as they are. Where files come in their thousands, what SQLAlchemy does for each row costs
    as much as digesting a small file.
    """
    if not items:
        return
    columns = list(zip(*map(attrgetter(*table.columns.keys()), items), strict=True))
    for place, column in enumerate(table.columns):
        if isinstance(column.type, HexDigest):
            columns[place] = tuple(map(bytes.fromhex, columns[place]))
    statement = str(insert(table).compile(dialect=connection.dialect))
    connection.exec_driver_sql(statement, list(zip(*columns, strict=True)))


def advance(
    connection: Connection,
    table: Table,
    exits: Mapping[S, Mapping[V, S]],
    key: Any,
    event: V,
    **changes: Any,
) -> S:
    """Move one thing along its table of states, with the other columns that change in the same breath.

    Raises:
        NotFound: there is no such thing.
        ForbiddenStep: its state has no such exit.
    """
    column = next(iter(table.primary_key.columns))
    state: S | None = connection.execute(select(table.c.state).where(column == key)).scalar()
    if state is None:
        raise NotFound(
            _("there is no {replace} {key}").format(replace=table.name.replace("_", " "), key=key),
            kind=table.name,
            id=str(key),
        )
    after = step(exits, state, event, thing=f"{table.name.replace('_', ' ')} {key}")
    connection.execute(update(table).where(column == key).values(state=after, **changes))
    return after


def next_number(connection: Connection, name: str) -> int:
    """The next number of a counter, from 1."""
    counter = tables.counter
    now = connection.execute(select(counter.c.value).where(counter.c.name == name)).scalar()
    if now is None:
        connection.execute(insert(counter).values(name=name, value=1))
        return 1
    connection.execute(update(counter).where(counter.c.name == name).values(value=now + 1))
    return int(now) + 1
