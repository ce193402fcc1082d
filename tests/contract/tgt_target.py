"""A real iSCSI target in user space (tgt): a changer with one cartridge and one tape drive.

tgtd takes no SIGTERM; it is ended by its own tool, and by SIGKILL at last.
"""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

NAME = "iqn.2026-01.example:lib"
TAPE_LUN, CHANGER_LUN = 1, 4
DRIVE, SLOT, MAIL = 256, 1024, 16
#: Where the target's programs lie is not on everybody's path.
_PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
_PARAMETERS = {
    TAPE_LUN: ("vendor_id=IBM,product_id=ULT3580-TD8,scsi_sn=DRV0000001,removable=1", "online=0"),
    CHANGER_LUN: (
        "vendor_id=STK,product_id=L700,scsi_sn=LIB0000001,removable=1",
        "media_home={folder}",
        "element_type=1,start_address=1,quantity=1",
        "element_type=3,start_address=16,quantity=1",
        "element_type=4,start_address=256,quantity=1",
        "element_type=4,address=256,tid=1,lun=1",
        "element_type=2,start_address=1024,quantity=4",
        "element_type=2,address=1024,barcode=VOL001L8,sides=1",
    ),
}


@dataclass(frozen=True, slots=True)
class Target:
    portal: str
    pid: int


def missing() -> str | None:
    """Why there can be no target here."""
    absent = [name for name in ("tgtd", "tgtadm", "tgtimg") if not shutil.which(name, path=_PATH)]
    return f"{', '.join(absent)} not installed (package tgt)" if absent else None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def tgt_target() -> Iterator[Target]:
    with tempfile.TemporaryDirectory(prefix="tgt", dir="/tmp") as name:
        folder = Path(name)
        environment = {**os.environ, "PATH": _PATH, "TGT_IPC_SOCKET": f"{name}/s"}

        def run(*command: str, check: bool = True) -> int:
            done = subprocess.run(command, env=environment, capture_output=True, timeout=60, check=False)
            assert not check or done.returncode == 0, (command, done.stderr)
            return done.returncode

        def admin(*words: str, check: bool = True) -> int:
            return run("tgtadm", "-C", "7", "--lld", "iscsi", *words, check=check)

        for file, code, kind in (("VOL001L8", "VOL001L8", "data"), ("none", "", "clean")):
            options = ["--device-type", "tape", "--barcode", code, "--size", "8", "--type", kind]
            run("tgtimg", "--op", "new", *options, "--file", str(folder / file))
        (folder / "smc").write_bytes(bytes(1024))
        port = _free_port()
        with (folder / "log").open("wb") as log:
            daemon = subprocess.Popen(
                ["tgtd", "-f", "-C", "7", "--iscsi", f"portal=127.0.0.1:{port}"],
                env=environment,
                stdout=log,
                stderr=log,
            )
        try:
            for _ in range(50):
                if admin("--op", "show", "--mode", "target", check=False) == 0:
                    break
                time.sleep(0.1)
            admin("--op", "new", "--mode", "target", "--tid", "1", "-T", NAME)
            unit = ("--mode", "logicalunit", "--tid", "1", "--lun")
            for lun, file, kind in ((TAPE_LUN, "none", "tape"), (CHANGER_LUN, "smc", "changer")):
                admin(*unit, str(lun), "--op", "new", "-b", str(folder / file), f"--device-type={kind}")
                for text in _PARAMETERS[lun]:
                    admin(*unit, str(lun), "--op", "update", "--params", text.format(folder=name))
            admin("--op", "bind", "--mode", "target", "--tid", "1", "-I", "ALL")
            assert "unable to bind" not in (folder / "log").read_text(errors="replace")
            yield Target(f"127.0.0.1:{port}", daemon.pid)
        finally:
            try:
                admin("--op", "delete", "--mode", "target", "--tid", "1", "--force", check=False)
                admin("--op", "delete", "--mode", "system", check=False)
                daemon.wait(30)
            except subprocess.TimeoutExpired:
                pass
            daemon.kill()
            daemon.wait()
