"""A restore that is killed at any step: the former catalog, none, or the restored one; never a mixture."""

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from archived import restoring
from archived.catalog import holds, surveys
from archived.catalog.importing import COMPANIONS
from archived.catalog.store import Catalog
from archived.founding import found_again
from archived.restoring import SUFFIX
from archived.stages.catalog_origin import is_known
from tests.simulation.conftest import Tell
from tests.simulation.harness import Story
from tests.simulation.killing import Fuse, Killed
from tests.simulation.restores import export, put_back

STEPS_MAX = 40


class Steps:
    """Ends a restore behind anything that it does to the names of files."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.fuse = Fuse()
        self._was_killed = False
        for owner, name in ((os, "link"), (Path, "rename"), (Path, "unlink"), (restoring, "sync_folder")):
            monkeypatch.setattr(owner, name, self._fused(name, getattr(owner, name)))
        for name in ("build", "catch_up", "finish_restore"):
            monkeypatch.setattr(restoring, name, self._fused(name, getattr(restoring, name)))

    def arm(self, nth: int) -> None:
        self._was_killed = False
        self.fuse.arm(nth)

    def disarm(self) -> None:
        self._was_killed = False
        self.fuse.disarm()

    def _fused(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def step(*arguments: Any, **named: Any) -> Any:
            if self._was_killed:
                return None  # a process that is gone cleans nothing up
            answer = real(*arguments, **named)
            # What is made aside is nobody's catalog yet.
            if name != "unlink" or SUFFIX not in arguments[0].name:
                self._step(name)
            return answer

        return step

    def _step(self, name: str) -> None:
        try:
            self.fuse.step(name)
        except Killed:
            self._was_killed = True
            raise


def volumes(path: Path) -> set[str]:
    connection = sqlite3.connect(path)
    try:
        return {row[0] for row in connection.execute("SELECT volume FROM package")}
    finally:
        connection.close()


def state_of(story: Story) -> str:
    """What a daemon that starts now would find."""
    path = story.site.tools.paths.catalog
    if not path.exists():
        catalog = Catalog(path)
        catalog.upgrade()
        assert found_again(catalog, story.config, story.site_folder, story.clock)
        with catalog.read() as read:
            assert not is_known(read), "an empty catalog must take nothing in"
        catalog.close()
        return "none"
    catalog = Catalog(path)
    with catalog.read() as read:
        is_held = holds.current(read) is not None
        has_any = surveys.holds_anything(read)
    catalog.close()
    assert volumes(path) == ({"0001"} if is_held else {"0001", "0002"})
    assert has_any
    return "restored" if is_held else "former"


@pytest.mark.parametrize("with_journal", [False, True], ids=["closed", "with its journal"])
def test_whatever_ends_a_restore_the_next_one_works_and_nothing_is_lost(
    tell: Tell, monkeypatch: pytest.MonkeyPatch, with_journal: bool
) -> None:
    story = tell()
    story.submit("0001")
    file = export(story)
    story.submit("0002")
    story.executor.close()
    path = story.site.tools.paths.catalog
    kept = {name: path.with_name(path.name + name).read_bytes() for name in ("", "-wal") if with_journal}
    story.catalog.close()
    kept = kept or {"": path.read_bytes()}
    steps, seen = Steps(monkeypatch), set()
    for nth in range(1, STEPS_MAX):
        for name in ("", *COMPANIONS):
            path.with_name(path.name + name).unlink(missing_ok=True)
        for name, data in kept.items():
            path.with_name(path.name + name).write_bytes(data)
        steps.arm(nth)
        try:
            put_back(story, file, set_aside=True)
        except Killed:
            steps.disarm()
        else:
            story.catalog.close()
            break
        found = state_of(story)
        if found not in seen:
            put_back(story, file, set_aside=True)
            story.catalog.close()
            assert state_of(story) == "restored"
        seen.add(found)
    else:
        raise AssertionError("the restore was never whole")
    assert seen == ({"former", "none", "restored"} if with_journal else {"former", "restored"})
    former = [folder / path.name for folder in (story.site_folder / "set-aside").glob("catalog-before-*")]
    assert any({"0001", "0002"} <= volumes(found) for found in former)
