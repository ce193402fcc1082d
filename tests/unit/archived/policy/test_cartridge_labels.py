"""What the barcode of a cartridge says, and what it leaves open."""

import pytest

from archived.policy.cartridge_labels import CartridgeLabel, read_label


@pytest.mark.parametrize(
    ("barcode", "kind"),
    [
        ("VOL001L5", "lto-5"),
        ("VOL001L9", "lto-9"),
        ("VOL001M8", "lto-7-m8"),
        ("VOL001", ""),
        ("VOL0001L8", ""),
    ],
)
def test_the_last_two_of_eight_characters_name_the_kind(barcode: str, kind: str) -> None:
    assert read_label(barcode) == CartridgeLabel(kind)


@pytest.mark.parametrize(
    ("barcode", "kind"), [("WRM001LV", "lto-5"), ("WRM001LY", "lto-8"), ("WRM001LZ", "lto-9")]
)
def test_write_once_cartridges_are_known_by_their_letter(barcode: str, kind: str) -> None:
    assert read_label(barcode) == CartridgeLabel(kind, worm=True)


@pytest.mark.parametrize("barcode", ["CLNU01L1", "CLN001", "CLNU99CU"])
def test_cleaning_cartridges_are_never_media_of_data(barcode: str) -> None:
    assert read_label(barcode).cleaning
