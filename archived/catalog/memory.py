"""What the loop asks of the catalog again and again is answered once, until somebody writes to the tables it is about.

A turn asks the same of the same rows many times over, and most turns find next to nothing changed. Only questions that
are `kept` are remembered, and only on the connections of `Catalog.look`. Every write of this process says which tables
it touched before it commits and once more behind it; a commit of anybody else (SQLite counts them for each connection:
`PRAGMA data_version`) makes all be forgotten. What is asked in a look is kept under the counts from before its view
began: whatever is committed from then on makes it be asked again by the next look. Within one look answers may be of
two views while a commit of another thread is just ending; every claim asks again, in its own write. The catalog
belongs to one process: a commit of another one that falls between two looks together with ours is not told apart.
"""

import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Connection, MetaData, Select

T = TypeVar("T")

_MEMORY = "archived.memory"
_WRITES = re.compile(
    r"\s*(?:INSERT(?: OR \w+)? INTO|REPLACE INTO|UPDATE|DELETE FROM)\s+\"?(\w+)\"?", re.IGNORECASE
)
_READS = re.compile(r"\s*(?:SELECT|PRAGMA|BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE)\b", re.IGNORECASE)
#: What is touched when nobody can tell what is.
EVERYTHING = "*"

_TABLES: dict[Select[Any], frozenset[str] | None] = {}


def kept(query: Select[Any]) -> Select[Any]:
    """The same query, made once and for ever, whose answers may be remembered."""
    _TABLES[query] = None
    return query


def is_kept(query: Select[Any]) -> bool:
    return query in _TABLES


def tables_of(query: Select[Any], schema: MetaData) -> frozenset[str]:
    """The tables that a kept query is about: all whose names occur in it."""
    found = _TABLES[query]
    if found is None:
        words = set(re.findall(r"\w+", str(query)))
        found = _TABLES[query] = frozenset(words.intersection(schema.tables))
    return found


def table_written(statement: str) -> str | None:
    """The table that a statement writes to, `EVERYTHING` when that cannot be told, None when it only reads."""
    found = _WRITES.match(statement)
    if found:
        return found[1]
    return None if _READS.match(statement) else EVERYTHING


@dataclass(frozen=True, slots=True)
class Counts:
    """How often each table was written to, at one moment."""

    commits: int
    writes: Mapping[str, int]

    def of(self, tables: Iterable[str]) -> tuple[int, ...]:
        return tuple(self.writes.get(table, 0) for table in (EVERYTHING, *tables))


class Changes:
    """How often each table of one catalog was written to in this process; for all threads."""

    def __init__(self) -> None:
        self.commits = 0
        self._counts: Counter[str] = Counter()

    def touched(self, tables: Iterable[str]) -> None:
        for table in tables:
            self._counts[table] += 1

    def ended(self, tables: Iterable[str]) -> None:
        """A write that touched these tables is committed, or rolled back."""
        tables = tuple(tables)
        self.commits += bool(tables)
        self.touched(tables)

    def now(self) -> "Counts":
        """How often each table was written to until now."""
        return Counts(self.commits, dict(self._counts))


class Memory:
    """The answers that one connection to the database had."""

    def __init__(self, schema: MetaData) -> None:
        self.active = False
        self._schema = schema
        self._version, self._counts = -1, Counts(-1, {})
        self._answers: dict[Hashable, tuple[tuple[int, ...], object]] = {}

    def begin(self, version: int, counts: Counts) -> None:
        """A view is read from now on; `version` is other than the last when anybody committed since.

        `counts` were taken before the view began: what it shows may be newer, never older.
        """
        if version != self._version and counts.commits == self._counts.commits:
            self._answers.clear()  # it was none of us
        self._version, self._counts = version, counts
        self.active = True

    def end(self) -> None:
        self.active = False

    def answer(self, query: Select[Any], question: Hashable, ask: Callable[[], T]) -> T:
        state = self._counts.of(tables_of(query, self._schema))
        known = self._answers.get(question)
        if known is None or known[0] != state:
            known = self._answers[question] = (state, ask())
        return known[1]  # type: ignore[return-value]


def memory_of(connection: Connection, schema: MetaData) -> Memory:
    """The memory of the connection to the database beneath this one, which outlives it."""
    memory: Memory | None = connection.info.get(_MEMORY)
    if memory is None:
        memory = connection.info[_MEMORY] = Memory(schema)
    return memory


def remembered(
    connection: Connection, query: Select[Any], parameters: dict[str, Any], ask: Callable[[], T]
) -> T:
    """What `ask` answers to a kept query, asked once for each state of its tables. Nobody may change the answer."""
    memory: Memory | None = connection.info.get(_MEMORY)
    if memory is None or not memory.active or not is_kept(query):
        return ask()
    return memory.answer(query, (query, *parameters.items()), ask)
