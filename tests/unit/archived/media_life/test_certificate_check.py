"""A certificate that comes back: believed by its signature, and held against the record."""

from archived.medium_states import MediumState
from archived.policy.media_life.certificate_check import check_certificate
from archived.policy.receipt_check import verdict

DOCUMENT = {"certificate": "destruction of media", "id": "MD00001", "media": [{"medium": "D1"}]}


def test_what_stands_word_for_word_in_the_catalog_is_right() -> None:
    assert verdict(check_certificate(DOCUMENT, DOCUMENT, {"D1": MediumState.DESTROYED})) == "right"


def test_another_text_with_the_same_number_is_wrong() -> None:
    other = {**DOCUMENT, "method": "lost"}
    assert verdict(check_certificate(DOCUMENT, other, {"D1": MediumState.DESTROYED})) == "wrong"


def test_a_catalog_from_before_leaves_it_open() -> None:
    checks = check_certificate(DOCUMENT, None, {"D1": MediumState.RELEASED, "D2": None})
    assert verdict(checks) == "open"
    assert [check.what for check in checks] == ["record", "medium", "medium"]


def test_a_medium_that_is_there_all_the_same_makes_it_wrong() -> None:
    assert verdict(check_certificate(DOCUMENT, DOCUMENT, {"D1": MediumState.GOOD})) == "wrong"
