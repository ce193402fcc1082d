"""Laws that hold for every table of states."""

import runpy
from enum import Enum
from pathlib import Path
from typing import Any

import pytest

from archived.errors import ForbiddenStep, all_errors
from archived.states import FOUND, TABLES, CopyEvent, CopyState, MediumEvent, MediumState, step


@pytest.mark.parametrize("kind", TABLES)
def test_every_state_stands_in_its_table(kind: str) -> None:
    table = TABLES[kind]
    assert set(table) == set(type(next(iter(table))))


@pytest.mark.parametrize("kind", TABLES)
def test_every_state_is_reachable_from_where_things_begin(kind: str) -> None:
    table = TABLES[kind]
    queue: list[Any] = [next(iter(table)), *([FOUND[kind]] if kind in FOUND else [])]
    reached = set(queue)
    while queue:
        for after in table[queue.pop()].values():
            if after not in reached:
                reached.add(after)
                queue.append(after)
    assert reached == set(table)


@pytest.mark.parametrize("kind", TABLES)
def test_every_event_is_used(kind: str) -> None:
    table = TABLES[kind]
    used = {event for exits in table.values() for event in exits}
    kinds: set[type[Enum]] = {type(event) for event in used}
    assert len(kinds) == 1
    assert used == set(kinds.pop())


def test_a_step_that_is_not_in_the_table_names_thing_state_and_event() -> None:
    table = TABLES["copy"]
    assert step(table, CopyState.PLANNED, CopyEvent.BEGUN, thing="copy 1") is CopyState.WRITING
    with pytest.raises(ForbiddenStep, match="copy 7 is planned; flushed is not possible"):
        step(table, CopyState.PLANNED, CopyEvent.FLUSHED, thing="copy 7")


def test_an_interrupted_write_never_returns_to_planned_but_where_nothing_of_it_counts() -> None:
    exits = TABLES["copy"][CopyState.WRITING]
    back = [event for event, after in exits.items() if after is CopyState.PLANNED]
    assert back == [CopyEvent.FOUND_BLANK, CopyEvent.NOT_BEGUN]


def test_only_a_cartridge_with_room_is_written_again() -> None:
    again = [state for state, exits in TABLES["medium"].items() if MediumEvent.INTENT in exits]
    assert again == [MediumState.RESERVED, MediumState.APPENDABLE]


def test_error_codes_are_unique_but_for_the_general_ones() -> None:
    ours = [kind for kind in all_errors() if kind.__module__.startswith("archived.")]
    codes = [kind.code for kind in ours if kind.__subclasses__() == []]
    assert len(codes) == len(set(codes))


def test_the_drawings_in_the_docs_are_printed_from_the_tables() -> None:
    root = Path(__file__).resolve().parents[3]
    printed = runpy.run_path(str(root / "scripts" / "print_states.py"))["page"]()
    assert (root / "docs" / "states.md").read_text(encoding="utf-8") == printed
