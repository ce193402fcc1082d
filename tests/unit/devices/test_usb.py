"""Packets to a USB device, with libusb played by the test: finding, claiming, words for people, silence, reset."""

import array
import errno
import subprocess
import sys
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from usb.backend import IBackend
from usb.core import USBError, USBTimeoutError

from devices.failures import TransportLost
from devices.transports.usb import UsbIds, UsbLine, UsbUnusable, udev_rule

IDS = UsbIds(0x1723, 0x0945)
IN, OUT = 0x81, 0x02


class FakeDevice:
    """One device on the bus: what it was sent, what it will send, and what goes wrong with each call."""

    def __init__(self, ids: UsbIds = IDS, *, bus: int = 3, ports: tuple[int, ...] = (1, 4)) -> None:
        self.ids, self.bus, self.ports = ids, bus, ports
        self.endpoints = [IN, OUT]
        self.configured = 1
        self.sent: list[bytes] = []
        self.answers: list[bytes] = []
        self.timeouts_ms: list[int] = []
        self.driver_bound = False
        self.calls: list[str] = []
        self.troubles: dict[str, int] = {}
        self.taken: int | None = None


class FakeLibusb(IBackend):
    """What pyusb asks of libusb."""

    def __init__(self, *devices: FakeDevice) -> None:
        super().__init__()
        self.devices = list(devices)
        self.opened = 0

    def _call(self, device: FakeDevice, name: str) -> None:
        device.calls.append(name)
        if name in device.troubles:
            number = device.troubles[name]
            kind = USBTimeoutError if number == errno.ETIMEDOUT else USBError
            raise kind("as libusb says", -1, number)

    def enumerate_devices(self) -> Iterator[FakeDevice]:
        return iter(self.devices)

    def get_device_descriptor(self, dev: FakeDevice) -> Any:
        zeros = (
            "bLength bDescriptorType bcdUSB bDeviceClass bDeviceSubClass bDeviceProtocol bMaxPacketSize0 "
            "bcdDevice iManufacturer iProduct iSerialNumber speed port_number"
        )
        return SimpleNamespace(
            **dict.fromkeys(zeros.split(), 0),
            idVendor=dev.ids.vendor,
            idProduct=dev.ids.product,
            bNumConfigurations=1,
            address=7,
            bus=dev.bus,
            port_numbers=dev.ports,
        )

    def get_configuration_descriptor(self, dev: FakeDevice, config: int) -> Any:
        if config:
            raise IndexError
        zeros = ["bLength", "bDescriptorType", "wTotalLength", "iConfiguration", "bmAttributes", "bMaxPower"]
        return SimpleNamespace(
            **dict.fromkeys(zeros, 0), bNumInterfaces=1, bConfigurationValue=1, extra_descriptors=[]
        )

    def get_interface_descriptor(self, dev: FakeDevice, intf: int, alt: int, config: int) -> Any:
        if intf or alt:
            raise IndexError
        zeros = (
            "bLength bDescriptorType bInterfaceNumber bAlternateSetting bInterfaceClass "
            "bInterfaceSubClass bInterfaceProtocol iInterface"
        )
        return SimpleNamespace(
            **dict.fromkeys(zeros.split(), 0), bNumEndpoints=len(dev.endpoints), extra_descriptors=[]
        )

    def get_endpoint_descriptor(self, dev: FakeDevice, ep: int, intf: int, alt: int, config: int) -> Any:
        zeros = ["bLength", "bDescriptorType", "bInterval", "bRefresh", "bSynchAddress"]
        return SimpleNamespace(
            **dict.fromkeys(zeros, 0),
            bEndpointAddress=dev.endpoints[ep],
            bmAttributes=2,
            wMaxPacketSize=64,
            extra_descriptors=[],
        )

    def open_device(self, dev: FakeDevice) -> FakeDevice:
        self._call(dev, "open")
        self.opened += 1
        return dev

    def close_device(self, dev_handle: FakeDevice) -> None:
        self.opened -= 1

    def get_configuration(self, dev_handle: FakeDevice) -> int:
        return dev_handle.configured

    def set_configuration(self, dev_handle: FakeDevice, config_value: int) -> None:
        self._call(dev_handle, "configure")
        dev_handle.configured = config_value

    def claim_interface(self, dev_handle: FakeDevice, intf: int) -> None:
        self._call(dev_handle, "claim")

    def release_interface(self, dev_handle: FakeDevice, intf: int) -> None:
        self._call(dev_handle, "release")

    def bulk_write(self, dev_handle: FakeDevice, ep: int, intf: int, data: Any, timeout: int) -> int:
        self._call(dev_handle, "write")
        assert ep == OUT
        dev_handle.sent.append(bytes(data))
        return len(data) if dev_handle.taken is None else dev_handle.taken

    def bulk_read(self, dev_handle: FakeDevice, ep: int, intf: int, buff: Any, timeout: int) -> int:
        self._call(dev_handle, "read")
        assert ep == IN
        dev_handle.timeouts_ms.append(timeout)
        if not dev_handle.answers:
            raise USBTimeoutError("Operation timed out", -7, errno.ETIMEDOUT)
        answer = dev_handle.answers.pop(0)
        buff[: len(answer)] = array.array("B", answer)
        return len(answer)

    def reset_device(self, dev_handle: FakeDevice) -> None:
        self._call(dev_handle, "reset")

    def is_kernel_driver_active(self, dev_handle: FakeDevice, intf: int) -> bool:
        self._call(dev_handle, "asked for a driver")
        return dev_handle.driver_bound

    def detach_kernel_driver(self, dev_handle: FakeDevice, intf: int) -> None:
        self._call(dev_handle, "detach")
        dev_handle.driver_bound = False

    def attach_kernel_driver(self, dev_handle: FakeDevice, intf: int) -> None:
        self._call(dev_handle, "attach")
        dev_handle.driver_bound = True


