"""Tables of readers in archived.toml: what they mean, and everything that cannot be, in words."""

import re
from dataclasses import fields

import pytest

from archived.config import parse
from archived.errors import ConfigurationError
from archived.reader_kinds import POWER_DBM_MAX, POWER_DBM_MIN, REGIONS
from archived.settings import ReaderSettings
from archived.settings_text import template
from robotics.readers import yrm100
from robotics.wire.yrm100_commands import Region

TEXT = template(speed=1.0, keep_free_bytes=1 << 30)
DESK = '[readers.desk]\nkind = "pn532"\nplace = "hand"\nlibrary = "main"\n'
BAY = '[readers.bay]\nkind = "yrm100"\nplace = "bay"\nlibrary = "main"\nmagazine = 2\n'
REAL = TEXT.replace('room = "simulated"', 'room = "hardware"') + "".join(
    f'[devices.{name}]\npath = "/dev/{node}"\nserial = "{name}"\n'
    for name, node in (("main", "sg9"), ("B1", "sr1"), ("B2", "sr2"))
)


def problems(text: str) -> list[str]:
    with pytest.raises(ConfigurationError) as refused:
        parse(text)
    return list(refused.value.detail["problems"])


def test_what_the_template_shows_of_a_reader_are_the_defaults() -> None:
    shown = TEXT[TEXT.index("# [readers.desk]") :].partition("\n\n")[0]
    lines = [line.removeprefix("# ") for line in shown.splitlines()]
    keys = [line for line in lines if line.startswith("[") or re.match(r"[a-z_]+ = ", line)]
    assert parse(TEXT + "\n".join(keys)).readers == {"desk": ReaderSettings("pn532", "hand", "main")}
    assert {line.split(" ")[0] for line in keys[1:]} == {item.name for item in fields(ReaderSettings)}


def test_readers_are_read_with_all_they_say() -> None:
    text = TEXT + DESK + BAY + 'identical = 5\npower_dbm = 12.5\nmask = "30751feb"\nregion = "europe"\n'
    readers = parse(text).readers
    assert list(readers) == ["desk", "bay"]
    assert readers["bay"] == ReaderSettings(
        "yrm100",
        "bay",
        "main",
        magazine=2,
        identical=5,
        power_dbm=12.5,
        mask="30751feb",
        region="europe",
    )


def test_words_of_the_settings_are_those_of_the_drivers() -> None:
    assert {name.upper().replace("-", "_") for name in REGIONS} == {region.name for region in Region}
    assert (POWER_DBM_MIN, POWER_DBM_MAX) == (yrm100.POWER_DBM_MIN, yrm100.POWER_DBM_MAX)
    assert yrm100.UhfManners().power_dbm == ReaderSettings("yrm100", "bay", "main").power_dbm
    assert yrm100.UhfManners().weakest_dbm == ReaderSettings("yrm100", "bay", "main").weakest_dbm
    assert yrm100.UhfManners().neighbour_db == ReaderSettings("yrm100", "bay", "main").neighbour_db


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (DESK.replace("desk", "B1"), "this name already"),
        (DESK.replace("readers.desk", 'readers."a b"'), "letters, digits"),
        (DESK.replace("pn532", "sonar"), "known are pn532, yrm100, rdm6300, pcsc"),
        (DESK.replace("hand", "cellar"), "known are picker, port, bay, hand"),
        (DESK.replace("main", "attic"), "library = 'attic'"),
        (DESK + 'path = "/dev/ttyUSB1"\n', "a simulated room knows"),
        (DESK.replace("pn532", "pcsc"), "no reader of PC/SC"),
        (DESK + "magazine = 1\n", "only for a reader at a bay"),
        (DESK + "element = 16\n", "only for a reader at a port"),
        (DESK + "power_dbm = 3.0\n", "power_dbm is only for kind = 'yrm100'"),
        (DESK + "identical = 3\n", "what this kind reads once is sure"),
        (BAY.replace("magazine = 2", ""), "it needs its magazine"),
        (BAY + "identical = 21\n", "0..20"),
        (BAY + "power_dbm = 31.0\n", "-9.0..30.0"),
        (BAY + "neighbour_db = 61\n", "0..60"),
        (BAY + "weakest_dbm = 1\n", "-128..0"),
        (BAY + 'region = "moon"\n', "known are china-900"),
        (BAY + 'mask = "abc"\n', "no beginning of an EPC"),
    ],
)
def test_what_cannot_be_is_refused(table: str, words: str) -> None:
    (problem,) = problems(TEXT + table)
    assert words in problem


def test_everything_that_is_wrong_is_said_at_once() -> None:
    assert len(problems(TEXT + DESK.replace("pn532", "sonar") + BAY + 'mask = "x"\n')) == 2


def test_a_real_reader_has_a_line_of_its_own() -> None:
    line = 'path = "/dev/ttyUSB1"\n'
    assert parse(REAL + DESK + line).readers["desk"].path == "/dev/ttyUSB1"
    assert parse(REAL + DESK.replace("pn532", "pcsc")).readers["desk"].path == ""
    assert "not absolute" in problems(REAL + DESK)[0]
    (problem,) = problems(REAL + DESK + line + BAY + line)
    assert "[readers.bay]: /dev/ttyUSB1 is that of [readers.desk] already" in problem
    (problem,) = problems(REAL + DESK + 'path = "/dev/sg9"\n')
    assert "[devices.main]" in problem
