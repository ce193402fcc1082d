"""archived.toml: every slip of the pen is an error that names its neighbour."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from archived.config import load, parse
from archived.errors import ConfigurationError
from archived.settings import Config, HotFolderSettings
from archived.settings_text import template

TEXT = template(speed=1.0, keep_free_bytes=1 << 30)


def test_the_template_says_the_defaults_and_comments_every_key() -> None:
    config = parse(TEXT)
    assert config.simulated
    lines = TEXT.splitlines()
    for number, line in enumerate(lines):
        if "=" in line and not line.startswith(("#", "[")):
            before = [text for text in lines[max(0, number - 3) : number] if text.startswith("#")]
            named = line.split(" ")[0]
            assert before or named in {"name_zh", "contact", "library", "media_kind", "m", "n"}, line


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("set_wait_h", "set_wiat_h", "unknown key 'set_wiat_h'; did you mean 'set_wait_h'"),
        ("[staging]", "[stagging]", "unknown key 'stagging'; did you mean 'staging'"),
        ('room = "simulated"', 'room = "cellar"', "known rooms"),
        ('room = "simulated"', "", "'room' is missing"),
        ('default_class = "permanent"', 'default_class = "x"', "'x' is not a class"),
        ('pools = ["bluray"]', 'pools = ["tape"]', "pool 'tape'"),
        ("n = 4", "n = 254", "n \\+ m <= 255"),
        ("n = 4", 'n = "4"', "int is expected"),
        ("n = 4", "n = true", "int is expected"),
        ("{set} ·", "{sett} ·", "label template"),
        ('set_scope = "pool"', 'set_scope = "room"', "set_scope is"),
        ("reserve_percent = 2.0", "reserve_percent = 70.0", "reserve_percent"),
        ("disks = 1", "disks = 0", "disks must be"),
        ("disks = 1", "recall_expiry_h = 72.0", "recall_expiry_h is now expiry_h under \\[recall\\]"),
        ("\nexpiry_h = 72.0", "\nexpiry_h = 0", "recall.expiry_h must be positive"),
        ("area_bytes_max = 0", "area_bytes_max = -1", "area_bytes_max must not be negative"),
        ('drives = ["B1", "B2"]', 'drives = "B1"', "a list is expected"),
        ('group = ""', 'gruop = ""', "unknown key 'gruop'; did you mean 'group'"),
        ('group = ""', "group = 7", "str is expected"),
        ("[site]", "[site", "archived.toml"),
    ],
)
def test_what_cannot_be_is_refused_with_the_key(old: str, new: str, words: str) -> None:
    assert old in TEXT
    with pytest.raises(ConfigurationError, match=words):
        parse(TEXT.replace(old, new, 1))


def test_whole_numbers_are_good_enough_for_times() -> None:
    config: Config = parse(TEXT.replace("set_wait_h = 168.0", "set_wait_h = 12"))
    assert config.pools["bluray"].set_wait_h == 12.0


def test_the_daemons_own_group_may_connect_unless_another_is_named() -> None:
    assert parse(TEXT).api.group == ""
    assert parse(TEXT.replace('group = ""', 'group = "archivists"', 1)).api.group == "archivists"


HOT = """
[hot_folders.scans]
path = "/srv/scans"
{}
"""


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('ready = "settle"', "needs settle_s above 0"),
        ("settle_s = 5.0", 'only for ready = "settle"'),
        ('ready = "now"', "known are marker, rename, settle"),
        ('originals = "remove"', "known are keep, remove-after-archived"),
        ('watch = "inotify"', "known are auto, poll"),
        ("poll_s = 0", "poll_s must be positive"),
        ('storage_class = "x"', "'x', which does not exist"),
        ('sattle_s = "x"', "did you mean 'settle_s'"),
    ],
)
def test_a_hot_folder_that_cannot_be_meant_is_refused(line: str, words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        parse(TEXT + HOT.format(line))


def test_a_hot_folder_needs_an_absolute_path_and_a_plain_name() -> None:
    with pytest.raises(ConfigurationError, match="not absolute"):
        parse(TEXT + HOT.format("").replace("/srv/scans", "scans"))
    with pytest.raises(ConfigurationError, match="its name has letters"):
        parse(TEXT + HOT.format("").replace("hot_folders.scans", 'hot_folders."a b"'))


def test_what_the_template_shows_of_hot_folders_are_the_defaults() -> None:
    shown = TEXT[TEXT.index("# [hot_folders.scans]") :]
    lines = [line.removeprefix("# ") for line in shown.splitlines() if line.startswith(("# [", "# "))]
    keys = [line for line in lines if line.startswith("[") or re.match(r"[a-z_]+ = ", line)]
    config = parse(TEXT + "\n".join(keys))
    assert config.hot_folders == {"scans": HotFolderSettings("/srv/scans")}
    assert {line.split(" ")[0] for line in keys[1:]} == {f.name for f in fields(HotFolderSettings)}


@pytest.mark.parametrize(
    ("paths", "words"),
    [
        (["{site}/staging/in"], "lies in the site"),
        (["{site}"], "the site"),
        (["{site}/.."], "holds or lies in the site"),
        (["{other}", "{other}"], "hot folder 'h0'"),
        (["{other}", "{other}/in"], "hot folder 'h0'"),
        (["{other}", "{link}"], "hot folder 'h0'"),
        (["{link}/../site/x"], "the site"),
    ],
)
def test_hot_folders_keep_away_from_the_site_and_from_each_other(
    tmp_path: Path, paths: list[str], words: str
) -> None:
    site, other, link = tmp_path / "site", tmp_path / "other", tmp_path / "link"
    site.mkdir()
    other.mkdir()
    link.symlink_to(other)
    places = [path.format(site=site, other=other, link=link) for path in paths]
    tables = "".join(f'[hot_folders.h{n}]\npath = "{place}"\n' for n, place in enumerate(places))
    (site / "archived.toml").write_text(TEXT + tables, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=words):
        load(site)
