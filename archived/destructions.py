"""Destroying packages on write-once media: frozen values, states and their exits.

What is destroyed is physical: every medium with an image that carries one of the packages, and all parity from which
such an image could be made again. Before that, what shared a set with them is protected anew.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, unique
from typing import Any


@unique
class DestructionState(Enum):
    PREPARING = "preparing"  # two persons agreed; what survives is being protected elsewhere
    DESTROYING = "destroying"  # survivors are verified elsewhere; these media are to be destroyed by people
    DONE = "done"  # every medium is destroyed, and the certificate lists all
    CANCELLED = "cancelled"  # taken back before any medium was given up


@unique
class DestructionEvent(Enum):
    SURVIVORS_SAFE = "survivors_safe"
    FINISHED = "finished"
    CANCELLED = "cancelled"


_S, _E = DestructionState, DestructionEvent
DESTRUCTION: dict[DestructionState, dict[DestructionEvent, DestructionState]] = {
    _S.PREPARING: {_E.SURVIVORS_SAFE: _S.DESTROYING, _E.CANCELLED: _S.CANCELLED},
    _S.DESTROYING: {_E.FINISHED: _S.DONE},
    _S.DONE: {},
    _S.CANCELLED: {},
}
OPEN = (DestructionState.PREPARING, DestructionState.DESTROYING)


@dataclass(frozen=True, slots=True)
class Destruction:
    """One destruction, from the agreement of two persons to its certificate."""

    #: D00001, D00002, …
    id: str
    state: DestructionState
    #: The approval by which it was agreed, and both persons.
    approval_id: str
    asked_by: str
    agreed_by: str
    reason: str
    begun_at: datetime
    #: Ids of the packages.
    packages: tuple[str, ...]
    #: What was agreed to: `archived.policy.retention.destroying.Plan` as a document.
    terms: Mapping[str, Any] = field(default_factory=dict)
    #: Media that are to be destroyed, fixed when the survivors are safe.
    media: tuple[str, ...] = ()
    given_up_at: datetime | None = None
    ended_at: datetime | None = None
    certificate: Mapping[str, Any] | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Generation:
    """An image in a set that was its set once, or is going to be; where it is now its own row says."""

    image_id: str
    set_id: str
    position: int
    begun_at: datetime
    #: None: it is going to be its set, when all of that set was read back.
    joined_at: datetime | None = None
    #: When another set took over; None while it has not.
    left_at: datetime | None = None
