"""archived.toml, read and checked into frozen values. An unknown key is an error naming its neighbour."""

import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from archived.errors import ConfigurationError

FILE_NAME = "archived.toml"
#: In the site, beside it: names the folder of the daemon's sockets; the daemon writes it.
RUN_DIRECTORY_FILE = "run-directory"
#: In that folder: where the API answers.
API_SOCKET_NAME = "api"
ROOMS = ("simulated",)
SCOPES = ("group", "fonds", "pool")


@dataclass(frozen=True, slots=True)
class SiteSettings:
    """Who keeps this archive; printed on every disc and receipt."""

    name: str
    name_zh: str = ""
    contact: str = ""


@dataclass(frozen=True, slots=True)
class StagingSettings:
    """The disk area where packages wait for their discs."""

    directory: str = "staging"
    #: On how many disks a staged byte lies; receipts repeat it.
    disks: int = 1
    #: Never let free space of the staging file system fall under this.
    keep_free_bytes: int = 1 << 30
    #: Longest time from accepted to archived before an alarm.
    max_exposure_h: float = 336.0
    #: A recall that nobody fetched for so long is given up and its place freed.
    recall_expiry_h: float = 72.0


@dataclass(frozen=True, slots=True)
class ApiSettings:
    """Who may speak to the daemon."""

    #: Unix group whose members may connect; empty means the daemon's own group.
    group: str = ""


@dataclass(frozen=True, slots=True)
class SimulationSettings:
    """The simulated room. Changing the plan of a room that exists has no effect."""

    #: Device latencies are divided by this; 0 means no latency at all.
    speed: float = 1.0
    seed: int = 1


@dataclass(frozen=True, slots=True)
class LibrarySettings:
    """One robot with its drives."""

    drives: tuple[str, ...] = ("B1", "B2")
    site: str = "main"
    #: Manufacturer ids of blanks that may be written; empty means any.
    approved_media: tuple[str, ...] = ()
    move_timeout_s: float = 900.0


@dataclass(frozen=True, slots=True)
class PoolSettings:
    """Media of one kind under one rule set."""

    name_zh: str = ""
    library: str = "main"
    media_kind: str = "bd-r"
    n: int = 4
    m: int = 2
    role: str = "sealed"
    #: Line printed on disc, README and volume id.
    label: str = "{set} · {position} of {total} · any {n} rebuild"
    #: Share of a disc that stays empty.
    reserve_percent: float = 2.0
    #: An image closes when its group has gathered this share of what fits.
    close_fill_percent: float = 90.0
    #: ... or when its oldest package has waited this long.
    close_after_h: float = 168.0
    #: A set closes short when its oldest image has waited this long.
    set_wait_h: float = 168.0
    #: What a set may join: "group", "fonds" or "pool".
    set_scope: str = "pool"
    #: False relaxes 盘不多目 for this pool: images may then hold several series of one fonds.
    one_group_per_image: bool = True


@dataclass(frozen=True, slots=True)
class ClassSettings:
    """What a kind of package is owed."""

    pools: tuple[str, ...]
    name_zh: str = ""
    retention_mandatory: bool = True
    confidentiality_mandatory: bool = True


@dataclass(frozen=True, slots=True)
class Config:
    """Everything archived.toml says."""

    room: str
    site: SiteSettings
    pools: Mapping[str, PoolSettings]
    classes: Mapping[str, ClassSettings]
    libraries: Mapping[str, LibrarySettings]
    default_class: str
    #: A thing that refused to work is left alone this long before it is looked at again.
    rest_s: float = 30.0
    staging: StagingSettings = field(default_factory=StagingSettings)
    api: ApiSettings = field(default_factory=ApiSettings)
    simulation: SimulationSettings = field(default_factory=SimulationSettings)

    @property
    def simulated(self) -> bool:
        return self.room == "simulated"


