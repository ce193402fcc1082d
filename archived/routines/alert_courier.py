"""Brings messages from the outbox to their hooks: one thread for each hook, so that none waits for another.

A message is marked as taken after the other side took it: who is killed between the two brings it again, with the
same id.
"""

import logging
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection

from archived.alert_settings import HookSettings
from archived.alerting.delivery import deliver
from archived.alerting.errors import NotTaken
from archived.alerting.message import document_of_test, id_of
from archived.alerts import Alert, AlertEvent, AlertState
from archived.catalog import alerts
from archived.catalog.events import Attention
from archived.catalog.store import Catalog
from archived.errors import CatalogBusy, NotFound
from archived.language import _
from archived.policy.alerts import next_try
from archived.routines.alarm_journal import sender_of
from archived.stages.work import Site

log = logging.getLogger(__name__)

#: Prefix of what waits for a person when a hook takes nothing.
ATTENTION = "alert-hook:"
#: So many attempts in a row that nobody took are somebody's business.
ATTEMPTS_TOLD = 3

Begin = Callable[[Callable[[], None]], Any]


class Courier:
    """Sends what waits. All but the sending happens on the control thread."""

    def __init__(self, catalog: Catalog, site: Site, *, begin: Begin | None = None) -> None:
        """`begin` runs a call somewhere; on a thread of the hook unless told otherwise."""
        self._catalog = catalog
        self._site = site
        self._begin = begin
        self._threads: dict[str, ThreadPoolExecutor] = {}
        self._running: dict[str, Any] = {}
        self._stopped = False
        #: Outcomes that are not on record yet, by message; each belongs to the thread of its hook.
        self._unrecorded: dict[int, _Ended] = {}

    def turn(self) -> None:
        """Begin to send the oldest message of every hook that is not at one already. Raises CatalogBusy."""
        hooks = self._site.config.alerts.hooks
        if self._stopped or not hooks:
            return
        now = self._site.now()
        with self._catalog.read() as read:
            waiting = alerts.waiting(read)
        first: dict[str, Alert] = {}
        for alert in waiting:
            first.setdefault(alert.hook, alert)
        for name, alert in first.items():
            if name not in hooks:
                # Nobody is left to whom it could be brought.
                with self._catalog.write() as write:
                    alerts.advance_state(
                        write, alert.id, AlertEvent.GIVEN_UP, ended_at=now, note=_("the hook was removed")
                    )
            elif not self._is_busy(name) and (alert.next_at is None or alert.next_at <= now):
                self._start(name, partial(self._send, name, hooks[name], alert))

    def stop(self) -> None:
        """Begin nothing more; what waits is sent after the next start."""
        self._stopped = True

    def close(self) -> None:
        """Stop, and return when what is being sent has ended: each hook has its own time limit."""
        self.stop()
        for pool in self._threads.values():
            pool.shutdown(wait=True, cancel_futures=True)

    def _is_busy(self, name: str) -> bool:
        running = self._running.get(name)
        return isinstance(running, Future) and not running.done()

    def _start(self, name: str, call: Callable[[], None]) -> None:
        if self._begin is not None:
            self._running[name] = self._begin(call)
            return
        pool = self._threads.get(name)
        if pool is None:
            pool = self._threads[name] = ThreadPoolExecutor(1, thread_name_prefix=f"alert-{name}")
        self._running[name] = pool.submit(call)

    def _send(self, name: str, hook: HookSettings, alert: Alert) -> None:
        ended = self._unrecorded.get(alert.id)
        if ended is None:
            ended = self._unrecorded[alert.id] = _attempt(self._site, name, hook, alert)
        try:
            with self._catalog.write() as write:
                alerts.advance_state(write, alert.id, ended.event, **ended.changes)
        except CatalogBusy as error:
            # It is not brought again for that: the outcome is recorded at a later turn.
            log.warning("alert %s: its outcome waits for the catalog: %s", alert.id, error)
            return
        self._unrecorded.pop(alert.id)


