"""Which dialect a drive speaks, by what it says that it is. Data with where it comes from; pure."""

from dataclasses import dataclass

from backends.interface import DriveIdentity
from backends.optical.quality.interface import Dialect, Family
from backends.optical.quality.liteon import LiteOn
from backends.optical.quality.optiarc import Optiarc
from backends.optical.quality.pioneer import Pioneer

DIALECTS: dict[str, Dialect] = {one.name: one for one in (Optiarc(), LiteOn(), Pioneer())}


@dataclass(frozen=True, slots=True)
class KnownDrive:
    """Drives whose INQUIRY begins with this vendor and product speak this dialect."""

    vendor: str
    product: str
    dialect: str
    source: str


_QPXTOOL = "QPxTool's list of drives for this plugin"
KNOWN: tuple[KnownDrive, ...] = (
    KnownDrive("Optiarc", "", "optiarc", _QPXTOOL),
    KnownDrive("_NEC", "", "optiarc", _QPXTOOL),
    KnownDrive("ATAPI", "iHBS112", "liteon", _QPXTOOL),
    KnownDrive("ATAPI", "iHBS212", "liteon", _QPXTOOL),
    KnownDrive("ATAPI", "iHBS312", "liteon", _QPXTOOL),
    KnownDrive("PIONEER", "DVD", "pioneer", _QPXTOOL),
    KnownDrive("ARCHIVED", "SIMULATED BD-R", "optiarc", "simulator/quality_scan.py"),
)


def dialect_for(identity: DriveIdentity, family: Family, told: str = "") -> Dialect | None:
    """The dialect for a disc of this family in this drive; `told` is the settings' word for it. None: it has none."""
    name = told or next((one.dialect for one in KNOWN if _is(identity, one)), "")
    dialect = DIALECTS.get(name)
    return dialect if dialect is not None and family in dialect.families else None


def _is(identity: DriveIdentity, known: KnownDrive) -> bool:
    vendor, product = identity.vendor.strip().lower(), identity.product.strip().lower()
    return vendor == known.vendor.lower() and product.startswith(known.product.lower())