def load(site: Path) -> Config:
    """The configuration of the site in folder `site`.

    Raises:
        ConfigurationError: the file is missing, is not TOML, or says something that cannot be.
    """
    path = site / FILE_NAME
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigurationError(
            f"{site} is not a site: it has no {FILE_NAME}", advice="make one with: archived init --site DIR"
        ) from None
    return parse(text, where=str(path))


def parse(text: str, *, where: str = FILE_NAME) -> Config:
    """The configuration that `text` (TOML) says. Raises ConfigurationError."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{where}: {error}") from None
    config = _value(Config, document, f"{where}: ")
    _check(config, where)
    return config


T = TypeVar("T")


def _value(kind: type[T], table: Any, where: str) -> T:
    if not isinstance(table, dict):
        raise ConfigurationError(f"{where}a table is expected, not {table!r}")
    hints = get_type_hints(kind)
    known = [f.name for f in fields(kind)]  # type: ignore[arg-type]
    for key in table:
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1, cutoff=0.0)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise ConfigurationError(f"{where}unknown key {key!r}{hint}", key=key, nearest=near)
    found: dict[str, Any] = {}
    for item in fields(kind):  # type: ignore[arg-type]
        if item.name in table:
            found[item.name] = _convert(hints[item.name], table[item.name], f"{where}{item.name}: ")
        elif item.default is MISSING and item.default_factory is MISSING:
            raise ConfigurationError(f"{where}key {item.name!r} is missing", key=item.name)
    return kind(**found)


def _convert(hint: Any, value: Any, where: str) -> Any:
    origin = get_origin(hint)
    if origin is tuple:
        if not isinstance(value, list):
            raise ConfigurationError(f"{where}a list is expected, not {value!r}")
        return tuple(_convert(get_args(hint)[0], item, where) for item in value)
    if origin is not None and issubclass(origin, Mapping):
        if not isinstance(value, dict):
            raise ConfigurationError(f"{where}a table is expected, not {value!r}")
        return {key: _convert(get_args(hint)[1], item, f"{where}{key}: ") for key, item in value.items()}
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if hint in (int, float, str, bool):
        if type(value) is not hint:
            raise ConfigurationError(f"{where}{hint.__name__} is expected, not {value!r}")
        return value
    return _value(hint, value, where)


def _check(config: Config, where: str) -> None:
    def demand(holds: bool, words: str) -> None:
        if not holds:
            raise ConfigurationError(f"{where}: {words}")

    demand(config.room in ROOMS, f"room = {config.room!r}; known rooms are {', '.join(ROOMS)}")
    demand(config.default_class in config.classes, f"default_class {config.default_class!r} is not a class")
    demand(config.rest_s >= 0, "rest_s must not be negative")
    demand(config.staging.disks >= 1, "staging.disks must be at least 1")
    demand(config.simulation.speed >= 0, "simulation.speed must not be negative")
    for name, kind in config.classes.items():
        demand(bool(kind.pools), f"class {name!r} names no pool")
        for wanted in kind.pools:
            demand(wanted in config.pools, f"class {name!r} names pool {wanted!r}, which does not exist")
    for name, library in config.libraries.items():
        demand(bool(library.drives), f"library {name!r} has no drives")
        demand(library.move_timeout_s > 0, f"library {name!r}: move_timeout_s must be positive")
    for name, pool in config.pools.items():
        demand(pool.library in config.libraries, f"pool {name!r} names library {pool.library!r}")
        demand(pool.media_kind == "bd-r", f"pool {name!r}: media_kind {pool.media_kind!r}; known is bd-r")
        demand(
            pool.n >= 1 and pool.m >= 1 and pool.n + pool.m <= 255, f"pool {name!r}: 1 <= n, m; n + m <= 255"
        )
        demand(
            pool.set_scope in ("group", "fonds", "pool"), f"pool {name!r}: set_scope is group, fonds or pool"
        )
        demand(0 <= pool.reserve_percent < 50, f"pool {name!r}: reserve_percent lies in 0..50")
        demand(0 < pool.close_fill_percent <= 100, f"pool {name!r}: close_fill_percent lies in 0..100")
        demand(pool.close_after_h > 0 and pool.set_wait_h > 0, f"pool {name!r}: waits must be positive")
        try:
            pool.label.format(set="7K3F", position=1, total=6, n=4, pool=name)
        except (KeyError, IndexError, ValueError) as error:
            raise ConfigurationError(f"{where}: pool {name!r}: label template: {error!r}") from None


TEMPLATE = """\
# archived: the settings of one site. Every key is here; what is commented out shows its default.
# An unknown key is an error, so that a slip of the pen is never a silent default.

