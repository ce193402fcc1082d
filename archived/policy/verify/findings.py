"""What a run found, as one report that grows with each thing that was examined."""

from collections.abc import Mapping
from typing import Any

#: So many bad things are named in a report; the checks on record name all.
NAMED_MAX = 200
_SUMS = (
    "examined", "clean", "bad_items", "failed", "chunks", "chunks_bad", "bytes", "seconds", "retries", "slow_regions",
    "gave_way", "files", "files_bad",
)  # fmt: skip


def grown(report: Mapping[str, Any], finding: Mapping[str, Any]) -> dict[str, Any]:
    """The report with one more finding.

    A finding has `outcome` ("clean", "bad" or "failed") and numbers by the names that the report sums up; a bad one
    has `named`, which says what is bad in words.
    """
    found = {name: report.get(name, 0) + finding.get(name, 0) for name in _SUMS}
    found["examined"] += 1
    key = {"clean": "clean", "bad": "bad_items"}.get(str(finding["outcome"]), "failed")
    found[key] += 1
    found["seconds"] = round(found["seconds"], 3)
    named = [*report.get("bad", ())]
    if finding.get("named"):
        named.append(finding["named"])
    found["bad"] = named[:NAMED_MAX]
    return found
