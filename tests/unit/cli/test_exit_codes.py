"""Exit codes mean what the page says, and what goes wrong comes out in words."""

import gc
import json
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from archived.errors import (
    ArchivedError,
    CatalogBusy,
    ContentDiffers,
    Failed,
    NotCarried,
    Unacceptable,
    Unrecoverable,
    all_errors,
)
from cli.exit_status import MEANINGS
from cli.main import main

from .conftest import NOTICE, FakeClient, Run

URGENT = {
    "id": "a:1",
    "urgency": "now",
    "what": "disc gone",
    "safe": "all",
    "next": "look",
    "since": "2026-01-01",
}
LATER = {**URGENT, "id": "a:2", "urgency": "working-hours"}
DATED = {**URGENT, "id": "a:3", "urgency": "before", "before": "2026-02-01T00:00:00+00:00"}


@pytest.mark.parametrize(
    ("error", "code"),
    [(ContentDiffers("x"), 2), (CatalogBusy("x"), 3), (Failed("x"), 4), (Unrecoverable("x"), 4)],
    ids=lambda value: type(value).__name__ if isinstance(value, ArchivedError) else str(value),
)
def test_an_error_of_the_daemon_decides_the_exit_code(
    error: ArchivedError, code: int, run: Run, daemon: FakeClient
) -> None:
    daemon.answers["GET /v1/images"] = error
    assert run("images").exit_code == code


@pytest.mark.parametrize(
    ("waiting", "code"), [([], 0), ([LATER], 10), ([LATER, DATED], 10), ([LATER, URGENT], 11)]
)
@pytest.mark.parametrize("options", [(), ("--json",)])
def test_attention_tells_by_its_exit_code_how_urgent_it_is(
    waiting: list[dict[str, str]], code: int, options: tuple[str, ...], run: Run, daemon: FakeClient
) -> None:
    daemon.answers["GET /v1/attention"] = {"items": waiting}
    assert run("attention", *options).exit_code == code


def test_attention_names_what_is_safe_and_the_next_command(run: Run, daemon: FakeClient) -> None:
    daemon.answers["GET /v1/attention"] = {"items": [URGENT]}
    said = run("attention").stdout
    for words in ("a:1", "now 立即", "disc gone", "safe:  all", "next:  look"):
        assert words in said


def test_the_page_lists_every_code_that_errors_have(run: Run) -> None:
    page = run("help", "exit-codes").stdout
    for status in {kind.exit_status for kind in all_errors()} | {0, 10, 11, 130}:
        assert f"{status:>4}  {MEANINGS[status]}" in page


def test_a_wrong_command_line_exits_2(run: Run) -> None:
    for wrong in (
        ("images", "close"),
        ("sets", "close", "X", "--all"),
        ("withdraw", "P1"),
        ("writes", "nonsense"),
        ("simulate", "damage", "D1", "--offset", "-1"),
        ("simulate", "damage", "D1", "--bytes", "9 parsecs"),
    ):
        assert run(*wrong).exit_code == 2


def test_reasons_and_all_that_they_list_come_line_by_line(run: Run, daemon: FakeClient) -> None:
    names = [[f"data/名{number}", "is too long"] for number in range(9)]
    reasons = [
        {"code": "names-not-carried", "message": "9 names", "names": names},
        {"code": "too-large", "message": "too large", "size_bytes": 30_000_000_000},
    ]
    daemon.answers["POST /v1/submissions"] = Unacceptable(
        "F/S/V was not taken, nothing was kept: …", advice="put it right", reasons=reasons, names=names
    )
    said = run("submit", "x", "--fonds", "F", "--series", "S", "--volume", "V").stderr.splitlines()
    assert said[0] == "refused (unacceptable): F/S/V was not taken, nothing was kept: …"
    assert said[1:4] == ["  - 9 names", "    names:", "      data/名0: is too long"]
    assert sum("is too long" in line for line in said) == 9
    assert "    size bytes: 30.0 GB" in said
    assert said[-1] == "next: put it right"


def test_lists_of_an_error_without_reasons_are_printed_in_full(run: Run, daemon: FakeClient) -> None:
    daemon.answers["GET /v1/images"] = NotCarried("no", added=["a", "b"], removed=[], changed=["c"])
    assert run("images").stderr.splitlines()[1:] == ["  added:", "    a", "    b", "  changed:", "    c"]


def test_with_json_an_error_is_a_document_on_standard_error(run: Run, daemon: FakeClient) -> None:
    error = Failed("broke", advice="look", disc="D1")
    daemon.answers["GET /v1/images"] = error
    result = run("images", "--json")
    assert result.exit_code == 4
    assert result.stdout == ""
    assert json.loads(result.stderr) == error.as_document()


def test_a_folder_that_is_no_site_is_refused(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["--site", str(tmp_path), "status"])
    assert result.exit_code == 2
    assert "is not a site" in result.stderr


def test_a_site_whose_daemon_never_ran_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "archived.toml").touch()
    result = CliRunner().invoke(main, ["status"], env={"ARCHIVED_SITE": str(tmp_path)})
    assert result.exit_code == 3
    assert f"archived serve --site {tmp_path}" in result.stderr


# httpcore leaves the socket of a connection that failed to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_site_whose_daemon_is_gone_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "archived.toml").touch()
    (tmp_path / "run-directory").write_text(f"{tmp_path / 'run'}\n")
    result = CliRunner().invoke(main, ["--site", str(tmp_path), "status"])
    assert result.exit_code == 3
    assert "daemon-absent" in result.stderr
    del result
    gc.collect()


def test_an_interruption_says_that_what_is_accepted_goes_on(run: Run, daemon: FakeClient) -> None:
    daemon.answers["GET /v1/images"] = KeyboardInterrupt()
    result = run("images")
    assert result.exit_code == 130
    assert "goes on" in result.stderr


def test_a_broken_disk_of_the_caller_is_a_failure_with_its_file(run: Run, daemon: FakeClient) -> None:
    daemon.answers["GET /v1/images"] = OSError(28, "No space left on device", "/x/y")
    result = run("images")
    assert result.exit_code == 4
    assert "/x/y: No space left on device" in result.stderr


def test_an_argument_that_is_not_utf8_is_refused(run: Run, daemon: FakeClient) -> None:
    daemon.answers["POST /v1/submissions"] = UnicodeEncodeError(
        "utf-8", "\udcff", 0, 1, "surrogates not allowed"
    )
    result = run("submit", "x", "--fonds", "F", "--series", "S", "--volume", "V")
    assert result.exit_code == 2
    assert "UTF-8" in result.stderr


def test_the_connection_is_let_go_at_the_end(run: Run, daemon: FakeClient) -> None:
    daemon.answers["GET /v1/attention"] = {"notice": NOTICE, "items": []}
    run("attention")
    assert daemon.closed


def test_every_command_belongs_to_a_group_of_its_own_name() -> None:
    assert all(
        isinstance(command, click.Command) and command.name == name for name, command in main.commands.items()
    )
