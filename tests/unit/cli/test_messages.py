"""Every message that people can read has its translation, and says the same things in the same places."""

import importlib.util
import re
import sys
from pathlib import Path
from string import Formatter
from types import ModuleType

import pytest

from archived.language import TRANSLATED, speaking
from cli.main import main

from .conftest import Run

ROOT = Path(__file__).resolve().parents[3]


def load_script() -> ModuleType:
    """scripts/messages.py, as people run it."""
    spec = importlib.util.spec_from_file_location("messages_script", ROOT / "scripts" / "messages.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    before = list(sys.path)
    spec.loader.exec_module(module)
    sys.path[:] = before
    return module


MESSAGES = load_script()
CATALOGS = {language: MESSAGES.merged(language) for language in TRANSLATED}


def places(text: str) -> set[str]:
    """The named places of a message; one that is no format string has none."""
    if re.search(r"%\(\w+\)s", text):
        return set(re.findall(r"%\((\w+)\)s", text))
    try:
        return {name for _text, name, _spec, _how in Formatter().parse(text) if name}
    except ValueError:
        return set()


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_message_lacks_its_translation(language: str) -> None:
    assert MESSAGES.untranslated(CATALOGS[language]) == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_names_the_same_places(language: str) -> None:
    wrong = []
    for message in CATALOGS[language]:
        if not message.id:
            continue
        originals = [message.id] if isinstance(message.id, str) else list(message.id)
        strings = [message.string] if isinstance(message.string, str) else list(message.string)
        wanted = [places(text) for text in originals]
        wrong += [(originals, text) for text in strings if text and places(text) not in wanted]
    assert wrong == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_the_compiled_catalog_is_that_of_its_text(language: str) -> None:
    path = MESSAGES.po_path(language)
    assert path.read_bytes() == MESSAGES.po_text(CATALOGS[language])
    assert path.with_suffix(".mo").read_bytes() == MESSAGES.mo_bytes(CATALOGS[language])


def test_help_and_refusals_are_chinese_for_whoever_asks_for_it(run: Run) -> None:
    chinese = {"LC_ALL": "zh_CN.UTF-8"}
    assert "用法" in run("submit", "--help", environment=chinese).output
    assert re.search("[\u4e00-\u9fff]", run("frobnicate", environment=chinese).output)
    with speaking("zh"):
        assert re.search("[\u4e00-\u9fff]", main.commands["submit"].get_short_help_str(200))
