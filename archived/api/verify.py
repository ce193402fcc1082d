"""Verification over the API: what is due, what a run would be, and beginning one. `care` steers it."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field

from archived.api.care import run_document
from archived.api.services import Document, Services, agent_of, plain, services_of
from archived.errors import NotFound, Refused
from archived.language import _
from archived.policy.verify.due import Due
from archived.stages.verify import ordering, routine
from archived.stages.verify.ordering import Selection
from archived.stages.verify.overdue import overdue
from archived.time_of_day import hours_of_day

router = APIRouter()


class Wanted(BaseModel):
    """What is to be examined, and how."""

    model_config = ConfigDict(extra="forbid")

    pools: tuple[str, ...] = ()
    media: tuple[str, ...] = ()
    batches: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    disk: bool = False
    media_percent: float = 100.0
    how: str = "full"
    chunks_percent: float = 100.0
    edges: bool = False
    seed: str = ""
    not_before: str = ""
    hours: str = ""
    priority: int = 0

    def selection(self) -> Selection:
        """As the stages take it. Raises Refused for times that cannot be."""
        try:
            hours_of_day(self.hours)
            begins = datetime.fromisoformat(self.not_before).astimezone() if self.not_before else None
        except ValueError as error:
            raise Refused(str(error)) from None
        if self.disk and (self.pools or self.media or self.batches or self.states):
            raise Refused(
                _("what lies on disk is in no pool and on no medium: it is examined by a run of its own"),
                advice="archivectl verify run --disk --reason TEXT",
            )
        values: dict[str, Any] = self.model_dump()
        return Selection(**{**values, "not_before": begins.isoformat() if begins is not None else ""})


class Begin(Wanted):
    """The same, with why."""

    reason: str = Field(min_length=1, pattern=r"\S")


@router.get("/verify/due")
def list_due(
    rule: str | None = None,
    late: bool = False,
    everything: bool = False,
    services: Services = Depends(services_of),
) -> Document:
    """What is due by the rules of the settings, the most overdue first; `late`: overdue; `everything`: to come, too."""
    rules, now = services.site.config.verification, services.site.now()
    if rule is not None and rule not in rules:
        raise NotFound(
            _("there is no rule {rule!r} in the settings; there are: {known}").format(
                rule=rule, known=", ".join(rules)
            )
        )
    with services.catalog.read() as read:
        due, _things = routine.everything(read, services.site)
    if late:
        due = overdue(rules, due, now)
    found = [one for one in due if (everything or one.at <= now) and rule in (None, one.rule)]
    return services.listed([_due(one) for one in found])


@router.post("/verify/plan")
def plan(body: Wanted, services: Services = Depends(services_of)) -> Document:
    """What a run would take and find; nothing is put on record."""
    with services.catalog.read() as read:
        order = ordering.plan(read, services.site, body.selection())
    return services.said({**plain(order.preview), "media_ids": list(order.media_ids)})


@router.post("/verify/run")
def begin(body: Begin, request: Request, services: Services = Depends(services_of)) -> Document:
    """Begin a run."""
    wanted = Wanted(**{key: value for key, value in body.model_dump().items() if key != "reason"})
    with services.catalog.write() as write:
        order = ordering.plan(write, services.site, wanted.selection())
        run = ordering.begin(write, services.site, order, agent=agent_of(request), reason=body.reason)
    services.wake()
    return services.said(run_document(run))


def _due(one: Due) -> Document:
    known = one.known
    return {
        "rule": one.rule,
        "due_at": one.at.isoformat(),
        "medium": known.medium_id,
        "subject": known.subject,
        "kind": known.kind,
        "pool": known.pool,
        "state": known.state,
        "batch": known.batch,
        "full_at": plain(known.full_at),
        "last_at": plain(max(filter(None, (known.full_at, known.any_at)), default=None)),
        "reached_by": known.reached_by,
    }
