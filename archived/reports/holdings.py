"""What is kept: packages by fonds and series, class, retention, confidentiality, and state."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from archived.language import _
from archived.reports.document import Plot, Report, Row, Section

#: What a site keeps, or has promised to.
KEPT = ("accepted", "archived", "found", "forgotten")
SUMS = ("packages", "files", "size_bytes")


def report(rows: Sequence[Row]) -> Report:
    """Of rows as `report_rows.packages_by_kind` gives them."""
    plain = [{**row, "state": getattr(row["state"], "value", row["state"])} for row in rows]
    kept = [row for row in plain if row["state"] in KEPT]
    sections = (
        Section(
            "state",
            "Packages by state 按状态",
            ("state", *SUMS),
            _grouped(plain, ("state",)),
            _("accepted: still in staging; archived: every copy that its class asks for was read back"),
        ),
        Section(
            "fonds",
            "By fonds and series 按全宗与目录",
            ("fonds", "series", *SUMS, "first_at", "last_at"),
            _grouped(kept, ("fonds", "series")),
            _("packages that are accepted, archived, found on media, or forgotten and not yet destroyed"),
        ),
        Section(
            "class",
            "By storage class 按存储级别",
            ("storage_class", "state", *SUMS),
            _grouped(kept, ("storage_class", "state")),
        ),
        Section("retention", "By retention 按保管期限", ("retention", *SUMS), _grouped(kept, ("retention",))),
        Section(
            "confidentiality",
            "By confidentiality 按密级",
            ("confidentiality", *SUMS),
            _grouped(kept, ("confidentiality",)),
        ),
    )
    plots = (
        Plot("state", "Packages by state 按状态", "stack", "state", ("packages",)),
        Plot("fonds", "Size by fonds and series 各目录大小", "bars", "series", ("size_bytes",), "fonds"),
        Plot("retention", "Size by retention 各保管期限大小", "bars", "retention", ("size_bytes",)),
    )
    return Report("holdings", "Holdings 馆藏", sections, plots)


def _grouped(rows: Iterable[Row], keys: tuple[str, ...]) -> tuple[Row, ...]:
    groups: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in rows:
        groups[tuple(str(row[key]) for key in keys)].append(row)
    found = []
    for group, members in sorted(groups.items()):
        firsts = [row["first_at"] for row in members if row.get("first_at")]
        lasts = [row["last_at"] for row in members if row.get("last_at")]
        sums = {name: sum(int(row[name] or 0) for row in members) for name in SUMS}
        dates = {"first_at": min(firsts, default=None), "last_at": max(lasts, default=None)}
        found.append({**dict(zip(keys, group, strict=True)), **sums, **dates})
    return tuple(found)
