"""A USB device by libusb (through pyusb): packets to its first OUT endpoint and from its first IN endpoint.

Neither pyusb nor libusb is loaded before the first packet. One opener: whoever claims the interface has the device to
itself, in this process and beside it. A device is found by its ids, and by the port that it is plugged into when
several have the same; its address on the bus changes at each plugging, its port does not.
"""

import contextlib
import errno
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from devices.failures import TransportLost

_WRITE_MS = 5000
_NO_LIBUSB = (
    "libusb is not installed, and nothing reaches a USB device without it: install the package libusb-1.0-0"
)


class UsbUnusable(TransportLost):
    """No packet can be sent as things are on this machine: no libusb, no right to open the device, several to choose
    from, or another program has it. Nothing was sent.
    """


@dataclass(frozen=True, slots=True)
class UsbIds:
    """What a device says that it is: its maker's number and its product's."""

    vendor: int
    product: int

    def __str__(self) -> str:
        return f"{self.vendor:04x}:{self.product:04x}"


@dataclass(slots=True)
class _Opened:
    """A device whose interface is claimed."""

    device: Any
    interface: int
    incoming: int
    outgoing: int
    packet_bytes: int
    had_driver: bool


def _system_backend() -> Any:
    """pyusb's way to the libusb of this machine. Raises UsbUnusable when there is none."""
    from usb.backend import libusb1

    backend = libusb1.get_backend()
    if backend is None:
        raise UsbUnusable(_NO_LIBUSB)
    return backend


class UsbLine:
    """Implements `devices.lines.PacketLine`.

    `port` names one of several: bus and ports, as the kernel writes them in /sys/bus/usb/devices (`3-1.4`) or with a
    colon (`3:1.4`); empty for the only one. A device that was unplugged is looked for again by the next packet:
    nothing of what it was asked is taken for granted afterwards, as whoever lost it has an unknown outcome.
    """

    def __init__(
        self,
        ids: UsbIds,
        *,
        port: str = "",
        name: str = "USB device",
        backend: Callable[[], Any] | None = None,
    ) -> None:
        self._ids = ids
        self._port = port.replace(":", "-")
        self._name = name
        self._backend = backend or _system_backend
        self._opened: _Opened | None = None

    def write(self, packet: bytes) -> None:
        """See `devices.lines.PacketLine`. A packet of which only a part was taken counts as lost."""
        opened = self._open()
        try:
            taken = opened.device.write(opened.outgoing, packet, _WRITE_MS)
        except OSError as error:
            raise self._lost(error, "while a command was sent") from error
        if taken != len(packet):
            raise TransportLost(f"{self._name}: it took {taken} of {len(packet)} bytes of a command")

    def read(self, *, timeout_s: float) -> bytes | None:
        """See `devices.lines.PacketLine`. At most one packet; one that is longer than the endpoint's is lost."""
        opened = self._open()
        try:
            # Zero would wait for ever.
            return bytes(
                opened.device.read(opened.incoming, opened.packet_bytes, max(1, math.ceil(timeout_s * 1000)))
            )
        except OSError as error:
            if error.errno == errno.ETIMEDOUT:
                return None
            raise self._lost(error, "while it was to answer") from error

    def reset(self) -> None:
        """See `devices.lines.PacketLine`. The device may take a moment until it can be opened again."""
        opened = self._open()
        try:
            opened.device.reset()
        except OSError as error:
            # It came back as another device: that is a reset, too.
            if error.errno not in (errno.ENOENT, errno.ENODEV):
                raise self._lost(error, "while it was reset") from error
        finally:
            self.close()

    def close(self) -> None:
        """Give the interface back, to the kernel's driver if there was one."""
        opened, self._opened = self._opened, None
        if opened is None:
            return
        from usb import util

        _give_back(opened.device, opened.interface, opened.had_driver)
        util.dispose_resources(opened.device)

    def _open(self) -> _Opened:
        if self._opened is None:
            device = self._find()
            try:
                self._opened = self._claim(device)
            except BaseException:
                from usb import util

                util.dispose_resources(device)
                raise
        return self._opened

    def _find(self) -> Any:
        """The one device that is meant. Raises TransportLost when it is not there, UsbUnusable for several."""
        from usb import core

        backend = self._backend()
        try:
            found: Sequence[Any] = list(
                core.find(
                    find_all=True, backend=backend, idVendor=self._ids.vendor, idProduct=self._ids.product
                )
            )
        except OSError as error:
            raise self._lost(error, "while it was looked for") from error
        ports = sorted(map(_port_of, found))
        if self._port:
            found = [device for device in found if _port_of(device) == self._port]
        if not found:
            where = f" at port {self._port}" if self._port else ""
            others = f"; there is one at {', '.join(ports)}" if ports else ""
            raise TransportLost(
                f"{self._name}: no USB device {self._ids}{where}: is it switched on and plugged in?{others}"
            )
        if len(found) > 1:
            raise UsbUnusable(
                f"{self._name}: there are {len(found)} USB devices {self._ids}, at the ports {', '.join(ports)}; "
                "say in the settings which one is meant"
            )
        return found[0]

    def _claim(self, device: Any) -> _Opened:
        try:
            return self._claimed(device)
        except OSError as error:
            raise self._lost(error, "while it was opened") from error

    def _claimed(self, device: Any) -> _Opened:
        from usb import util

        # Setting a configuration that is set already would be a light reset.
        if not _is_configured(device):
            device.set_configuration()
        interface = device.get_active_configuration()[(0, 0)]
        number = interface.bInterfaceNumber
        had_driver = False
        # Not implemented on a system where none can be in the way.
        with contextlib.suppress(NotImplementedError):
            had_driver = bool(device.is_kernel_driver_active(number))
        if had_driver:
            device.detach_kernel_driver(number)
        try:
            util.claim_interface(device, number)
            incoming, outgoing = (_first(interface, way) for way in (util.ENDPOINT_IN, util.ENDPOINT_OUT))
            if incoming is None or outgoing is None:
                raise UsbUnusable(
                    f"{self._name}: USB device {self._ids} has not both an IN and an OUT endpoint: it is another device"
                )
        except BaseException:
            _give_back(device, number, had_driver)
            raise
        return _Opened(
            device=device,
            interface=number,
            incoming=incoming.bEndpointAddress,
            outgoing=outgoing.bEndpointAddress,
            packet_bytes=incoming.wMaxPacketSize,
            had_driver=had_driver,
        )

    def _lost(self, error: OSError, when: str) -> TransportLost:
        """What a person has to know about an error of libusb. Gives the device up where it is gone."""
        if error.errno == errno.EACCES:
            return UsbUnusable(
                f"{self._name}: no right to open USB device {self._ids}; "
                f"allow it by a udev rule, and plug it in again: {udev_rule(self._ids)}"
            )
        if error.errno == errno.EBUSY:
            return UsbUnusable(
                f"{self._name}: another program has USB device {self._ids}; one device serves one program at a time"
            )
        if error.errno in (errno.ENODEV, errno.ENOENT, errno.EIO):
            self.close()
            return TransportLost(f"{self._name}: it was unplugged or switched off {when}")
        if error.errno == errno.ETIMEDOUT:
            return TransportLost(f"{self._name}: it takes no command ({_WRITE_MS / 1000:g} s)")
        if error.errno == errno.EOVERFLOW:
            return TransportLost(f"{self._name}: it sent more than one packet can hold")
        return TransportLost(f"{self._name}: {error.strerror or error} {when}")


