"""Manual pages out of the tree of commands, as roff (man(7)). Pure but for the language that is spoken."""

import re
from collections.abc import Iterator, Sequence

import click

from archived.errors import NotFound
from archived.language import _
from archived.spoken import EXAMPLES, message_of

PROGRAM = "archivectl"


def manual_pages(program: click.Command) -> dict[str, str]:
    """The page of the program and of every command below it, by file name (`archivectl-images-close.1`)."""
    return {f"{'-'.join((PROGRAM, *words))}.1": manual_page(program, words) for words in _below(program)}


def manual_page(program: click.Command, words: Sequence[str]) -> str:
    """The page of the command that `words` name; none name the program. Raises NotFound."""
    command, ctx = program, click.Context(program, info_name=PROGRAM)
    for word in words:
        found = command.commands.get(word) if isinstance(command, click.Group) else None
        if found is None:
            raise NotFound(
                _("there is no command {command}").format(command=" ".join(words)), advice="archivectl help"
            )
        command, ctx = found, click.Context(found, info_name=word, parent=ctx)
    return "".join(f"{line}\n" for line in _page(command, ctx, ("-".join((PROGRAM, *words)))))


def _below(command: click.Command, words: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    if command.hidden:
        return
    yield words
    for name, inner in sorted(command.commands.items()) if isinstance(command, click.Group) else ():
        yield from _below(inner, (*words, name))


def _page(command: click.Command, ctx: click.Context, name: str) -> Iterator[str]:
    text = _(message_of(command))
    summary = re.split(r"(?<=[.。])\s|(?<=。)|\n\n", text, maxsplit=1)[0].rstrip(".。").replace("\n", " ")
    yield f'.TH "{_roff(name.upper())}" "1" "" "archived" "{_roff(_("archived manual"))}"'
    yield f".SH {_('NAME')}"
    yield f"{_roff(name)} \\- {_roff(summary)}"
    yield f".SH {_('SYNOPSIS')}"
    yield f".B {_roff(ctx.command_path)}"
    yield _roff(" ".join(command.collect_usage_pieces(ctx)))
    yield f".SH {_('DESCRIPTION')}"
    yield from _prose(text)
    options = [record for param in command.get_params(ctx) if (record := _option(param, ctx))]
    if options:
        yield f".SH {_('OPTIONS')}"
    for left, right in options:
        yield from (".TP", f".B {_roff(left)}", _roff(right))
    if isinstance(command, click.Group):
        yield f".SH {_('COMMANDS')}"
        for word, inner in sorted(command.commands.items()):
            if not inner.hidden:
                yield from (".TP", f".BR {_roff(f'{name}-{word}')} (1)", _roff(inner.get_short_help_str(400)))
    yield from _epilog(command.epilog or "")


def _option(param: click.Parameter, ctx: click.Context) -> tuple[str, str] | None:
    record = param.get_help_record(ctx)
    if record is None or not isinstance(param, click.Option) or not param.help:
        return record
    return record[0], record[1].replace(param.help, _(param.help), 1)


def _prose(text: str) -> Iterator[str]:
    for number, paragraph in enumerate(text.split("\n\n")):
        if number:
            yield ".PP"
        if paragraph.startswith("\b"):
            yield from _literal(paragraph.splitlines()[1:])
        else:
            yield _roff(" ".join(paragraph.split()))


def _epilog(text: str) -> Iterator[str]:
    for paragraph in text.split("\n\n"):
        lines = paragraph.strip("\n").splitlines()
        if paragraph.startswith(f"\b\n{EXAMPLES}"):
            yield f".SH {_('EXAMPLES')}"
            yield from _literal([line.strip() for line in lines[2:]])
        elif paragraph.strip():
            yield from (".PP", _roff(_(paragraph.strip())))


def _literal(lines: Sequence[str]) -> Iterator[str]:
    yield ".nf"
    yield from (_roff(line) or "\\&" for line in lines)
    yield ".fi"


def _roff(text: str) -> str:
    """Text as roff takes it literally: man(7), the backslash, the hyphen, and a control character in front."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-").replace('"', "\\(dq").replace("'", "\\(aq")
    return f"\\&{escaped}" if escaped.startswith(".") else escaped
