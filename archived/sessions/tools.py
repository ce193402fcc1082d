"""What `run` functions work with: devices, paths, the clock, the codec, and a board for progress. No SQL."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

from archived.errors import Cancelled
from archived.language import _

if TYPE_CHECKING:  # every burn imports this module, and makes no Tools
    from archived.sessions.placed_reader import PlacedReader
    from archived.settings import Config
    from backends.interface import OpticalDrive, TapeDrive
    from devices.clock import Clock
    from erasure.kernels import Kernel
    from robotics.cabinet import Cabinet
    from robotics.interface import Changer
    from robotics.readers.interface import TagReader

Answer = TypeVar("Answer")

#: Folder of the keys in a site.
KEYS_FOLDER = "keys"

#: Waits that are shorter than this are no news, and the end of the daemon waits for them too.
PATIENCE_S = 180.0

TAPE_BLOCKS_AHEAD = 32

Report = Callable[[int, int], None]
#: Gets what a first look has met so far: folders, files, bytes.
Seen = Callable[[int, int, int], None]


@dataclass(frozen=True, slots=True)
class SitePaths:
    """Where a site keeps its things."""

    site: Path
    staging: Path
    #: Recalled bytes on their way out.
    recalls: Path

    @property
    def catalog(self) -> Path:
        return self.site / "catalog.sqlite"

    @property
    def burns(self) -> Path:
        """One folder for each burn: job, lock, progress, outcome."""
        return self.site / "burns"

    @property
    def keys(self) -> Path:
        """The site's key and the public keys that count here."""
        return self.site / KEYS_FOLDER

    @property
    def surveys(self) -> Path:
        """What media said of themselves, for the rebuild or check that is under way."""
        return self.site / "surveys"

    @property
    def room(self) -> Path:
        """State of the simulated room."""
        return self.site / "room"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one piece of work has come."""

    key: str
    what: str
    done_bytes: int
    total_bytes: int
    begun_s: float
    updated_s: float
    cancellable: bool = False
    #: What a first look has met so far; 0 and 0 while nothing is looked at.
    folders: int = 0
    files: int = 0
    #: The drives that are at this work.
    drives: tuple[str, ...] = ()

    @property
    def is_looking(self) -> bool:
        """Nothing is read yet, and the bytes done are those that were seen."""
        return bool(self.folders or self.files)

    @property
    def rate_bytes_per_s(self) -> float:
        elapsed_s = 0.0 if self.is_looking else self.updated_s - self.begun_s
        return self.done_bytes / elapsed_s if elapsed_s > 0 else 0.0

    @property
    def left_s(self) -> float | None:
        """Seconds that are left at this rate; None while nobody can tell."""
        rate = self.rate_bytes_per_s
        return (self.total_bytes - self.done_bytes) / rate if rate > 0 else None


@dataclass(slots=True)
class ProgressBoard:
    """Progress of everything under way; in memory only."""

    clock: Clock
    _items: dict[str, Progress] = field(default_factory=dict)
    _cancelled: set[str] = field(default_factory=set)
    _drives: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _hurried: bool = False

    def take_drives(self, key: str, drives: tuple[str, ...]) -> None:
        """Say which drives will be at this work, before it begins."""
        with self._lock:
            self._drives[key] = drives

    def begin(self, key: str, what: str, total_bytes: int = 0, *, cancellable: bool = False) -> Report:
        """Put work on the board; the answer is called with (bytes done, bytes in all).

        It raises Cancelled once somebody cancelled the work; only for work that is `cancellable`.
        """
        now_s = self.clock.monotonic()
        with self._lock:
            drives = self._drives.get(key, ())
            self._items[key] = Progress(key, what, 0, total_bytes, now_s, now_s, cancellable, drives=drives)

        def report(done_bytes: int, total_bytes: int) -> None:
            with self._lock:
                if key in self._cancelled:
                    raise Cancelled(_("{what} was cancelled; nothing of it was kept").format(what=what))
                item = self._items.get(key)
                if item is not None:
                    now_s = self.clock.monotonic()
                    self._items[key] = replace(
                        item,
                        done_bytes=done_bytes,
                        total_bytes=total_bytes,
                        begun_s=now_s if item.is_looking else item.begun_s,
                        updated_s=now_s,
                        folders=0,
                        files=0,
                    )

        return report

    def looking(self, key: str) -> Seen:
        """For a first look, before anybody knows how much there is: the answer is called with what was met so far.

        It raises Cancelled as `begin`'s does; the next report of bytes done ends the look.
        """

        def seen(folders: int, files: int, size_bytes: int) -> None:
            with self._lock:
                item = self._items.get(key)
                if key in self._cancelled and item is not None:
                    raise Cancelled(_("{what} was cancelled; nothing of it was kept").format(what=item.what))
                if item is not None:
                    now_s = self.clock.monotonic()
                    self._items[key] = replace(
                        item,
                        folders=folders,
                        files=files,
                        done_bytes=size_bytes,
                        total_bytes=0,
                        updated_s=now_s,
                    )

        return seen

    def hurry(self) -> None:
        """The daemon is to stop: who waits longer than PATIENCE_S gives up. Safe in a handler of signals."""
        self._hurried = True

    @property
    def hurried(self) -> bool:
        """Whether the daemon is to stop: who can end where he is does."""
        return self._hurried

    def waiting(self, key: str, words: str) -> Callable[[float], None]:
        """For a wait that may be long: the answer is called with the seconds so far, and puts `words` on the board.

        `words` name {minutes}. It raises Cancelled once the daemon is to stop: the next one takes the wait up.
        """

        def waited(seconds: float) -> None:
            if seconds < PATIENCE_S:
                return
            what = words.format(minutes=int(seconds // 60))
            if self._hurried:
                raise Cancelled(_("{what}; the wait was given up and is taken up again").format(what=what))
            with self._lock:
                item = self._items.get(key)
                if item is not None:
                    self._items[key] = replace(item, what=what)

        return waited

    def cancel(self, key: str) -> bool:
        """Let the next report of this work raise Cancelled; False when no such work can be cancelled."""
        with self._lock:
            item = self._items.get(key)
            if item is None or not item.cancellable:
                return False
            self._cancelled.add(key)
            return True

    def end(self, key: str) -> None:
        with self._lock:
            self._items.pop(key, None)
            self._drives.pop(key, None)
            self._cancelled.discard(key)

    def items(self) -> list[Progress]:
        with self._lock:
            return list(self._items.values())


@dataclass(frozen=True, slots=True)
class BurnJob:
    """One image onto one blank in one drive."""

    copy_id: int
    image_id: str
    medium_id: str
    drive: str
    recipe: Path
    staging: Path
    sectors: int


@dataclass(frozen=True, slots=True)
class BurnOutcome:
    """How a burn ended. `interrupted` means: nobody is at it, nobody said how it ended; look at the disc."""

    kind: str  # "flushed" | "failed" | "source" | "interrupted"
    note: str = ""


class Burner(Protocol):
    """Whatever carries an image onto a blank: a detached process, or commands sent in this one."""

    def burn(self, job: BurnJob, report: Report) -> BurnOutcome:
        """Start this burn and say how it ended."""

    def attach(self, job: BurnJob, report: Report) -> BurnOutcome:
        """Say how a burn ended that may still run; "interrupted" when nobody is at it. Starts nothing."""

    def aside(self, drive: str, question: Callable[[], Answer]) -> Answer | None:
        """Ask a drive something while no burn is at it, and none begins meanwhile; None while one is."""


@dataclass(frozen=True, slots=True)
class Tools:
    """Everything that a `run` function may touch."""

    clock: Clock
    config: Config
    paths: SitePaths
    changers: Mapping[str, Changer]
    drives: Mapping[str, OpticalDrive]
    burner: Burner
    kernel: Kernel
    progress: ProgressBoard
    #: Drives of tape libraries; `drives` holds those for discs.
    tapes: Mapping[str, TapeDrive] = field(default_factory=dict)
    #: Blocks that are read ahead of a tape drive; 0 reads on the session's own thread, which can be replayed.
    tape_blocks_ahead: int = TAPE_BLOCKS_AHEAD
    #: Lamps and sensors of libraries whose media people move, where there are any.
    cabinets: Mapping[str, Cabinet] = field(default_factory=dict)
    #: Readers of tags, by their own names.
    readers: Mapping[str, PlacedReader] = field(default_factory=dict)
    #: Readers of the chips of cartridges, by the names of tape drives; only for who has the drive.
    chips: Mapping[str, TagReader] = field(default_factory=dict)
    #: Gives every way to a real device up, when nothing is under way any more: iSCSI sessions log out.
    let_go: Callable[[], None] = lambda: None
