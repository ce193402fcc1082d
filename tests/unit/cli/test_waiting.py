"""Long requests are looked at while they run, and nothing about looking changes their outcome."""

import io
import threading

import pytest
from rich.console import Console

from archived.errors import Failed
from archived.language import speaking, spoken
from cli.context import Context
from cli.waiting import News, progress_table, wait_for, with_progress

from .conftest import FakeClient

WORK = {
    "key": "k",
    "what": "taking in F/S/V",
    "done_bytes": 1,
    "total_bytes": 4,
    "rate_bytes_per_s": 1,
    "left_s": 3,
}


@pytest.fixture
def watched(daemon: FakeClient, monkeypatch: pytest.MonkeyPatch) -> Context:
    """A context whose caller sits before a screen."""
    monkeypatch.setattr("cli.waiting._is_watched", lambda context: True)
    monkeypatch.setattr("cli.waiting.NEWS_WAIT_S", 0.01)
    daemon.answers["GET /v1/progress"] = {"items": [WORK]}
    return Context(client=daemon)


def test_progress_is_drawn_until_the_answer_comes(watched: Context, daemon: FakeClient) -> None:
    drawn = threading.Event()

    def slow() -> str:
        assert drawn.wait(10)
        return "receipt"

    original = daemon.get

    def get(path: str, /, **params: object) -> object:
        drawn.set()
        return original(path, **params)

    daemon.get = get  # type: ignore[method-assign]
    assert with_progress(watched, slow) == "receipt"
    assert daemon.asked("GET", "/v1/progress")


@pytest.mark.parametrize("error", [Failed("broke"), TimeoutError("the call's own"), KeyboardInterrupt()])
def test_what_the_call_raises_is_raised(error: BaseException, watched: Context) -> None:
    def broken() -> None:
        raise error

    with pytest.raises(type(error)) as caught:
        with_progress(watched, broken)
    assert caught.value is error


def test_the_call_speaks_the_language_of_whoever_asked(watched: Context) -> None:
    with speaking("zh"):
        assert with_progress(watched, spoken) == "zh"


def test_nobody_watching_means_that_progress_is_not_asked_for(daemon: FakeClient) -> None:
    assert with_progress(Context(client=daemon), lambda: "receipt") == "receipt"
    assert daemon.calls == []


def test_what_is_waited_for_is_said_on_standard_error_where_nobody_watches(
    daemon: FakeClient, capsys: pytest.CaptureFixture[str]
) -> None:
    for as_json in (False, True):
        context = Context(client=daemon, as_json=as_json)
        assert with_progress(context, lambda: "receipt", waits_for="until T1 is clean") == "receipt"
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "until T1 is clean\n")


def test_waiting_looks_first_and_asks_for_news_only_when_it_must(daemon: FakeClient) -> None:
    assert wait_for(Context(client=daemon), lambda: "there") == "there"
    assert daemon.calls == []


def test_news_are_asked_for_from_the_last_event_that_was_heard_of(daemon: FakeClient) -> None:
    daemon.answers["GET /v1/events"] = [
        {"items": [{"id": 5}]},
        {"items": [{"id": 6}, {"id": 9}]},
        {"items": []},
    ]
    news = News(Context(client=daemon))
    news.wait(1)
    news.wait(1)
    news.wait(1)
    assert [sent.get("after") for sent in daemon.asked("GET", "/v1/events")] == [None, 5, 9, 9]


def test_a_first_look_shows_what_it_has_met_so_far_and_no_rate() -> None:
    look = {
        **WORK,
        "folders": 3,
        "files": 120,
        "done_bytes": 5_000_000,
        "total_bytes": 0,
        "rate_bytes_per_s": 0,
    }
    console = Console(width=200, file=io.StringIO())
    console.print(progress_table([look]))
    shown = console.file.getvalue()  # type: ignore[attr-defined]
    assert "taking in F/S/V: looking, 3 folders, 120 files, 5.0 MB so far" in shown
    assert "/s" not in shown
