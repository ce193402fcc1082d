"""How lost members of sets, and copies that are owed, are made again: table [repair] of archived.toml."""

from dataclasses import dataclass
from typing import Final

from archived.language import _


@dataclass(frozen=True, slots=True)
class RepairSettings:
    """When repairs begin, and how many go on at once (docs/repair.md)."""

    #: Repairs begin by themselves; otherwise only `archivectl repair run` begins them.
    auto: bool = True
    #: So many images of a pool are brought back and written at once: each takes its size in staging.
    at_once: int = 2
    #: What failed is tried again when anything about its set changed, or after so many hours; each time twice as long.
    retry_h: float = 24.0


def repair_problems(settings: RepairSettings) -> list[str]:
    """What cannot be, in words."""
    found = [] if settings.at_once >= 1 else [_("repair.at_once must be at least 1")]
    return found if settings.retry_h > 0 else [*found, _("repair.retry_h must be positive")]


REPAIR: Final = """\
# Members of sets that are lost or in doubt, and copies that are owed; docs/repair.md.
[repair]
# They are made again by themselves (true), or only when somebody says archivectl repair run (false).
auto = true
# So many images of a pool at once; each takes its size in staging while it is made.
at_once = 2
# What failed is tried again when anything about its set changed, or after so many hours; then after twice as many.
retry_h = 24.0

"""
