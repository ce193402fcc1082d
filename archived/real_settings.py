"""archived.toml of a site on real devices, from what a person wrote or a scan printed about them."""

import tomllib
from typing import Any

from archived import settings_text
from archived.errors import ConfigurationError
from archived.language import _
from archived.media_kinds import TAPE

TABLES = ("libraries", "devices", "robot_profiles", "readers", "pools", "classes")
DEFAULT_CLASS = "permanent"


def real_settings(tables: str, *, keep_free_bytes: int, rest_s: float) -> str:
    """The text of archived.toml with every other key at its default; `tables` stand in it as they are.

    Without [classes] one is made of the pools: discs are its pools and tapes its copies, or tapes alone its pools.
    Raises ConfigurationError for text that is no TOML, has other tables, or lacks one that is needed.
    """
    try:
        document = tomllib.loads(tables)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(
            _("the tables of devices are not TOML: {error}").format(error=error)
        ) from None
    others = sorted(set(document) - set(TABLES))
    if others:
        raise ConfigurationError(
            _("the tables of devices have {others}; only {tables} belong there").format(
                others=", ".join(others), tables=", ".join(TABLES)
            ),
            advice=_("everything else is set in archived.toml of the site, once it is made"),
        )
    lacking = [name for name in ("libraries", "devices", "pools") if not document.get(name)]
    if lacking:
        raise ConfigurationError(
            _("the tables of devices lack {lacking}").format(
                lacking=", ".join(f"[{name}.NAME]" for name in lacking)
            ),
            advice=_("docs/hardware-configuration.md shows a whole example"),
        )
    classes = document.get("classes") or {}
    discs, tapes = _pools(document)
    return settings_text.hardware_template(
        tables,
        default_class=next(iter(classes), DEFAULT_CLASS) if DEFAULT_CLASS not in classes else DEFAULT_CLASS,
        pools=[] if classes else discs or tapes,
        copies=[] if classes or not discs else tapes,
        keep_free_bytes=keep_free_bytes,
        rest_s=rest_s,
    )


def _pools(document: dict[str, Any]) -> tuple[list[str], list[str]]:
    """Names of the pools on discs and of those on tape, as far as the document can be read."""
    discs: list[str] = []
    tapes: list[str] = []
    for name, pool in dict(document["pools"]).items():
        library = document["libraries"].get(pool.get("library", "main"), {}) if isinstance(pool, dict) else {}
        kind = library.get("kind", "disc") if isinstance(library, dict) else ""
        (tapes if kind == TAPE else discs).append(name)
    return discs, tapes
