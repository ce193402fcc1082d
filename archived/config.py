"""archived.toml, read and checked into frozen values. An unknown key is an error naming its neighbour."""

import difflib
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from archived.errors import ConfigurationError
from archived.language import SOURCE, TRANSLATED, _
from archived.settings import Config, HotFolderSettings
from archived.time_of_day import time_of_day

FILE_NAME = "archived.toml"
#: In the site, beside it: names the folder of the daemon's sockets; the daemon writes it.
RUN_DIRECTORY_FILE = "run-directory"
#: In that folder: where the API answers.
API_SOCKET_NAME = "api"
ROOMS = ("simulated",)
#: Keys of earlier releases, by the settings that had them, and where they are now.
MOVED = {"StagingSettings": {"recall_expiry_h": "expiry_h under [recall]"}}
#: Names of pools and classes stand in the catalog rows of every disc.
NAME_BYTES_MAX = 64
#: What a column of a list may mean; `archived.policy.list_columns` says what each of them is.
LIST_FIELDS = (
    "fonds", "series", "volume", "folder", "title", "retention", "confidentiality", "storage_class", "pages", "files",
    "ignore",
)  # fmt: skip
SCOPES = ("group", "fonds", "pool")
HOT_FOLDER_WORDS = {
    "ready": ("marker", "rename", "settle"),
    "originals": ("keep", "remove-after-archived"),
    "watch": ("auto", "poll"),
}
_HOT_FOLDER_NAME = re.compile(r"[A-Za-z0-9_-]{1,40}")


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
            _("{site} is not a site: it has no {FILE_NAME}").format(site=site, FILE_NAME=FILE_NAME),
            advice=_("make one with: archived init --site DIR"),
        ) from None
    config = parse(text, where=str(path))
    _check_places(config, site, str(path))
    return config


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
        raise ConfigurationError(
            _("{where}a table is expected, not {table!r}").format(where=where, table=table)
        )
    hints = get_type_hints(kind)
    known = [f.name for f in fields(kind)]  # type: ignore[arg-type]
    for key in table:
        if key in MOVED.get(kind.__name__, {}):
            raise ConfigurationError(
                _("{where}{key} is now {place}; everything else in the file is as before").format(
                    where=where, key=key, place=MOVED[kind.__name__][key]
                ),
                advice=_("move the value there, remove the old line, and start again"),
                key=key,
            )
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1, cutoff=0.0)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise ConfigurationError(
                _("{where}unknown key {key!r}{hint}").format(where=where, key=key, hint=hint),
                key=key,
                nearest=near,
            )
    found: dict[str, Any] = {}
    for item in fields(kind):  # type: ignore[arg-type]
        if item.name in table:
            found[item.name] = _convert(hints[item.name], table[item.name], f"{where}{item.name}: ")
        elif item.default is MISSING and item.default_factory is MISSING:
            raise ConfigurationError(
                _("{where}key {name!r} is missing").format(where=where, name=item.name), key=item.name
            )
    return kind(**found)


def _convert(hint: Any, value: Any, where: str) -> Any:
    origin = get_origin(hint)
    if origin is tuple:
        if not isinstance(value, list):
            raise ConfigurationError(
                _("{where}a list is expected, not {value!r}").format(where=where, value=value)
            )
        return tuple(_convert(get_args(hint)[0], item, where) for item in value)
    if origin is not None and issubclass(origin, Mapping):
        if not isinstance(value, dict):
            raise ConfigurationError(
                _("{where}a table is expected, not {value!r}").format(where=where, value=value)
            )
        return {key: _convert(get_args(hint)[1], item, f"{where}{key}: ") for key, item in value.items()}
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if hint in (int, float, str, bool):
        if type(value) is not hint:
            raise ConfigurationError(
                _("{where}{name} is expected, not {value!r}").format(
                    where=where, name=hint.__name__, value=value
                )
            )
        return value
    return _value(hint, value, where)


