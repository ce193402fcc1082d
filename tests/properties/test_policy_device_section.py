"""Settings made of what was found: whatever devices say of themselves, it is TOML and means what was found."""

import tomllib
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archived.config import parse
from archived.errors import ConfigurationError
from archived.found_devices import CHANGER, DISC_DRIVE, TAPE_DRIVE, Bay, FoundDevice
from archived.policy.device_pairing import pair
from archived.policy.device_plan import generation_of, names_of, plan_libraries
from archived.policy.device_section import quoted, section_text
from archived.real_settings import real_settings
from archived.settings import NO_SERIAL, DeviceSettings

words = st.text(max_size=12)
kinds = st.sampled_from([TAPE_DRIVE, DISC_DRIVE])


@st.composite
def findings(draw: st.DrawFn) -> list[FoundDevice]:
    found = []
    for library in range(draw(st.integers(1, 2))):
        group, count = f"g{library}", draw(st.integers(0, 3))
        for n in range(count):
            found.append(
                FoundDevice(
                    f"d{library}.{n}",
                    draw(kinds),
                    *draw(st.tuples(words, words, words, words)),
                    group=group,
                    order=(n,),
                    path=draw(st.sampled_from(["", "/dev/sg1"])),
                    problem=draw(words),
                )
            )
        told = tuple(Bay(n + 1, draw(words)) for n in range(count))
        found.append(
            FoundDevice(
                f"c{library}",
                CHANGER,
                *draw(st.tuples(words, words, words, words)),
                group=group,
                portal="10.0.0.1:3260",
                target=draw(words),
                bays=told,
                barcodes=tuple(draw(st.lists(st.sampled_from(["A00001L7", "A00001L8", "x"]), max_size=3))),
            )
        )
    return found


@given(findings(), words)
@settings(max_examples=60)
def test_what_was_found_is_what_the_settings_say(found: list[FoundDevice], user: str) -> None:
    libraries = plan_libraries(found, pair(found))
    said = tomllib.loads(section_text(libraries, chap_user=user))
    names = names_of(libraries)
    assert len(set(names.values())) == len(names)
    assert set(said.get("devices", {})) == set(names.values())
    of_key = {device.key: device for device in found}
    for key, name in names.items():
        table, device = said["devices"][name], of_key[key]
        assert table["serial"] == (_holdable(device.serial) or NO_SERIAL)
        assert table.get("path", "") == device.path
        if device.portal:
            assert table["target"] == _holdable(device.target)
            assert table.get("chap_user", "") == _holdable(user)
    for library in libraries:
        assert said["libraries"][library.name]["drives"] == [drive.name for drive in library.drives]
        for drive in library.drives:  # no line where the serial number tells it
            assert said["devices"][drive.name].get("element", 0) == drive.element
            assert said["devices"][drive.name].get("element") != 0


@given(st.text(st.characters(codec=None)))
def test_any_text_can_be_written_as_a_string(text: str) -> None:
    assert tomllib.loads(f"x = {quoted(text)}")["x"] == _holdable(text)


def _holdable(text: str) -> str:
    return "".join("\ufffd" if 0xD800 <= ord(c) <= 0xDFFF else c for c in text)


LIBRARY = [
    FoundDevice(
        "c", CHANGER, "IBM", "3573-TL", serial="L1", group="h", path="/dev/sg3", bays=(Bay(256), Bay(257))
    ),
    FoundDevice("d1", TAPE_DRIVE, "IBM", "ULT3580-HH8", serial="D1", group="h", order=(1,), path="/dev/sg1"),
    FoundDevice("d2", TAPE_DRIVE, "IBM", "ULT3580-HH8", group="h", order=(2,), path="/dev/sg2"),
]


def test_a_guess_and_an_unknown_serial_number_are_told_in_comments() -> None:
    text = section_text(plan_libraries(LIBRARY, pair(LIBRARY)))
    assert text.count("# guessed by order – check by loading a cartridge") == 2
    assert "# it tells no serial number" in text
    said = tomllib.loads(text)
    assert [said["devices"][name]["element"] for name in ("T1", "T2")] == [256, 257]
    assert said["pools"]["tapes-tl1"] == {"library": "tl1", "media_kind": "lto-8", "image_bytes": 10**11}


def test_the_settings_make_a_site() -> None:
    text = real_settings(section_text(plan_libraries(LIBRARY, pair(LIBRARY))), keep_free_bytes=0, rest_s=1)
    config = parse(text)
    assert config.libraries["tl1"].drives == ("T1", "T2")
    assert config.devices["T2"] == DeviceSettings(path="/dev/sg2", serial="none", element=257)
    assert config.classes[config.default_class].pools == ("tapes-tl1",)


def test_tapes_beside_discs_hold_copies_and_form_no_sets() -> None:
    burner = FoundDevice("b", DISC_DRIVE, "LG", "BD", serial="B1", group="i", path="/dev/sr0")
    robot = FoundDevice("r", CHANGER, serial="R1", group="i", path="/dev/sg9", bays=(Bay(1, "B1"),))
    found = [*LIBRARY, robot, burner]
    text = section_text(plan_libraries(found, pair(found)))
    assert "image_bytes" not in text
    config = parse(real_settings(text, keep_free_bytes=0, rest_s=1))
    (kind,) = config.classes.values()
    assert (kind.pools, kind.copies) == (("bluray-dl1",), ("tapes-tl1",))


def test_cartridges_of_an_unknown_kind_are_left_to_a_person() -> None:
    found = [replace(device, product="03592E07") for device in LIBRARY]
    text = section_text(plan_libraries(found, pair(found)))
    assert "pools" not in tomllib.loads(text)
    with pytest.raises(ConfigurationError, match="lack"):
        real_settings(text, keep_free_bytes=0, rest_s=1)
    assert '# media_kind = ""' in text


@pytest.mark.parametrize(
    ("product", "kind"),
    [
        ("ULT3580-TD8", "lto-8"),
        ("ULTRIUM-HH7", "lto-7"),
        ("Ultrium 9-SCSI", "lto-9"),
        ("LTO-6 HH", "lto-6"),
        ("ULTRIUM-TD2", ""),
        ("T10000D", ""),
        ("03592E07", ""),
    ],
)
def test_a_generation_is_read_from_the_name_of_a_drive(product: str, kind: str) -> None:
    assert generation_of(product) == kind
