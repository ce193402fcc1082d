"""archivectl help: pages that belong to no single command; manual pages and shell completion."""

from pathlib import Path

import click
from click.shell_completion import get_completion_class

from archived.errors import Refused
from archived.language import _
from archived.spoken import SpokenGroup
from cli.exit_status import MEANINGS
from cli.manual import manual_page, manual_pages
from cli.nouns import examples_text

SHELLS = ("bash", "zsh", "fish")


@click.group(
    "help",
    cls=SpokenGroup,
    invoke_without_command=True,
    epilog=examples_text(("help", "help exit-codes", "help man submit")),
)
@click.pass_context
def pages(ctx: click.Context) -> None:
    """Pages that belong to no single command; alone: the list of commands."""
    if ctx.invoked_subcommand is None and ctx.parent is not None:
        click.echo(ctx.parent.get_help())


@pages.command("exit-codes", epilog=examples_text(("help exit-codes",)))
def exit_codes() -> None:
    """What archivectl's exit codes mean."""
    for code, meaning in MEANINGS.items():
        click.echo(f"{code:>4}  {_(meaning)}")


@pages.command(
    "man",
    epilog=examples_text(("help man", "help man images close", "help man --to /usr/local/share/man/man1")),
)
@click.argument("words", nargs=-1, metavar="[COMMAND]...")
@click.option("--to", "folder", type=click.Path(path_type=Path), help="Write every page into this folder.")
@click.pass_context
def manual(ctx: click.Context, words: tuple[str, ...], folder: Path | None) -> None:
    """Print the manual page of a command as roff for `man -l -`, or write all of them into a folder.

    They are in your language: LANG=zh_CN.UTF-8 archivectl help man --to DIR writes the Chinese ones.
    """
    root = ctx.find_root()
    if folder is None:
        click.echo(manual_page(root.command, words), nl=False)
        return
    if words:
        raise click.UsageError(_("say which COMMAND, or --to DIR for all of them, not both"))
    folder.mkdir(parents=True, exist_ok=True)
    pages_by_name = manual_pages(root.command)
    for name, text in pages_by_name.items():
        (folder / name).write_text(text, encoding="utf-8")
    click.echo(_("{number} pages are in {folder}").format(number=len(pages_by_name), folder=folder))


@pages.command("completion", epilog=examples_text(("help completion bash",)))
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print the script by which a shell completes commands and options.

    \b
    bash:  archivectl help completion bash > ~/.local/share/bash-completion/completions/archivectl
    zsh:   archivectl help completion zsh > "${fpath[1]}/_archivectl"
    fish:  archivectl help completion fish > ~/.config/fish/completions/archivectl.fish
    """
    kind = get_completion_class(shell)
    if kind is None:
        raise Refused(_("there is no completion for {shell}").format(shell=shell))
    root = ctx.find_root()
    click.echo(kind(root.command, {}, "archivectl", "_ARCHIVECTL_COMPLETE").source())
