"""What the tables of readers must hold together; everything that is wrong is said at once."""

import re
from collections.abc import Iterator

from archived.errors import ConfigurationError
from archived.language import _
from archived.reader_kinds import (
    BAY,
    IDENTICAL_MAX,
    MASK_BYTES_MAX,
    NEIGHBOUR_DB_MAX,
    PCSC,
    PN532,
    PORT,
    POWER_DBM_MAX,
    POWER_DBM_MIN,
    READER_KINDS,
    READER_PLACES,
    REGIONS,
    WEAKEST_DBM_MAX,
    WEAKEST_DBM_MIN,
    YRM100,
)
from archived.settings import Config, ReaderSettings

_NAME = re.compile(r"[A-Za-z0-9_-]{1,16}")
_ONLY_UHF = ("power_dbm", "mask", "weakest_dbm", "neighbour_db", "region")


def check_readers(config: Config, where: str) -> None:
    """Raises ConfigurationError, which names `where` and every problem with the tables of readers."""
    problems = [
        f"[readers.{name}]: {words}"
        for name, reader in config.readers.items()
        for words in _problems(name, reader, config)
    ]
    if problems:
        raise ConfigurationError(
            "\n".join(f"{where}: {words}" for words in problems),
            advice=_("docs/rfid.md explains every key of [readers]"),
            problems=problems,
        )


def _problems(name: str, reader: ReaderSettings, config: Config) -> Iterator[str]:
    if _NAME.fullmatch(name) is None:
        yield _("its name has 1 to 16 letters, digits, - and _ only")
    drives = {drive for library in config.libraries.values() for drive in library.drives}
    if name in config.libraries or name in drives:
        yield _("a library or a drive has this name already")
    for key, value, known in (
        ("kind", reader.kind, READER_KINDS),
        ("place", reader.place, READER_PLACES),
        ("library", reader.library, tuple(config.libraries)),
    ):
        if value not in known:
            yield _("{key} = {value!r}; known are {words}").format(
                key=key, value=value, words=", ".join(known)
            )
    yield from _place(reader)
    yield from _way(name, reader, config)
    if not 0 <= reader.identical <= IDENTICAL_MAX:
        yield _("identical lies in 0..{most}").format(most=IDENTICAL_MAX)
    if reader.identical and reader.kind in (PN532, PCSC):
        yield _("identical is for yrm100 and rdm6300: what this kind reads once is sure")
    yield from _radio(reader)


def _place(reader: ReaderSettings) -> Iterator[str]:
    if reader.place == BAY and reader.magazine < 1:
        yield _("at a bay it needs its magazine: the number of the one before it, 1 being the first")
    if reader.place != BAY and reader.magazine:
        yield _("magazine is only for a reader at a bay")
    if reader.place != PORT and reader.element:
        yield _("element is only for a reader at a port")
    if reader.element < 0 or reader.magazine < 0:
        yield _("element and magazine must not be negative")


def _way(name: str, reader: ReaderSettings, config: Config) -> Iterator[str]:
    if config.simulated:
        if reader.path:
            yield _("a simulated room knows where its readers are: path is for real ones")
        if reader.kind == PCSC:
            yield _("a simulated room has no reader of PC/SC; pn532 reads the same tags")
        return
    if reader.kind != PCSC and not reader.path.startswith("/"):
        yield _("path {path!r} is not absolute").format(path=reader.path)
    taken = {device.path: f"[devices.{other}]" for other, device in config.devices.items()}
    for other, one in config.readers.items():
        if other == name:
            break
        taken[one.path] = f"[readers.{other}]"
    if reader.path and reader.path in taken:
        yield _("{path} is that of {other} already").format(path=reader.path, other=taken[reader.path])


def _radio(reader: ReaderSettings) -> Iterator[str]:
    if reader.kind != YRM100:
        defaults = ReaderSettings(reader.kind, reader.place, reader.library)
        for key in _ONLY_UHF:
            if getattr(reader, key) != getattr(defaults, key):
                yield _("{key} is only for kind = {kind!r}").format(key=key, kind=YRM100)
        return
    if not POWER_DBM_MIN <= reader.power_dbm <= POWER_DBM_MAX:
        yield _("power_dbm lies in {least}..{most}").format(least=POWER_DBM_MIN, most=POWER_DBM_MAX)
    if not WEAKEST_DBM_MIN <= reader.weakest_dbm <= WEAKEST_DBM_MAX:
        yield _("weakest_dbm lies in {least}..{most}").format(least=WEAKEST_DBM_MIN, most=WEAKEST_DBM_MAX)
    if not 0 <= reader.neighbour_db <= NEIGHBOUR_DB_MAX:
        yield _("neighbour_db lies in 0..{most}").format(most=NEIGHBOUR_DB_MAX)
    if reader.region and reader.region not in REGIONS:
        yield _("{key} = {value!r}; known are {words}").format(
            key="region", value=reader.region, words=", ".join(REGIONS)
        )
    if not re.fullmatch(rf"(?:[0-9A-Fa-f]{{2}}){{0,{MASK_BYTES_MAX}}}", reader.mask):
        yield _("mask {mask!r} is no beginning of an EPC: hexadecimal digits, two for each byte").format(
            mask=reader.mask
        )
