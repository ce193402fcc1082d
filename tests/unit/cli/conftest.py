"""A daemon that answers from memory, and a way to run archivectl against it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from click.testing import CliRunner, Result

from archived.errors import NotFound
from cli.context import Context
from cli.main import main

#: Whatever language the machine of the tests speaks.
ENGLISH = {"LANGUAGE": "", "LC_ALL": "C.UTF-8"}
NOTICE = "SIMULATED – NOT PRESERVED"


@dataclass
class FakeClient:
    """Answers by method and path: a document, an error to raise, or a list of these, the last one repeated."""

    answers: dict[str, Any] = field(default_factory=dict)
    contents: dict[str, bytes] = field(default_factory=dict)
    #: Every call: method, path, and what was sent with it.
    calls: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    closed: bool = False

    def get(self, path: str, /, **params: Any) -> Any:
        return self._answer("GET", path, params)

    def post(self, path: str, document: Any) -> Any:
        return self._answer("POST", path, document)

    def stream(self, path: str, /, **params: Any) -> Iterator[bytes]:
        if params.get("path", "") not in self.contents:
            self._answer("STREAM", path, params)
        self.calls.append(("STREAM", path, params))
        data = self.contents[params.get("path", "")][params.get("skip", 0) :]
        yield data[:3]
        yield data[3:]

    def close(self) -> None:
        self.closed = True

    def asked(self, method: str, path: str) -> list[dict[str, Any]]:
        """What was sent with every call of this kind."""
        return [sent for how, where, sent in self.calls if (how, where) == (method, path)]

    def _answer(self, method: str, path: str, sent: dict[str, Any]) -> Any:
        self.calls.append((method, path, sent))
        answer = self.answers.get(f"{method} {path}", NotFound(f"there is nothing at {method} {path}"))
        if isinstance(answer, list):
            answer = answer.pop(0) if len(answer) > 1 else answer[0]
        if isinstance(answer, BaseException):
            raise answer
        return answer


Run = Callable[..., Result]


@pytest.fixture
def daemon() -> FakeClient:
    return FakeClient({"GET /v1/events": {"items": []}, "GET /v1/progress": {"items": []}})


@pytest.fixture
def run(daemon: FakeClient) -> Run:
    """archivectl with these arguments against `daemon`."""

    def invoke(*arguments: str, environment: dict[str, str] | None = None, stdin: str = "") -> Result:
        return CliRunner().invoke(
            main,
            list(arguments),
            obj=Context(client=daemon),
            env={**ENGLISH, **(environment or {})},
            prog_name="archivectl",
            input=stdin or None,
        )

    return invoke


@pytest.fixture(autouse=True)
def no_sync_of_the_whole_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cli.delivery.os.sync", lambda: None)