# What the robot room is. "simulated": a virtual room, nothing in it is preserved.
# Without this key nothing starts, and a site that holds packages never changes its kind.
room = "simulated"

# The storage class of a submission that names none.
default_class = "permanent"

# A robot, drive or disc that refused to work is left alone this many seconds before it is looked at again.
rest_s = {rest_s}

[site]
# Who keeps this archive. Printed on every disc, label and receipt.
name = "Example Archive"
name_zh = "示例档案馆"
contact = "archive@example.org"

[staging]
# Where packages wait for their discs; relative to the site, or absolute.
directory = "staging"
# On how many disks a staged byte lies (RAID 1 = 2); receipts repeat it.
disks = 1
# Submissions are refused before free space falls under this.
keep_free_bytes = {keep_free_bytes}
# Longest time, in hours, from accepted to archived before an alarm.
max_exposure_h = 336.0
# A recall that nobody fetches within so many hours is given up; it can be asked for again.
recall_expiry_h = 72.0

[api]
# Unix group whose members may connect, beside root and the daemon's own user; "" = the daemon's own group.
# Whoever may connect may submit, recall and withdraw.
group = ""

[simulation]
# Times that a real robot or drive would take are divided by this; 0 = no waiting at all.
speed = {speed}
# Seed of everything that happens by chance in the room.
seed = 1

[libraries.main]
# Names of the burners, in the order of their element addresses.
drives = ["B1", "B2"]
# Where this library stands.
site = "main"
# Manufacturer ids of blanks that may be written; an empty list allows any.
approved_media = ["SIMBDR/A01"]
# After this long without an answer the outcome of a move is unknown, and we look.
move_timeout_s = 900.0

[pools.bluray]
name_zh = "蓝光"
library = "main"
media_kind = "bd-r"
# n data images and m parity discs make a set; any m of them may be lost.
n = 4
m = 2
# sealed (封存), access (查阅) or off-site (异地)
role = "sealed"
# Printed on disc, README and volume id. Fields: set, position, total, n, pool.
label = "{{set}} · {{position}} of {{total}} · any {{n}} rebuild"
# Share of each disc that stays empty.
reserve_percent = 2.0
# An image closes when its group has gathered this share of what fits,
close_fill_percent = 90.0
# or when its oldest package has waited this many hours, or by: archivectl images close
close_after_h = 168.0
# A set with fewer than n images closes after this many hours, or by: archivectl sets close
set_wait_h = 168.0
# What a set may join: group (one fonds and series), fonds, or pool.
set_scope = "pool"
# 盘不多目: a disc never holds two series. false relaxes it for this pool, within one fonds.
one_group_per_image = true

[classes.permanent]
name_zh = "永久"
# Every pool that a package of this class must reach.
pools = ["bluray"]
# Must a submission state its retention (保管期限) and confidentiality (密级)?
retention_mandatory = true
confidentiality_mandatory = true
"""


def template(*, speed: float, keep_free_bytes: int, rest_s: float = 30.0) -> str:
    """The text of a fresh archived.toml, every key commented."""
    return TEMPLATE.format(speed=float(speed), keep_free_bytes=keep_free_bytes, rest_s=float(rest_s))
