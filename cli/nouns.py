"""How commands are shaped: a noun is a group whose bare form lists, a verb always has --json and examples."""

from collections.abc import Callable
from typing import Any

import click

from archived.language import _
from archived.spoken import SpokenCommand, SpokenGroup, examples_of
from cli.context import Context, pass_context


class Noun(SpokenGroup):
    """A group of verbs about one kind of thing. `images` lists, `images I000003` shows, `images close` acts."""

    def __init__(self, *args: Any, default: str = "list", takes_thing: bool = True, **options: Any) -> None:
        super().__init__(*args, **options)
        self.default = default
        #: Whether the default verb may be followed by the id of a thing.
        self.takes_thing = takes_thing

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        first = args[0] if args else ""
        if ctx.resilient_parsing and not args:  # a shell asks what could come next
            return super().parse_args(ctx, args)
        is_thing = self.takes_thing and first not in self.commands
        if first not in ("--help", "-h") and (not args or first.startswith("-") or is_thing):
            args = [self.default, *args]
        return super().parse_args(ctx, args)


def noun(name: str, about: str, *examples: str, default: str = "list", takes_thing: bool = True) -> Noun:
    """A noun without verbs yet."""
    return Noun(name, help=about, epilog=examples_text(examples), default=default, takes_thing=takes_thing)


def verb(name: str, *examples: str, of: Noun | None = None) -> Callable[[Callable[..., Any]], click.Command]:
    """A command, of a noun or standing alone, that gets the Context first and understands --json.

    Examples are command lines without the leading `archivectl `.
    """

    def decorate(function: Callable[..., Any]) -> click.Command:
        command = click.command(name, cls=SpokenCommand, epilog=examples_text(examples))(
            json_option(pass_context(function))
        )
        if of is not None:
            of.add_command(command)
        return command

    return decorate


def json_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """Adds --json, which turns the context to JSON."""

    def turn(ctx: click.Context, param: click.Parameter, value: bool) -> None:
        if value:
            ctx.ensure_object(Context).as_json = True

    return click.option(
        "--json",
        is_flag=True,
        expose_value=False,
        callback=turn,
        help="Print the daemon's document unchanged.",
    )(function)


#: For what a person decides: it stands in the record for ever.
reason_option = click.option("--reason", required=True, help="Why; it goes on record with your uid.")


def one_or_all(thing: str | None, everything: bool, *, kind: str) -> str | None:
    """What `[THING|--all]` means: the id, or None for all. Raises UsageError unless exactly one is given."""
    if bool(thing) == everything:
        raise click.UsageError(_("say which {kind}, or --all").format(kind=kind))
    return thing


def examples_text(examples: tuple[str, ...]) -> str:
    """The epilog that shows the examples, each on its own line."""
    return examples_of("archivectl", *examples)
