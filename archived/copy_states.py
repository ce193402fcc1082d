"""States of copies and their exits: one image on one medium."""

from enum import Enum, unique


@unique
class CopyState(Enum):
    PLANNED = "planned"  # a medium is chosen, nothing physical has happened
    WRITING = "writing"  # the intent is on record; from here the medium may be touched
    WRITTEN = "written"  # accepted by the drive, flushed, closed
    VERIFYING = "verifying"  # the re-loaded medium is being read
    VERIFIED = "verified"  # read back after a reload and matched; the only state that counts
    SUSPECT = "suspect"  # a later read disagreed; repair decides
    ABANDONED = "abandoned"  # an attempt that failed or was interrupted; its medium is suspect
    CANCELLED = "cancelled"  # withdrawn before anything that counts lay on a medium
    RETIRED = "retired"  # verified elsewhere since; kept for a while, and read as a last resort
    DESTROYED = "destroyed"  # its medium was destroyed, and a certificate says so
    LOST = "lost"  # never readable again, kept for the record
    FOUND = "found"  # its medium says that it is this image; not read in full since the catalog was rebuilt


@unique
class CopyEvent(Enum):
    BEGUN = "begun"
    WITHDRAWN = "withdrawn"
    FLUSHED = "flushed"
    FOUND_BLANK = "found_blank"
    NOT_BEGUN = "not_begun"  # the tape session ended before it; nothing of it counts on the tape
    NO_ROOM = "no_room"  # the tape ended sooner than it should: what was written of the image does not count
    READING = "reading"
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    READ_MATCHED = "read_matched"
    READ_DIFFERED = "read_differed"
    REPLACED = "replaced"
    DESTROYED = "destroyed"
    GIVEN_UP = "given_up"


_C, _CE = CopyState, CopyEvent
COPY: dict[CopyState, dict[CopyEvent, CopyState]] = {
    _C.PLANNED: {_CE.BEGUN: _C.WRITING, _CE.WITHDRAWN: _C.CANCELLED},
    _C.WRITING: {
        _CE.FLUSHED: _C.WRITTEN,
        _CE.FOUND_BLANK: _C.PLANNED,
        _CE.NOT_BEGUN: _C.PLANNED,
        _CE.NO_ROOM: _C.CANCELLED,
        _CE.FAILED: _C.ABANDONED,
        _CE.INTERRUPTED: _C.ABANDONED,
    },
    _C.WRITTEN: {_CE.READING: _C.VERIFYING, _CE.GIVEN_UP: _C.LOST},
    _C.VERIFYING: {
        _CE.READ_MATCHED: _C.VERIFIED,
        _CE.READ_DIFFERED: _C.ABANDONED,
        _CE.INTERRUPTED: _C.WRITTEN,
    },
    _C.VERIFIED: {
        _CE.READ_MATCHED: _C.VERIFIED,
        _CE.READ_DIFFERED: _C.SUSPECT,
        _CE.REPLACED: _C.RETIRED,
        _CE.GIVEN_UP: _C.LOST,
    },
    _C.SUSPECT: {
        _CE.READ_MATCHED: _C.VERIFIED,
        _CE.READ_DIFFERED: _C.SUSPECT,
        _CE.REPLACED: _C.RETIRED,
        _CE.GIVEN_UP: _C.LOST,
    },
    _C.RETIRED: {
        _CE.READ_MATCHED: _C.RETIRED,
        _CE.READ_DIFFERED: _C.RETIRED,
        _CE.DESTROYED: _C.DESTROYED,
        _CE.GIVEN_UP: _C.LOST,
    },
    _C.DESTROYED: {},
    _C.ABANDONED: {},
    _C.CANCELLED: {},
    _C.LOST: {},
    _C.FOUND: {
        _CE.READ_MATCHED: _C.VERIFIED,
        _CE.READ_DIFFERED: _C.SUSPECT,
        _CE.REPLACED: _C.RETIRED,
        _CE.GIVEN_UP: _C.LOST,
    },
}
