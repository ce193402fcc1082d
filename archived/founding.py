"""Making a site: settings, catalog, staging, and a simulated room with its blanks. Nothing is ever overwritten.

A site on real devices is made without touching them: the daemon's first look tells what its libraries hold.
"""

import hashlib
import os
import stat
import tempfile
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from archived import config as configuration
from archived import settings_text
from archived.catalog import counters, events, media, surveys
from archived.catalog.events import Attention
from archived.catalog.store import Catalog
from archived.errors import ConfigurationError, Refused
from archived.formats.key_files import make_site_key
from archived.formats.signing import SigningKey
from archived.language import _
from archived.media_kinds import NATIVE_BYTES
from archived.model import Drive, Medium
from archived.policy.cartridge_labels import CLEANING, read_label
from archived.real_settings import real_settings
from archived.sessions.tools import SitePaths
from archived.settings import Config
from archived.simulated_rooms import LIBRARY, ROOMS
from archived.stages.capacity import charge_anew
from archived.stages.floor import ELEMENTS, furnish, stale_key
from archived.stages.set_aside import demand_no_burn, put_burns_aside
from archived.states import MediumState
from archived.wiring import paths_of, room_folders, room_plan
from archived.wiring_rooms import furnish_library, furnish_room
from backends.interface import CLUSTER_BYTES, SECTOR_BYTES
from devices.clock import Clock, SystemClock

if TYPE_CHECKING:
    from archived.wiring import CartridgePlan, DiscPlan, RoomPlan

BATCHES = 6
#: A single-layer BD-R without spare areas (12,219,392 sectors).
DISC_CAPACITY_BYTES = 25_025_314_816


@dataclass(frozen=True, slots=True)
class Choices:
    """What `archived init` lets one choose."""

    disc_capacity_bytes: int = DISC_CAPACITY_BYTES
    speed: float = 1.0
    keep_free_bytes: int = 1 << 30
    rest_s: float = 30.0
    #: Which simulated room, a word of `archived.simulated_rooms`.
    room: str = LIBRARY
    #: Libraries, devices, pools and classes of a real room, as TOML; empty makes a simulated one.
    hardware: str = ""
    #: Names of the drives of a simulated library, and how many slots it has; as usual when not given.
    drives: tuple[str, ...] = ()
    slots: int = 0


def make_site(
    site: Path, choices: Choices, clock: Clock | None = None, key: SigningKey | None = None
) -> Config:
    """Make a site in a new or empty folder, with a new key unless one is given.

    Raises:
        Refused: the folder holds a site, or anything else, already.
        ConfigurationError: the tables of a real room say something that cannot be.
    """
    if site.exists() and any(site.iterdir()):
        raise Refused(
            _("{site} is not empty; nothing was changed").format(site=site),
            advice=_("choose a new folder for the site"),
        )
    if choices.disc_capacity_bytes < CLUSTER_BYTES:
        raise Refused(
            _("a disc of {disc_capacity_bytes} bytes cannot hold anything").format(
                disc_capacity_bytes=choices.disc_capacity_bytes
            )
        )
    text = _settings(choices)
    config = configuration.parse(text)
    site.mkdir(parents=True, exist_ok=True)
    paths = paths_of(site, config)
    for folder in (paths.staging / "packages", paths.staging / "recipes", paths.burns, paths.recalls):
        folder.mkdir(parents=True)
    room = None
    if config.simulated:
        capacity_bytes = choices.disc_capacity_bytes
        slots = {"slots": choices.slots} if choices.slots else {}
        room = furnish_room(
            paths.room, config, disc_capacity_bytes=capacity_bytes, speed=choices.speed, **slots
        )
    make_site_key(paths.keys, key)
    catalog = Catalog(paths.catalog)
    catalog.upgrade()
    _register(catalog, config, room, clock or SystemClock())
    catalog.close()
    # Last: a folder without it is not a site, and init can be told so.
    (site / configuration.FILE_NAME).write_text(text, encoding="utf-8")
    return config


def _settings(choices: Choices) -> str:
    """The text of archived.toml."""
    if not choices.hardware:
        return settings_text.template(
            speed=choices.speed,
            keep_free_bytes=choices.keep_free_bytes,
            rest_s=choices.rest_s,
            room=replace(ROOMS[choices.room], drives=choices.drives or ROOMS[choices.room].drives),
        )
    return real_settings(choices.hardware, keep_free_bytes=choices.keep_free_bytes, rest_s=choices.rest_s)


