"""Thresholds are data: every number says where it comes from, and a slip of the pen is an error with its place."""

from pathlib import Path

import pytest

from archived.config import parse as parse_settings
from archived.errors import ConfigurationError
from archived.health_rules import DIALECTS, check_thresholds
from archived.health_settings import HealthSettings
from archived.health_thresholds import CONFIDENCES, load, parse, shipped
from archived.settings_text import template
from backends.optical.quality.choice import DIALECTS as SPOKEN

ONE = """
[[threshold]]
name = "mine"
media = "bd"
what = "scan LDC"
measure = "newest"
unit = "errors"
watch = 9
source = "our own measurements of 2026"
confidence = "ours"
"""


def test_every_number_that_is_shipped_says_where_it_comes_from() -> None:
    limits = shipped().limits
    assert len(limits) > 8
    for limit in limits:
        assert limit.source
        assert limit.confidence in CONFIDENCES
        assert limit.watch is not None or limit.suspect is not None
        assert limit.confidence != "standard", "no standard's text was read for these"


def test_a_site_s_own_table_replaces_the_shipped_one(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(ONE)
    found = load(file)
    assert [limit.name for limit in found.limits] == ["mine"]
    assert found.limits[0].watch == 9.0
    assert found.forecast == shipped().forecast
    check_thresholds(HealthSettings(thresholds="mine.toml"), tmp_path)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[threshold]\n", "mine.toml"),
        ("[limits]\n", "unknown key 'limits'"),
        (ONE.replace("watch = 9", "wach = 9"), "unknown key 'wach'"),
        (ONE.replace("watch = 9", "watch = -1"), "watch is a number"),
        (ONE.replace("watch = 9", "watch = true"), "watch is a number"),
        (ONE.replace('source = "our own measurements of 2026"', 'source = " "'), "does not say where"),
        (ONE.replace('source = "our own measurements of 2026"', ""), "'source' is missing"),
        (ONE.replace('"scan LDC"', '"LDC"'), "is none of"),
        (ONE.replace('"bd"', '"blu-ray"'), "is none of"),
        (ONE + ONE, "two thresholds have one name"),
    ],
)
def test_a_slip_of_the_pen_is_named(text: str, words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        parse(text, "mine.toml")


def test_a_file_that_is_not_there_stops_the_start_and_names_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read") as error:
        check_thresholds(HealthSettings(thresholds="nowhere.toml"), tmp_path)
    assert "thresholds" in str(error.value.advice)


def test_dialects_are_those_that_are_spoken() -> None:
    assert set(DIALECTS) == set(SPOKEN)
    text = template(speed=0, keep_free_bytes=0) + ""
    with pytest.raises(ConfigurationError, match="none of"):
        parse_settings(text.replace("# drive1 = ", "drive1 = ").replace('"liteon"\n\n', '"klingon"\n\n'))
