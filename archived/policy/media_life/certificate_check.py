"""Whether a certificate that somebody kept says what the catalog knows. Pure."""

from collections.abc import Mapping
from typing import Any

from archived.language import _
from archived.medium_states import MediumState
from archived.policy.receipt_check import OPEN, RIGHT, WRONG, Check


def check_certificate(
    document: Mapping[str, Any], on_record: Mapping[str, Any] | None, media: Mapping[str, MediumState | None]
) -> list[Check]:
    """What a certificate claims, against the record.

    Args:
        on_record: the certificate with this number; None where there is none.
        media: every medium that it names, with its state now; None for one that nobody knows.
    """
    checks = []
    if on_record is None:
        words = _("the catalog knows no such certificate; it may have been restored from before it")
        checks.append(Check("record", OPEN, words))
    elif dict(on_record) != dict(document):
        words = _("the catalog has another certificate with this number")
        checks.append(Check("record", WRONG, words))
    else:
        checks.append(Check("record", RIGHT, _("it stands in the catalog, word for word")))
    for medium_id, state in media.items():
        if state is None:
            words = _("the catalog knows no medium {medium}").format(medium=medium_id)
            checks.append(Check("medium", OPEN, words))
        elif state is not MediumState.DESTROYED:
            words = _("medium {medium} is {state}").format(medium=medium_id, state=state.value)
            checks.append(Check("medium", WRONG if on_record is not None else OPEN, words))
    if "notice" in document:
        checks.append(Check("simulated", RIGHT, str(document["notice"])))
    return checks
