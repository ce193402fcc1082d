"""A real iSCSI target in user space (tgt): a changer, two tape drives, a DVD writer, cartridges and discs.

tgtd takes no SIGTERM; it is ended by its own tool, and by SIGKILL at last. It forgets where media are when it ends:
whoever starts it again says so.
"""

import ctypes
import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from devices.failures import DeviceFailure
from devices.scsi import Inquiry, InquiryData
from devices.transports import libiscsi
from devices.transports.iscsi import IscsiTransport

NAME = "iqn.2026-01.example:lib"
TAPE_LUN, OTHER_TAPE_LUN, DVD_LUN, CHANGER_LUN = 1, 2, 3, 4
HAND, MAIL, DRIVE, OTHER_DRIVE, DVD_DRIVE, SLOT = 1, 16, 256, 257, 258, 1024
DRIVES = {DRIVE: TAPE_LUN, OTHER_DRIVE: OTHER_TAPE_LUN, DVD_DRIVE: DVD_LUN}
SLOTS = 10
#: Where the target's programs lie is not on everybody's path.
_PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
_PROGRAMS = ("tgtd", "tgtadm", "tgtimg")
_TRIES = 3
_LIBC = ctypes.CDLL(None)
_PR_SET_PDEATHSIG = 1
#: Else a session goes by segments of 8 KiB, and waits before each burst.
_TUNING = {
    "MaxRecvDataSegmentLength": "1048576",
    "MaxXmitDataSegmentLength": "1048576",
    "MaxBurstLength": "4194304",
    "FirstBurstLength": "1048576",
    "InitialR2T": "No",
}


@dataclass(frozen=True, slots=True)
class Cartridge:
    """`kind` is what tgtimg calls it: data, WORM or clean."""

    barcode: str
    size_mb: int = 64
    kind: str = "data"


#: In the first slots, in this order; blank DVD+R discs stand behind them.
CARTRIDGES = (
    Cartridge("VOL001L8"),
    Cartridge("VOL002L8"),
    Cartridge("VOL003L8"),
    Cartridge("WRM001LY", kind="WORM"),
    Cartridge("SML001L8", size_mb=2),
    Cartridge("CLNU01L1", size_mb=1, kind="clean"),
)
DISCS = ("DSC001", "DSC002")


def missing() -> str | None:
    """Why there can be no target here, or nobody who could ask it."""
    absent = [name for name in _PROGRAMS if not shutil.which(name, path=_PATH)]
    if absent:
        return f"{', '.join(absent)} not installed (package tgt)"
    try:
        libiscsi.load()
    except libiscsi.LibiscsiUnusable as error:
        return str(error)
    return None


def require_tgt() -> None:
    """Skip loudly where there is no tgt; where everything was prepared (CI), its absence is a failure."""
    if reason := missing():
        if os.environ.get("CI"):
            pytest.fail(f"NOT TESTED on a real target: {reason}; scripts/prepare test installs it")
        pytest.skip(f"NOT TESTED on a real target: {reason}")


