"""Every command explains itself by examples that work, and understands --json."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from archived.errors import Unavailable
from cli.main import main
from cli.nouns import Noun

from .conftest import FakeClient, Run

ROOT = Path(__file__).resolve().parents[3]
#: Sentences about archivectl, not commands.
PROSE = {"resolves"}


def advised() -> set[tuple[str, str]]:
    """The first two words of every archivectl command that the product tells people to use."""
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "archived").rglob("*.py")]
    found = {
        match
        for text in sources
        for match in re.findall(r"archivectl ([a-z]+(?:-[a-z]+)*)(?: ([a-z]+(?:-[a-z]+)*))?", text)
    }
    return {(first, second) for first, second in found if first not in PROSE}


def commands(
    group: click.Group, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    for name, command in group.commands.items():
        yield (*path, name), command
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))


ALL = list(commands(main))
EXAMPLES = sorted(
    {
        line.strip().removeprefix("archivectl ")
        for _, command in [*ALL, ((), main)]
        for line in (command.epilog or "").splitlines()
        if line.startswith("  archivectl ")
    }
)


@pytest.mark.parametrize("path", [path for path, _ in ALL], ids=" ".join)
def test_every_command_s_help_has_an_example_of_itself(path: tuple[str, ...], run: Run) -> None:
    shown = run(*path, "--help")
    assert shown.exit_code == 0
    assert "Examples:" in shown.stdout
    assert f"  archivectl {path[0]}" in shown.stdout


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_is_understood(
    example: str, run: Run, daemon: FakeClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "wanted.txt").write_text("Z109/2003/0007\n")
    (tmp_path / "shelf.txt").write_text("SIM00007\n")
    (tmp_path / "delivery.csv").write_text("barcode,batch\n")
    (tmp_path / "delivery.xlsx").write_bytes(b"PK")
    (tmp_path / "receipt.json").write_text('{"receipt": "accepted"}')
    monkeypatch.setattr(daemon, "_answer", lambda *asked: (_ for _ in ()).throw(Unavailable("try later")))
    # A scan would go to the devices of whoever tests.
    monkeypatch.setattr("cli.devices_cmd._scanned", daemon._answer)
    result = run(*shlex.split(example))
    if example.startswith("rescue "):  # it asks no daemon; the discs of the examples are not here
        assert (result.exit_code, "not there" in result.output or "is here" in result.output) == (2, True)
        return
    assert result.exit_code == (0 if example.startswith("help") else 3), result.output


@pytest.mark.parametrize(
    "path", [p for p, c in ALL if not isinstance(c, click.Group) and p[0] != "help"], ids=" ".join
)
def test_every_verb_understands_json(path: tuple[str, ...], run: Run) -> None:
    assert "--json" in run(*path, "--help").stdout


def test_help_alone_lists_the_commands(run: Run) -> None:
    assert "submit" in run("help").stdout


def test_the_version_is_told(run: Run) -> None:
    assert run("--version").stdout.startswith("archivectl, version ")


@pytest.mark.parametrize("words", sorted(advised()), ids=" ".join)
def test_every_command_that_the_daemon_advises_exists(words: tuple[str, str]) -> None:
    command = main.commands[words[0]]
    if isinstance(command, Noun) and words[1]:
        assert command.takes_thing or words[1] in command.commands
