"""Finds the devices of this machine: what the kernel knows of all of them, and what those say that may be opened."""

import errno
import grp
import os
import pwd
import stat
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from archived.found_devices import DISC_DRIVE, FoundDevice
from archived.language import _
from archived.scan.asking import KINDS, asked
from archived.scan.found import Scan
from archived.scan.profiles import with_profile
from devices.failures import DeviceFailure
from devices.first_look import page_80, page_83
from devices.local_nodes import DEV, DEVICES, SYSFS, LocalNode, local_nodes
from devices.node_lock import NodeUnavailable
from devices.scsi import Transport

#: Opens a node; nothing is sent before the first command.
OpenNode = Callable[[Path], Transport]


def scan_machine(
    open_node: OpenNode, *, sysfs: Path = SYSFS, dev: Path = DEV, processes: Path = Path("/proc")
) -> Scan:
    """Every changer, tape drive and disc drive that the kernel of this machine knows."""
    sight = local_nodes(sysfs, dev)
    asked_all = [with_profile(_device(node, open_node, processes)) for node in sight.nodes]
    found = tuple(device for device in asked_all if device.kind)
    notes = []
    if not sight.has_scsi:
        notes.append(
            _("the kernel knows no SCSI devices at all: no host adapter, or its driver is not loaded")
        )
    elif not sight.has_generic:
        notes.append(_("the sg driver of the kernel is not loaded; as root: modprobe sg"))
    if sight.others_count:
        notes.append(
            _("{count} other SCSI devices are no changers and no drives, such as disks").format(
                count=sight.others_count
            )
        )
    return Scan(found, (str(sysfs / DEVICES), str(dev / "sg*")), tuple(notes))


def _device(node: LocalNode, open_node: OpenNode, processes: Path) -> FoundDevice:
    """The device behind one node; of one that cannot be asked the kernel's own copies."""
    path, asking = _paths(node)
    others = (node.generic, *node.others, *(link for link, _leads_to in node.links))
    device = FoundDevice(
        key=str(node.generic or asking or ":".join(map(str, node.place))),
        kind=KINDS[node.device_type],
        vendor=node.vendor,
        product=node.product,
        revision=node.revision,
        serial=page_80(node.page_80),
        names=tuple(one.text for one in page_83(node.page_83)),
        group=f"host {node.place[0]}",
        order=node.place[1:],
        path=path,
        also=tuple(dict.fromkeys(str(other) for other in others if other is not None and str(other) != path)),
    )
    if asking is None:
        return _without_node(device)
    return asked(device, open_node(asking), lambda failure: _in_words(failure, asking, processes))


def _paths(node: LocalNode) -> tuple[str, Path | None]:
    """What a device table should say, and the node to ask: sg, and for drives of discs the one that burns go to.

    The lock of the daemon and of a burn is on the node of the table. Who asked by another would not meet it.
    """
    wanted = node.generic
    if KINDS[node.device_type] == DISC_DRIVE:
        wanted = next((other for other in node.others if other.name.startswith("sr")), node.generic)
    if wanted is None:
        return "", None
    # A link leads to the node itself: its folder may be reached by a link as well.
    real = wanted.resolve()
    stable = next((link for link, leads_to in node.links if leads_to == real), wanted)
    return str(stable), wanted


def _without_node(device: FoundDevice) -> FoundDevice:
    return replace(
        device,
        problem=_("the kernel knows it, but its sg driver has not taken it: there is no /dev/sg node"),
        advice=_("as root: modprobe sg, and scan again"),
    )


def _in_words(failure: DeviceFailure, node: Path, processes: Path) -> tuple[str, str]:
    if not isinstance(failure, NodeUnavailable):
        return str(failure), ""
    if failure.reason in (errno.EACCES, errno.EPERM):
        return _not_permitted(node)
    if failure.reason in (errno.EBUSY, errno.EWOULDBLOCK):
        return (
            _("{who} has it open: it was not asked, and this is what the kernel keeps of it").format(
                who=_holder(failure.holder, processes)
            ),
            _("leave it so, or stop that program and scan again to learn more"),
        )
    return str(failure), ""


def _not_permitted(node: Path) -> tuple[str, str]:
    try:
        status = node.stat()
    except OSError as error:
        return _("{node} cannot be looked at: {error}").format(node=node, error=error.strerror or error), ""
    group = _name(lambda: grp.getgrgid(status.st_gid).gr_name, status.st_gid)
    owner = _name(lambda: pwd.getpwuid(status.st_uid).pw_name, status.st_uid)
    user = _name(lambda: pwd.getpwuid(os.geteuid()).pw_name, os.geteuid())
    group_may = status.st_mode & stat.S_IRGRP and status.st_mode & stat.S_IWGRP
    if group_may and group != "root":
        return (
            _("{node} is for {owner} and the group {group}, and {user} is not in it").format(
                node=node, owner=owner, group=group, user=user
            ),
            _("as root: usermod -aG {group} {user}; log in again and scan again").format(
                group=group, user=user
            ),
        )
    return (
        _("{node} is for {owner} alone").format(node=node, owner=owner),
        _("give it a group by a udev rule (docs/hardware.md), or scan as {owner}").format(owner=owner),
    )


def _name(look: Callable[[], str], number: int) -> str:
    try:
        return look()
    except KeyError:
        return str(number)


def _holder(process: int | None, processes: Path) -> str:
    if process is None:
        return _("another program")
    try:
        name = (processes / str(process) / "comm").read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        name = "?"
    return _("process {number} ({name})").format(number=process, name=name)
