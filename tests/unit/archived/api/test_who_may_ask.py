"""Who reaches the daemon, and on whose behalf it reads."""

import gc
import grp
import os
import pwd
import socket
import stat
import threading
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from archived.api.client import Client
from archived.api.peer import ApiServer
from archived.errors import ConfigurationError, NotPermitted
from archived.stages.readers import reader_for
from tests.unit.archived.api.conftest import Daemon

NOBODY_AT_ALL = 4_000_000


def mode_and_group(path: Path) -> tuple[int, int]:
    found = path.stat()
    return stat.S_IMODE(found.st_mode), found.st_gid


def test_the_socket_is_for_its_owner_and_the_daemons_group_only(tmp_path: Path) -> None:
    server = ApiServer(FastAPI(), tmp_path / "api")
    assert mode_and_group(tmp_path / "api") == (0o660, os.getegid())
    server.close()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives a socket to any group")
def test_the_socket_goes_to_the_group_that_the_settings_name(tmp_path: Path) -> None:
    group = next(item for item in grp.getgrall() if item.gr_gid != os.getegid())
    server = ApiServer(FastAPI(), tmp_path / "api", group=group.gr_name)
    assert mode_and_group(tmp_path / "api") == (0o660, group.gr_gid)
    server.close()


def test_an_unknown_group_is_refused_with_its_key(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"api\.group = 'no-such-group'"):
        ApiServer(FastAPI(), tmp_path / "api", group="no-such-group")
    assert not (tmp_path / "api").exists()


def test_a_group_that_is_not_the_daemons_is_refused_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_arguments: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "chown", refuse)
    with pytest.raises(ConfigurationError, match="cannot give its socket to it"):
        ApiServer(FastAPI(), tmp_path / "api", group=grp.getgrgid(os.getegid()).gr_name)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes somebody else")
def test_the_kernel_refuses_whoever_is_in_no_way_meant(tmp_path: Path) -> None:
    for folder in (tmp_path, *tmp_path.parents):
        if folder != Path("/"):
            folder.chmod(folder.stat().st_mode | 0o011)
    server = ApiServer(FastAPI(), tmp_path / "api")
    child = os.fork()
    if child == 0:
        os.setgroups([])
        os.setgid(NOBODY_AT_ALL)
        os.setuid(NOBODY_AT_ALL)
        with socket.socket(socket.AF_UNIX) as asking:
            os._exit(asking.connect_ex(str(tmp_path / "api")))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 13, "EACCES"
    server.close()


def test_a_peer_is_known_by_the_uid_that_the_kernel_tells(daemon: Daemon, tmp_path: Path) -> None:
    server = ApiServer(daemon.application, tmp_path / "api")
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        with httpx.Client(transport=httpx.HTTPTransport(uds=str(tmp_path / "api"), retries=9)) as client:
            answer = client.get("http://archived/v1/progress")
    finally:
        server.stop()
        thread.join()
        server.close()
    assert answer.status_code == 200


# httpcore leaves the socket of a connection that failed to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_whom_the_socket_keeps_out_hears_what_to_ask_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_arguments: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    client = Client(tmp_path / "api")
    with pytest.raises(NotPermitted, match="may not speak to the daemon") as refused:
        client.get("/v1/status")
    client.close()
    assert "[api] group" in refused.value.advice
    del refused
    gc.collect()


@pytest.mark.parametrize(("method", "path"), [("GET", "/v1/status"), ("POST", "/v1/images/close")])
def test_nobody_without_credentials_is_answered(daemon: Daemon, method: str, path: str) -> None:
    answer = daemon.ask(method, path, {}, peer="127.0.0.1")
    assert (answer.status_code, answer.json()["code"]) == (403, "not-permitted")
    assert "nothing was done" in answer.json()["message"]


def test_a_root_daemon_looks_at_the_rights_of_everybody_but_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    someone = next(item for item in pwd.getpwall() if item.pw_uid != 0)
    assert reader_for(0) is None
    known = reader_for(someone.pw_uid)
    assert known is not None
    assert (known.uid, someone.pw_gid in known.gids) == (someone.pw_uid, True)
    stranger = reader_for(NOBODY_AT_ALL)
    assert stranger is not None
    assert stranger.gids == frozenset()


def test_any_other_daemon_reads_with_its_own_rights(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert reader_for(1001) is None


def test_a_root_daemon_takes_nothing_that_the_peer_may_not_read(
    daemon: Daemon, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    secret = tmp_path / "secret"
    secret.mkdir(mode=0o700)
    (secret / "a.txt").write_text("for my eyes only")
    request = {
        "path": str(secret), "fonds": "F", "series": "S", "volume": "V", "retention": "Y10", "confidentiality": "x",
    }  # fmt: skip
    answer = daemon.ask("POST", "/v1/submissions", request, peer=f"uid:{NOBODY_AT_ALL}")
    assert answer.status_code == 422
    assert f"uid {NOBODY_AT_ALL}" in answer.json()["message"]
    own = daemon.ask("POST", "/v1/submissions", request, peer="uid:0")
    assert (own.status_code, own.json()["files"]) == (200, 1)
