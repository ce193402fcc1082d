"""A transport straight into a room of the same process: one thread, a simulated clock, everything
repeatable.
"""

from pathlib import Path

from devices.clock import Clock
from devices.failures import DeviceRefused, TransportLost, TransportTimeout
from devices.scsi import OutgoingBytes, Result
from devices.sense import Sense
from simulator.answers import CHECK_CONDITION, ConnectionEnds, NoAnswer
from simulator.estate import create_room
from simulator.latency import Latencies
from simulator.plan import RoomPlan
from simulator.records import Sync
from simulator.room import Room


class InProcessTransport:
    """Carries command blocks to one device of `room`; its clock decides what is late."""

    def __init__(self, room: Room, device: str) -> None:
        self._room = room
        self._device = device

    def execute(
        self, cdb: bytes, *, data_in: int = 0, data_out: OutgoingBytes | None = None, timeout_s: float
    ) -> Result:
        """See `devices.scsi.Transport`. A command that takes longer than `timeout_s` is done all the same."""
        clock = self._room.estate.clock
        began_s = clock.monotonic()
        try:
            # A copy: the room keeps what it is given, and whoever sends it may use his buffer again.
            sent = bytes(data_out or b"")
            answer = self._room.execute(self._device, bytes(cdb), data_in=data_in, data_out=sent)
        except NoAnswer:
            clock.sleep(max(0.0, timeout_s - (clock.monotonic() - began_s)))
            raise TransportTimeout(f"{self._device} did not answer within {timeout_s:g} s") from None
        except ConnectionEnds:
            raise TransportLost(f"the connection to {self._device} ended") from None
        if clock.monotonic() - began_s > timeout_s:
            raise TransportTimeout(f"{self._device} did not answer within {timeout_s:g} s")
        if answer.status == CHECK_CONDITION:
            sense = Sense.decode(answer.sense)
            raise DeviceRefused(sense, bytes(cdb), self._device, data=answer.data, residual=answer.residual)
        return Result(answer.data, answer.residual)

    def close(self) -> None:
        """Nothing to give up: the room belongs to somebody else."""


def furnish_room(
    folder: Path,
    plan: RoomPlan,
    *,
    clock: Clock,
    latencies: Latencies | None = None,
    sync: Sync | None = None,
) -> Room:
    """Make a new room in `folder` and open it in this process. `sync` replaces fsync where nothing must
    last.
    """
    if sync is None:
        create_room(folder, plan)
        return Room(folder, clock=clock, latencies=latencies)
    create_room(folder, plan, sync=sync)
    return Room(folder, clock=clock, latencies=latencies, sync=sync)
