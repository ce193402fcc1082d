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
TRANSLATED: Final = ("zh_CN",)

_language: ContextVar[str] = ContextVar("language", default=SOURCE)


def _(message: str) -> str:
    """The message in the language of whoever is spoken to now."""
    return _catalog(_language.get()).gettext(message) if message else ""


def counted(one: str, many: str, number: int) -> str:
    """The message for this number of things; both hold the same named places."""
    return _catalog(_language.get()).ngettext(one, many, number)


def marked(message: str) -> str:
    """The message itself: it stands where no language is known yet, and is translated when it is shown."""
    return message


def known(wanted: str) -> str:
    """The language that we have for a wish such as `zh_CN.UTF-8`, `zh-Hans-CN` or `C`."""
    name = wanted.partition(".")[0].replace("-", "_").lower()
    return next((have for have in TRANSLATED if have.partition("_")[0] == name.partition("_")[0]), SOURCE)


def wished(environment: Mapping[str, str]) -> str:
    """The language that the environment asks for, in gettext's order: LANGUAGE, LC_ALL, LC_MESSAGES, LANG."""
    locale = next(
        (value for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (value := environment.get(name))), "C"
    )
    # As gettext has it, LANGUAGE counts only where a locale is set at all.
    if locale.partition(".")[0] in ("C", "POSIX"):
        return SOURCE
    return known((environment.get("LANGUAGE") or locale).partition(":")[0])


def speak(language: str) -> None:
    """From now on, in this context, people are spoken to in this language."""
    _language.set(language)


def spoken() -> str:
    """The language in which people are spoken to now."""
    return _language.get()


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
