"""Prints docs/states.md from the tables of states: `python scripts/print_states.py > docs/states.md`."""

from archived import states

HEAD = """\
# States and exits

Printed from the tables in `archived/states.py` by `python scripts/print_states.py > docs/states.md`; a test
compares. Nothing moves but along these arrows: any other step raises `ForbiddenStep`.
"""


def page() -> str:
    """The whole page."""
    parts = [HEAD]
    for kind, table in states.TABLES.items():
        first = next(iter(table))
        lines = [f"## {kind}", "", "```mermaid", "stateDiagram-v2", f"    [*] --> {first.value}"]
        if kind in states.FOUND:
            lines.append(f"    [*] --> {states.FOUND[kind].value}: known from media")
        for state, exits in table.items():
            for event, after in exits.items():
                lines.append(f"    {state.value} --> {after.value}: {event.value}")
            if not exits:
                lines.append(f"    {state.value} --> [*]")
        parts.append("\n".join([*lines, "```", ""]))
    return "\n".join(parts)


if __name__ == "__main__":
    print(page(), end="")
