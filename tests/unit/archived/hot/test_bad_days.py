"""The folder vanishes, fills, loses its permissions or changes while it is read: nothing is lost or concluded."""

import errno
import os
import pwd
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from archived.catalog import batches, events, surveys
from archived.errors import StagingFull
from archived.routines import hot_intake
from archived.routines.hot_attention import Troubles, attentions
from archived.routines.hot_opening import adopt
from archived.routines.hot_tree import HotTree
from tests.unit.archived.hot.conftest import Hot

ONE = "F1/S1/0001"
Patch = pytest.MonkeyPatch


def told(hot: Hot) -> list[str]:
    """The kinds of everything that waits for a person now."""
    seen = hot.hot.seen
    troubles = Troubles(
        seen.away, "", seen.unwritten, hot.hot.desk.failed(), seen.waits, [], seen.listing.unreadable
    )
    return [item.id.removeprefix("hot:scans:") for item in attentions("scans", troubles, now=hot.site.now())]


def while_reading(monkeypatch: Patch, act: Callable[[], Any]) -> None:
    """Something happens between the look at a thing and the read of it, once."""
    admit = hot_intake.admit

    def interrupted(*words: Any, **options: Any) -> Any:
        monkeypatch.setattr(hot_intake, "admit", admit)
        progress = options["progress"]
        done: list[None] = []

        def report(done_bytes: int, total_bytes: int) -> None:
            if not done:
                done.append(None)
                act()
            progress(done_bytes, total_bytes)

        return admit(*words, **options | {"progress": report})

    monkeypatch.setattr(hot_intake, "admit", interrupted)


def unmount(hot: Hot) -> Path:
    away = hot.path.with_name("away")
    hot.path.rename(away)
    hot.path.mkdir()
    return away


def mount(hot: Hot, away: Path) -> None:
    hot.path.rmdir()
    away.rename(hot.path)


def test_nothing_is_concluded_from_an_empty_mount_point_and_nothing_written_to_it(hot: Hot) -> None:
    hot.restart(originals="remove-after-archived")
    hot.volume()
    hot.look(1)
    away = unmount(hot)
    hot.archive(hot.packages()[0].id)
    hot.look()

    assert "not mounted" in hot.hot.seen.away
    assert told(hot) == ["away"]
    assert os.listdir(hot.path) == []
    assert hot.states() == {ONE: "taken"}

    mount(hot, away)
    hot.look()
    assert told(hot) == []
    assert hot.states() == {ONE: "removed"}
    assert hot.names("F1/S1") == ["0001.accepted.json", "0001.archived.json"]


def test_a_folder_that_is_gone_is_told_and_comes_back(hot: Hot) -> None:
    hot.look()
    away = hot.path.with_name("away")
    hot.path.rename(away)
    hot.look()
    assert "is not there" in hot.hot.seen.away
    away.rename(hot.path)
    hot.volume()
    hot.look()
    assert (hot.hot.seen.away, len(hot.packages())) == ("", 1)


def test_it_vanishes_while_a_package_is_read_and_the_package_is_not_refused(
    hot: Hot, monkeypatch: Patch
) -> None:
    hot.volume()
    away: list[Path] = []
    while_reading(monkeypatch, lambda: away.append(unmount(hot)))
    hot.look()
    assert hot.states() == {ONE: "deferred"}
    mount(hot, away[0])
    hot.look()
    assert len(hot.packages()) == 1
    assert "rejected" not in os.listdir(hot.path)


def test_another_folder_in_its_place_is_used_only_when_a_person_says_so(hot: Hot) -> None:
    hot.look()
    unmount(hot)
    hot.volume()
    hot.look()
    assert hot.packages() == []
    adopt(hot.hot.place, catalog=hot.catalog, site=hot.site.tools.paths.site)
    hot.look()
    assert len(hot.packages()) == 1


def test_a_hot_folder_of_another_site_is_not_used(hot: Hot) -> None:
    (hot.path / ".archived-hot-folder.json").write_text('{"id": "x", "site": "/srv/other"}')
    hot.volume()
    hot.look()
    assert (hot.packages(), "another site, /srv/other" in hot.hot.seen.away) == ([], True)


def test_a_package_that_changes_while_it_is_read_stays_until_its_marker_comes_again(
    hot: Hot, monkeypatch: Patch
) -> None:
    there = hot.volume()
    while_reading(monkeypatch, lambda: (there / "page.txt").write_text("another text"))
    hot.look()
    assert (hot.packages(), hot.states(), told(hot)) == ([], {ONE: "deferred"}, ["put-off"])
    assert (there / "page.txt").exists()
    hot.restart()
    hot.look()
    assert hot.packages() == [], "a restart does not make it ready"

    hot.ready()
    hot.look()
    assert len(hot.packages()) == 1
    assert told(hot) == []


def test_what_changes_while_it_is_read_settles_again(hot: Hot, monkeypatch: Patch) -> None:
    hot.restart(ready="settle", settle_s=60.0)
    there = hot.volume(ready=False)
    hot.look()
    hot.pass_s(60)
    while_reading(monkeypatch, lambda: (there / "page.txt").write_text("another text"))
    hot.look()
    assert (hot.packages(), hot.waits()) == ([], {ONE: "unsettled"})
    hot.pass_s(60)
    hot.look()
    assert len(hot.packages()) == 1


def test_a_marker_that_is_taken_away_while_it_is_read_stops_it(hot: Hot, monkeypatch: Patch) -> None:
    hot.volume()
    while_reading(monkeypatch, (hot.path / f"{ONE}.ready").unlink)
    hot.look()
    assert (hot.packages(), hot.states()) == ([], {ONE: "deferred"})
    hot.ready()
    hot.look()
    assert len(hot.packages()) == 1


