"""References that a reader on another system would take for one: twins in case or normalization. Pure."""

from dataclasses import dataclass

from archived.carried_names import folded
from archived.language import _
from archived.model import Reference
from archived.policy.reasons import Reason, ReasonKind


@dataclass(frozen=True, slots=True)
class NamesBeside:
    """Names that count in the catalog at the place of each field of one reference; twins of it are among them."""

    fonds: frozenset[str] = frozenset()
    #: Of the same fonds.
    series: frozenset[str] = frozenset()
    #: Of the same fonds and series.
    volumes: frozenset[str] = frozenset()


def twin_reasons(reference: Reference, beside: NamesBeside) -> list[Reason]:
    """The reason against a new name that differs from one that is there only in case or normalization.

    A name that is there itself is not new, whatever stands beside it. No exception lifts this: Windows and
    macOS would show one of the two folders, or neither.
    """
    fields = (
        ("fonds", reference.fonds, beside.fonds),
        ("series", reference.series, beside.series),
        ("volume", reference.volume, beside.volumes),
    )
    return [
        Reason(
            ReasonKind.RULE,
            _(
                "{field} {name!r} differs from {field} {twin!r}, which is there, only in case or Unicode "
                "normalization; readers on other systems would lose one of them: write {twin!r}, or another name"
            ).format(field=field, name=name, twin=twin),
            {"field": field, "twin": twin},
        )
        for field, name, there in fields
        if (twin := _twin(name, there)) is not None
    ]


def _twin(name: str, there: frozenset[str]) -> str | None:
    if name in there:
        return None
    same = folded(name)
    return min((other for other in there if folded(other) == same), default=None)
