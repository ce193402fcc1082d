"""Serving the API on a Unix socket, with the uid of each peer as the kernel tells it."""

import asyncio
import socket
import struct
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.h11_impl import H11Protocol

#: struct ucred: pid, uid, gid (unix(7), SO_PEERCRED).
_UCRED = struct.Struct("3i")


class PeerProtocol(H11Protocol):
    """HTTP/1.1 whose client address is `uid:N`, pid."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        peer = transport.get_extra_info("socket")
        if peer is not None and peer.family == socket.AF_UNIX:
            pid, uid, _ = _UCRED.unpack(peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _UCRED.size))
            self.client = (f"uid:{uid}", pid)


class ApiServer:
    """The API on its socket, in a thread of its own; asyncio lives only there."""

    def __init__(self, application: FastAPI, path: Path) -> None:
        path.unlink(missing_ok=True)
        self._path = path
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(str(path))
        path.chmod(0o666)  # who may do what is decided by uid, not by who may connect
        settings: dict[str, Any] = {
            "http": PeerProtocol,
            "log_level": "warning",
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
