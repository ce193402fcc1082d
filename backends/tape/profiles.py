"""What a kind of tape drive cannot do as it should, as values: the driver asks these, never for a vendor."""

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


def profile_for(identity: DriveIdentity) -> TapeProfile:
    """The profile of a drive by what INQUIRY says; a configuration may name another.

    tgt can be told to say the name of any drive, so it is recognised only by the name that it has by itself.
    """
    return TGT if identity.vendor == "IET" else STANDARD
