"""A local SCSI device by the kernel's SG_IO ioctl (Linux `scsi/sg.h`, interface version 3).

Made for /dev/sg nodes: the tape node of the kernel keeps a position of its own and takes unit attentions away.
One opener per node, by flock; another node of the same device is not seen by that, so everybody names the same.
"""

import ctypes
import fcntl
import math
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from devices.clock import Clock, SystemClock
from devices.failures import TransportLost, TransportTimeout
from devices.node_lock import LOCKS, locked
from devices.scsi import OutgoingBytes, Result
from devices.transports.scsi_status import CHECK_CONDITION, require_good

SG_IO = 0x2285
SENSE_BYTES = 252
_INTERFACE = ord("S")
_NONE, _TO_DEVICE, _FROM_DEVICE = -1, -2, -3
_TIMEOUT_MAX_MS = 0xFFFFFFFF

_DID_OK, _DID_TIME_OUT = 0x00, 0x03
#: Linux `scsi_status.h`.
_HOST_WORDS = {
    0x01: "NO_CONNECT",
    0x02: "BUS_BUSY",
    0x03: "TIME_OUT",
    0x04: "BAD_TARGET",
    0x05: "ABORT",
    0x06: "PARITY",
    0x07: "ERROR",
    0x08: "RESET",
    0x09: "BAD_INTR",
    0x0A: "PASSTHROUGH",
    0x0B: "SOFT_ERROR",
    0x0C: "IMM_RETRY",
    0x0D: "REQUEUE",
    0x0E: "TRANSPORT_DISRUPTED",
    0x0F: "TRANSPORT_FAILFAST",
    0x10: "TARGET_FAILURE",
    0x11: "NEXUS_FAILURE",
    0x12: "ALLOC_FAILURE",
    0x13: "MEDIUM_ERROR",
    0x14: "TRANSPORT_MARGINAL",
}
#: What the kernel made of the device's own answer; the answer itself is in the status byte.
_READINGS_OF_STATUS = range(0x10, 0x14)
_DRIVER_TIMEOUT, _DRIVER_SENSE = 0x06, 0x08

#: (descriptor, request, header) -> anything; raises OSError.
Ioctl = Callable[[int, int, Any], Any]


class SgIoHeader(ctypes.Structure):
    """`struct sg_io_hdr`: 88 bytes where pointers have eight."""

    _fields_ = (
        ("interface_id", ctypes.c_int),
        ("dxfer_direction", ctypes.c_int),
        ("cmd_len", ctypes.c_ubyte),
        ("mx_sb_len", ctypes.c_ubyte),
        ("iovec_count", ctypes.c_ushort),
        ("dxfer_len", ctypes.c_uint),
        ("dxferp", ctypes.c_void_p),
        ("cmdp", ctypes.c_void_p),
        ("sbp", ctypes.c_void_p),
        ("timeout", ctypes.c_uint),
        ("flags", ctypes.c_uint),
        ("pack_id", ctypes.c_int),
        ("usr_ptr", ctypes.c_void_p),
        ("status", ctypes.c_ubyte),
        ("masked_status", ctypes.c_ubyte),
        ("msg_status", ctypes.c_ubyte),
        ("sb_len_wr", ctypes.c_ubyte),
        ("host_status", ctypes.c_ushort),
        ("driver_status", ctypes.c_ushort),
        ("resid", ctypes.c_int),
        ("duration", ctypes.c_uint),
        ("info", ctypes.c_uint),
    )


class SgIoTransport:
    """Carries command blocks to the device behind one node, which is opened by the first command.

    A node that was lost stays so until `close`: what is behind it afterwards may be another device.
    """

    def __init__(
        self, node: Path, *, clock: Clock | None = None, ioctl: Ioctl = fcntl.ioctl, locks: Path = LOCKS
    ) -> None:
        self._node = Path(node)
        self._clock = clock or SystemClock()
        self._ioctl = ioctl
        self._locks = locks
        self._descriptor: int | None = None

    def execute(
        self, cdb: bytes, *, data_in: int = 0, data_out: OutgoingBytes | None = None, timeout_s: float
    ) -> Result:
        """See `devices.scsi.Transport`; statuses without sense: `devices.transports.scsi_status`."""
        if data_in and data_out is not None:
            raise ValueError("a command either receives or sends data")
        command, sense = bytes(cdb), ctypes.create_string_buffer(SENSE_BYTES)
        outgoing, incoming = bytes(data_out or b""), ctypes.create_string_buffer(data_in)
        # The kernel reads from here only; the objects live until the call has come back.
        command_at, outgoing_at = ctypes.c_char_p(command), ctypes.c_char_p(outgoing)
        header = SgIoHeader(
            interface_id=_INTERFACE,
            dxfer_direction=_FROM_DEVICE if data_in else _TO_DEVICE if outgoing else _NONE,
            cmd_len=len(command),
            mx_sb_len=SENSE_BYTES,
            dxfer_len=data_in or len(outgoing),
            cmdp=ctypes.cast(command_at, ctypes.c_void_p),
            sbp=ctypes.addressof(sense),
            timeout=min(_TIMEOUT_MAX_MS, max(1, math.ceil(timeout_s * 1000))),
        )
        if data_in:
            header.dxferp = ctypes.addressof(incoming)
        elif outgoing:
            header.dxferp = ctypes.cast(outgoing_at, ctypes.c_void_p)
        self._call(header, command)
        residual = min(max(0, header.resid), header.dxfer_len)
        data = bytes(memoryview(incoming)[: data_in - residual]) if data_in else b""
        told = sense.raw[: min(header.sb_len_wr, SENSE_BYTES)]
        require_good(header.status, told, command, str(self._node), data=data, residual=residual)
        return Result(data, residual)

    def close(self) -> None:
        """Give the node and its lock up; a later command opens it again."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _call(self, header: SgIoHeader, command: bytes) -> None:
        """Let the kernel do it; raises TransportTimeout and TransportLost for what host and driver say."""
        descriptor = self._opened()
        began_s = self._clock.monotonic()
        try:
            self._ioctl(descriptor, SG_IO, header)
        except OSError as error:
            # Also when a signal came: the command runs on, and nobody may send it twice.
            raise TransportLost(
                f"{self._node}: {error.strerror or error} at command {command.hex()}"
            ) from error
        where = f"{self._node}: command {command.hex()}, after {self._clock.monotonic() - began_s:.1f} s"
        host, driver = header.host_status, header.driver_status & 0x0F
        if host == _DID_TIME_OUT or driver == _DRIVER_TIMEOUT:
            raise TransportTimeout(f"{where}: no answer in time")
        if host != _DID_OK and not (host in _READINGS_OF_STATUS and header.status):
            raise TransportLost(f"{where}: host status {_HOST_WORDS.get(host, 'unknown')} ({host:#04x})")
        if driver not in (0, _DRIVER_SENSE) and header.status != CHECK_CONDITION:
            raise TransportLost(f"{where}: driver status {driver:#04x}")

    def _opened(self) -> int:
        if self._descriptor is not None:
            return self._descriptor
        self._descriptor = locked(self._node, os.O_RDWR, locks=self._locks)
        return self._descriptor
