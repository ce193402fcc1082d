"""What a migration came to so far, from what its items found: the numbers of its preview, as they turned out."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from archived.care import CareItem, CareRun, ItemState
from archived.catalog import care, migrated
from archived.policy.migrate.costs import Costs
from archived.stages.migrate.picture import paces


def tell(write: Connection, run: CareRun) -> dict[str, Any]:
    """Put the report of a run on record as its items stand now."""
    items = care.items(write, run.id)
    report = {**run.report, **_counted(items)}
    media = {name for item in items for name in item.finding.get("mounted", ())}
    mounts = migrated.mounts(write, media, run.begun_at) if media else 0
    costs = Costs(read_bytes=report["bytes_read"], written_bytes=report["bytes_written"], mounts=mounts)
    report |= {"mounts": mounts, "drive_hours": round(costs.drive_hours(paces(write)), 2)}
    care.tell(write, run.id, report)
    return report


def _counted(items: Sequence[CareItem]) -> dict[str, Any]:
    done = [item for item in items if item.state is ItemState.DONE]
    blanks = Counter(
        item.finding["pool"] for item in done for _number in range(item.finding.get("blanks", 0))
    )
    # Images that were packed again may carry packages of several items: each is counted once.
    packed = {name: size for item in done for name, size in item.finding.get("new_images", {}).items()}
    begun = {name: pool for item in done for name, pool in item.finding.get("new_media", {}).items()}
    blanks.update(begun.values())
    return {
        "media": len({name for item in done for name in item.finding.get("retired", ())}),
        "images": len({item.image_id for item in done}),
        "packages": len({name for item in done for name in item.finding.get("packages", ())}),
        "bytes_read": sum(item.finding.get("bytes_read", 0) for item in done),
        "bytes_written": sum(item.finding.get("bytes_written", 0) for item in done) + sum(packed.values()),
        "blanks": dict(sorted(blanks.items())),
        "spoiled": sum(item.finding.get("spoiled", 0) for item in items),
        "not_migrated": sum(item.state is ItemState.FAILED for item in items),
        "waves_done": _waves_done(items),
    }


def _waves_done(items: Sequence[CareItem]) -> int:
    open_waves = [item.wave for item in items if item.state in (ItemState.WANTED, ItemState.WORKING)]
    last = max((item.wave for item in items), default=0)
    return min(open_waves, default=last + 1) - 1
