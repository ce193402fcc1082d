"""What a run would do, before anything is on record: media, chunks, bytes, mounts, hours, and what it would find."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from archived.policy.sources import Paces
from archived.policy.verify.confidence import SURE, least_found, least_share_percent
from archived.policy.verify.sampling import CHUNK_BYTES, chunk_count, random_chunks


@dataclass(frozen=True, slots=True)
class Piece:
    """One image on one medium, or one thing on disk (medium_id ""), as it would be examined."""

    medium_id: str
    size_bytes: int
    how: str
    capacity_bytes: int = 0
    in_drive: bool = False
    #: "robot", "people", or "" for what nothing brings.
    reached_by: str = "robot"


def preview(
    pieces: Sequence[Piece], *, percent: float, edges: bool, paces: Paces, media_in_all: int
) -> dict[str, Any]:
    """What examining these pieces takes, as long as nothing bad is found and nobody needs the drives.

    Where a sample finds damage all of its image is read. `media_in_all` are those that the media were drawn from.
    """
    on_media = [piece for piece in pieces if piece.medium_id]
    chunks = size_bytes = 0
    least_percent = 0.0
    for piece in on_media:
        total = -(-piece.size_bytes // CHUNK_BYTES)
        terms: dict[str, Any] = {"how": piece.how, "percent": percent, "edges": edges}
        terms["capacity_bytes"] = piece.capacity_bytes
        count = chunk_count(total, **terms)
        chunks += count
        size_bytes += piece.size_bytes if count == total else count * CHUNK_BYTES
        drawn = random_chunks(total, **terms)
        least_percent = max(least_percent, least_share_percent(total, drawn))
    media = {piece.medium_id: piece for piece in on_media}
    mounts = sum(not piece.in_drive for piece in media.values())
    hours = (mounts * (paces.load_s + paces.unload_s) + size_bytes / paces.read_bytes_per_s) / 3600
    return {
        "media": len(media),
        "images": len(on_media),
        "on_disk": len(pieces) - len(on_media),
        "chunks": chunks,
        "bytes": size_bytes,
        "mounts": mounts,
        "drive_hours": round(hours, 2),
        "by_people": sorted(key for key, piece in media.items() if piece.reached_by == "people"),
        "unreachable": sorted(key for key, piece in media.items() if not piece.reached_by),
        "every_chunk": all(piece.how == "full" for piece in pieces),
        "finds": finds(least_percent if on_media else 100.0, len(media), media_in_all),
    }


def finds(least_percent: float, media: int, media_in_all: int) -> dict[str, Any]:
    """What a run finds with the probability SURE.

    Returns the share of bad chunks on a medium of which it finds at least one, in the image where that is worst; and
    how many of all media must be damaged for one of them to be among those that are examined.
    """
    return {
        "sure": SURE,
        "chunks_percent": round(least_percent, 4),
        "media": least_found(media_in_all, media) if media_in_all else 0,
        "media_in_all": media_in_all,
    }
