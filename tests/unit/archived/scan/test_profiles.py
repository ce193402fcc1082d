"""A device that says another name than its own is given its profile by name."""

from dataclasses import replace

import pytest

from archived.found_devices import CHANGER, DISC_DRIVE, TAPE_DRIVE, Bay, FoundDevice
from archived.policy.device_pairing import pair
from archived.policy.device_plan import plan_libraries
from archived.policy.device_section import section_text
from archived.scan.profiles import with_profile

NAMED = FoundDevice("d", TAPE_DRIVE, "IBM", "ULT3580-TD8", names=("IET     00010001",), path="/dev/sg1")


@pytest.mark.parametrize("kind", [TAPE_DRIVE, CHANGER])
def test_a_target_in_user_space_is_told_from_the_device_whose_name_it_says(kind: str) -> None:
    device = replace(NAMED, kind=kind)
    assert with_profile(device).profile == "tgt"
    assert with_profile(replace(device, vendor="IET")).profile == "", "INQUIRY is enough"
    assert with_profile(replace(device, names=("IBM     X",))).profile == ""


def test_a_drive_of_discs_has_no_profile() -> None:
    assert with_profile(replace(NAMED, kind=DISC_DRIVE)).profile == ""


def test_the_settings_name_it() -> None:
    changer = FoundDevice("c", CHANGER, "STK", "L700", serial="L", path="/dev/sg2", bays=(Bay(256, "D"),))
    found = [with_profile(replace(changer, names=NAMED.names)), with_profile(replace(NAMED, serial="D"))]
    assert section_text(plan_libraries(found, pair(found))).count('profile = "tgt"') == 2
