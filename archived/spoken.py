"""click commands whose help is shown in the language of whoever asks. The words stand in English where they belong."""

import inspect
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from archived.language import SOURCE, _, marked, spoken

EXAMPLES = marked("Examples:")
_SENTENCE = re.compile(r".*?(?:。|\.(?=\s|$))", re.DOTALL)
#: A Chinese letter takes two columns and click counts letters: so many columns for each letter of the line.
_COLUMNS_A_LETTER = 1.6


class SpokenContext(click.Context):
    """A context whose help is set for the width of the letters that it is written in."""

    def make_formatter(self) -> click.HelpFormatter:
        formatter = super().make_formatter()
        if spoken() != SOURCE:
            formatter.width = max(int(formatter.width / _COLUMNS_A_LETTER), 40)
        return formatter


class SpokenCommand(click.Command):
    """A command that translates its help, its options' help and its examples' heading when they are shown."""

    context_class = SpokenContext

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with _translated(self, ctx):
            super().format_help_text(ctx, formatter)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with _translated(self, ctx):
            super().format_options(ctx, formatter)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with _translated(self, ctx):
            super().format_epilog(ctx, formatter)

    def get_short_help_str(self, limit: int = 45) -> str:
        if spoken() == SOURCE:
            return super().get_short_help_str(limit)
        text = _(message_of(self))
        found = _SENTENCE.match(text)
        return (found[0] if found else text).strip().rstrip("。.")


class SpokenGroup(SpokenCommand, click.Group):
    """A group that does the same, and whose commands do."""

    command_class = SpokenCommand

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with _translated(self, ctx):
            click.Group.format_options(self, ctx, formatter)


SpokenGroup.group_class = SpokenGroup


def examples_of(program: str, *examples: str) -> str:
    """The epilog of a command that shows command lines, given without the name of the program."""
    lines = "\n".join(f"  {program} {example}" for example in examples)
    return f"\b\n{EXAMPLES}\n{lines}"


def message_of(command: click.Command) -> str:
    """The help of a command as its message stands in the catalog of translations."""
    return inspect.cleandoc(command.help or "").partition("\f")[0].strip()


def messages_of(command: click.Command) -> Iterator[str]:
    """Every message of a command's help, and of all commands below it."""
    yield message_of(command)
    yield from (option.help for option in command.params if isinstance(option, click.Option) and option.help)
    yield from _paragraphs(command.epilog or "")
    for below in command.commands.values() if isinstance(command, click.Group) else ():
        yield from messages_of(below)


@contextmanager
def _translated(command: click.Command, ctx: click.Context) -> Iterator[None]:
    """Inside, what the command says of itself is in the language that is spoken now."""
    options: list[Any] = [param for param in command.get_params(ctx) if isinstance(param, click.Option)]
    before = command.help, command.epilog, [option.help for option in options]
    command.help = _(message_of(command)) or None
    command.epilog = _epilog(command.epilog)
    for option in options:
        option.help = _(option.help) if option.help else option.help
    try:
        yield
    finally:
        command.help, command.epilog, helps = before
        for option, text in zip(options, helps, strict=True):
            option.help = text


def _epilog(text: str | None) -> str | None:
    """An epilog with its heading and its sentences translated; examples are commands in every language."""
    if not text:
        return text
    for paragraph in _paragraphs(text):
        text = text.replace(paragraph, _(paragraph))
    return text


def _paragraphs(epilog: str) -> Iterator[str]:
    """What of an epilog is words: the heading over the examples, and paragraphs of prose."""
    for paragraph in epilog.split("\n\n"):
        if paragraph.startswith(f"\b\n{EXAMPLES}"):
            yield EXAMPLES
        elif paragraph.strip():
            yield paragraph.strip()
