"""What people say of care runs: begin, pause, resume, cancel. What was found until then is always kept."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection

from archived.care import OPEN_RUNS, CareItem, CareRun, RunEvent, RunState
from archived.catalog import care, events
from archived.errors import NotFound, Refused, WrongState
from archived.language import _
from archived.stages.work import Site


def begin(
    write: Connection,
    site: Site,
    kind: str,
    items: Iterable[CareItem],
    *,
    agent: str,
    reason: str,
    terms: Mapping[str, Any],
    preview: Mapping[str, Any],
    priority: int = 0,
) -> CareRun:
    """A new run with its items, in one write; `run_id` of the items given is ignored."""
    run = CareRun(
        care.next_id(write, kind),
        kind,
        RunState.RUNNING,
        agent,
        reason,
        site.now(),
        priority=priority,
        terms=terms,
        preview=preview,
    )
    care.begin(write, run)
    care.want(write, [replace(item, run_id=run.id) for item in items])
    events.append(write, site.now(), f"{kind} begun", ("run", run.id), agent=agent, reason=reason)
    return run


def find(read: Connection, kind: str, run_id: str) -> CareRun:
    """A run of this kind. Raises NotFound."""
    run = care.get(read, run_id)
    if run.kind != kind:
        raise NotFound(
            _("{run_id} is no run of {kind}").format(run_id=run_id, kind=kind),
            advice=f"archivectl {run.kind} {run_id}",
        )
    return run


def steer(
    write: Connection, site: Site, kind: str, run_id: str, event: RunEvent, *, agent: str, reason: str
) -> CareRun:
    """Pause, resume or cancel a run; saying again what is so already changes nothing.

    What is under way ends at its next chunk: whoever does the work asks `running` there.

    Raises:
        NotFound: there is no such run.
        WrongState: it is over.
        Refused: no reason.
    """
    if not reason.strip():
        raise Refused(_("a reason is needed: it stands in the record for ever"))
    run = find(write, kind, run_id)
    wanted = {
        RunEvent.PAUSED: RunState.PAUSED,
        RunEvent.RESUMED: RunState.RUNNING,
        RunEvent.CANCELLED: RunState.CANCELLED,
    }[event]
    if run.state is wanted:
        return run
    if run.state not in OPEN_RUNS:
        raise WrongState(
            _("{run_id} is {state} already; nothing was changed").format(run_id=run_id, state=run.state.value)
        )
    ended = {"ended_at": site.now(), "note": reason} if event is RunEvent.CANCELLED else {"note": reason}
    care.advance_run(write, run.id, event, **ended)
    if event is RunEvent.CANCELLED:
        care.skip_open(write, run.id, site.now(), reason)
    events.append(write, site.now(), f"{kind} {event.value}", ("run", run.id), agent=agent, reason=reason)
    return care.get(write, run.id)
