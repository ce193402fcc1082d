"""The simulated room as a process of its own: started on demand, locked, outliving the daemon, stopped by hand."""

import logging
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from archived.errors import Refused, Unavailable
from archived.founding import room_socket
from archived.language import _
from archived.settings import Config
from archived.wiring import serve_room
from devices.clock import Clock, SystemClock
from devices.failures import DeviceFailure
from devices.polling import WaitExpired, wait_until
from devices.transports.room import RoomRefused, RoomSocket

log = logging.getLogger(__name__)

START_TIMEOUT_S = 30.0
STOP_TIMEOUT_S = 30.0
INTERVAL_S = 0.02
REQUEST_TIMEOUT_S = 60.0


def ensure(site: Path, room: Path, clock: Clock | None = None) -> Path:
    """The socket of the site's room, whose server is started when none answers.

    Raises Unavailable when it does not come up.
    """
    socket = room_socket(site)
    if answers(socket):
        return socket
    with (site / "room.log").open("ab") as output:
        subprocess.Popen(
            [sys.executable, "-P", "-m", "archived", "room", "serve", "--site", str(site)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            cwd="/",
        )
    try:
        wait_until(
            lambda: answers(socket),
            clock=clock or SystemClock(),
            timeout_s=START_TIMEOUT_S,
            interval_s=INTERVAL_S,
        )
    except WaitExpired:
        raise Unavailable(
            _("the simulated room in {room} does not start").format(room=room),
            advice=f"read {site / 'room.log'}",
        ) from None
    return socket


def demand_simulated(config: Config, site: Path) -> None:
    """Raises Refused for a site on real devices: there is no room to be served or stopped."""
    if not config.simulated:
        raise Refused(
            _("{site} works on real devices: there is no simulated room to be served or stopped").format(
                site=site
            ),
            advice=_("archived serve --site {site} serves the site itself").format(site=site),
        )


def run(site: Path, rooms: Sequence[Path], config: Config) -> None:
    """Serve the rooms until they are stopped. Raises Refused when another server has one, or there is none."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    serve_room(rooms, room_socket(site), log.info, config)


def stop(site: Path) -> bool:
    """Stop the room's server, and wait until it is gone; False when none ran."""
    socket = room_socket(site)
    if not answers(socket):
        return False
    pid = int(_request(socket, {"op": "ping"})["pid"])
    _request(socket, {"op": "stop"})
    wait_until(lambda: not _runs(pid), clock=SystemClock(), timeout_s=STOP_TIMEOUT_S, interval_s=INTERVAL_S)
    return True


def _runs(pid: int) -> bool:
    """Whether a process is there and has not ended; its parent may not have reaped it yet (proc(5))."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] not in ("Z", "X")


def answers(socket: Path) -> bool:
    """Whether a room server answers there."""
    if not socket.exists():
        return False
    try:
        _request(socket, {"op": "ping"})
    except DeviceFailure:
        return False
    return True


def control(socket: Path, verb: str, arguments: dict[str, Any]) -> Any:
    """Carry one verb out in the room. Raises Refused with the room's words."""
    try:
        answer = _request(socket, {"op": "control", "verb": verb, **arguments})
    except RoomRefused as error:
        raise Refused(str(error)) from None
    return answer.get("answer")


def _request(socket: Path, header: dict[str, Any]) -> dict[str, Any]:
    room = RoomSocket(socket)
    try:
        answer, _rest = room.request(header, timeout_s=REQUEST_TIMEOUT_S)
    finally:
        room.close()
    return answer