def udev_rule(ids: UsbIds, group: str = "archive") -> str:
    """A rule for /etc/udev/rules.d that lets a group open devices with these ids."""
    return (
        f'SUBSYSTEM=="usb", ATTR{{idVendor}}=="{ids.vendor:04x}", ATTR{{idProduct}}=="{ids.product:04x}", '
        f'GROUP="{group}", MODE="0660"'
    )


def _give_back(device: Any, interface: int, had_driver: bool) -> None:
    """Let the kernel's driver have its interface again, if it had it."""
    from usb import util

    if had_driver:
        # A device that is gone has nothing left to give back.
        with contextlib.suppress(OSError, NotImplementedError):
            util.release_interface(device, interface)
            device.attach_kernel_driver(interface)


def _port_of(device: Any) -> str:
    """Where it is plugged in, as the kernel writes it; only the bus where libusb tells no ports."""
    ports = ".".join(str(number) for number in device.port_numbers or ())
    return f"{device.bus}-{ports}" if ports else f"{device.bus}"


def _is_configured(device: Any) -> bool:
    from usb import core

    try:
        device.get_active_configuration()
    except core.USBError as error:
        # pyusb's own, without a number of the system: no configuration is set.
        if error.errno is not None:
            raise
        return False
    return True


def _first(interface: Any, direction: int) -> Any:
    from usb import util

    return next(
        (
            endpoint
            for endpoint in interface
            if util.endpoint_direction(endpoint.bEndpointAddress) == direction
        ),
        None,
    )
