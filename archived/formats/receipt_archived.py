"""The archived receipt: it names the media, after everything that promise 2 of the design asks for."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from archived.formats.bag_making import NOTICE_SIMULATED
from archived.formats.signing import SigningKey, sign
from archived.model import Package


def archived_receipt(
    package: Package,
    *,
    institution: str,
    media: Sequence[dict[str, Any]],
    archived_at: datetime,
    simulated: bool,
    key: SigningKey,
) -> dict[str, Any]:
    """The signed receipt of a package whose every copy was read back after a reload and matched.

    `media` are rows of set, position, medium, label, digests and times, the package's own medium first.
    """
    receipt: dict[str, Any] = {"notice": NOTICE_SIMULATED} if simulated else {}
    return sign(
        receipt
        | {
            "receipt": "archived",
            "institution": institution,
            "package": package.id,
            "reference": {"fonds": package.fonds, "series": package.series, "volume": package.volume},
            "version": package.version,
            "title": package.title,
            "storage_class": package.storage_class,
            "files": package.file_count,
            "bytes": package.size_bytes,
            "root_digest": {"algorithm": "sha256", "value": package.root_digest},
            "media": list(media),
            "archived_at": archived_at.astimezone(UTC).isoformat(timespec="seconds"),
        },
        key,
    )
