"""Generations of LTO: density and medium type codes, native capacity and speed. Data, and who reads whom.

Codes: density as the LTO consortium assigns them and REPORT DENSITY SUPPORT tells them; medium types of the mode
parameter header as IBM drives give them (generation in the upper half, Ch in the lower for WORM). Capacities,
speeds, wraps and lengths: the consortium's generation tables, native, decimal.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Generation:
    """One generation of LTO. `name` is what a pool's `media_kind` says; speed is that of a full-height drive."""

    name: str
    number: int
    density_code: int
    capacity_bytes: int
    bytes_per_s: int
    wraps: int
    length_m: float

    @property
    def medium_type(self) -> int:
        return self.number << 4 | 0x08

    @property
    def worm_medium_type(self) -> int:
        return self.number << 4 | 0x0C


_GB, _TB, _MB_S = 10**9, 10**12, 10**6
GENERATIONS: dict[str, Generation] = {
    one.name: one
    for one in (
        Generation("lto-5", 5, 0x58, 1_500 * _GB, 140 * _MB_S, 80, 846),
        Generation("lto-6", 6, 0x5A, 2_500 * _GB, 160 * _MB_S, 136, 846),
        Generation("lto-7", 7, 0x5C, 6 * _TB, 300 * _MB_S, 112, 960),
        # An LTO-7 cartridge that an LTO-8 drive has formatted with its own density, for good.
        Generation("lto-7-m8", 8, 0x5D, 9 * _TB, 300 * _MB_S, 168, 960),
        Generation("lto-8", 8, 0x5E, 12 * _TB, 360 * _MB_S, 208, 960),
        Generation("lto-9", 9, 0x60, 18 * _TB, 400 * _MB_S, 280, 1035),
    )
}
BY_DENSITY: dict[int, Generation] = {one.density_code: one for one in GENERATIONS.values()}

_M8 = "lto-7-m8"
#: MAM attribute 0408h.
MAM_DATA, MAM_CLEANING, MAM_WORM = 0x00, 0x01, 0x80


def can_read(drive: Generation, medium: Generation) -> bool:
    """Two generations back up to LTO-7, one back since LTO-8; type M8 only where it is made."""
    if medium.name == _M8:
        return drive.number == medium.number
    back = 2 if drive.number <= 7 else 1
    return drive.number - back <= medium.number <= drive.number


def can_write(drive: Generation, medium: Generation) -> bool:
    if medium.name == _M8:
        return drive.number == medium.number
    return drive.number - 1 <= medium.number <= drive.number


def is_worm_type(medium_type: int) -> bool:
    """Whether a medium type code stands for WORM: as IBM codes it, or 01h as HP does (for a loaded tape)."""
    return medium_type == 0x01 or (medium_type >= 0x30 and medium_type & 0x0F == 0x0C)