def found_again(catalog: Catalog, config: Config, site: Path, clock: Clock | None = None) -> bool:
    """Give a new, empty catalog of a site that is there already its robots and drives; True when it was new.

    No medium is known then, and no package is taken in, until the catalog is rebuilt or restored: ids and
    versions that discs and receipts name must not be given out again. Raises WrongState while a burn is under way.
    """
    with catalog.read() as read:
        if "room" in events.settings(read):
            return False
    paths = paths_of(site, config)
    demand_no_burn(paths)
    put_burns_aside(paths, "burns-of-a-catalog-that-is-gone")
    # What a real library holds is told by the first look.
    rooms = [room_plan(folder) for folder in room_folders(paths, config)] if config.simulated else []
    now = (clock or SystemClock()).now()
    with catalog.write() as write:
        events.set_setting(write, "room", config.room)
        for room in rooms:
            _register_floor(write, room)
        events.set_setting(write, surveys.ORIGIN, surveys.EMPTY)
        subject = ("site", config.site.name)
        events.append(write, now, "catalog found empty", subject, outcome="failure", room=config.room)
        events.raise_attention(
            write,
            Attention(
                "catalog-empty",
                "now",
                _("the catalog of this site is gone: the daemon started with an empty one"),
                _(
                    "nothing is taken in, written or removed until it is rebuilt or restored; discs are untouched"
                ),
                "archivectl catalog rebuild --from-media",
                now,
            ),
        )
    return True


def provide_libraries(
    catalog: Catalog,
    config: Config,
    site: Path,
    clock: Clock,
    *,
    served: bool = False,
    cartridge_bytes: int = 0,
) -> list[str]:
    """Furnish and put on record the simulated libraries that archived.toml names and the catalog does not know.

    Answers with their names. A crash between both leaves a room that the next start puts on record as it is.
    Raises Refused, CatalogBusy; ConfigurationError when the room is `served` already, without them.
    """
    with catalog.read() as read:
        known = events.settings(read)
    lacking = [name for name in config.libraries if f"{ELEMENTS}:{name}" not in known]
    if not lacking or not config.simulated:
        return []
    if served:
        raise ConfigurationError(
            _("library {name} is new, and the room of this site runs without it; nothing was changed").format(
                name=lacking[0]
            ),
            advice=f"archived room stop --site {site}",
        )
    paths, now = paths_of(site, config), clock.now()
    for name in lacking:
        room = furnish_library(paths, config, name, cartridge_bytes=cartridge_bytes)
        with catalog.write() as write:
            _register_floor(write, room)
            _register_media(write, room, now)
            events.append(write, now, "library added", ("library", name), kind=room.kind)
    return lacking


def check_kind(catalog: Catalog, config: Config) -> None:
    """A site never changes from simulated to real or back. Raises ConfigurationError."""
    with catalog.read() as read:
        kind = events.settings(read).get("room")
    if kind != config.room:
        raise ConfigurationError(
            _("this site was made with room = {kind!r}, and archived.toml now says {room!r}").format(
                kind=kind, room=config.room
            ),
            advice=_("put the old value back; make a new site for the other room"),
        )


def provide_key(catalog: Catalog, config: Config, paths: SitePaths, clock: Clock) -> None:
    """A site that was made before sites had keys gets one, on record. Raises ConfigurationError, CatalogBusy.

    A crash between key and event leaves a key without its event; it signs all the same.
    """
    key, made = make_site_key(paths.keys)
    if made:
        with catalog.write() as write:
            subject = ("site", config.site.name)
            events.append(write, clock.now(), "site key made", subject, key_id=key.public.key_id)
            # The same release put more on a disc: what was judged by less is judged again.
            charge_anew(write, config)


