"""The room server: the rooms of a site in their own process on one local socket, so that killing the daemon does not
kill them.

One thread per connection. A command that a device never answers is simply not answered; the connection stays.
"""

import contextlib
import fcntl
import os
import selectors
import signal
import socket
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from devices.clock import Clock
from devices.failures import WireDamaged
from devices.transports.framing import Frame, FrameDecoder, encode_head
from simulator.answers import ConnectionEnds, NoAnswer
from simulator.errors import RoomOccupied, SimulatorError
from simulator.latency import Latencies
from simulator.packet_sockets import PacketSocket
from simulator.pty_lines import PtyLine
from simulator.room import Room
from simulator.room_lines import line_path
from simulator.rooms import Rooms
from simulator.tag_field import ReaderPlan

_RECEIVE_BYTES = 1 << 20
Log = Callable[[str], None]


def serve(
    room_dirs: Path | Sequence[Path],
    socket_path: Path,
    clock: Clock,
    log: Log,
    *,
    latencies: Latencies | None = None,
    readers: Mapping[str, Sequence[ReaderPlan]] | None = None,
) -> None:
    """Serve one room or several until told to stop (by the stop request, SIGTERM or SIGINT).

    `readers` are those of tags, by the library in whose room they are.

    Raises `RoomOccupied` when another server has a room, `RoomDamaged` when there is none in a folder,
    `PlanRefused` when two rooms have a device of the same name.
    """
    with RoomServer(room_dirs, socket_path, clock, log, latencies=latencies, readers=readers) as server:
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, lambda *_: server.stop())
        server.run()


class RoomServer:
    """Rooms, their locks and the listening socket; a context manager that leaves nothing behind."""

    def __init__(
        self,
        room_dirs: Path | Sequence[Path],
        socket_path: Path,
        clock: Clock,
        log: Log,
        *,
        latencies: Latencies | None = None,
        readers: Mapping[str, Sequence[ReaderPlan]] | None = None,
    ) -> None:
        folders = (room_dirs,) if isinstance(room_dirs, Path) else tuple(room_dirs)
        self._log = log
        self._opened: list[Room] = []
        self._locks: list[int] = []
        self._lines: list[PtyLine | PacketSocket] = []
        self._path = socket_path
        self._connections: set[socket.socket] = set()
        self._connections_lock = threading.Lock()
        self._wake_read, self._wake_write = os.pipe()
        try:
            for folder in folders:
                self._locks.append(_lock_directory(folder))
                self._opened.append(Room(folder, clock=clock, latencies=latencies, log=log))
            for room in self._opened:
                room.install_readers((readers or {}).get(room.estate.plan.library, ()))
            self.rooms = Rooms(self._opened)
            for room in self._opened:
                self._lay_lines(room)
            self._listener = _listen(socket_path)
        except BaseException:
            self._give_free()
            raise

    def __enter__(self) -> "RoomServer":
        return self

    def __exit__(self, *_: object) -> None:
        """End all connections and burns, remove the socket, and give the room free."""
        self._path.unlink(missing_ok=True)
        self._listener.close()
        with self._connections_lock:
            for connection in self._connections:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        self._give_free()
        self._log("room closed")

    def _lay_lines(self, room: Room) -> None:
        """The ends of the lines to whatever is asked over one of its own."""
        for name, device in room.lines.items():
            kind = PacketSocket if name in room.usb_lines else PtyLine
            self._lines.append(kind(device, line_path(self._path, name), room.estate))

    def _give_free(self) -> None:
        for line in self._lines:
            line.close()
        for room in self._opened:
            room.close()
        for descriptor in (self._wake_read, self._wake_write, *self._locks):
            os.close(descriptor)

    def run(self) -> None:
        """Accept connections until `stop`."""
        self._log(f"room open on {self._path}")
        with selectors.DefaultSelector() as selector:
            selector.register(self._listener, selectors.EVENT_READ)
            selector.register(self._wake_read, selectors.EVENT_READ)
            while True:
                ready = {key.fd for key, _ in selector.select()}
                if self._wake_read in ready:
                    return
                connection, _ = self._listener.accept()
                with self._connections_lock:
                    self._connections.add(connection)
                # Daemon threads: a command that sleeps at real speed must not keep the process.
                threading.Thread(target=self._converse, args=(connection,), daemon=True).start()

    def stop(self) -> None:
        """Make `run` return; may be called from any thread and from a signal handler."""
        with contextlib.suppress(OSError):
            os.write(self._wake_write, b".")

    def _converse(self, connection: socket.socket) -> None:
        decoder = FrameDecoder()
        try:
            while data := connection.recv(_RECEIVE_BYTES):
                decoder.feed(data)
                while (frame := decoder.next_frame()) is not None:
                    self._reply(connection, frame)
        except ConnectionEnds:
            self._log("the connection ends by a fault")
        except (OSError, WireDamaged) as error:
            self._log(f"a connection ended: {error}")
        finally:
            with self._connections_lock:
                self._connections.discard(connection)
            connection.close()

    def _reply(self, connection: socket.socket, frame: Frame) -> None:
        try:
            header, payload = self._handle(frame)
        except NoAnswer:
            return
        except (SimulatorError, KeyError, TypeError, ValueError) as error:
            header, payload = {"error": _words(error)}, b""
        try:
            # In two pieces: putting a large payload behind its header would copy it.
            connection.sendall(encode_head(header, len(payload)))
            connection.sendall(payload)
        finally:
            # Also when whoever asked did not wait for the answer.
            if frame.header.get("op") == "stop":
                self.stop()

    def _handle(self, frame: Frame) -> tuple[dict[str, Any], bytes]:
        request = dict(frame.header)
        operation = request.pop("op", None)
        if operation == "scsi":
            answer = self.rooms.execute(
                request["device"],
                bytes.fromhex(request["cdb"]),
                data_in=int(request["data_in"]),
                data_out=frame.payload,
            )
            header = {"status": answer.status, "sense": answer.sense.hex(), "residual": answer.residual}
            return header, answer.data
        if operation == "declare":
            device = request["device"]
            burner = self.rooms.with_device(device).burner(device)
            burner.declare(Path(request["fifo"]), int(request["sectors"]))
        elif operation == "withdraw":
            self.rooms.with_device(request["device"]).burner(request["device"]).withdraw()
        elif operation == "control":
            return {"ok": True, "answer": self.rooms.control(request.pop("verb"), request)}, b""
        elif operation == "ping":
            return {"ok": True, "pid": os.getpid()}, b""
        elif operation != "stop":
            raise ValueError(f"there is no operation {operation!r}")
        return {"ok": True}, b""


def _words(error: Exception) -> str:
    return f"the request lacks {error}" if isinstance(error, KeyError) else str(error)


def _lock_directory(room_dir: Path) -> int:
    """A descriptor that holds the room; it ends with the process, however that ends."""
    try:
        descriptor = os.open(room_dir, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise SimulatorError(f"there is no room in {room_dir}: {error.strerror}") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        raise RoomOccupied(f"another room server holds {room_dir}") from error
    return descriptor


def _listen(path: Path) -> socket.socket:
    """The listening socket. A socket file that a killed server left is replaced: its lock is ours by now."""
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        # Only this user may command the room.
        mask = os.umask(0o177)
        try:
            listener.bind(str(path))
        finally:
            os.umask(mask)
        listener.listen()
    except BaseException:
        listener.close()
        raise
    return listener
