"""What is on record of everything that was ever found ready in a hot folder: values, states and their exits."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, unique
from typing import Any


@unique
class HotItemState(Enum):
    TAKING = "taking"  # claimed: its bytes are being read, or were when the daemon ended
    DEFERRED = "deferred"  # not taken, stays where it is; the note says what must come first
    TAKEN = "taken"  # it is a package; the accepted receipt does not lie beside it yet
    RECEIPTED = "receipted"  # the accepted receipt lies beside it; waits for its discs
    ARCHIVED = "archived"  # the archived receipt lies beside it
    REMOVING = "removing"  # the original equals the archived package and is being removed
    REMOVED = "removed"  # the original is gone
    KEPT = "kept"  # the original is not what was archived; a person decides
    REFUSED = "refused"  # the reasons are on record; it is to be moved into rejected/
    REJECTED = "rejected"  # lies in rejected/ with the reasons beside it, or is gone


@unique
class HotItemEvent(Enum):
    ACCEPTED = "accepted"
    REFUSED = "refused"
    PUT_OFF = "put_off"
    TRIED_AGAIN = "tried_again"
    RECEIPT_WRITTEN = "receipt_written"
    ARCHIVED = "archived"
    EQUAL = "equal"
    DIFFERS = "differs"
    GONE = "gone"
    MOVED = "moved"


_H, _HE = HotItemState, HotItemEvent
HOT_ITEM: dict[HotItemState, dict[HotItemEvent, HotItemState]] = {
    _H.TAKING: {_HE.ACCEPTED: _H.TAKEN, _HE.REFUSED: _H.REFUSED, _HE.PUT_OFF: _H.DEFERRED},
    _H.DEFERRED: {_HE.TRIED_AGAIN: _H.TAKING},
    _H.TAKEN: {_HE.RECEIPT_WRITTEN: _H.RECEIPTED},
    _H.RECEIPTED: {_HE.ARCHIVED: _H.ARCHIVED},
    _H.ARCHIVED: {_HE.EQUAL: _H.REMOVING, _HE.DIFFERS: _H.KEPT, _HE.GONE: _H.REMOVED},
    _H.REMOVING: {_HE.GONE: _H.REMOVED, _HE.DIFFERS: _H.KEPT},
    _H.REMOVED: {},
    _H.KEPT: {_HE.GONE: _H.REMOVED},
    _H.REFUSED: {_HE.MOVED: _H.REJECTED},
    _H.REJECTED: {},
}


@dataclass(frozen=True, slots=True)
class HotItem:
    """One drop: one thing under one name, made ready once."""

    id: int
    #: Name of the hot folder in archived.toml.
    folder: str
    #: Where it lies below the hot folder, with '/'; bytes that are no UTF-8 as surrogates.
    path: str
    state: HotItemState
    #: The readiness that was honoured, as a summary.
    drop: str
    #: Summary of the thing itself when it was claimed: what has another one came later.
    identity: str
    begun_at: datetime
    #: Which item of which batch it is; None for what was refused without reading it.
    batch_id: str | None = None
    batch_number: int | None = None
    #: False while the same readiness is good for another attempt.
    spent: bool = True
    package_id: str | None = None
    #: Why it was put off or kept, in words.
    note: str = ""
    #: The error that refused it, as a document.
    refusal: Mapping[str, Any] | None = None
    #: Its path below rejected/, chosen before it is moved.
    rejected_as: str | None = None
    ended_at: datetime | None = None
