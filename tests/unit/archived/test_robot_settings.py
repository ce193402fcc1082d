"""What moves the media of a library: the key `robot` and the tables of disc robots."""

from pathlib import Path

import pytest

from archived.config import load, parse
from archived.errors import ConfigurationError
from archived.founding import Choices, make_site
from archived.robot_kinds import PERSON, ROBOTS
from archived.robot_profiles import profile_of
from archived.settings_text import template

TEXT = template(speed=1.0, keep_free_bytes=1 << 30)
CABINET = '[libraries.main.cabinets."cabinet 1"]\n'
REAL = """
[libraries.s1]
robot = "generic"
drives = ["B1", "B2"]

[devices.s1]
path = "/dev/serial/by-id/robot"
profile = "amtren-two-drives"
serial = "none"

[devices.B1]
path = "/dev/sr0"
serial = "B-1"

[devices.B2]
path = "/dev/sr1"
serial = "none"

[pools.bluray]
library = "s1"
"""


def problems(tmp_path: Path, old: str, new: str) -> str:
    assert old in REAL
    with pytest.raises(ConfigurationError) as refused:
        make_site(tmp_path / "site", Choices(hardware=REAL.replace(old, new, 1)))
    return str(refused.value)


@pytest.mark.parametrize("robot", ROBOTS)
def test_every_kind_of_robot_is_taken(robot: str) -> None:
    text = TEXT.replace('robot = "smc"', f'robot = "{robot}"')
    config = parse(text + CABINET if robot == PERSON else text)
    assert config.libraries["main"].robot == robot


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('robot = "smc"', 'robot = "stacker"', "robot = 'stacker'; known are smc, generic"),
        ('kind = "disc"\n', 'kind = "tape"\n', "moves discs, and the library is of kind tape"),
        ('drives = ["B1", "B2"]', "drives = []", "has no drives"),
    ],
)
def test_what_a_robot_cannot_be_is_said(old: str, new: str, words: str) -> None:
    text = TEXT if old.startswith("robot") else TEXT.replace('robot = "smc"', 'robot = "nimbie"')
    with pytest.raises(ConfigurationError, match=words):
        parse(text.replace(old, new, 1))


def test_a_library_without_drives_is_moved_by_people() -> None:
    text = TEXT.replace('robot = "smc"', 'robot = "person"').replace('drives = ["B1", "B2"]', "drives = []")
    assert parse(text + CABINET).libraries["main"].drives == ()


def test_the_drives_of_a_disc_robot_need_no_element_and_the_robot_no_serial_number(tmp_path: Path) -> None:
    make_site(tmp_path / "site", Choices(hardware=REAL))
    config = load(tmp_path / "site")
    assert config.devices["B2"].element == 0
    assert config.devices["s1"].serial == "none"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('path = "/dev/serial/by-id/robot"', "", "its path is the serial line"),
        ('path = "/dev/serial/by-id/robot"', 'usb = "1:4"\npath = "/dev/ttyS0"', "usb is for disc robots on USB"),
        ('serial = "none"', 'serial = "R1"', "a disc robot tells no serial number"),
        ('serial = "B-1"', 'serial = "B-1"\nelement = 256', "numbered as their library lists them"),
        ('robot = "generic"', 'robot = "nimbie"', "it is reached over USB"),
        ('serial = "none"', 'serial = "none"\nportal = "10.0.0.5:3260"', "which disc robots are not"),
        ('path = "/dev/sr0"', 'path = "/dev/sr0"\nusb = "1:4"', "usb is for disc robots"),
        ('profile = "amtren-two-drives"', "", "it needs its profile"),
        ('"amtren-two-drives"', '"amtren-2-drives"', "did you mean amtren-two-drives?"),
        ('"amtren-two-drives"', '"amtren"', "profile amtren has 1 drives, and the library lists 2"),
        ('robot = "generic"', 'robot = "rimage"', "a robot of kind rimage has none"),
        ("[pools.bluray]", "[robot_profiles.t]\nbase = 'amtren'\nbaut = 1\n\n[pools.bluray]", "did you mean baud?"),
    ],
)  # fmt: skip
def test_what_a_table_of_a_disc_robot_cannot_say(tmp_path: Path, old: str, new: str, words: str) -> None:
    assert words in problems(tmp_path, old, new)


def test_a_disc_robot_on_usb_needs_no_path(tmp_path: Path) -> None:
    text = REAL.replace('"generic"', '"nimbie"').replace('path = "/dev/serial/by-id/robot"\n', "")
    text = text.replace('profile = "amtren-two-drives"\n', "")
    make_site(tmp_path / "site", Choices(hardware=text))
    assert load(tmp_path / "site").devices["s1"].usb == ""


def test_a_site_describes_a_disc_robot_that_nobody_knows(tmp_path: Path) -> None:
    own = """
[robot_profiles.tower]
base = "two-banks"
baud = 38400
drives = [{ put = "P" }, { get = "H", accept = "B" }]
bins = { input = 50, reject = 0 }
"""
    make_site(tmp_path / "site", Choices(hardware=REAL.replace('"amtren-two-drives"', '"tower"') + own))
    profile = profile_of(load(tmp_path / "site"), "s1")
    assert (profile.name, profile.line.baud) == ("tower", 38400)
    assert [(letters.get, letters.put) for letters in profile.drives] == [("G", "P"), ("H", "")]
    assert [pile.count for pile in profile.bins] == [50, 100]


def test_a_simulated_disc_robot_has_the_drives_of_its_library() -> None:
    profile = profile_of(parse(TEXT.replace('robot = "smc"', 'robot = "generic"')), "main")
    assert len(profile.drives) == 2
    assert all(letters.put for letters in profile.drives)
