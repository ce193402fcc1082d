"""archivectl help: pages that belong to no single command."""

import click

from cli.exit_status import MEANINGS
from cli.nouns import examples_text


@click.group("help", invoke_without_command=True, epilog=examples_text(("help", "help exit-codes")))
@click.pass_context
def pages(ctx: click.Context) -> None:
    """Pages that belong to no single command; alone: the list of commands."""
    if ctx.invoked_subcommand is None and ctx.parent is not None:
        click.echo(ctx.parent.get_help())


@pages.command("exit-codes", epilog=examples_text(("help exit-codes",)))
def exit_codes() -> None:
    """What archivectl's exit codes mean."""
    for code, meaning in MEANINGS.items():
        click.echo(f"{code:>4}  {meaning}")