def line_to(*devices: FakeDevice, port: str = "") -> tuple[UsbLine, FakeLibusb]:
    libusb = FakeLibusb(*devices)
    return UsbLine(IDS, port=port, name="s1", backend=lambda: libusb), libusb


def test_a_packet_goes_out_and_transfers_come_in_one_by_one_also_an_empty_one() -> None:
    device = FakeDevice()
    line, _ = line_to(device)
    device.answers = [b"", b"OK\0", b"x" * 64]
    line.write(b"\0\0C\0\0\0\0\0")
    assert device.sent == [b"\0\0C\0\0\0\0\0"]
    assert [line.read(timeout_s=1) for _ in range(4)] == [b"", b"OK\0", b"x" * 64, None]
    assert device.timeouts_ms == [1000] * 4


def test_a_wait_of_no_time_is_not_taken_for_one_without_end() -> None:
    device = FakeDevice()
    line, _ = line_to(device)
    assert line.read(timeout_s=0) is None
    assert device.timeouts_ms == [1]


def test_nothing_is_opened_before_the_first_packet_and_a_closed_line_opens_again() -> None:
    device = FakeDevice()
    line, libusb = line_to(device)
    line.close()
    assert libusb.opened == 0
    line.write(b"12345678")
    assert libusb.opened == 1
    line.close()
    assert libusb.opened == 0
    line.write(b"12345678")
    assert libusb.opened == 1
    line.close()


def test_the_first_endpoint_of_each_direction_is_used() -> None:
    device = FakeDevice()
    device.endpoints = [OUT, IN, 0x83, 0x04]
    line, _ = line_to(device)
    device.answers = [b"a"]
    line.write(b"12345678")
    assert line.read(timeout_s=1) == b"a"


def test_a_device_without_both_endpoints_is_another_one() -> None:
    device = FakeDevice()
    device.endpoints = [OUT]
    line, libusb = line_to(device)
    with pytest.raises(UsbUnusable, match="not both an IN and an OUT"):
        line.write(b"12345678")
    assert libusb.opened == 0


def test_a_configuration_is_set_only_where_none_is() -> None:
    fresh, used = FakeDevice(), FakeDevice()
    fresh.configured = 0
    for device in (fresh, used):
        line_to(device)[0].write(b"12345678")
    assert "configure" in fresh.calls
    assert "configure" not in used.calls


def test_a_kernel_driver_is_detached_only_where_one_is_bound_and_gets_the_device_back() -> None:
    bound, free = FakeDevice(), FakeDevice()
    bound.driver_bound = True
    for device in (bound, free):
        line, _ = line_to(device)
        line.write(b"12345678")
        line.close()
    assert [c for c in bound.calls if c in ("detach", "claim", "release", "attach")] == [
        "detach",
        "claim",
        "release",
        "attach",
    ]
    assert bound.driver_bound
    assert "detach" not in free.calls
    assert "attach" not in free.calls


def test_a_driver_gets_the_device_back_when_somebody_else_has_it_or_it_is_another() -> None:
    busy, other = FakeDevice(), FakeDevice()
    busy.troubles["claim"], other.endpoints = errno.EBUSY, [OUT]
    for device in (busy, other):
        device.driver_bound = True
        line, libusb = line_to(device)
        with pytest.raises(UsbUnusable):
            line.write(b"12345678")
        assert device.driver_bound
        assert libusb.opened == 0


