"""The devices of a machine as sysfs tells them; the tree is made by the test, as lsscsi's pages describe it."""

from pathlib import Path

import pytest

from devices.local_nodes import local_nodes
from devices.scsi import TYPE_CHANGER, TYPE_MULTIMEDIA, TYPE_TAPE


@pytest.fixture
def sysfs(tmp_path: Path) -> Path:
    (tmp_path / "sys/class/scsi_generic").mkdir(parents=True)
    return tmp_path / "sys"


@pytest.fixture
def dev(tmp_path: Path) -> Path:
    (tmp_path / "dev").mkdir()
    return tmp_path / "dev"


def furnish(sysfs: Path, dev: Path, place: str, kind: int, *nodes: str, **attributes: bytes) -> None:
    """A device with nodes such as "scsi_generic/sg3"."""
    device = sysfs / "devices/pci0/host2" / place
    device.mkdir(parents=True)
    texts = {
        "type": f"{kind}\n".encode(),
        "vendor": b"IBM     \n",
        "model": b"ULT3580-TD8     \n",
        "rev": b"P380\n",
    }
    for name, content in (texts | attributes).items():
        (device / name).write_bytes(content)
    for node in nodes:
        (device / node).mkdir(parents=True)
        (dev / Path(node).name).touch()
    bus = sysfs / "bus/scsi/devices"
    bus.mkdir(parents=True, exist_ok=True)
    (bus / place).symlink_to(device)


def test_a_tape_drive_with_all_its_nodes_and_names(sysfs: Path, dev: Path) -> None:
    tapes = (f"scsi_tape/{name}" for name in ("st0", "nst0", "st0a", "nst0l"))
    page = b"\x01\x80\0\x03ABC"
    furnish(sysfs, dev, "2:0:1:0", TYPE_TAPE, "scsi_generic/sg3", *tapes, vpd_pg80=page, vpd_pg83=b"x")
    (dev / "tape/by-id").mkdir(parents=True)
    (dev / "tape/by-id/scsi-ABC-sg").symlink_to("../../sg3")
    (dev / "tape/by-id/scsi-ABC-nst").symlink_to("../../nst0")
    (dev / "tape/by-id/scsi-OTHER").symlink_to("../../sg9")
    (dev / "archived").mkdir()
    (dev / "archived/T1").symlink_to("../sg3")
    (node,) = local_nodes(sysfs, dev).nodes
    assert (node.place, node.device_type) == ((2, 0, 1, 0), TYPE_TAPE)
    assert (node.vendor, node.product, node.revision) == ("IBM", "ULT3580-TD8", "P380")
    assert node.generic == dev / "sg3"
    assert node.others == (dev / "nst0", dev / "st0")
    assert node.links == (
        (dev / "archived/T1", dev / "sg3"),
        (dev / "tape/by-id/scsi-ABC-nst", dev / "nst0"),
        (dev / "tape/by-id/scsi-ABC-sg", dev / "sg3"),
    )
    assert (node.page_80, node.page_83) == (page, b"x")


def test_devices_come_in_the_order_of_their_places_and_disks_are_counted_only(sysfs: Path, dev: Path) -> None:
    furnish(sysfs, dev, "10:0:0:0", TYPE_CHANGER, "scsi_generic/sg1", "scsi_changer/sch0")
    furnish(sysfs, dev, "2:0:0:0", 0, "scsi_generic/sg0", "block/sda")
    furnish(sysfs, dev, "9:0:0:0", TYPE_MULTIMEDIA, "scsi_generic/sg2", "block/sr0")
    for name in ("host2", "target2:0:0", "rubbish:a:b:c"):
        (sysfs / "bus/scsi/devices" / name).symlink_to(sysfs)
    sight = local_nodes(sysfs, dev)
    assert [node.place[0] for node in sight.nodes] == [9, 10]
    assert [node.others for node in sight.nodes] == [(dev / "sr0",), (dev / "sch0",)]
    assert sight.others_count == 1
    assert sight.has_scsi


def test_a_device_that_the_generic_driver_has_not_taken(sysfs: Path, dev: Path) -> None:
    furnish(sysfs, dev, "2:0:0:0", TYPE_TAPE, "scsi_tape/st0", "scsi_tape/nst0")
    (sysfs / "class/scsi_generic").rmdir()
    sight = local_nodes(sysfs, dev)
    assert sight.nodes[0].generic is None
    assert not sight.has_generic


def test_a_machine_without_scsi(tmp_path: Path) -> None:
    sight = local_nodes(tmp_path / "sys", tmp_path / "dev")
    assert (sight.nodes, sight.has_scsi, sight.has_generic) == ((), False, False)