def _check(config: Config, where: str) -> None:
    def demand(holds: bool, words: str) -> None:
        if not holds:
            raise ConfigurationError(f"{where}: {words}")

    demand(
        config.room in ROOMS,
        _("room = {room!r}; known rooms are {ROOMS}").format(room=config.room, ROOMS=", ".join(ROOMS)),
    )
    demand(
        config.default_class in config.classes,
        _("default_class {default_class!r} is not a class").format(default_class=config.default_class),
    )
    demand(
        config.site.language in (SOURCE, *TRANSLATED),
        _("site.language {language!r} is not known").format(language=config.site.language),
    )
    demand(config.rest_s >= 0, _("rest_s must not be negative"))
    demand(config.staging.disks >= 1, _("staging.disks must be at least 1"))
    demand(config.recall.area_bytes_max >= 0, _("recall.area_bytes_max must not be negative; 0 is no limit"))
    demand(config.recall.expiry_h > 0, _("recall.expiry_h must be positive"))
    demand(config.catalog.export_keep >= 1, _("catalog.export_keep must be at least 1"))
    exports = config.catalog.export_directory
    demand(
        not exports or exports.startswith("/"),
        _("catalog.export_directory {exports!r} is not absolute").format(exports=exports),
    )
    try:
        time_of_day(config.catalog.export_at)
    except ValueError as error:
        demand(False, _("catalog.export_at: {error}").format(error=error))
    demand(1 <= config.intake.parallel <= 64, _("intake.parallel lies in 1..64"))
    for heading, meaning in config.lists.columns.items():
        known = ", ".join(LIST_FIELDS)
        demand(
            meaning in LIST_FIELDS,
            _("lists.columns: {heading!r} is {meaning!r}; known are {known}").format(
                heading=heading, meaning=meaning, known=known
            ),
        )
    demand(config.simulation.speed >= 0, _("simulation.speed must not be negative"))
    for name in (*config.classes, *config.pools):
        plain = name.isprintable() and 0 < len(name.encode()) <= NAME_BYTES_MAX
        demand(
            plain,
            _("{name!r}: names of classes and pools have 1 to {NAME_BYTES_MAX} bytes of plain text").format(
                name=name, NAME_BYTES_MAX=NAME_BYTES_MAX
            ),
        )
    for name, kind in config.classes.items():
        demand(bool(kind.pools), _("class {name!r} names no pool").format(name=name))
        demand(
            kind.symlinks in ("refuse", "record"),
            _('class {name!r}: symlinks is "refuse" or "record"').format(name=name),
        )
        demand(
            all(kind.leave_out) and not any("/" in pattern for pattern in kind.leave_out),
            _("class {name!r}: leave_out holds names of files, not paths").format(name=name),
        )
        for wanted in kind.pools:
            demand(
                wanted in config.pools,
                _("class {name!r} names pool {wanted!r}, which does not exist").format(
                    name=name, wanted=wanted
                ),
            )
    for name, library in config.libraries.items():
        demand(bool(library.drives), _("library {name!r} has no drives").format(name=name))
        demand(
            library.move_timeout_s > 0,
            _("library {name!r}: move_timeout_s must be positive").format(name=name),
        )
    for name, folder in config.hot_folders.items():
        _check_hot_folder(name, folder, config, demand)
    for name, pool in config.pools.items():
        demand(
            pool.library in config.libraries,
            _("pool {name!r} names library {library!r}").format(name=name, library=pool.library),
        )
        demand(
            pool.media_kind == "bd-r",
            _("pool {name!r}: media_kind {media_kind!r}; known is bd-r").format(
                name=name, media_kind=pool.media_kind
            ),
        )
        demand(
            pool.n >= 1 and pool.m >= 1 and pool.n + pool.m <= 255,
            _("pool {name!r}: 1 <= n, m; n + m <= 255").format(name=name),
        )
        demand(
            pool.set_scope in ("group", "fonds", "pool"),
            _("pool {name!r}: set_scope is group, fonds or pool").format(name=name),
        )
        demand(
            0 <= pool.reserve_percent < 50,
            _("pool {name!r}: reserve_percent lies in 0..50").format(name=name),
        )
        demand(
            0 < pool.close_fill_percent <= 100,
            _("pool {name!r}: close_fill_percent lies in 0..100").format(name=name),
        )
        demand(
            pool.close_after_h > 0 and pool.set_wait_h > 0,
            _("pool {name!r}: waits must be positive").format(name=name),
        )
        try:
            pool.label.format(set="7K3F", position=1, total=6, n=4, pool=name)
        except (KeyError, IndexError, ValueError) as error:
            raise ConfigurationError(
                _("{where}: pool {name!r}: label template: {error!r}").format(
                    where=where, name=name, error=error
                )
            ) from None


def _check_hot_folder(
    name: str, folder: HotFolderSettings, config: Config, demand: Callable[[bool, str], None]
) -> None:
    named = f"hot folder {name!r}"
    demand(
        _HOT_FOLDER_NAME.fullmatch(name) is not None,
        _("{named}: its name has letters, digits, - and _ only").format(named=named),
    )
    demand(
        Path(folder.path).is_absolute(),
        _("{named}: path {path!r} is not absolute").format(named=named, path=folder.path),
    )
    known = not folder.storage_class or folder.storage_class in config.classes
    demand(
        known,
        _("{named} names class {storage_class!r}, which does not exist").format(
            named=named, storage_class=folder.storage_class
        ),
    )
    for key, words in HOT_FOLDER_WORDS.items():
        value = getattr(folder, key)
        demand(
            value in words,
            _("{named}: {key} = {value!r}; known are {words}").format(
                named=named, key=key, value=value, words=", ".join(words)
            ),
        )
    settles = folder.ready == "settle"
    demand(
        not settles or folder.settle_s > 0,
        _('{named}: ready = "settle" needs settle_s above 0').format(named=named),
    )
    demand(
        settles or folder.settle_s == 0,
        _('{named}: settle_s is only for ready = "settle"').format(named=named),
    )
    demand(folder.poll_s > 0, _("{named}: poll_s must be positive").format(named=named))


def _check_places(config: Config, site: Path, where: str) -> None:
    """No hot folder is the site's own place, or another hot folder's, or holds or lies in one. Links count."""
    ours = {"the site": site.resolve(), "staging": (site / config.staging.directory).resolve()}
    for name, folder in config.hot_folders.items():
        place = Path(folder.path).resolve()
        for what, other in ours.items():
            if place.is_relative_to(other) or other.is_relative_to(place):
                raise ConfigurationError(
                    _("{where}: hot folder {name!r} at {place} is, holds or lies in {what}").format(
                        where=where, name=name, place=place, what=what
                    )
                )
        ours[f"hot folder {name!r}"] = place
