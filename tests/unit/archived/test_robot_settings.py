"""What moves the media of a library: the key `robot` and the tables of disc robots."""

from pathlib import Path

import pytest

from archived.config import load, parse
from archived.errors import ConfigurationError
from archived.founding import Choices, make_site
from archived.robot_kinds import ROBOTS
from archived.settings_text import template

TEXT = template(speed=1.0, keep_free_bytes=1 << 30)
REAL = """
[libraries.s1]
robot = "generic"
drives = ["B1", "B2"]

[devices.s1]
path = "/dev/serial/by-id/robot"
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
    config = parse(TEXT.replace('robot = "smc"', f'robot = "{robot}"'))
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
    assert parse(text).libraries["main"].drives == ()


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
    ],
)  # fmt: skip
def test_what_a_table_of_a_disc_robot_cannot_say(tmp_path: Path, old: str, new: str, words: str) -> None:
    assert words in problems(tmp_path, old, new)


def test_a_disc_robot_on_usb_needs_no_path(tmp_path: Path) -> None:
    text = REAL.replace('"generic"', '"nimbie"').replace('path = "/dev/serial/by-id/robot"\n', "")
    make_site(tmp_path / "site", Choices(hardware=text))
    assert load(tmp_path / "site").devices["s1"].usb == ""
