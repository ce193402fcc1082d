"""How full everything is, how fast it fills, and how long blanks last at that pace. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from archived.catalog.report_rows import CopyRow
from archived.language import _
from archived.model import Medium
from archived.reports.document import Period, Plot, Report, Row, Section
from archived.reports.integrity import ON_RECORD, percent
from archived.states import MediumState

MONTH = timedelta(days=365.25 / 12)


@dataclass(frozen=True, slots=True)
class PoolRow:
    """What the settings say of a pool."""

    library: str
    media_kind: str
    on_tape: bool


def report(
    media: Sequence[Medium],
    copies: Sequence[CopyRow],
    pools: Mapping[str, PoolRow],
    written: Sequence[Row],
    archived: Sequence[Row],
    staging: Row,
    period: Period,
) -> Report:
    """Of media and pools; `written` and `archived` are rows by month of the period."""
    filled = _filled(media, copies)
    sections = (
        Section(
            "pools",
            "Pools 介质池",
            ("pool", "library", "kind", "media", "capacity_bytes", "used_bytes", "fill_percent"),
            _pools(filled, pools),
            _("written media only; a disc that was closed takes nothing more, however full it is"),
        ),
        Section(
            "blanks",
            "Blanks and how long they last 空白介质与可用时间",
            ("library", "kind", "media", "capacity_bytes", "used_media_per_month", "lasts_months"),
            _blanks(media, pools, written, period),
            _("at the pace of this period; nothing where nothing was written in it"),
        ),
        Section(
            "fills",
            "Fill of written media 已写介质的填充率",
            ("fill_percent_from", "media"),
            _fills(filled),
            _("media by how full they are, in steps of ten percent"),
        ),
        Section(
            "written",
            "Written, by month 每月写入",
            ("month", "pool", "copies", "media", "size_bytes"),
            tuple(written),
        ),
        Section(
            "archived",
            "Archived, by month 每月归档",
            ("month", "packages", "size_bytes"),
            tuple(archived),
        ),
        Section("staging", "Staging 暂存区", tuple(staging), (staging,)),
    )
    plots = (
        Plot("fills", "Media by fill, % 介质填充率分布", "columns", "fill_percent_from", ("media",)),
        Plot("pools", "Fill of pools, % 各池填充率", "bars", "pool", ("fill_percent",)),
        Plot("written", "Written, by month 每月写入", "columns", "month", ("size_bytes",), "pool"),
        Plot("archived", "Archived, by month 每月归档", "lines", "month", ("size_bytes",)),
    )
    return Report("capacity", "Capacity 容量", sections, plots)


@dataclass(frozen=True, slots=True)
class _Filled:
    medium: Medium
    pool: str
    used_bytes: int


def _filled(media: Sequence[Medium], copies: Sequence[CopyRow]) -> list[_Filled]:
    """Media with something on them, and how much: of the pool of their first copy."""
    size: Counter[str] = Counter()
    pool: dict[str, str] = {}
    for copy in copies:
        if copy.state in ON_RECORD:
            size[copy.medium_id] += copy.size_bytes
            pool.setdefault(copy.medium_id, copy.pool)
    return [_Filled(m, pool[m.id], m.used_bytes or size[m.id]) for m in media if m.id in pool]


def _pools(filled: Sequence[_Filled], pools: Mapping[str, PoolRow]) -> tuple[Row, ...]:
    found = []
    for name in sorted({*pools, *(item.pool for item in filled)}):
        members = [item for item in filled if item.pool == name]
        capacity = sum(item.medium.capacity_bytes for item in members)
        used = sum(item.used_bytes for item in members)
        settings = pools.get(name)
        found.append(
            {
                "pool": name,
                "library": settings.library if settings else None,
                "kind": settings.media_kind if settings else None,
                "media": len(members),
                "capacity_bytes": capacity,
                "used_bytes": used,
                "fill_percent": percent(used, capacity),
            }
        )
    return tuple(found)


def _blanks(
    media: Sequence[Medium], pools: Mapping[str, PoolRow], written: Sequence[Row], period: Period
) -> tuple[Row, ...]:
    months = max((period.until - period.since) / MONTH, 1 / 30)
    spent: Counter[tuple[str, str]] = Counter()
    for row in written:
        settings = pools.get(row["pool"])
        if settings is not None:
            spent[settings.library, settings.media_kind] += int(row["media"])
    # Library and kind of a pool: cartridges of each generation are blanks of their own.
    wanted = {(pool.library, pool.media_kind) for pool in pools.values()}
    blank = [medium for medium in media if medium.state is MediumState.BLANK]
    kinds = wanted | {(medium.library or "–", medium.kind) for medium in blank}
    found = []
    for library, kind in sorted(kinds):
        members = [m for m in blank if (m.library or "–", m.kind) == (library, kind)]
        pace = spent[library, kind] / months
        found.append(
            {
                "library": library,
                "kind": kind,
                "media": len(members),
                "capacity_bytes": sum(medium.capacity_bytes for medium in members),
                "used_media_per_month": round(pace, 2),
                "lasts_months": round(len(members) / pace, 1) if pace else None,
            }
        )
    return tuple(found)


def _fills(filled: Sequence[_Filled]) -> tuple[Row, ...]:
    steps = Counter(
        min(9, int(10 * item.used_bytes / item.medium.capacity_bytes))
        for item in filled
        if item.medium.capacity_bytes
    )
    return tuple({"fill_percent_from": 10 * step, "media": steps[step]} for step in range(10))
