"""A simulated room behind its socket, for as long as a contract is tested over it."""

import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from devices.clock import SystemClock
from devices.transports.room import RoomSocket, RoomTransport
from simulator.estate import create_room
from simulator.plan import RoomPlan
from simulator.server import RoomServer


@contextmanager
def served(
    plan: RoomPlan, socket: Path | None = None
) -> Iterator[tuple[Callable[[str], RoomTransport], Callable[..., Any]]]:
    """What makes a transport to a device of the room, and what interferes with the room; it answers at `socket`."""
    with tempfile.TemporaryDirectory() as folder:
        room_dir, path = Path(folder) / "room", socket or Path(folder) / "room.sock"
        create_room(room_dir, plan, sync=lambda descriptor: None)
        with RoomServer(room_dir, path, SystemClock(), lambda line: None) as server:
            thread = threading.Thread(target=server.run)
            thread.start()
            line = RoomSocket(path)
            transports: list[RoomTransport] = []

            def transport(device: str) -> RoomTransport:
                transports.append(RoomTransport(path, device))
                return transports[-1]

            def interfere(verb: str, **arguments: Any) -> Any:
                header = {"op": "control", "verb": verb, **arguments}
                return line.request(header, timeout_s=5)[0]["answer"]

            try:
                yield transport, interfere
            finally:
                line.close()
                for one in transports:
                    one.close()
                server.stop()
                thread.join()
