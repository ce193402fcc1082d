"""A device behind an iSCSI target (RFC 7143), through the system's libiscsi.

One session a transport, made by its first command, without a command of the library's own: a unit attention
reaches whoever asks. A session that was lost is not made again behind anybody's back, for a tape's position
went with it: the transport stays dead until `close`.
"""

import ctypes as c
import math
import threading
from dataclasses import dataclass, field
from typing import Any

from devices.failures import TransportLost, TransportTimeout
from devices.scsi import OutgoingBytes, Result
from devices.transports import libiscsi
from devices.transports.libiscsi import OutgoingData
from devices.transports.scsi_status import CHECK_CONDITION, require_good

INITIATOR = "iqn.2026-01.archived:initiator"
_CDB_BYTES_MAX = 16
LOGOUT_S = 5
#: The library counts ticks of the wall clock's second: a limit of one may end a command that was sent just now.
_CLOCK_TICK_S = 1
_CONNECT_TRIES = 2
#: Statuses of the library's own.
_OWN_STATUS, _TIMED_OUT = 0x0F000000, 0x0F000002


@dataclass(frozen=True, slots=True)
class Chap:
    """How the initiator proves who it is."""

    user: str
    password: str = field(repr=False)


class IscsiTransport:
    """Carries command blocks to one logical unit of a target; `portal` is "address:port".

    Threads take turns: a context of the library that two of them use at once ends the process.
    """

    def __init__(
        self,
        portal: str,
        target: str,
        lun: int,
        *,
        chap: Chap | None = None,
        initiator: str = INITIATOR,
        library: Any = None,
    ) -> None:
        self._portal, self._target, self._lun = portal, target, lun
        self._chap = chap
        self._initiator = initiator
        self._library = library
        self._context: Any = None
        self._dead: str | None = None
        self._turn = threading.Lock()
        self._what = f"{target} unit {lun} at {portal}"

    def execute(
        self, cdb: bytes, *, data_in: int = 0, data_out: OutgoingBytes | None = None, timeout_s: float
    ) -> Result:
        """See `devices.scsi.Transport`; a limit of time may be passed by up to two seconds here.

        Raises LibiscsiUnusable where the library is missing; statuses: `devices.transports.scsi_status`.
        """
        if data_in and data_out is not None:
            raise ValueError("a command either receives or sends data")
        if not 0 < len(cdb) <= _CDB_BYTES_MAX:
            raise ValueError(f"a command of {len(cdb)} bytes")
        with self._turn:
            return self._exchange(bytes(cdb), data_in, bytes(data_out or b""), timeout_s)

    def close(self) -> None:
        """Log out and give the session up; a later command makes a new one."""
        with self._turn:
            self._close()

    def _exchange(self, cdb: bytes, data_in: int, outgoing: bytes, timeout_s: float) -> Result:
        seconds = math.ceil(timeout_s) + _CLOCK_TICK_S
        context = self._opened(seconds)
        library = self._library
        library.iscsi_set_timeout(context, seconds)
        incoming = c.create_string_buffer(data_in)
        direction = libiscsi.TRANSFER_READ if data_in else libiscsi.TRANSFER_NONE
        if outgoing:
            direction = libiscsi.TRANSFER_WRITE
        task = library.scsi_create_task(len(cdb), cdb, direction, data_in or len(outgoing))
        if data_in:
            # A buffer of ours, else sense would come in place of the data.
            library.scsi_task_add_data_in_buffer(task, data_in, c.addressof(incoming))
        outgoing_at = c.c_char_p(outgoing)
        sent = OutgoingData(len(outgoing), c.cast(outgoing_at, c.c_void_p)) if outgoing else None
        done = library.iscsi_scsi_command_sync(context, self._lun, task, c.byref(sent) if sent else None)
        if not done:
            # The library may still know the task: neither it nor the context can be freed safely.
            library.iscsi_disconnect(context)
            self._context = None
            raise self._lost(f"command {cdb.hex()} was not answered")
        try:
            return self._judge(done.contents, cdb, incoming, data_in)
        finally:
            library.scsi_free_scsi_task(task)

    def _close(self) -> None:
        if self._context is not None:
            self._library.iscsi_set_timeout(self._context, LOGOUT_S)
            if self._dead is None:
                self._library.iscsi_logout_sync(self._context)
            self._library.iscsi_destroy_context(self._context)
        self._context, self._dead = None, None

    def _judge(self, task: Any, cdb: bytes, incoming: Any, data_in: int) -> Result:
        status = task.status & 0xFFFFFFFF
        if status == _TIMED_OUT:
            raise TransportTimeout(f"{self._what}: no answer to command {cdb.hex()} in time")
        if status >= _OWN_STATUS:
            raise self._lost(f"the connection broke, or the target ended it, during command {cdb[0]:02x}h")
        residual = task.residual if task.residual_status == libiscsi.RESIDUAL_UNDERFLOW else 0
        data = bytes(memoryview(incoming)[: max(0, data_in - residual)]) if data_in else b""
        sense = b""
        if status == CHECK_CONDITION and task.datain and task.datain_size > 2:
            raw = c.string_at(task.datain, task.datain_size)
            sense = raw[2 : 2 + int.from_bytes(raw[:2], "big")]
        require_good(status, sense, cdb, self._what, data=data, residual=residual)
        return Result(data, residual)

    def _lost(self, why: str) -> TransportLost:
        self._dead = f"{self._what}: the session is lost ({why}); close and open again, positions are gone"
        return TransportLost(self._dead)

    def _opened(self, seconds: int) -> Any:
        if self._dead is not None:
            raise TransportLost(self._dead)
        if self._context is not None:
            return self._context
        if self._library is None:
            self._library = libiscsi.load()
        self._context = logged_in(
            self._library,
            self._portal,
            libiscsi.SESSION_NORMAL,
            target=self._target,
            initiator=self._initiator,
            chap=self._chap,
            seconds=seconds,
            otherwise=f"{self._what}: no session",
        )
        return self._context


def logged_in(
    library: Any,
    portal: str,
    session_type: int,
    *,
    target: str = "",
    initiator: str,
    chap: Chap | None,
    seconds: int,
    otherwise: str,
) -> Any:
    """A context with a session, which is to be destroyed. Raises TransportLost: `otherwise`, and why."""
    context = library.iscsi_create_context(initiator.encode())
    if target:
        library.iscsi_set_targetname(context, target.encode())
    library.iscsi_set_session_type(context, session_type)
    library.iscsi_set_header_digest(context, libiscsi.DIGEST_NONE)
    library.iscsi_set_noautoreconnect(context, 1)
    library.iscsi_set_tcp_syncnt(context, _CONNECT_TRIES)
    library.iscsi_set_timeout(context, seconds)
    if chap is not None:
        library.iscsi_set_initiator_username_pwd(context, chap.user.encode(), chap.password.encode())
    if library.iscsi_connect_sync(context, portal.encode()) or library.iscsi_login_sync(context):
        why = libiscsi.why_none(library, context)
        library.iscsi_destroy_context(context)
        raise TransportLost(f"{otherwise} ({why})")
    return context
