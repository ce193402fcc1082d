"""What every command gets: the way to the daemon, and the way its answers go out. No words of any command."""

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote

import click

from archived.config import API_SOCKET_NAME, FILE_NAME, RUN_DIRECTORY_FILE
from archived.errors import ConfigurationError, DaemonAbsent
from archived.language import _

Document = dict[str, Any]


class Client(Protocol):
    """What the commands need of the daemon's HTTP API. Every call may raise an ArchivedError."""

    def get(self, path: str, /, **params: Any) -> Any:
        """The document at `path`."""

    def post(self, path: str, document: Any) -> Any:
        """The answer to `document`."""

    def stream(self, path: str, /, **params: Any) -> Iterator[bytes]:
        """The bytes at `path`, piece by piece."""

    def close(self) -> None:
        """Let the connection go."""


@dataclass
class Context:
    """One call of archivectl."""

    site: Path | None = None
    as_json: bool = False
    client: Client | None = None
    #: Set while the daemon may be away for a while: makes a call that changes nothing again (cli.reconnecting).
    again: Callable[[Callable[[], Any]], Any] | None = None
    _notice_said: bool = field(default=False, init=False)
    _made_here: bool = field(default=False, init=False)

    def get(self, path: str, /, **params: Any) -> Any:
        """The document at `path`; parameters that are None are not sent."""

        def call() -> Any:
            return self.daemon.get(path, **_given(params))

        return self._heard(call() if self.again is None else self.again(call))

    def post(self, path: str, document: Document | None = None) -> Any:
        """The answer to `document`."""
        return self._heard(self.daemon.post(path, document or {}))

    def stream(self, path: str, /, **params: Any) -> Iterator[bytes]:
        """The bytes at `path`, piece by piece."""
        return self.daemon.stream(path, **_given(params))

    @property
    def daemon(self) -> Client:
        """The daemon of this site. Raises ConfigurationError, DaemonAbsent."""
        if self.client is None:
            from archived.api.client import Client as HttpClient

            self._made_here = True
            self.client = HttpClient(socket_of(self.site or Path.cwd()))
        return self.client

    def answer(self, document: Any, render: Callable[[Any], None]) -> None:
        """Print the daemon's document: unchanged with --json, else as `render` shows it to people."""
        if self.as_json:
            print_json(document)
        else:
            render(document)

    def say(self, line: str = "") -> None:
        """A line for people on standard error; silent with --json."""
        if not self.as_json:
            # Not click.echo: that goes past a live display, which stands where sys.stderr was.
            print(line, file=sys.stderr, flush=True)

    def forget(self) -> None:
        """Speak to the daemon anew at the next call: another one may answer for the site now."""
        if self._made_here and self.client is not None:
            self.client.close()
            self.client = None

    def close(self) -> None:
        """Let the daemon go, if it was spoken to."""
        if self.client is not None:
            self.client.close()

    def _heard(self, answer: Any) -> Any:
        notice = answer.get("notice") if isinstance(answer, dict) else None
        if notice and not self._notice_said and not self.as_json:
            self._notice_said = True
            sys.stdout.flush()
            self.say(notice)
        return answer


pass_context = click.make_pass_decorator(Context)


def socket_of(site: Path) -> Path:
    """Where the daemon of this site answers.

    Raises:
        ConfigurationError: the folder is not a site.
        DaemonAbsent: no daemon was ever started for this site.
    """
    if not (site / FILE_NAME).is_file():
        raise ConfigurationError(
            _("{site} is not a site: it has no {FILE_NAME}").format(site=site, FILE_NAME=FILE_NAME),
            advice=_(
                "name the site with --site DIR or ARCHIVED_SITE, or make one with: archived init --site DIR"
            ),
        )
    try:
        folder = (site / RUN_DIRECTORY_FILE).read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        raise DaemonAbsent(
            _("no daemon was ever started for the site {site}").format(site=site),
            advice=_("start it: archived serve --site {site}").format(site=site),
        ) from None
    return Path(folder) / API_SOCKET_NAME


def at(collection: str, *names: str) -> str:
    """The path of a thing: its names are quoted, the slashes of a reference stay."""
    return "/".join((collection, *(quote(name, safe="/@") for name in names)))


def print_json(document: Any) -> None:
    """One JSON document on standard output, as UTF-8 whatever it holds."""
    click.echo(_json(document))


def print_json_error(document: Document) -> None:
    """An error's document on standard error: standard output never holds anything but answers."""
    click.echo(_json(document), err=True)


def _json(document: Any) -> str:
    text = json.dumps(document, ensure_ascii=False, indent=2)
    # A lone surrogate has no UTF-8 form; its backslash form is valid JSON and means the same.
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _given(params: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in params.items() if value is not None}
