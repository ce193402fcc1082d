"""Which element is which drive: told, cut, named, or a problem in words; never a guess."""

import pytest

from archived.policy.drive_places import DriveClaim, DriveElement, find_drives

TWO = [DriveElement(256, "DRV0000001"), DriveElement(257, "DRV0000002")]


def places(claims: list[DriveClaim], elements: list[DriveElement]) -> dict[str, int]:
    found = find_drives(claims, elements)
    assert not found.problems
    return dict(found.at)


def problem(claim: DriveClaim, elements: list[DriveElement]) -> str:
    found = find_drives([claim], elements)
    assert not found.at
    return found.problems[claim.name]


def test_drives_are_found_by_their_serial_numbers_in_any_order() -> None:
    claims = [DriveClaim("T1", "DRV0000002"), DriveClaim("T2", "DRV0000001")]
    assert places(claims, TWO) == {"T1": 257, "T2": 256}


def test_a_number_that_the_changer_cut_will_do_when_one_drive_begins_like_it() -> None:
    assert places([DriveClaim("T1", "DRV0000001-X")], TWO) == {"T1": 256}
    twins = [DriveElement(256, "DRV0000001"), DriveElement(257, "DRV0000001")]
    assert "more than one drive" in problem(DriveClaim("T1", "DRV0000001-X"), twins)


@pytest.mark.parametrize("told", ["", "DRV", "DRV000000"])
def test_a_shorter_number_is_not_taken_for_a_cut_one(told: str) -> None:
    assert "no drive of the changer tells" in problem(
        DriveClaim("T1", "DRV0000001"), [DriveElement(256, told)]
    )


@pytest.mark.parametrize("told", [None, "", "DRV0", "DRV0000001", "DRV0000001-LONG"])
def test_a_drive_whose_element_is_named_is_there_unless_another_number_is_told(told: str | None) -> None:
    assert places([DriveClaim("T1", "DRV0000001", 256)], [DriveElement(256, told)]) == {"T1": 256}


def test_the_named_element_of_a_drive_is_refused_when_it_is_another_drive_or_none() -> None:
    assert "holds the drive with serial number DRV0000002" in problem(
        DriveClaim("T1", "DRV0000001", 257), TWO
    )
    words = problem(DriveClaim("T1", "DRV0000001", 300), [*TWO, DriveElement(258)])
    assert words.endswith("256 (DRV0000001), 257 (DRV0000002), 258 (no serial number)")


def test_one_element_is_one_drive() -> None:
    found = find_drives([DriveClaim("T1", "DRV0000001"), DriveClaim("T2", element=256)], TWO)
    assert found.at == {"T1": 256}
    assert found.problems == {"T2": "element 256 is drive T1 already"}
