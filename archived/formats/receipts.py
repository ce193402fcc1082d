"""The accepted receipt: what a producer may rely on from now on, and what not yet. Pure: values to JSON.

It is signed as it stands but for the mark `repeated` (see `signing`).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from archived.formats.bag_making import NOTICE_SIMULATED
from archived.formats.root_digest import COMPUTED
from archived.formats.signing import SigningKey, sign
from archived.model import Package
from archived.settings import Config


@dataclass(frozen=True, slots=True)
class BagSummary:
    """The bag as it lies in staging."""

    #: "1.0", or the draft that a producer's bag follows.
    version: str
    #: True when a folder was handed in and we made the bag.
    made_here: bool
    #: sha256 of every manifest and tag manifest, by name.
    manifests: Mapping[str, str]
    #: Digests that were taken of every file.
    algorithms: tuple[str, ...]
    #: Digests that the producer had declared and that were found equal.
    declared: tuple[str, ...]
    files: int
    size_bytes: int
    #: How it lies on its discs: plain files, or one tar and why (`archived.policy.carrying`).
    travels: Mapping[str, object]
    #: Escaped paths of the files that were there and were not taken.
    left_out: tuple[str, ...]
    #: What the producer should know although it was taken.
    warnings: tuple[str, ...] = ()
    #: The archive that it came out of: name, format, bytes, sha256, encoding of names; None for a folder.
    original: Mapping[str, object] | None = None


def accepted_receipt(
    package: Package, bag: BagSummary, config: Config, key: SigningKey, *, batch: str = ""
) -> dict[str, Any]:
    """The signed receipt of a package that is being accepted; `package.accepted_at` must be set.

    `batch` names the batch that it came with. Raises ValueError when it is not, Unsignable for a text that is
    none.
    """
    if package.accepted_at is None:
        raise ValueError(f"package {package.id} has no time of acceptance")
    exposure_h = config.staging.max_exposure_h
    receipt: dict[str, Any] = {"notice": NOTICE_SIMULATED} if config.simulated else {}
    receipt |= {
        "receipt": "accepted",
        "institution": config.site.name,
        "package": package.id,
        **({"batch": batch} if batch else {}),
        "reference": {"fonds": package.fonds, "series": package.series, "volume": package.volume},
        "version": package.version,
        "reason": package.reason,
        "title": package.title,
        "storage_class": package.storage_class,
        "retention": package.retention,
        "confidentiality": package.confidentiality,
        "files": package.file_count,
        "bytes": package.size_bytes,
        "digests": {"algorithms": list(bag.algorithms), "declared_and_equal": list(bag.declared)},
        "root_digest": {"algorithm": "sha256", "value": package.root_digest, "computed": COMPUTED},
        "bag": {
            "version": bag.version,
            "made_here": bag.made_here,
            "files": bag.files,
            "bytes": bag.size_bytes,
            "manifests": dict(bag.manifests),
        },
        "travels": dict(bag.travels),
        "left_out": list(bag.left_out),
        "warnings": list(bag.warnings),
        **({"original": dict(bag.original)} if bag.original else {}),
        "exposure": {
            "staging_disks": config.staging.disks,
            # A whole number: fractions have no one form that could be signed.
            "max_exposure_h": math.ceil(exposure_h),
            "archived_by": _iso(package.accepted_at + timedelta(hours=exposure_h)),
            "advice": "keep your original until the archived receipt: the package lies on "
            f"{_disks(config.staging.disks)} only",
        },
        "accepted_at": _iso(package.accepted_at),
        "owner": package.owner,
        "repeated": False,
    }
    return sign(receipt, key)


def repeated_receipt(first: Mapping[str, Any]) -> dict[str, Any]:
    """The first receipt again, marked outside its signature: the same content came under the same reference."""
    return {**first, "repeated": True}


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")


def _disks(count: int) -> str:
    return "one disk" if count == 1 else f"{count} disks"
