"""What people read, in their language: gettext catalogs, and the language of whoever is spoken to.

A message is written once, in English, as a whole sentence with named places:
`_("{path} is not there").format(path=path)`. What has no translation is shown in English.
"""

import gettext
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Final

DOMAIN: Final = "archived"
LOCALES: Final = Path(__file__).with_name("locale")
#: The language of the messages as they are written.
SOURCE: Final = "en"
#: Languages with a complete catalog, beside that of the source.
TRANSLATED: Final = ("zh",)

#: None: whoever speaks has chosen nothing, and the whole process speaks as `speak_by_default` says.
_language: ContextVar[str | None] = ContextVar("language", default=None)
_by_default = SOURCE


def _(message: str) -> str:
    """The message in the language of whoever is spoken to now."""
    return _catalog(spoken()).gettext(message) if message else ""


def counted(one: str, many: str, number: int) -> str:
    """The message for this number of things; both hold the same named places."""
    return _catalog(spoken()).ngettext(one, many, number)


def marked(message: str) -> str:
    """The message itself: it stands where no language is known yet, and is translated when it is shown."""
    return message


def known(wanted: str) -> str:
    """The language that we have for a wish such as `zh_CN.UTF-8`, `zh-Hans-CN` or `C`."""
    name = wanted.partition(".")[0].replace("-", "_").partition("_")[0].lower()
    return name if name in TRANSLATED else SOURCE


def wished(environment: Mapping[str, str]) -> str:
    """The language that the environment asks for, in gettext's order: LANGUAGE, LC_ALL, LC_MESSAGES, LANG."""
    names = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
    value = next((value for name in names if (value := environment.get(name))), SOURCE)
    return known(value.partition(":")[0])


def speak_by_default(language: str) -> None:
    """What every thread of this process speaks that was not told otherwise: a daemon's records, for instance."""
    global _by_default
    _by_default = language


@contextmanager
def speaking_as_wished(environment: Mapping[str, str]) -> Iterator[None]:
    """Inside, the language that the environment asks for is spoken; what click says of itself too."""
    gettext.bindtextdomain(DOMAIN, str(LOCALES))
    gettext.textdomain(DOMAIN)
    with speaking(wished(environment)):
        yield


def spoken() -> str:
    """The language in which people are spoken to now."""
    return _language.get() or _by_default


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Inside, people are spoken to in this language."""
    token = _language.set(language)
    try:
        yield
    finally:
        _language.reset(token)


@cache
def _catalog(language: str) -> gettext.NullTranslations:
    return gettext.translation(DOMAIN, LOCALES, [language], fallback=True)
