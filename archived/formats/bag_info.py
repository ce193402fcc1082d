"""What bag-info.txt says of the bag itself, held against the bag (RFC 8493, section 2.2.2). Pure."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from archived.formats.bag_findings import Findings
from archived.formats.bag_tags import parse_oxum
from archived.language import _

#: Reserved labels that stand at most once, in lower case; what says twice one thing says nothing.
_ONCE: Final = ("bagging-date", "bag-size", "bag-group-identifier", "bag-count")
_DATE = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", re.ASCII)
_COUNT = re.compile(r"(\d{1,18}) of (\d{1,18}|\?)", re.ASCII)


def check_info(
    tags: Sequence[tuple[str, str]], payload: tuple[int, int], findings: Findings, *, is_rfc: bool
) -> None:
    """Judge the reserved labels that a machine can judge.

    Args:
        payload: bytes and number of the files below data/.
    """
    values: dict[str, list[str]] = {}
    for label, value in tags:
        values.setdefault(label.lower(), []).append(value)
    _check_oxum(values.get("payload-oxum", []), payload, findings, is_rfc=is_rfc)
    for label, count in Counter(label.lower() for label, _value in tags).items():
        if label in _ONCE and count > 1:
            findings.warn(_("bag-info.txt: {label} is given {count} times").format(label=label, count=count))
    for value in values.get("bagging-date", []):
        if not _DATE.fullmatch(value):
            findings.warn(_("bag-info.txt: Bagging-Date {value!r} is not YYYY-MM-DD").format(value=value))
    for value in values.get("bag-count", []):
        found = _COUNT.fullmatch(value)
        if found is None:
            findings.warn(_("bag-info.txt: Bag-Count {value!r} is not 'N of T'").format(value=value))
        elif found[2] != "?" and int(found[1]) > int(found[2]):
            findings.warn(
                _("bag-info.txt: Bag-Count {value!r} numbers a bag beyond their total").format(value=value)
            )


def _check_oxum(values: Sequence[str], payload: tuple[int, int], findings: Findings, *, is_rfc: bool) -> None:
    if len(values) > 1:
        findings.rule(_("Payload-Oxum is given more than once"), binding=is_rfc)
    for value in values:
        declared = parse_oxum(value)
        if declared is None:
            findings.rule(_("Payload-Oxum {value!r} is not OCTETS.FILES").format(value=value), binding=is_rfc)
        elif declared != payload:
            findings.refuse(
                _("Payload-Oxum declares {value} (bytes.files), the payload has {there}").format(
                    value=value, there=f"{payload[0]}.{payload[1]}"
                )
            )
