"""Whoever is spoken to is spoken to in his language, as far as there is one."""

from contextvars import Context

import pytest

from archived import language


@pytest.mark.parametrize(
    ("environment", "wanted"),
    [
        ({}, "en"),
        ({"LANG": "C"}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_TW"}, "zh"),
        ({"LANG": "fr_FR.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "en_GB.UTF-8"}, "en"),
        ({"LANG": "en_GB.UTF-8", "LC_MESSAGES": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "en_GB.UTF-8", "LANGUAGE": "zh_CN:en"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": ""}, "zh"),
    ],
)
def test_the_environment_chooses_in_the_order_of_gettext(environment: dict[str, str], wanted: str) -> None:
    assert language.wished(environment) == wanted


@pytest.mark.parametrize("tag", ["zh", "zh-CN", "zh-Hans-CN", "zh_CN.GB18030"])
def test_every_kind_of_chinese_gets_chinese(tag: str) -> None:
    assert language.known(tag) == "zh"


def test_a_language_spoken_inside_ends_with_it() -> None:
    before = language.spoken()
    with language.speaking("zh"):
        assert language.spoken() == "zh"
    assert language.spoken() == before


def test_a_message_without_translation_is_said_in_english() -> None:
    with language.speaking("zh"):
        assert (
            language._("a sentence that nobody ever translated") == "a sentence that nobody ever translated"
        )


def test_nothing_is_translated_to_nothing() -> None:
    with language.speaking("zh"):
        assert language._("") == ""


def test_what_is_counted_has_two_forms_in_english() -> None:
    assert [language.counted("{n} disc", "{n} discs", n).format(n=n) for n in (0, 1, 2)] == [
        "0 discs",
        "1 disc",
        "2 discs",
    ]


def test_threads_that_chose_nothing_speak_what_the_process_speaks() -> None:
    language.speak_by_default("zh")
    try:
        assert Context().run(language.spoken) == "zh"
        with language.speaking("en"):
            assert language.spoken() == "en"
    finally:
        language.speak_by_default("en")
