"""An error as people read it: what happened, to which thing, what was kept, what to do; lists in full."""

from collections.abc import Mapping
from typing import Any

import click

from archived.errors import ArchivedError, Refused, Unavailable
from archived.language import _
from cli.render import cell, plain


def complain(error: ArchivedError) -> None:
    """Print the error on standard error."""
    for line in lines_of(error):
        click.echo(line, err=True)


def lines_of(error: ArchivedError) -> list[str]:
    """The error line by line."""
    kind = (
        _("refused")
        if isinstance(error, Refused)
        else _("unavailable")
        if isinstance(error, Unavailable)
        else _("failed")
    )
    lines = [f"{kind} ({error.code}): {plain(error.message)}"]
    reasons = error.detail.get("reasons")
    lines += reason_lines(reasons) if isinstance(reasons, list) and reasons else _details(error.detail, "  ")
    if error.detail.get("batch") and isinstance(reasons, list) and reasons:
        lines.append(_("batch: {batch}").format(batch=plain(error.detail["batch"])))
    if error.advice:
        lines.append(_("next: {advice}").format(advice=plain(error.advice)))
    return lines


def reason_lines(reasons: list[Any]) -> list[str]:
    """Every reason, each with everything that it lists."""
    lines: list[str] = []
    for reason in reasons:
        if not isinstance(reason, Mapping):
            lines.append(f"  - {plain(reason)}")
            continue
        lines.append(f"  - {plain(reason.get('message', ''))}")
        lines += _details({k: v for k, v in reason.items() if k not in ("code", "message")}, "    ")
    return lines


def _details(detail: Mapping[str, Any], indent: str) -> list[str]:
    lines: list[str] = []
    for key, value in detail.items():
        name = key.replace("_", " ")
        if isinstance(value, list | tuple):
            if value:
                lines.append(f"{indent}{name}:")
            lines += [f"{indent}  {_item(item)}" for item in value]
        elif isinstance(value, Mapping):
            lines.append(f"{indent}{name}:")
            lines += [f"{indent}  {plain(k)}: {cell(str(k), v)}" for k, v in value.items()]
        elif value not in (None, ""):
            lines.append(f"{indent}{name}: {cell(key, value)}")
    return lines


def _item(item: Any) -> str:
    if isinstance(item, list | tuple):
        return ": ".join(plain(part) for part in item)
    if isinstance(item, Mapping):
        return ", ".join(f"{plain(k)} {cell(str(k), v)}" for k, v in item.items())
    return plain(item)
