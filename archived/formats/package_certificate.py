"""The certificate that packages were destroyed: what, by whom, on which media, and which parity went with it."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from archived.destructions import Destruction
from archived.formats.bag_making import NOTICE_SIMULATED
from archived.formats.signing import SigningKey, sign
from archived.model import Package


def package_certificate(
    item: Destruction,
    packages: Sequence[Package],
    *,
    retention: Mapping[str, str],
    confidentiality: str,
    media: Sequence[dict[str, Any]],
    sets: Sequence[dict[str, Any]],
    institution: str,
    ended_at: datetime,
    simulated: bool,
    key: SigningKey,
) -> dict[str, Any]:
    """The signed certificate of destruction.

    Args:
        retention: what counted for each package at the end, by id.
        confidentiality: the most confidential word among them.
        media: every medium that ever carried such an image or its parity, with what became of it. One that was lost
            before stands here as lost: nobody destroyed it.
        sets: every set that held such an image, its parity, and the set that protects what survives of it.
    """
    certificate: dict[str, Any] = {"notice": NOTICE_SIMULATED} if simulated else {}
    return sign(
        certificate
        | {
            "certificate": "destruction",
            "institution": institution,
            "destruction": item.id,
            "approval": item.approval_id,
            "asked_by": item.asked_by,
            "agreed_by": item.agreed_by,
            "reason": item.reason,
            "agreed_at": _time(item.begun_at),
            "ended_at": _time(ended_at),
            "highest_confidentiality": confidentiality,
            "packages": [
                {
                    "package": package.id,
                    "reference": {
                        "fonds": package.fonds,
                        "series": package.series,
                        "volume": package.volume,
                    },
                    "version": package.version,
                    "title": package.title,
                    "retention": retention[package.id],
                    "files": package.file_count,
                    "bytes": package.size_bytes,
                    "root_digest": {"algorithm": "sha256", "value": package.root_digest},
                }
                for package in packages
            ],
            "sets": list(sets),
            "media": list(media),
        },
        key,
    )


def _time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")