@dataclass(slots=True)
class Target:
    """A target with its media in `folder`; `places` is where media stand when it starts, by address.

    `user` is whom its daemon runs as, None for whoever starts it.
    """

    folder: Path
    places: dict[int, str]
    user: int | None = None
    #: The programs of one target find each other by this socket; no other target has it.
    environment: dict[str, str] = field(init=False)
    #: What INQUIRY of the changer says as its revision: whoever answers on the port is this target.
    token: str = field(init=False)
    port: int = 0
    _daemon: "subprocess.Popen[bytes] | None" = None

    def __post_init__(self) -> None:
        self.environment = {**os.environ, "PATH": _PATH, "TGT_IPC_SOCKET": f"{self.folder}/s"}
        self.token = secrets.token_hex(2)

    @property
    def portal(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        assert self._daemon is not None
        return self._daemon.pid

    def transport(self, lun: int) -> IscsiTransport:
        return IscsiTransport(self.portal, NAME, lun)

    def start(self) -> None:
        """Serve the media of the folder from their places; on the same port again, once there was one."""
        for _ in range(_TRIES):
            port = self.port or _free_port()
            self._launch(port)
            self._furnish()
            self.port = port
            if self._is_ours():
                return
            self.kill()
            self.port = 0
        raise AssertionError(f"no port for the target: {self._log.read_text(errors='replace')[-400:]}")

    def stop(self) -> None:
        """By its own means, and by force if these are not enough."""
        if self._daemon is None:
            return
        self.admin("--op", "delete", "--mode", "target", "--tid", "1", "--force", check=False)
        self.admin("--op", "delete", "--mode", "system", check=False)
        try:
            self._daemon.wait(5)
        except subprocess.TimeoutExpired:
            self._daemon.kill()
        self._daemon.wait()
        self._daemon = None

    def kill(self) -> None:
        """As a power cut of the library would: sessions are gone, and so is its knowledge of where media are."""
        if self._daemon is not None:
            self._daemon.send_signal(signal.SIGKILL)
            self._daemon.wait()
            self._daemon = None

    def new_cartridge(self, cartridge: Cartridge) -> None:
        """Make a blank cartridge; where it stands says `insert`."""
        self._image(cartridge.barcode, cartridge.barcode, cartridge.size_mb, cartridge.kind)

    def new_disc(self, barcode: str) -> None:
        self._own(self._media / barcode).touch()

    def insert(self, address: int, barcode: str) -> None:
        """Somebody puts a medium into a slot or a mail slot; nobody is told."""
        kind = 3 if address < DRIVE else 2
        self._change(CHANGER_LUN, f"element_type={kind},address={address},barcode={barcode},sides=1")

    def take_out(self, address: int) -> None:
        """Somebody empties a slot; nobody is told."""
        self._change(CHANGER_LUN, f"element_type=2,address={address},clear_slot=1")

    def protect_drive(self, lun: int, *, on: bool = True) -> None:
        """Here the protection of a cartridge is the drive's, whatever lies in it."""
        self._change(lun, f"readonly={int(on)}")

    def medium_file(self, barcode: str) -> Path:
        """The bytes of a medium, as tgt keeps them."""
        return self._media / barcode

    def admin(self, *words: str, check: bool = True) -> int:
        return self._run("tgtadm", "-C", "7", "--lld", "iscsi", *words, check=check)

    def prepare(self, cartridges: tuple[Cartridge, ...], discs: tuple[str, ...]) -> None:
        """Make the media, and what a drive holds that holds nothing: it needs an image to begin with."""
        for path in (self.folder, self._media):
            path.mkdir(exist_ok=True)
            self._own(path)
        for cartridge in cartridges:
            self.new_cartridge(cartridge)
        for disc in discs:
            self.new_disc(disc)
        self._image("none1", "", 1, "clean", self.folder)
        shutil.copyfile(self.folder / "none1", self.folder / "none2")
        (self.folder / "smc").write_bytes(bytes(1024))
        for name in ("none1", "none2", "smc"):
            self._own(self.folder / name)

    @property
    def _media(self) -> Path:
        return self.folder / "media"

    @property
    def _log(self) -> Path:
        return self.folder / "log"

    def _own(self, path: Path) -> Path:
        if self.user is not None:
            if not path.exists():
                path.touch()
            os.chown(path, self.user, self.user)
        return path

    def _run(self, *command: str, check: bool = True) -> int:
        done = subprocess.run(
            command,
            env=self.environment,
            capture_output=True,
            timeout=60,
            check=False,
            user=self.user,
            group=self.user,
        )
        assert not check or done.returncode == 0, (command, done.stderr)
        return done.returncode

    def _image(self, file: str, barcode: str, size_mb: int, kind: str, folder: Path | None = None) -> None:
        path = (folder or self._media) / file
        words = ["--barcode", barcode, "--size", str(size_mb), "--type", kind, "--thin-provisioning"]
        self._run("tgtimg", "--op", "new", "--device-type", "tape", *words, "--file", str(path))

    def _change(self, lun: int, parameters: str) -> None:
        unit = ("--mode", "logicalunit", "--op", "update", "--tid", "1", "--lun", str(lun))
        self.admin(*unit, "--params", parameters)

    def _launch(self, port: int) -> None:
        with self._log.open("wb") as log:
            self._daemon = subprocess.Popen(
                ["tgtd", "-f", "-C", "7", "--iscsi", f"portal=127.0.0.1:{port}"],
                env=self.environment,
                stdout=log,
                stderr=log,
                user=self.user,
                group=self.user,
                preexec_fn=_end_with_the_test,
            )
        for _ in range(250):
            if self.admin("--op", "show", "--mode", "target", check=False) == 0:
                return
            assert self._daemon.poll() is None, self._log.read_text(errors="replace")[-400:]
            time.sleep(0.02)
        raise AssertionError("tgtd does not answer its tool")

    def _furnish(self) -> None:
        self.admin("--op", "new", "--mode", "target", "--tid", "1", "-T", NAME)
        unit = ("--mode", "logicalunit", "--op", "new", "--tid", "1", "--lun")
        for number in (1, 2):
            self.admin(*unit, str(number), "-b", f"{self.folder}/none{number}", "--device-type=tape")
            names = "vendor_id=IBM,product_id=ULT3580-TD8,product_rev=P380"
            self._change(number, f"{names},scsi_sn=DRV000000{number},removable=1")
            self._change(number, "online=0")
        self.admin(*unit, str(DVD_LUN), "-Y", "cd")
        names = "vendor_id=TGT_DVD,product_id=DVD101,product_rev=0010"
        self._change(DVD_LUN, f"{names},scsi_sn=DVD0000001,removable=1")
        self.admin(*unit, str(CHANGER_LUN), "-b", f"{self.folder}/smc", "--device-type=changer")
        names = f"vendor_id=STK,product_id=L700,product_rev={self.token}"
        for parameters in (
            f"{names},scsi_sn=LIB0000001,removable=1",
            f"media_home={self._media}",
            f"element_type=1,start_address={HAND},quantity=1",
            f"element_type=3,start_address={MAIL},quantity=2",
            f"element_type=4,start_address={DRIVE},quantity={len(DRIVES)}",
            *(f"element_type=4,address={address},tid=1,lun={lun}" for address, lun in DRIVES.items()),
            f"element_type=2,start_address={SLOT},quantity={SLOTS}",
        ):
            self._change(CHANGER_LUN, parameters)
        for address, barcode in self.places.items():
            self.insert(address, barcode)
        for name, value in _TUNING.items():
            self.admin("--op", "update", "--mode", "target", "--tid", "1", "--name", name, "--value", value)
        self.admin("--op", "bind", "--mode", "target", "--tid", "1", "-I", "ALL")

    def _is_ours(self) -> bool:
        """A daemon without a port goes on all the same: whether it is the one that answers there is asked of it."""
        if "unable to bind" in self._log.read_text(errors="replace"):
            return False
        try:
            with closing(self.transport(CHANGER_LUN)) as line:
                said = line.execute(Inquiry().encode(), data_in=36, timeout_s=10).data
        except DeviceFailure:
            return False
        return InquiryData.decode(said).revision == self.token


def _end_with_the_test() -> None:
    """A test that is killed stops nothing: have the kernel do it."""
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def tgt_target(
    cartridges: tuple[Cartridge, ...] = CARTRIDGES,
    discs: tuple[str, ...] = DISCS,
    *,
    places: Mapping[int, str] | None = None,
    user: int | None = None,
) -> Iterator[Target]:
    """A running target; its media stand in the first slots unless `places` says otherwise."""
    barcodes = (*(cartridge.barcode for cartridge in cartridges), *discs)
    with tempfile.TemporaryDirectory(prefix="tgt", dir="/tmp") as name:
        target = Target(Path(name), dict(places or enumerate(barcodes, start=SLOT)), user)
        target.prepare(cartridges, discs)
        try:
            target.start()
            yield target
        finally:
            target.stop()
