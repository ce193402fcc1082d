"""Profiles of single-letter robots: the known ones, and those that a configuration makes of them."""

from typing import Any

import pytest

from devices.lines import SerialSettings
from robotics.arms.generic_profiles import (
    ACCEPT,
    AMTREN,
    INPUT,
    PROFILES,
    REJECT,
    DriveLetters,
    GenericProfile,
)
from robotics.arms.own_profiles import ProfileMistaken, own_profiles, profile_from_table
from robotics.model import BinOrder


def wrong(table: dict[str, Any], base: GenericProfile = AMTREN) -> tuple[str, ...]:
    with pytest.raises(ProfileMistaken) as caught:
        profile_from_table(base, table)
    return caught.value.problems


@pytest.mark.parametrize("name", sorted(PROFILES))
def test_known_profile_is_one_that_a_table_could_make(name: str) -> None:
    profile = PROFILES[name]
    assert profile_from_table(profile, {}, name=name) == profile
    assert profile.motion_timeout_s >= 30
    assert profile.line == SerialSettings(baud=9600)
    first, *others = profile.bins
    assert (first.number, first.takes, first.puts) == (INPUT, True, False)
    assert all(pile.puts and not pile.takes for pile in others)


def test_bins_have_places_of_their_own() -> None:
    places = [set(range(pile.first, pile.first + pile.count)) for pile in AMTREN.bins]
    assert len(set().union(*places)) == sum(map(len, places))
    assert [pile.first for pile in AMTREN.bins] == [1024, 1280, 1536]


def test_table_changes_what_it_names_and_nothing_else() -> None:
    profile = profile_from_table(
        AMTREN,
        {
            "base": "amtren",
            "baud": 38400,
            "sign_on": "V",
            "status": "",
            "accept_from_hand": True,
            "motion_timeout_s": 45,
            "drives": [{}, {"get": "Z", "accept": "B", "put": ""}],
            "bins": {"input": 50, "reject": 20},
            "input_order": "fifo",
        },
        name="tower",
    )
    assert profile.name == "tower"
    assert profile.line == SerialSettings(baud=38400)
    assert (profile.sign_on, profile.status, profile.accept_from_hand) == ("V", "", True)
    assert profile.drives == (AMTREN.drives[0], DriveLetters("I", "Z", "B", ""))
    assert {pile.number: pile.count for pile in profile.bins} == {INPUT: 50, ACCEPT: 100, REJECT: 20}
    assert profile.bins[0].order is BinOrder.FIFO
    assert (profile.reject, profile.calibrate, profile.cancel) == (
        AMTREN.reject,
        AMTREN.calibrate,
        AMTREN.cancel,
    )


def test_number_of_drives_repeats_the_letters_of_the_first() -> None:
    assert profile_from_table(AMTREN, {"drives": 3}).drives == (AMTREN.drives[0],) * 3
    two = PROFILES["two-banks"]
    assert profile_from_table(two, {"drives": 1}).drives == two.drives[:1]


def test_accept_bin_is_reached_by_a_hand_only_where_its_letter_wants_the_disc_there() -> None:
    from_hand = profile_from_table(AMTREN, {"accept_from_hand": True})
    assert [pile.by_hand for pile in AMTREN.bins] == [False, False, True]
    assert [pile.by_hand for pile in from_hand.bins] == [False, True, True]
    assert profile_from_table(from_hand, {"baud": 38400}).bins == from_hand.bins


def test_robot_without_a_reject_bin_needs_no_letter_for_it() -> None:
    profile = profile_from_table(AMTREN, {"bins": {"reject": 0}, "reject": ""})
    assert [pile.number for pile in profile.bins] == [INPUT, ACCEPT]


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"baudrate": 9600}, "there is no key 'baudrate'; did you mean baud?"),
        ({"baud": 0}, "no speed"),
        ({"baud": True}, "no speed"),
        ({"status": "SS"}, "no letter"),
        ({"reject": "5"}, "no letter"),
        ({"cancel": "ü"}, "no letter"),
        ({"low_fails": "yes"}, "neither true nor false"),
        ({"motion_timeout_s": 20}, "30 s and more"),
        ({"query_timeout_s": 0}, "no time"),
        ({"quiet_s": float("nan")}, "no time"),
        ({"drives": 0}, "1 to 16"),
        ({"drives": "two"}, "drives is a number"),
        ({"drives": []}, "drives is a number"),
        ({"drives": ["I"]}, "drive 1: its letters are a table"),
        ({"drives": [{"grab": "G"}]}, "drive 1: there is no key 'grab'; did you mean"),
        ({"drives": [{"get": ""}]}, "drive 1: get = '' is no letter"),
        ({"drives": [{"get": "I"}]}, "drive 1: get = 'I' has another meaning, too"),
        ({"drives": [{"get": "C"}]}, "drive 1: get = 'C' has another meaning, too"),
        ({"reject": "C"}, "reject = 'C' has another meaning, too"),
        ({"reject": ""}, "a robot with a reject bin has a letter for it"),
        ({"bins": 3}, "bins is a table"),
        ({"bins": {"inputs": 3}}, "bins: there is no key 'inputs'; did you mean input?"),
        ({"bins": {"input": 257}}, "holds 1 to 256 discs"),
        ({"bins": {"accept": 0}}, "holds 1 to 256 discs"),
        ({"bins": {"reject": True}}, "holds 0 to 256 discs"),
        ({"input_order": "random"}, "none of lifo, fifo"),
    ],
    ids=lambda value: str(value)[:40] if isinstance(value, dict) else "",
)
def test_what_is_wrong_is_named_with_its_key(table: dict[str, Any], words: str) -> None:
    assert any(words in problem for problem in wrong(table)), wrong(table)


def test_everything_that_is_wrong_is_said_at_once() -> None:
    assert len(wrong({"baudrate": 1, "status": "SS", "bins": {"input": 0}})) == 3


def test_tables_of_a_configuration_stand_beside_the_known_ones() -> None:
    found = own_profiles({"tower": {"base": "amtren", "drives": 2}})
    assert set(found) == {*PROFILES, "tower"}
    assert found["tower"].name == "tower"
    assert len(found["tower"].drives) == 2


def test_table_needs_a_known_base_and_a_name_of_its_own() -> None:
    with pytest.raises(ProfileMistaken) as caught:
        own_profiles(
            {
                "amtren": {"base": "amtren"},
                "b": {"base": "amtrem"},
                "c": {},
                "d": {"base": "kodak", "baud": 0},
            }
        )
    words = "\n".join(caught.value.problems)
    assert "amtren: there is a profile of this name already" in words
    assert "b: base = 'amtrem' is no known profile; did you mean amtren?" in words
    assert "c: base = None" in words
    assert "d: baud = 0" in words
