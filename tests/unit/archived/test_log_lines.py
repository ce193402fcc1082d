"""Records as lines: for people, for programs, and for the journal."""

import io
import json
import logging
import os
import sys
from collections.abc import Iterator

import pytest

from archived.log_lines import JsonLines, TextLines, goes_to_journal, log_to


def record(
    level: int = logging.WARNING, message: str = "disc %s is gone", *words: str, **extra: object
) -> logging.LogRecord:
    made = logging.LogRecord("archived.stages.loop", level, "x.py", 1, message, words or ("D1",), None)
    vars(made).update(extra)
    return made


@pytest.fixture
def root() -> Iterator[logging.Logger]:
    """The root logger, put back as it was."""
    found = logging.getLogger()
    handlers, level = found.handlers[:], found.level
    yield found
    found.handlers[:], found.level = handlers, level
    found.setLevel(level)


def test_a_json_line_says_when_how_bad_who_and_what() -> None:
    line = JsonLines().format(record(stage="writing", key="copy 7"))
    document = json.loads(line)
    assert document.pop("time").endswith("+00:00")
    assert document == {
        "level": "warning",
        "logger": "archived.stages.loop",
        "message": "disc D1 is gone",
        "fields": {"stage": "writing", "key": "copy 7"},
    }


def test_a_record_stays_one_line_whatever_is_in_it() -> None:
    made = record(logging.ERROR, "two\nlines %s", "\udcff", thing=object())
    try:
        raise ValueError("because")
    except ValueError:
        made.exc_info = sys.exc_info()
    line = JsonLines().format(made)
    assert "\n" not in line
    line.encode("utf-8")
    assert "ValueError: because" in json.loads(line)["exception"]


@pytest.mark.parametrize(
    ("level", "mark"),
    [
        (logging.DEBUG, "<7>"),
        (logging.INFO, "<6>"),
        (logging.WARNING, "<4>"),
        (logging.ERROR, "<3>"),
        (50, "<2>"),
    ],
)
def test_the_journal_is_told_the_priority_of_every_line(level: int, mark: str) -> None:
    assert JsonLines(journal=True).format(record(level)).startswith(f"{mark}{{")
    lines = TextLines(journal=True).format(record(level, "a\nb%s", "")).split("\n")
    assert [line[:3] for line in lines] == [mark, mark]


def test_lines_for_people_have_their_time_unless_the_journal_has_it() -> None:
    assert TextLines().format(record())[:2] == "20"
    assert TextLines(journal=True).format(record()) == "<4>WARNING disc D1 is gone"


def test_every_logger_writes_to_the_one_stream(root: logging.Logger) -> None:
    stream = io.StringIO()
    log_to(stream, "json", level=logging.WARNING)
    logging.getLogger("uvicorn.error").warning("from below")
    logging.getLogger("archived").info("too little")
    assert [json.loads(line)["message"] for line in stream.getvalue().splitlines()] == ["from below"]


def test_the_journal_is_known_by_the_stream_that_systemd_names() -> None:
    with open(os.devnull) as stream:
        found = os.fstat(stream.fileno())
        assert goes_to_journal({"JOURNAL_STREAM": f"{found.st_dev}:{found.st_ino}"}, stream)
        assert not goes_to_journal({"JOURNAL_STREAM": "1:2"}, stream)
        assert not goes_to_journal({}, stream)
    assert not goes_to_journal({"JOURNAL_STREAM": ""}, io.StringIO())
