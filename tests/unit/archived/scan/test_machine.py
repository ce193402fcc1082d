"""A scan of a machine: its sysfs is made by the test, its devices are those of a simulated tape library."""

import errno
import fcntl
import os
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from archived.errors import DeviceTrouble
from archived.found_devices import CHANGER, DISC_DRIVE, TAPE_DRIVE, FoundDevice
from archived.scan.found import Scan
from archived.scan.machine import scan_machine
from archived.scan.report import report
from devices.clock import SimulatedClock
from devices.failures import TransportTimeout
from devices.node_lock import NodeUnavailable
from devices.scsi import Transport, UnitSerialNumber
from devices.transports.sgio import SgIoTransport
from simulator.inprocess import InProcessTransport, furnish_room
from simulator.plan import CartridgePlan, RoomPlan, standard_tape_drives
from simulator.room import Room
from tests.unit.devices.scripted import ScriptedTransport, Step
from tests.unit.devices.test_local_nodes import furnish

PLAN = RoomPlan(
    kind="tape",
    library="TL1",
    drives=standard_tape_drives(2),
    slots=10,
    magazine_slots=10,
    import_export_slots=2,
    cartridges=(CartridgePlan("A00001L7", 1, "lto-7"), CartridgePlan("CLNU01L1", 2, cleaning=True)),
    speed=0,
)
FIRST, SECOND = (drive.name for drive in PLAN.drives)


class Broken:
    """A transport that answers every command with one failure, as a node that cannot be opened does."""

    def __init__(self, failure: Exception) -> None:
        self._line = ScriptedTransport(Step(bytes.fromhex("120000002400"), failure))
        self.execute = self._line.execute

    def close(self) -> None:
        self._line.close()


@dataclass
class Machine:
    """Nodes in /dev, and what is behind each of them."""

    room: Room
    sysfs: Path
    dev: Path
    behind: dict[str, str] = field(default_factory=dict)
    failing: dict[str, Exception] = field(default_factory=dict)

    def plug(self, device: str, place: str, kind: int, *nodes: str, **attributes: bytes) -> None:
        furnish(self.sysfs, self.dev, place, kind, *nodes, **attributes)
        self.behind |= {Path(node).name: device for node in nodes}

    def open(self, node: Path) -> Transport:
        name = node.resolve().name
        if name in self.failing:
            return Broken(self.failing[name])
        return InProcessTransport(self.room, self.behind[name])

    def found(self) -> dict[str, FoundDevice]:
        return {Path(device.key).name: device for device in self.scan().devices}

    def scan(self) -> Scan:
        return scan_machine(self.open, sysfs=self.sysfs, dev=self.dev, processes=self.sysfs / "proc")


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    room = furnish_room(tmp_path / "room", PLAN, clock=SimulatedClock(), sync=lambda descriptor: None)
    (tmp_path / "sys/class/scsi_generic").mkdir(parents=True)
    (tmp_path / "dev").mkdir()
    machine = Machine(room, tmp_path / "sys", tmp_path / "dev")
    machine.plug("TL1", "2:0:0:1", 8, "scsi_generic/sg3", "scsi_changer/sch0")
    machine.plug(SECOND, "2:0:1:0", 1, "scsi_generic/sg1", "scsi_tape/nst0")
    machine.plug(FIRST, "2:0:2:0", 1, "scsi_generic/sg2")
    yield machine
    room.close()


def page_80(serial: str) -> bytes:
    return UnitSerialNumber(1, serial).encode()


def test_a_library_is_found_with_its_drives_in_the_order_of_their_elements(machine: Machine) -> None:
    found = machine.found()
    changer = found["sg3"]
    assert (changer.kind, changer.slot_count, changer.port_count) == (CHANGER, 10, 2)
    assert changer.also == (str(machine.dev / "sch0"),)
    assert set(changer.barcodes) == {"A00001L7", "CLNU01L1"}
    assert {found[name].kind for name in ("sg1", "sg2")} == {TAPE_DRIVE}
    document = report(machine.scan())
    assert [(row["element"], Path(row["drive"]).name, row["how"]) for row in document["elements"]] == [
        (256, "sg2", "serial"),
        (257, "sg1", "serial"),
    ]
    settings = tomllib.loads(document["settings"])
    assert settings["libraries"]["tl1"] == {"kind": "tape", "drives": ["T1", "T2"]}
    assert settings["pools"]["tapes-tl1"]["media_kind"] == "lto-7", (
        "what lies there, not what the drives could"
    )
    assert settings["devices"]["T1"] == {
        "path": str(machine.dev / "sg2"),
        "serial": PLAN.drives[0].serial,
    }
    assert document["notes"] == []


def test_a_stable_name_is_written_before_a_number(machine: Machine) -> None:
    for folder, name, node in (
        ("tape/by-id", "scsi-3500", "sg3"),
        ("tape/by-path", "pci-1", "sg2"),
        ("tape/by-id", "scsi-3500-nst", "nst0"),
    ):
        (machine.dev / folder).mkdir(parents=True, exist_ok=True)
        (machine.dev / folder / name).symlink_to(machine.dev / node)
    found = machine.found()
    assert found["sg3"].path == str(machine.dev / "tape/by-id/scsi-3500")
    assert found["sg2"].path == str(machine.dev / "tape/by-path/pci-1")
    assert found["sg1"].path == str(machine.dev / "sg1"), "a link to nst0 leads to another driver"
    assert str(machine.dev / "tape/by-id/scsi-3500-nst") in found["sg1"].also