@dataclass(frozen=True, slots=True)
class _Ended:
    """How an attempt ended, to be recorded."""

    event: AlertEvent
    changes: Mapping[str, Any]


def _attempt(site: Site, name: str, hook: HookSettings, alert: Alert) -> _Ended:
    """Try once to bring a message to its hook."""
    message_id = id_of(alert.id, alert.made_at, site.config.site.name)
    attempts = alert.attempts + 1
    try:
        said = _bring(hook, alert.document, message_id, site.now())
    except NotTaken as error:
        log.warning("alert %s to %s: %s", alert.id, name, error)
        now = site.now()
        again = next_try(alert.made_at, attempts, now)
        event = AlertEvent.FAILED if again else AlertEvent.GIVEN_UP
        ended_at = None if again else now
        return _Ended(
            event, {"attempts": attempts, "next_at": again, "ended_at": ended_at, "note": str(error)}
        )
    log.info("alert %s was taken by %s", alert.id, name)
    taken = {"attempts": attempts, "next_at": None, "ended_at": site.now(), "note": said}
    return _Ended(AlertEvent.TAKEN, taken)


def _bring(hook: HookSettings, document: Mapping[str, Any], message_id: str, at: datetime) -> str:
    """Raises NotTaken, whatever breaks: a fault of ours in one message must not be tried again every second."""
    try:
        return deliver(hook, document, message_id=message_id, at=at)
    except NotTaken:
        raise
    except Exception as error:
        log.exception("%s could not be brought", message_id)
        raise NotTaken(_("it could not be brought: {why}").format(why=repr(error))) from error


def try_hook(catalog: Catalog, site: Site, name: str) -> Alert:
    """Send a test to a hook, now and once, and record how that ended. Raises NotFound, CatalogBusy.

    When it is taken, what waits for this hook is tried again at once.
    """
    hook, now = hook_named(site, name), site.now()
    document = document_of_test(sender_of(site), hook=name, now=now)
    message_id = f"test-{round(now.timestamp() * 1000)}"
    try:
        state, said = AlertState.SENT, _bring(hook, document, message_id, now)
    except NotTaken as error:
        state, said = AlertState.GIVEN_UP, str(error)
    with catalog.write() as write:
        at = site.now()
        alert_id = alerts.put(write, now, name, document, state=state, attempts=1, ended_at=at, note=said)
        if state is AlertState.SENT:
            alerts.hurry(write, name)
        return alerts.get(write, alert_id)


def hook_named(site: Site, name: str) -> HookSettings:
    """Raises NotFound."""
    hooks = site.config.alerts.hooks
    if name not in hooks:
        raise NotFound(
            _("there is no hook {name!r}; there are: {known}").format(
                name=name, known=", ".join(hooks) or _("none")
            ),
            advice=_("hooks stand in archived.toml: [alerts.hooks.NAME]"),
        )
    return hooks[name]


def silent_hooks(read: Connection, site: Site) -> list[Attention]:
    """A watch: hooks that take nothing."""
    found = []
    for name in site.config.alerts.hooks:
        failed = _failing(alerts.latest(read, hook=name, limit=20))
        if failed is not None:
            found.append(
                Attention(
                    f"{ATTENTION}{name}",
                    "working-hours",
                    _("alerts do not reach hook {name}: {why}").format(name=name, why=failed.note),
                    _("everything that waits for a person stands in: archivectl attention"),
                    f"archivectl alerts test {name}",
                    site.now(),
                )
            )
    return found


def _failing(newest: list[Alert]) -> Alert | None:
    """The message that shows that a hook takes nothing now; tests count for it, and not against it."""
    taken = [item.ended_at for item in newest if item.state is AlertState.SENT and item.ended_at]
    for item in newest:
        if item.state is AlertState.WAITING and item.attempts >= ATTEMPTS_TOLD:
            return item
        given_up = item.state is AlertState.GIVEN_UP and not item.document.get("test")
        if given_up and item.ended_at and not any(at > item.ended_at for at in taken):
            return item
    return None