def test_full_staging_makes_everything_wait_and_refuses_nothing(hot: Hot, monkeypatch: Patch) -> None:
    def full(*words: Any, **options: Any) -> Any:
        raise StagingFull("no room")

    hot.volume()
    hot.volume("F1/S1/0002", text="two")
    with monkeypatch.context() as inside:
        inside.setattr(hot_intake, "admit", full)
        hot.look()
    assert hot.packages() == []
    assert set(hot.states().values()) == {"deferred"}
    assert "rejected" not in os.listdir(hot.path)
    hot.look()
    assert hot.packages() == [], "it rests"

    hot.pass_s(31)
    hot.look()
    assert len(hot.packages()) == 2


def refusing(monkeypatch: Patch, method: str, code: int) -> None:
    def fail(self: HotTree, *words: Any) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(HotTree, method, fail)


def test_a_receipt_that_has_no_room_is_written_later_and_the_package_stays_accepted(
    hot: Hot, monkeypatch: Patch
) -> None:
    hot.look()
    hot.volume()
    with monkeypatch.context() as inside:
        refusing(inside, "write", errno.ENOSPC)
        hot.look()
        assert (hot.states(), told(hot), len(hot.packages())) == ({ONE: "taken"}, ["unwritten"], 1)
        assert (hot.path / f"{ONE}.ready").exists()
    hot.restart()
    hot.look()
    assert hot.document(f"{ONE}.accepted.json")["package"] == hot.packages()[0].id
    assert told(hot) == []


def test_a_refused_one_that_cannot_be_moved_stays_and_is_moved_later(hot: Hot, monkeypatch: Patch) -> None:
    (hot.path / ONE).mkdir(parents=True)
    hot.ready()
    with monkeypatch.context() as inside:
        refusing(inside, "move", errno.EACCES)
        hot.look()
        assert (hot.states(), told(hot)) == ({ONE: "refused"}, ["unwritten"])
        assert (hot.path / ONE).exists()
    hot.pass_s(31)
    hot.look()
    assert (hot.path / "rejected" / ONE).exists()
    assert told(hot) == []


def test_a_marker_that_cannot_be_removed_is_not_honoured_twice(hot: Hot, monkeypatch: Patch) -> None:
    there = hot.volume()
    with monkeypatch.context() as inside:
        refusing(inside, "unlink", errno.EACCES)
        hot.look()
    (there / "page.txt").write_text("somebody works on it")
    hot.pass_s(31)
    hot.look()
    assert (len(hot.items()), hot.states()) == (1, {ONE: "receipted"})


def test_a_folder_that_may_not_be_listed_is_told(hot: Hot, monkeypatch: Patch) -> None:
    entries = HotTree.entries

    def closed(self: HotTree, folder: str) -> Any:
        if folder == "F1":
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return entries(self, folder)

    hot.volume()
    with monkeypatch.context() as inside:
        inside.setattr(HotTree, "entries", closed)
        hot.look()
        assert told(hot) == ["unreadable"]
    hot.look()
    assert len(hot.packages()) == 1


def test_a_fault_of_ours_is_told_and_tried_again(hot: Hot, monkeypatch: Patch) -> None:
    def broken(*words: Any, **options: Any) -> Any:
        raise RuntimeError("a fault")

    hot.volume()
    with monkeypatch.context() as inside:
        inside.setattr(hot_intake, "admit", broken)
        hot.look()
    assert (hot.states(), told(hot)) == ({ONE: "deferred"}, ["failed"])
    hot.pass_s(31)
    hot.look()
    assert (len(hot.packages()), told(hot)) == (1, [])


def test_while_the_former_catalog_is_not_back_nothing_is_taken_or_numbered(hot: Hot) -> None:
    hot.volume()
    with hot.catalog.write() as write:
        events.set_setting(write, surveys.ORIGIN, surveys.EMPTY)
    hot.look()
    assert "not rebuilt yet" in hot.hot.seen.away
    with hot.catalog.read() as read:
        assert (batches.listing(read), hot.items()) == ([], [])
    with hot.catalog.write() as write:
        events.set_setting(write, surveys.ORIGIN, "")
    hot.look()
    assert len(hot.packages()) == 1


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can act for another user")
def test_it_is_taken_in_the_owner_s_name_and_with_his_rights_alone(hot: Hot, tmp_path: Path) -> None:
    nobody = pwd.getpwnam("nobody").pw_uid
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_mode & 0o001 == 0:
            folder.chmod(folder.stat().st_mode | 0o001)
    hot.path.chmod(0o755)
    hot.restart(owner="nobody")
    hot.volume()
    secret = hot.volume("F1/S1/0002", text="two") / "page.txt"
    secret.chmod(0o600)
    hot.volume("F1/S1/0003", text="three")
    (hot.path / "F1/S1/0003.package.json").write_text("{}")
    (hot.path / "F1/S1/0003.package.json").chmod(0o600)
    hot.look()

    assert [(package.volume, package.owner) for package in hot.packages()] == [("0001", nobody)]
    assert (hot.path / f"{ONE}.accepted.json").stat().st_uid == nobody
    assert (hot.path / "rejected/F1/S1").stat().st_uid == nobody
    assert "may not read" in (hot.path / "rejected/F1/S1/0002.refused.txt").read_text()
    assert "cannot be read" in (hot.path / "rejected/F1/S1/0003.refused.txt").read_text()
