"""States of media and their exits: physical carriers."""

from enum import Enum, unique


@unique
class MediumState(Enum):
    BLANK = "blank"  # in the scratch pool, never written
    RESERVED = "reserved"  # promised to a copy that is planned
    WRITING = "writing"  # a write intent is on record: spent unless it is found blank
    APPENDABLE = "appendable"  # a cartridge with written copies on it and room for more
    GOOD = "good"  # carries a written copy, and nothing is added to it
    WATCH = "watch"  # good, and its values or its batch ask for a closer look; nothing is added to it
    SUSPECT = "suspect"  # spent by a failed or interrupted burn, wrong, or read badly; never written again
    QUARANTINED = "quarantined"  # set aside by a person or because it is not what it should be
    RETIRED = "retired"  # what was on it is verified elsewhere; kept for a while, and read as a last resort
    RELEASED = "released"  # a second person said that it is not needed any more
    DESTROYED = "destroyed"  # two persons destroyed it, and a certificate says so
    LOST = "lost"  # gone for good
    UNKNOWN = "unknown"  # seen in the library; nobody has looked yet what it is and what it carries


@unique
class MediumEvent(Enum):
    RESERVED = "reserved"
    RELEASED = "released"
    INTENT = "intent"
    FOUND_BLANK = "found_blank"
    WRITTEN = "written"
    APPENDED = "appended"
    SPOILED = "spoiled"
    READ_MATCHED = "read_matched"
    SET_ASIDE = "set_aside"
    ADMITTED = "admitted"
    WATCHED = "watched"
    CLEARED = "cleared"
    RETIRED = "retired"
    LET_GO = "let_go"
    DESTROYED = "destroyed"
    GONE = "gone"
    IDENTIFIED = "identified"
    IDENTIFIED_OPEN = (
        "identified_open"  # a cartridge whose own texts say what is on it, and that more can be added
    )


_M, _ME = MediumState, MediumEvent
MEDIUM: dict[MediumState, dict[MediumEvent, MediumState]] = {
    # What carries nothing that counts may be destroyed as it is: `stages` see to it.
    _M.BLANK: {
        _ME.RESERVED: _M.RESERVED,
        _ME.SET_ASIDE: _M.QUARANTINED,
        _ME.DESTROYED: _M.DESTROYED,
        _ME.GONE: _M.LOST,
    },
    _M.RESERVED: {
        _ME.RELEASED: _M.BLANK,
        _ME.INTENT: _M.WRITING,
        _ME.SET_ASIDE: _M.QUARANTINED,
        _ME.GONE: _M.LOST,
    },
    _M.WRITING: {
        _ME.FOUND_BLANK: _M.RESERVED,
        _ME.APPENDED: _M.APPENDABLE,
        _ME.WRITTEN: _M.GOOD,
        _ME.SPOILED: _M.SUSPECT,
    },
    _M.APPENDABLE: {
        _ME.INTENT: _M.WRITING,
        _ME.READ_MATCHED: _M.APPENDABLE,
        _ME.WRITTEN: _M.GOOD,
        _ME.WATCHED: _M.WATCH,
        _ME.SPOILED: _M.SUSPECT,
        _ME.SET_ASIDE: _M.QUARANTINED,
        _ME.RETIRED: _M.RETIRED,
        _ME.GONE: _M.LOST,
    },
    _M.GOOD: {
        _ME.READ_MATCHED: _M.GOOD,
        _ME.WATCHED: _M.WATCH,
        _ME.SPOILED: _M.SUSPECT,
        _ME.SET_ASIDE: _M.QUARANTINED,
        _ME.RETIRED: _M.RETIRED,
        _ME.GONE: _M.LOST,
    },
    _M.WATCH: {
        _ME.READ_MATCHED: _M.WATCH,
        _ME.WATCHED: _M.WATCH,
        _ME.CLEARED: _M.GOOD,
        _ME.SPOILED: _M.SUSPECT,
        _ME.SET_ASIDE: _M.QUARANTINED,
        _ME.RETIRED: _M.RETIRED,
        _ME.GONE: _M.LOST,
    },
    _M.SUSPECT: {
        _ME.READ_MATCHED: _M.GOOD,
        _ME.SPOILED: _M.SUSPECT,
        _ME.SET_ASIDE: _M.QUARANTINED,
        _ME.RETIRED: _M.RETIRED,
        _ME.DESTROYED: _M.DESTROYED,
        _ME.GONE: _M.LOST,
    },
    _M.QUARANTINED: {
        _ME.ADMITTED: _M.BLANK,
        _ME.IDENTIFIED: _M.GOOD,
        _ME.IDENTIFIED_OPEN: _M.APPENDABLE,
        _ME.RETIRED: _M.RETIRED,
        _ME.DESTROYED: _M.DESTROYED,
        _ME.GONE: _M.LOST,
    },
    _M.RETIRED: {
        _ME.READ_MATCHED: _M.RETIRED,
        _ME.SPOILED: _M.RETIRED,
        _ME.LET_GO: _M.RELEASED,
        _ME.GONE: _M.LOST,
    },
    # Only a rewritable cartridge is admitted again: `stages` see to it.
    _M.RELEASED: {_ME.ADMITTED: _M.BLANK, _ME.DESTROYED: _M.DESTROYED, _ME.GONE: _M.LOST},
    _M.DESTROYED: {},
    # Only one that came back and is on the list of a destruction: `stages` see to it.
    _M.LOST: {_ME.DESTROYED: _M.DESTROYED},
    _M.UNKNOWN: {
        _ME.IDENTIFIED: _M.GOOD,
        _ME.IDENTIFIED_OPEN: _M.APPENDABLE,
        _ME.SPOILED: _M.SUSPECT,
        _ME.SET_ASIDE: _M.QUARANTINED,
        _ME.GONE: _M.LOST,
    },
}
