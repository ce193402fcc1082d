"""The system's libiscsi by ctypes: its functions, and the structures whose layout is checked before use."""

import ctypes as c
import functools
from typing import Any

from devices.failures import DeviceFailure

SONAMES = ("libiscsi.so.9", "libiscsi.so.8", "libiscsi.so.7")
SESSION_DISCOVERY, SESSION_NORMAL, DIGEST_NONE = 1, 2, 0
TRANSFER_NONE, TRANSFER_READ, TRANSFER_WRITE = 0, 1, 2
RESIDUAL_UNDERFLOW = 1
_READ_CAPACITY10 = 0x25
#: libiscsi 1.19 says so, and drops the reason, when the socket breaks before there is a session.
_NEVER_CONNECTED = "reconnect_if_loggedin"


class LibiscsiUnusable(DeviceFailure):
    """libiscsi is not installed, or is one whose structures we do not know."""


class ScsiSense(c.Structure):
    """`struct scsi_sense`; the bit-fields are one byte."""

    _fields_ = (
        ("error_type", c.c_ubyte),
        ("key", c.c_int),
        ("ascq", c.c_int),
        ("bits", c.c_ubyte),
        ("bit_pointer", c.c_ubyte),
        ("field_pointer", c.c_uint16),
    )


class Task(c.Structure):
    """`struct scsi_task`, its leading fields; made by the library and used through a pointer only."""

    _fields_ = (
        ("status", c.c_int),
        ("cdb_size", c.c_int),
        ("xfer_dir", c.c_int),
        ("expxferlen", c.c_int),
        ("cdb", c.c_ubyte * 16),
        ("residual_status", c.c_int),
        ("residual", c.c_size_t),
        ("sense", ScsiSense),
        ("datain_size", c.c_int),
        ("datain", c.c_void_p),
    )


class OutgoingData(c.Structure):
    """`struct iscsi_data`."""

    _fields_ = (("size", c.c_size_t), ("data", c.c_void_p))


class DiscoveredPortal(c.Structure):
    """`struct iscsi_target_portal`, a list."""


class DiscoveredTarget(c.Structure):
    """`struct iscsi_discovery_address`, a list."""


DiscoveredPortal._fields_ = (("next", c.POINTER(DiscoveredPortal)), ("portal", c.c_char_p))
DiscoveredTarget._fields_ = (
    ("next", c.POINTER(DiscoveredTarget)),
    ("target_name", c.c_char_p),
    ("portals", c.POINTER(DiscoveredPortal)),
)

_TASK = c.POINTER(Task)
#: Name: (what it returns, what it takes).
_FUNCTIONS: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "iscsi_create_context": (c.c_void_p, (c.c_char_p,)),
    "iscsi_destroy_context": (c.c_int, (c.c_void_p,)),
    "iscsi_set_targetname": (c.c_int, (c.c_void_p, c.c_char_p)),
    "iscsi_set_session_type": (c.c_int, (c.c_void_p, c.c_int)),
    "iscsi_set_header_digest": (c.c_int, (c.c_void_p, c.c_int)),
    "iscsi_set_initiator_username_pwd": (c.c_int, (c.c_void_p, c.c_char_p, c.c_char_p)),
    "iscsi_set_timeout": (c.c_int, (c.c_void_p, c.c_int)),
    "iscsi_set_tcp_syncnt": (None, (c.c_void_p, c.c_int)),
    "iscsi_set_noautoreconnect": (None, (c.c_void_p, c.c_int)),
    "iscsi_connect_sync": (c.c_int, (c.c_void_p, c.c_char_p)),
    "iscsi_login_sync": (c.c_int, (c.c_void_p,)),
    "iscsi_logout_sync": (c.c_int, (c.c_void_p,)),
    "iscsi_disconnect": (c.c_int, (c.c_void_p,)),
    "iscsi_discovery_sync": (c.POINTER(DiscoveredTarget), (c.c_void_p,)),
    "iscsi_free_discovery_data": (None, (c.c_void_p, c.c_void_p)),
    "iscsi_get_error": (c.c_char_p, (c.c_void_p,)),
    "iscsi_scsi_command_sync": (_TASK, (c.c_void_p, c.c_int, _TASK, c.POINTER(OutgoingData))),
    "scsi_create_task": (_TASK, (c.c_int, c.c_char_p, c.c_int, c.c_int)),
    "scsi_free_scsi_task": (None, (_TASK,)),
    "scsi_task_add_data_in_buffer": (c.c_int, (_TASK, c.c_int, c.c_void_p)),
    "scsi_datain_unmarshall": (c.POINTER(c.c_uint32), (_TASK,)),
}


@functools.cache
def load() -> Any:
    """The library, loaded once. Raises LibiscsiUnusable, also for an unknown layout of its structures."""
    for soname in SONAMES:
        try:
            library = c.CDLL(soname)
        except OSError:
            continue
        for name, (result, arguments) in _FUNCTIONS.items():
            try:
                function = getattr(library, name)
            except AttributeError:
                raise LibiscsiUnusable(f"{soname} has no function {name}") from None
            function.restype, function.argtypes = result, list(arguments)
        require_layout(library, soname)
        return library
    raise LibiscsiUnusable(f"libiscsi is not installed ({', '.join(SONAMES)}): install the package libiscsi7")


def require_layout(library: Any, name: str) -> None:
    """Let the library make and read a task of ours; raises LibiscsiUnusable unless it lies as declared here."""
    cdb = bytes([_READ_CAPACITY10]) + bytes(range(1, 10))
    task = library.scsi_create_task(len(cdb), cdb, TRANSFER_READ, 0x1234)
    made = task.contents
    lies = (made.cdb_size, made.xfer_dir, made.expxferlen) == (len(cdb), TRANSFER_READ, 0x1234)
    lies = lies and bytes(made.cdb[: len(cdb)]) == cdb and not made.datain_size and not made.datain
    if lies:
        # Only a library that has its data-in where we put it finds these two numbers.
        answer = c.create_string_buffer(bytes.fromhex("0102030405060708"), 8)
        made.datain_size, made.datain = 8, c.addressof(answer)
        read = library.scsi_datain_unmarshall(task)
        lies = bool(read) and (read[0], read[1]) == (0x01020304, 0x05060708)
        made.datain_size, made.datain = 0, None
    library.scsi_free_scsi_task(task)
    if not lies:
        raise LibiscsiUnusable(
            f"{name} lays its tasks out in a way that is not known here; use libiscsi 1.19"
        )


def why_none(library: Any, context: Any) -> str:
    """Why there is no session or no answer, in words."""
    words: str = (library.iscsi_get_error(context) or b"").decode(errors="replace").strip()
    if _NEVER_CONNECTED in words:
        return "connection refused, or nothing can be reached at that address"
    return words or "no reason given"
