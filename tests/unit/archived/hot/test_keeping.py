"""The life of hot folders: threads, hearing of changes at once, falling back to looking, and what is told."""

import errno
import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from watchdog.observers import Observer

from archived.catalog import events
from archived.errors import ConfigurationError, StagingFull
from archived.routines import hot_intake
from archived.routines.hot_keeper import HotFolders
from archived.routines.hot_opening import place_of
from archived.routines.hot_watcher import WATCHES_MAX, Watcher
from archived.settings import HotFolderSettings
from devices.clock import SystemClock
from tests.unit.archived.hot.conftest import Hot

ONE = "F1/S1/0001"


def soon(holds: Callable[[], Any]) -> None:
    until = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < until, "it never came"
        time.sleep(0.02)


@pytest.fixture
def keep(hot: Hot) -> Iterator[Callable[..., HotFolders]]:
    """Starts the hot folder with its threads."""
    started: list[HotFolders] = []

    def start(**changes: Any) -> HotFolders:
        config = replace(hot.site.config, hot_folders={"scans": replace(hot.settings, **changes)})
        site = replace(hot.site, config=config, tools=replace(hot.site.tools, clock=SystemClock()))
        folders = HotFolders(hot.catalog, site, is_draining=lambda: hot.draining, wake=lambda: None)
        folders.start()
        started.append(folders)
        return folders

    yield start
    for folders in started:
        folders.close()
    left = [thread.name for thread in threading.enumerate() if thread.name.startswith("hot-folder")]
    assert not left


def attentions(hot: Hot) -> set[str]:
    with hot.catalog.read() as read:
        return {item.id for item in events.attentions(read)}


def test_a_marker_is_heard_of_at_once_however_seldom_the_folder_is_looked_at(
    hot: Hot, keep: Callable[..., HotFolders]
) -> None:
    hot.volume(ready=False)
    folder = keep(poll_s=3600.0).folders["scans"]
    soon(lambda: folder.seen.waits)
    hot.ready()
    soon((hot.path / f"{ONE}.accepted.json").exists)


def test_a_full_staging_area_is_told_until_what_waited_is_taken(
    hot: Hot, keep: Callable[..., HotFolders], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*words: Any, **options: Any) -> Any:
        raise StagingFull("staging has no room for 8 GB")

    hot.site = replace(hot.site, config=replace(hot.site.config, rest_s=0.2))
    with monkeypatch.context() as inside:
        inside.setattr(hot_intake, "admit", full)
        keep(poll_s=0.05)
        hot.volume()
        soon(lambda: "hot:scans:no-room" in attentions(hot))
        with hot.catalog.read() as read:
            (told,) = [item for item in events.attentions(read) if item.id == "hot:scans:no-room"]
        assert "staging has no room for 8 GB" in told.what
    soon((hot.path / f"{ONE}.accepted.json").exists)
    soon(lambda: "hot:scans:no-room" not in attentions(hot))


def test_looking_alone_finds_it_too(hot: Hot, keep: Callable[..., HotFolders]) -> None:
    keep(watch="poll", poll_s=0.05)
    hot.volume()
    soon((hot.path / f"{ONE}.accepted.json").exists)


def test_without_watches_it_looks_and_says_so(
    hot: Hot, keep: Callable[..., HotFolders], monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_more(*words: Any, **options: Any) -> Any:
        raise OSError(errno.ENOSPC, "inotify watch limit reached")

    monkeypatch.setattr(Observer, "schedule", no_more)
    keep(poll_s=0.05)
    hot.volume()
    soon((hot.path / f"{ONE}.accepted.json").exists)
    soon(lambda: "hot:scans:watcher" in attentions(hot))
    monkeypatch.undo()
    soon(lambda: "hot:scans:watcher" not in attentions(hot))


def test_what_waits_for_a_person_is_put_up_and_taken_down(hot: Hot, keep: Callable[..., HotFolders]) -> None:
    keep(watch="poll", poll_s=0.05)
    soon((hot.path / ".archived-hot-folder.json").exists)
    away = hot.path.with_name("away")
    hot.path.rename(away)
    soon(lambda: attentions(hot) == {"hot:scans:away"})
    away.rename(hot.path)
    soon(lambda: attentions(hot) == set())


def test_what_an_earlier_configuration_put_up_is_taken_down(
    hot: Hot, keep: Callable[..., HotFolders]
) -> None:
    with hot.catalog.write() as write:
        old = events.Attention("hot:gone:away", "working-hours", "x", "x", "x", hot.site.now())
        events.raise_attention(write, old)
    keep()
    assert "hot:gone:away" not in attentions(hot)


def test_a_daemon_that_drains_looks_at_nothing(hot: Hot, keep: Callable[..., HotFolders]) -> None:
    hot.draining = True
    folder = keep(watch="poll", poll_s=0.01).folders["scans"]
    time.sleep(0.1)
    assert folder.seen.at is None


def test_our_own_looks_ring_no_bell(tmp_path: Path) -> None:
    rung: list[None] = []
    watcher = Watcher(lambda: rung.append(None))
    assert watcher.listen([tmp_path]) == ""
    assert len(rung) == 1, "what came before it listened"
    for _look in range(20):
        os.listdir(tmp_path)
    (tmp_path / "new").touch()
    soon(lambda: len(rung) > 1)
    watcher.close()
    assert len(rung) < 6


def test_it_listens_to_no_more_folders_than_it_may_and_forgets_what_is_gone(tmp_path: Path) -> None:
    folders = [tmp_path / str(number) for number in range(WATCHES_MAX + 5)]
    for folder in folders:
        folder.mkdir()
    watcher = Watcher(lambda: None)
    assert watcher.listen(folders) == ""
    folders[0].rmdir()
    assert watcher.listen(folders[1:]) == ""
    assert watcher.listen([]) == ""
    watcher.close()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"owner": "nobody-of-this-name"}, "no user 'nobody-of-this-name'"),
        ({"layout": "{fonds}/{volum}"}, "layout rule"),
        ({"layout": "{volume}"}, "nothing says the fonds"),
        ({"fonds": "F1"}, "given twice"),
    ],
)
def test_an_owner_or_a_rule_that_cannot_be_used_is_an_error_of_the_configuration(
    changes: dict[str, str], words: str
) -> None:
    settings = replace(HotFolderSettings("/srv/scans"), **changes)
    with pytest.raises(ConfigurationError, match=words):
        place_of("scans", settings)
