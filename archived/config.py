"""archived.toml, read and checked into frozen values. An unknown key is an error naming its neighbour."""

import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from archived.device_rules import check_secret_files
from archived.errors import ConfigurationError
from archived.health_rules import check_thresholds
from archived.language import _
from archived.settings import Config
from archived.settings_rules import check

FILE_NAME = "archived.toml"
#: In the site, beside it: names the folder of the daemon's sockets; the daemon writes it.
RUN_DIRECTORY_FILE = "run-directory"
#: In that folder: where the API answers.
API_SOCKET_NAME = "api"
#: Keys of earlier releases, by the settings that had them, and where they are now.
MOVED = {"StagingSettings": {"recall_expiry_h": "expiry_h under [recall]"}}


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
    check_secret_files(config, str(path))
    check_thresholds(config.health, site)
    return config


def parse(text: str, *, where: str = FILE_NAME) -> Config:
    """The configuration that `text` (TOML) says. Raises ConfigurationError."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{where}: {error}") from None
    config = _value(Config, document, f"{where}: ")
    check(config, where)
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
    if hint is Any:
        return value
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