def test_none_is_there() -> None:
    line, _ = line_to(FakeDevice(UsbIds(1, 2)))
    with pytest.raises(TransportLost, match="s1: no USB device 1723:0945: is it switched on and plugged in"):
        line.write(b"12345678")


def test_of_several_none_is_guessed_and_their_ports_are_named() -> None:
    one, other = FakeDevice(ports=(1, 4)), FakeDevice(bus=1, ports=(2,))
    line, _ = line_to(one, other)
    with pytest.raises(UsbUnusable, match=r"2 USB devices 1723:0945, at the ports 1-2, 3-1\.4"):
        line.write(b"12345678")
    assert not one.sent
    assert not other.sent


@pytest.mark.parametrize("port", ["1-2", "1:2"])
def test_a_port_says_which_of_several(port: str) -> None:
    one, other = FakeDevice(ports=(1, 4)), FakeDevice(bus=1, ports=(2,))
    line, _ = line_to(one, other, port=port)
    line.write(b"12345678")
    assert other.sent
    assert not one.sent


def test_one_at_another_port_is_not_taken_and_named() -> None:
    line, _ = line_to(FakeDevice(), port="1-9")
    with pytest.raises(TransportLost, match=r"at port 1-9: .* there is one at 3-1\.4"):
        line.write(b"12345678")


def test_no_right_to_open_it_is_answered_with_the_rule_that_gives_it() -> None:
    device = FakeDevice()
    device.troubles["open"] = errno.EACCES
    line, _ = line_to(device)
    with pytest.raises(UsbUnusable) as told:
        line.write(b"12345678")
    assert udev_rule(IDS) in str(told.value)
    assert 'ATTR{idVendor}=="1723", ATTR{idProduct}=="0945"' in udev_rule(IDS)


def test_another_program_has_it() -> None:
    device = FakeDevice()
    device.troubles["claim"] = errno.EBUSY
    line, libusb = line_to(device)
    with pytest.raises(UsbUnusable, match="another program has"):
        line.read(timeout_s=1)
    assert libusb.opened == 0


@pytest.mark.parametrize("call", ["read", "write"])
@pytest.mark.parametrize("number", [errno.ENODEV, errno.EIO])
def test_unplugged_is_said_and_the_next_packet_looks_for_it_again(call: str, number: int) -> None:
    device = FakeDevice()
    line, libusb = line_to(device)
    line.write(b"12345678")
    device.troubles[call] = number
    with pytest.raises(TransportLost, match="unplugged or switched off"):
        line.write(b"12345678") if call == "write" else line.read(timeout_s=1)
    assert libusb.opened == 0
    device.troubles.clear()
    line.write(b"12345678")
    assert libusb.opened == 1


def test_a_command_that_is_not_taken_is_no_silence() -> None:
    device = FakeDevice()
    device.troubles["write"] = errno.ETIMEDOUT
    line, _ = line_to(device)
    with pytest.raises(TransportLost, match="takes no command"):
        line.write(b"12345678")


def test_half_a_command_is_lost() -> None:
    device = FakeDevice()
    device.taken = 3
    line, _ = line_to(device)
    with pytest.raises(TransportLost, match="3 of 8 bytes"):
        line.write(b"12345678")


def test_more_than_a_packet_is_lost() -> None:
    device = FakeDevice()
    device.troubles["read"] = errno.EOVERFLOW
    line, _ = line_to(device)
    with pytest.raises(TransportLost, match="more than one packet"):
        line.read(timeout_s=1)


@pytest.mark.parametrize("number", [None, errno.ENOENT, errno.ENODEV])
def test_a_reset_gives_the_device_up_also_when_it_came_back_as_another(number: int | None) -> None:
    device = FakeDevice()
    if number is not None:
        device.troubles["reset"] = number
    line, libusb = line_to(device)
    line.reset()
    assert "reset" in device.calls
    assert libusb.opened == 0


def test_a_reset_that_fails_is_said() -> None:
    device = FakeDevice()
    device.troubles["reset"] = errno.EPIPE
    line, libusb = line_to(device)
    with pytest.raises(TransportLost, match="while it was reset"):
        line.reset()
    assert libusb.opened == 0


def test_without_libusb_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("usb.backend.libusb1.get_backend", lambda: None)
    with pytest.raises(UsbUnusable, match=r"install the package libusb-1\.0-0"):
        UsbLine(IDS).write(b"12345678")


def test_pyusb_is_not_loaded_before_the_first_packet() -> None:
    program = """
import sys
from devices.transports.usb import UsbIds, UsbLine
UsbLine(UsbIds(1, 2)).close()
assert not [name for name in sys.modules if name == "usb" or name.startswith("usb.")]
"""
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
