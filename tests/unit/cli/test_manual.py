"""Manual pages and shell completion come out of the tree of commands itself."""

import shutil
import subprocess
from pathlib import Path

import pytest

from archived.language import speaking
from cli.main import main
from cli.manual import manual_page, manual_pages

from .conftest import Run

PAGES = manual_pages(main)


def test_there_is_a_page_for_the_program_and_for_every_command() -> None:
    assert {"archivectl.1", "archivectl-submit.1", "archivectl-images.1", "archivectl-images-close.1"} <= set(
        PAGES
    )


@pytest.mark.parametrize("name", sorted(PAGES))
def test_a_page_has_its_name_its_usage_and_what_it_does(name: str) -> None:
    text = PAGES[name]
    assert text.startswith('.TH "ARCHIVECTL')
    assert [part in text for part in (".SH NAME\n", ".SH SYNOPSIS\n", ".SH DESCRIPTION\n")] == [True] * 3


def test_a_page_shows_its_options_and_its_examples() -> None:
    text = manual_page(main, ("submit",))
    assert "\\-\\-fonds" in text
    assert ".SH EXAMPLES\n.nf\narchivectl submit ./0007" in text


@pytest.mark.skipif(shutil.which("groff") is None, reason="groff is not installed")
def test_groff_has_nothing_to_say_against_any_page() -> None:
    for name, text in PAGES.items():
        done = subprocess.run(
            ["groff", "-man", "-Tutf8", "-Kutf8", "-ww", "-z"], input=text.encode(), capture_output=True
        )
        assert (name, done.stderr.decode()) == (name, "")


def test_all_pages_are_written_into_a_folder(run: Run, tmp_path: Path) -> None:
    done = run("help", "man", "--to", str(tmp_path / "man1"))
    assert done.exit_code == 0
    assert {path.name for path in (tmp_path / "man1").iterdir()} == set(PAGES)


def test_a_page_of_no_command_is_refused(run: Run) -> None:
    assert run("help", "man", "images", "frobnicate").exit_code == 2


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_every_shell_gets_its_script(run: Run, shell: str) -> None:
    assert "_ARCHIVECTL_COMPLETE" in run("help", "completion", shell).stdout


@pytest.mark.parametrize(
    ("line", "word", "wanted"),
    [
        ("archivectl im", 1, "images"),
        ("archivectl images cl", 2, "close"),
        ("archivectl images ", 2, "export"),
        ("archivectl images close --a", 3, "--all"),
        ("archivectl submit --stor", 2, "--storage-class"),
    ],
)
def test_a_shell_is_told_what_could_come_next(run: Run, line: str, word: int, wanted: str) -> None:
    asked = {"COMP_WORDS": line, "COMP_CWORD": str(word), "_ARCHIVECTL_COMPLETE": "bash_complete"}
    done = run(environment=asked)
    assert wanted in {found.partition(",")[2] for found in done.stdout.splitlines()}


def test_help_in_another_language_still_shows_the_commands_of_the_examples() -> None:
    with speaking("zh"):
        assert "archivectl submit ./0007" in manual_page(main, ("submit",))
