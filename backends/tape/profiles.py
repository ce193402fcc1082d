"""What a kind of tape drive cannot do as it should, as values: the driver asks these, never for a vendor."""

from collections.abc import Sequence
from dataclasses import dataclass

from backends.interface import DriveIdentity


@dataclass(frozen=True, slots=True)
class TapeProfile:
    """Abilities of one kind of drive.

    `tells_position`: READ POSITION, LOCATE and SPACE over filemarks can be relied on; without, the driver counts
    by itself and walks the tape. `room_after_warning_bytes`: a drive that never says VOLUME OVERFLOW is taken for
    full after so many bytes behind early warning; None for one that says it.
    """

    name: str
    tells_position: bool = True
    room_after_warning_bytes: int | None = None


STANDARD = TapeProfile("standard")
#: tgt 1.0.85: READ POSITION answers zeros, LOCATE is not there, SPACE back over filemarks lands wrongly, and a
#: full medium stores all the same, saying end of medium (0/00/00) each time.
TGT = TapeProfile("tgt", tells_position=False, room_after_warning_bytes=16 * 1024 * 1024)

PROFILES: dict[str, TapeProfile] = {profile.name: profile for profile in (STANDARD, TGT)}


@dataclass(frozen=True, slots=True)
class Pattern:
    """How drives of one profile name themselves: the vendor in INQUIRY, and the beginning of a name in page 83h."""

    vendor: str
    designator: str
    profile: TapeProfile


PATTERNS: tuple[Pattern, ...] = (Pattern("IET", "IET     ", TGT),)


def profile_for(identity: DriveIdentity) -> TapeProfile:
    """The profile of a drive by what INQUIRY says; a configuration may name another.

    tgt can be told to say the name of any drive, so it is recognised only by the name that it has by itself.
    """
    return next((pattern.profile for pattern in PATTERNS if pattern.vendor == identity.vendor), STANDARD)


def profile_to_name(identity: DriveIdentity, designators: Sequence[str]) -> str:
    """The profile that a configuration must name, by the names in page 83h; "" where INQUIRY is enough."""
    found = next(
        (p.profile for p in PATTERNS if any(name.startswith(p.designator) for name in designators)), STANDARD
    )
    return "" if found in (STANDARD, profile_for(identity)) else found.name
