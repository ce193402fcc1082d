"""Where the lines of a simulated room end: beside its socket, under the name of the device.

A serial line is a link to a pseudo terminal; a pair of USB endpoints is a local socket (`devices.transports.room_usb`).
"""

from pathlib import Path


def line_path(room_socket: Path, device: str) -> Path:
    """The end of the line to a device of the room that answers at this socket. Short, as its folder is."""
    return room_socket.with_name(f"{device}.line")
