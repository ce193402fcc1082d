"""Approvals: what is done only when two persons want it. Two Unix users, as the kernel tells them, and never root."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, unique
from typing import Any


@unique
class ApprovalState(Enum):
    ASKED = "asked"  # one person wants it; nothing was done
    GIVEN = "given"  # a second person agreed; done in the same write, or from then on
    REFUSED = "refused"  # a second person said no
    WITHDRAWN = "withdrawn"  # who asked took it back
    EXPIRED = "expired"  # nobody agreed in time


@unique
class ApprovalEvent(Enum):
    GIVEN = "given"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


_S, _E = ApprovalState, ApprovalEvent
APPROVAL: dict[ApprovalState, dict[ApprovalEvent, ApprovalState]] = {
    _S.ASKED: {
        _E.GIVEN: _S.GIVEN,
        _E.REFUSED: _S.REFUSED,
        _E.WITHDRAWN: _S.WITHDRAWN,
        _E.EXPIRED: _S.EXPIRED,
    },
    _S.GIVEN: {},
    _S.REFUSED: {},
    _S.WITHDRAWN: {},
    _S.EXPIRED: {},
}


@dataclass(frozen=True, slots=True)
class Approval:
    """One thing that one person wants and another has to agree to."""

    id: str
    #: What would be done: a word that `archived.stages.approving` knows.
    kind: str
    state: ApprovalState
    #: What it is about, e.g. "medium SIM00017" or "package P000003".
    thing: str
    asked_by: str
    asked_at: datetime
    reason: str
    expires_at: datetime
    #: Exactly what is agreed to; what was shown to both.
    terms: Mapping[str, Any] = field(default_factory=dict)
    ended_by: str = ""
    ended_at: datetime | None = None
    note: str = ""