def test_a_disc_drive_goes_by_the_node_that_burns_go_to(machine: Machine) -> None:
    machine.plug(FIRST, "9:0:0:0", 5, "scsi_generic/sg7", "block/sr0")
    machine.failing["sr0"] = TransportTimeout("silence")
    drive = machine.found()["sg7"]
    assert (drive.kind, drive.path, drive.problem) == (DISC_DRIVE, str(machine.dev / "sr0"), "silence")
    (remark,) = report(machine.scan())["notes"]
    assert "belongs to no changer" in remark


def test_a_disc_drive_is_asked_by_the_node_that_a_burn_keeps_locked(machine: Machine) -> None:
    machine.plug(FIRST, "9:0:0:0", 5, "scsi_generic/sg7", "block/sr0")
    asked: list[str] = []

    def open_node(node: Path) -> Transport:
        asked.append(node.name)
        return machine.open(node)

    scan_machine(open_node, sysfs=machine.sysfs, dev=machine.dev, processes=machine.sysfs / "proc")
    assert "sr0" in asked
    assert "sg7" not in asked


def test_a_drive_that_somebody_works_with_is_known_by_the_kernel_s_copies(machine: Machine) -> None:
    serial = PLAN.drives[0].serial
    (machine.sysfs / "bus/scsi/devices/2:0:2:0/vpd_pg80").write_bytes(page_80(serial))
    (machine.sysfs / "proc/4711").mkdir(parents=True)
    (machine.sysfs / "proc/4711/comm").write_text("archived\n")
    machine.failing["sg2"] = NodeUnavailable("locked", errno.EWOULDBLOCK, 4711)
    drive = machine.found()["sg2"]
    assert (drive.product, drive.serial) == ("ULT3580-TD8", serial)
    assert drive.problem.startswith("process 4711 (archived) has it open")
    document = report(machine.scan())
    assert tomllib.loads(document["settings"])["devices"]["T1"]["serial"] == serial
    machine.failing["sg2"] = NodeUnavailable("busy", errno.EBUSY)
    assert machine.found()["sg2"].problem.startswith("another program has it open")


def test_a_node_that_may_not_be_opened_says_for_whom_it_is(machine: Machine) -> None:
    machine.failing["sg1"] = NodeUnavailable("denied", errno.EACCES)
    (machine.dev / "sg1").chmod(0o600)
    drive = machine.found()["sg1"]
    assert "is for" in drive.problem
    assert "udev rule" in drive.advice
    (machine.dev / "sg1").unlink()
    assert "cannot be looked at" in machine.found()["sg1"].problem


def test_a_group_that_may_open_a_node_is_named(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archived.scan.machine.grp.getgrgid", lambda number: _Named("tape"))
    machine.failing["sg1"] = NodeUnavailable("denied", errno.EACCES)
    (machine.dev / "sg1").chmod(0o660)
    drive = machine.found()["sg1"]
    assert "the group tape" in drive.problem
    assert "usermod -aG tape" in drive.advice


@dataclass
class _Named:
    gr_name: str


def test_a_device_that_the_sg_driver_has_not_taken_is_told_and_left_out(machine: Machine) -> None:
    machine.plug("none", "5:0:0:0", 1, "scsi_tape/nst4")
    drive = machine.found()["5:0:0:0"]
    assert "no /dev/sg node" in drive.problem
    assert "modprobe sg" in drive.advice
    assert not drive.reachable


def test_a_changer_that_does_not_answer_has_no_drives(machine: Machine) -> None:
    machine.failing["sg3"] = TransportTimeout("silence")
    document = report(machine.scan())
    assert (document["libraries"], document["elements"], document["settings"]) == ([], [], "")
    assert sum("belongs to no changer" in note for note in document["notes"]) == 2
    assert any("no drive is known" in note for note in document["notes"])


def test_nothing_found_says_where_was_looked_and_why_there_may_be_nothing(tmp_path: Path) -> None:
    scan = scan_machine(lambda node: pytest.fail("nothing to open"), sysfs=tmp_path, dev=tmp_path)
    with pytest.raises(DeviceTrouble, match="no changer and no drive") as nothing:
        report(scan)
    assert str(tmp_path / "bus/scsi/devices") in str(nothing.value)
    assert "no SCSI devices at all" in nothing.value.detail["notes"][0]
    furnish(tmp_path, tmp_path, "1:0:0:0", 0, "block/sda")
    scan = scan_machine(lambda node: pytest.fail("nothing to open"), sysfs=tmp_path, dev=tmp_path)
    assert "modprobe sg" in scan.notes[0]
    assert "1 other" in scan.notes[1]


def test_a_node_that_is_really_locked_is_left_alone(machine: Machine) -> None:
    """The lock is the kernel's; only the ioctl is played, and must not be reached."""
    held = os.open(machine.dev / "sg1", os.O_RDWR)
    fcntl.flock(held, fcntl.LOCK_EX)

    def open_node(node: Path) -> Transport:
        if node.name == "sg1":
            return SgIoTransport(node, ioctl=lambda *call: pytest.fail("a command was sent"))
        return machine.open(node)

    try:
        scan = scan_machine(open_node, sysfs=machine.sysfs, dev=machine.dev)
    finally:
        os.close(held)
    (drive,) = (device for device in scan.devices if Path(device.key).name == "sg1")
    assert "has it open: it was not asked" in drive.problem
    assert drive.vendor == "IBM"