def run_directory(site: Path) -> Path:
    """The private folder of this site's sockets: short, ours, made when missing, and recorded in the site.

    Raises ConfigurationError when somebody else owns a folder of that name.
    """
    record = site / configuration.RUN_DIRECTORY_FILE
    folder = Path(record.read_text(encoding="utf-8").strip()) if record.exists() else None
    if folder is None or not folder.parent.is_dir():
        # The place for such folders may change: another login, another boot.
        base = Path(os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir())
        name = hashlib.sha256(str(site.resolve()).encode()).hexdigest()[:12]
        folder = base / f"archived-{os.getuid()}-{name}"
        record.write_text(f"{folder}\n", encoding="utf-8")
    folder.mkdir(mode=0o711, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        raise ConfigurationError(
            _("{folder} is not our own folder").format(folder=folder),
            advice=_("remove {record} and start again").format(record=record),
        )
    return folder


def api_socket(site: Path) -> Path:
    """Where the daemon of this site answers."""
    return run_directory(site) / configuration.API_SOCKET_NAME


def room_socket(site: Path) -> Path:
    """Where the simulated room of this site answers."""
    return run_directory(site) / "room"


def _register(catalog: Catalog, config: Config, room: "RoomPlan | None", clock: Clock) -> None:
    now = clock.now()
    with catalog.write() as write:
        events.set_setting(write, "room", config.room)
        if room is not None:
            _register_floor(write, room)
        events.set_setting(write, surveys.ORIGIN, surveys.FOUNDED)
        events.append(write, now, "site made", ("site", config.site.name), room=config.room)
        if room is not None:
            _register_media(write, room, now)


def _register_media(write: Connection, room: "RoomPlan", now: datetime) -> None:
    """Blanks as they lie in a fresh room. In a bin nobody reads barcodes: there a medium has its printed label."""
    magazines = _magazines(room)
    numbers = {name: number for number, name in enumerate(dict.fromkeys(magazines.values()))}
    for number, planned in enumerate(room.media):
        element = room.address_of(planned)
        cleaning = room.is_tape and read_label(planned.barcode).cleaning
        kind = planned.media_id if room.is_tape else "bd-r"
        magazine = magazines[element]
        media.register(
            write,
            Medium(
                id=planned.barcode,
                state=MediumState.QUARANTINED if cleaning else MediumState.BLANK,
                kind=CLEANING if cleaning else kind,
                barcode=None if room.is_stacker else planned.barcode,
                printed_label=planned.barcode if room.is_stacker else None,
                batch="" if cleaning else f"batch-{(number + numbers[magazine]) % BATCHES + 1}",
                media_id=planned.media_id,
                capacity_bytes=0 if cleaning else _capacity_bytes(room, planned),
                library=room.library,
                element=element,
                home_element=None if room.is_stacker else element,
                magazine=magazine,
                seen_at=now,
                note=_("a cleaning cartridge, never used for data") if cleaning else "",
                simulated=True,
            ),
        )
    if room.is_stacker:
        counters.raise_to(write, f"medium:{room.library}", len(room.media))


def _magazines(room: "RoomPlan") -> dict[int, str | None]:
    """What the neighbours of each place share: a magazine, a drawer, or nothing in a bin."""
    if room.is_stacker:
        return dict.fromkeys(room.storage_addresses)
    if room.cabinets:
        drawers = [
            f"{one.name}/{drawer}"
            for one in room.cabinets
            for drawer in range(1, one.drawers + 1)
            for _slot in range(one.slots)
        ]
        return dict(zip(room.slot_addresses, drawers, strict=True))
    return {
        address: f"magazine-{number // room.magazine_slots + 1}"
        for number, address in enumerate(room.slot_addresses)
    }


def _capacity_bytes(room: "RoomPlan", planned: "DiscPlan | CartridgePlan") -> int:
    if not room.is_tape:
        return room.capacity_sectors * SECTOR_BYTES
    chosen = getattr(planned, "capacity_bytes", 0)
    return int(chosen or NATIVE_BYTES[planned.media_id])


def _register_floor(write: Connection, room: "RoomPlan") -> None:
    """The robot's elements, magazines and drives; no medium."""
    events.set_setting(write, stale_key(room.library), "1")
    furnish(write, room.library, slots=_magazines(room), ports=list(room.import_export_addresses))
    for drive in room.drives:
        media.register_drive(write, Drive(drive.name, room.library, drive.address, drive.serial, True))


__all__ = [
    "Choices",
    "SitePaths",
    "api_socket",
    "check_kind",
    "found_again",
    "make_site",
    "provide_key",
    "provide_libraries",
    "room_socket",
    "run_directory",
]
