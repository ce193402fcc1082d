"""Serving the API on a Unix socket, with the uid of each peer as the kernel tells it."""

import asyncio
import grp
import os
import socket
import struct
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.h11_impl import H11Protocol

from archived.errors import ConfigurationError
from archived.language import _

#: struct ucred: pid, uid, gid (unix(7), SO_PEERCRED).
_UCRED = struct.Struct("3i")
#: Whoever is neither the owner nor in the group of the socket cannot connect (unix(7)).
SOCKET_MODE = 0o660


class PeerProtocol(H11Protocol):
    """HTTP/1.1 whose client address is `uid:N`, pid."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        peer = transport.get_extra_info("socket")
        if peer is not None and peer.family == socket.AF_UNIX:
            pid, uid, _rest = _UCRED.unpack(
                peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _UCRED.size)
            )
            self.client = (f"uid:{uid}", pid)


class ApiServer:
    """The API on its socket, in a thread of its own; asyncio lives only there."""

    def __init__(self, application: FastAPI, path: Path, *, group: str = "") -> None:
        """Bind the socket for its owner and `group` (empty: the group of this process).

        Raises ConfigurationError when there is no such group, or the socket cannot be given to it.
        """
        gid = _gid_of(group) if group else -1
        path.unlink(missing_ok=True)
        self._path = path
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(str(path))
        # Nobody can connect before `run` listens, so no moment is open to more.
        try:
            os.chown(path, -1, gid)
        except PermissionError:
            self.close()
            raise ConfigurationError(
                _(
                    "api.group = {group!r}: the daemon is not in this group and cannot give its socket to it"
                ).format(group=group),
                advice=_("put the daemon's user into the group, or name another one in archived.toml"),
            ) from None
        path.chmod(SOCKET_MODE)
        settings: dict[str, Any] = {
            "http": PeerProtocol,
            "log_level": "warning",
            # Its records go where all of ours go, in their form.
            "log_config": None,
            "lifespan": "off",
            "access_log": False,
            "timeout_graceful_shutdown": 5,
        }
        self._server = uvicorn.Server(uvicorn.Config(application, **settings))

    def run(self) -> None:
        """Serve until `stop`; for a thread."""
        self._server.run(sockets=[self._listener])

    @property
    def started(self) -> bool:
        return self._server.started

    def stop(self) -> None:
        """Let requests under way end, then return from `run`."""
        self._server.should_exit = True

    def close(self) -> None:
        """Remove the socket."""
        self._path.unlink(missing_ok=True)
        self._listener.close()


def _gid_of(group: str) -> int:
    try:
        return grp.getgrnam(group).gr_gid
    except KeyError:
        raise ConfigurationError(
            _("api.group = {group!r}: this machine has no such group").format(group=group),
            advice=_("make it (groupadd {group}), or name another one in archived.toml").format(group=group),
        ) from None
