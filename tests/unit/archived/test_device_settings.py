"""Tables of real devices in archived.toml: everything that cannot be is said at once, in words."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from archived.config import load, parse
from archived.errors import ConfigurationError
from archived.founding import Choices, make_site
from archived.settings import DeviceSettings
from archived.settings_text import template

SIMULATED = template(speed=1.0, keep_free_bytes=1 << 30)
REAL = """
[libraries.tl1]
kind = "tape"
drives = ["T1", "T2"]

[devices.tl1]
path = "/dev/tape/by-id/changer"
serial = "LIB1"

[devices.T1]
path = "/dev/sg1"
serial = "DRV1"

[devices.T2]
portal = "10.0.0.5:3260"
target = "iqn.2026-01.example:lib"
lun = 2
serial = "none"
element = 257

[pools.tapes]
library = "tl1"
media_kind = "lto-8"
image_bytes = 1000000000
"""


def real_site(folder: Path, tables: str = REAL) -> Path:
    make_site(folder, Choices(hardware=tables))
    return folder


def problems(folder: Path, old: str, new: str) -> list[str]:
    assert old in REAL
    with pytest.raises(ConfigurationError) as refused:
        real_site(folder / "site", REAL.replace(old, new, 1))
    return list(refused.value.detail.get("problems", [str(refused.value)]))


def test_what_the_template_shows_of_a_device_are_the_defaults() -> None:
    shown = SIMULATED[SIMULATED.index("# [devices.T1]") : SIMULATED.index("# [hot_folders.scans]")]
    keys = {line.split(" ")[1]: line for line in shown.splitlines() if re.match(r"# [a-z_]+ = ", line)}
    assert set(keys) == {item.name for item in fields(DeviceSettings)}
    for item in fields(DeviceSettings):
        assert keys[item.name].endswith(f" = {item.default}" if item.default == 0 else ' = ""')


def test_a_site_on_real_devices_is_made_without_touching_them(tmp_path: Path) -> None:
    config = load(real_site(tmp_path / "site"))
    assert not config.simulated
    assert config.devices["T2"] == DeviceSettings(
        portal="10.0.0.5:3260", target="iqn.2026-01.example:lib", lun=2, serial="none", element=257
    )
    assert (config.default_class, config.classes["permanent"].pools) == ("permanent", ("tapes",))
    assert not (tmp_path / "site" / "room").exists()


def test_discs_are_the_pools_and_tapes_the_copies_of_a_class_that_nobody_wrote(tmp_path: Path) -> None:
    tables = REAL.replace("image_bytes = 1000000000\n", "") + (
        '[libraries.discs]\ndrives = ["B1"]\n[devices.discs]\npath = "/dev/sg5"\nserial = "D"\n'
        '[devices.B1]\npath = "/dev/sr0"\nserial = "B"\n[pools.bluray]\nlibrary = "discs"\n'
    )
    config = load(real_site(tmp_path / "site", tables))
    assert (config.classes["permanent"].pools, config.classes["permanent"].copies) == (
        ("bluray",),
        ("tapes",),
    )


def test_classes_of_the_tables_are_taken_as_they_are(tmp_path: Path) -> None:
    config = load(real_site(tmp_path / "site", REAL + '[classes.long]\npools = ["tapes"]\n'))
    assert (config.default_class, list(config.classes)) == ("long", ["long"])


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('path = "/dev/sg1"', 'path = "/dev/sg1"\nportal = "h:1"', "a path and a portal"),
        ('path = "/dev/sg1"', "", "neither a path"),
        ('path = "/dev/sg1"', 'path = "sg1"', "not absolute"),
        ('path = "/dev/sg1"', 'path = "/dev/sg1"\nlun = 3', "lun is for a device behind iSCSI"),
        ('path = "/dev/sg1"', 'path = "/dev/tape/by-id/changer"', "is the device of [devices.tl1]"),
        ("[devices.tl1]", "[devices.tl2]", "a real changer needs a table [devices.tl1]"),
        ("[devices.tl1]", "[devices.tl2]", "did you mean tl1"),
        ("[devices.T2]", "[devices.T3]", "a real tape drive needs a table [devices.T2]"),
        ('serial = "DRV1"', "", "it needs its serial"),
        ('serial = "LIB1"', "", "it needs its serial"),
        ('serial = "none"', "", "it needs its serial"),
        ('serial = "DRV1"', 'serial = "none"', "it needs its element"),
        ('serial = "LIB1"', "element = 1", "element is for drives"),
        ('serial = "DRV1"', "element = 257", "has the element of [devices.T1]"),
        ('serial = "DRV1"', 'serial = "DRV1"\nprofile = "odd"', "no profile 'odd'"),
        ("10.0.0.5:3260", "10.0.0.5", "not address:port"),
        ("10.0.0.5:3260", "10.0.0.5:99999", "not address:port"),
        ('target = "iqn.2026-01.example:lib"', "", "target is missing"),
        ("iqn.2026-01.example:lib", "lib", "no iSCSI name"),
        ("lun = 2", "lun = -1", "lun lies in"),
        ("lun = 2", 'chap_user = "me"', "no chap_secret_file"),
        ("lun = 2", 'chap_secret_file = "/x"', "no chap_user"),
        ('"T1", "T2"', '"T1", "T2", "T1"', "two things have this name"),
        ("[pools.tapes]", "[staging]\ndisks = 2\n[pools.tapes]", "only libraries, devices,"),
    ],
)
def test_what_cannot_be_is_refused_in_words(tmp_path: Path, old: str, new: str, words: str) -> None:
    assert any(words in problem for problem in problems(tmp_path, old, new))
    assert not (tmp_path / "site").exists()


def test_all_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    found = problems(tmp_path, 'path = "/dev/sg1"\nserial = "DRV1"', 'path = "sg1"\nlun = 2')
    assert len(found) == 3
    assert all("[devices.T1]" in words for words in found)


def test_a_simulated_site_has_no_real_devices() -> None:
    with pytest.raises(ConfigurationError, match='for room = "hardware"'):
        parse(SIMULATED + '[devices.B1]\npath = "/dev/sr0"\n')


@pytest.mark.parametrize(
    ("secret", "mode", "words"),
    [("0123456789ab", 0o640, "others may read"), (" \n", 0o600, "no secret"), (None, 0, "cannot be read")],
)
def test_a_secret_stands_in_a_file_that_nobody_else_may_read(
    tmp_path: Path, secret: str | None, mode: int, words: str
) -> None:
    path = tmp_path / "secret"
    lines = f'lun = 2\nchap_user = "me"\nchap_secret_file = "{path}"'
    site = real_site(tmp_path / "site", REAL.replace("lun = 2", lines))
    if secret is not None:
        path.write_text(secret)
        path.chmod(mode)
    with pytest.raises(ConfigurationError, match=words):
        load(site)
    path.write_text("0123456789ab")
    path.chmod(0o600)
    assert load(site).devices["T2"].chap_user == "me"


def test_a_burner_is_named_by_the_node_that_can_be_kept_while_it_is_burnt_to(tmp_path: Path) -> None:
    discs = (
        REAL.replace('kind = "tape"', 'kind = "disc"')
        .replace("lto-8", "bd-r")
        .replace("image_bytes = 1000000000", "")
    )
    with pytest.raises(ConfigurationError) as refused:
        real_site(tmp_path / "site", discs)
    assert "[devices.T1]: a burner's path is its /dev/srN" in str(refused.value)
