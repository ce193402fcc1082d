"""The control loop: due, plan, claim, run elsewhere, record. Level-triggered; it decides nothing itself."""

import logging
import queue
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from random import Random
from typing import Any, Protocol

from sqlalchemy.exc import SQLAlchemyError

from archived.catalog import events
from archived.catalog.events import Attention
from archived.catalog.store import Catalog
from archived.errors import Cancelled, CatalogBusy, translated
from archived.language import _
from archived.stages.work import CPU, Action, Broken, Context, Site, Stage, drives_in

log = logging.getLogger(__name__)

CPU_WORKERS = 2
#: An outcome that could not be recorded is a fault of ours: the thing is left alone for long.
CONFUSED_REST_S = 600.0

Done = Callable[[Action, Any], None]


class Executor(Protocol):
    """Runs actions somewhere and says when they are done, on any thread."""

    def submit(self, action: Action, work: Callable[[], Any], done: Done) -> None: ...

    def close(self) -> None: ...


class ThreadExecutor:
    """One thread for each device lane, and a small pool for CPU work."""

    def __init__(self) -> None:
        self._pools: dict[str, ThreadPoolExecutor] = {}

    def submit(self, action: Action, work: Callable[[], Any], done: Done) -> None:
        lane = action.lanes[0] if action.lanes else CPU
        pool = self._pools.get(lane)
        if pool is None:
            workers = CPU_WORKERS if lane == CPU else 1
            pool = self._pools[lane] = ThreadPoolExecutor(workers, thread_name_prefix=lane)
        pool.submit(lambda: done(action, _outcome(work)))

    def close(self) -> None:
        for pool in self._pools.values():
            pool.shutdown(wait=True)


class InlineExecutor:
    """Runs on the calling thread, one action at a time, in an order that the seed decides."""

    def __init__(self, seed: int = 0) -> None:
        self._random = Random(seed)
        self._waiting: list[tuple[Action, Callable[[], Any], Done]] = []

    def submit(self, action: Action, work: Callable[[], Any], done: Done) -> None:
        self._waiting.append((action, work, done))

    def run_one(self) -> bool:
        """Run one waiting action; False when there is none."""
        if not self._waiting:
            return False
        action, work, done = self._waiting.pop(self._random.randrange(len(self._waiting)))
        done(action, _outcome(work))
        return True

    def close(self) -> None:
        self._waiting.clear()


def _outcome(work: Callable[[], Any]) -> Any:
    try:
        return work()
    except Cancelled as error:
        log.info("an action was given up: %s", error)
        return Broken(error)
    except Exception as error:
        log.exception("an action could not tell its outcome")
        return Broken(error)


class Loop:
    """Joins stages, catalog and executor. All its methods but `wake` belong to one thread."""

    def __init__(self, catalog: Catalog, site: Site, stages: Sequence[Stage], executor: Executor) -> None:
        self._catalog = catalog
        self._site = site
        self._stages = {stage.__name__.rpartition(".")[2]: stage for stage in stages}
        self._executor = executor
        self._in_flight: dict[str, Action] = {}
        self._finished: deque[tuple[Action, Any]] = deque()
        self._resting: dict[str, float] = {}
        self._bell: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._guard = threading.Lock()
        self.draining = False

    @property
    def in_flight(self) -> list[Action]:
        return list(self._in_flight.values())

    def wake(self) -> None:
        """Something changed: look again now. Any thread may call it."""
        self._bell.put(None)

    def wait(self, timeout_s: float) -> None:
        """Sleep until woken, until a thing has rested, or for `timeout_s`."""
        now_s = self._site.tools.clock.monotonic()
        timeout_s = min([timeout_s, *(max(0.0, until_s - now_s) for until_s in self._resting.values())])
        try:
            self._bell.get(timeout=timeout_s)
            while True:
                self._bell.get_nowait()
        except queue.Empty:
            return

    def turn(self) -> bool:
        """Record what finished, then plan and claim once through the pipeline; True when anything was begun.

        What was recorded needs no further turn: all stages planned after it.
        """
        self._record_finished()
        return self._plan_all()

    def _plan_all(self) -> bool:
        moved = False
        with self._catalog.look() as read:
            settings = events.settings(read)
        left = deque(self._stages.items())
        while left:
            name, actions = self._first_with_work(left, settings)
            for action in actions:
                if not self._context(settings).free(action):
                    continue
                with self._catalog.write() as write:
                    claimed = self._stages[name].claim(write, self._site, action)
                if claimed is not None:
                    log.info("%s: %s", name, claimed.key, extra={"stage": name, "key": claimed.key})
                    self._submit(claimed)
                    moved = True
        return moved

    def _first_with_work(
        self, left: deque[tuple[str, Stage]], settings: dict[str, str]
    ) -> tuple[str, list[Action]]:
        """Ask stages in their order, in one view, until one has something to do; those asked are not left."""
        with self._catalog.look() as read:
            while left:
                name, stage = left.popleft()
                context = self._context(settings)
                planned = stage.plan(stage.due(read, self._site), context)
                actions = [action for action in planned if context.free(action)]
                if actions:
                    return name, actions
        return "", []

    def _context(self, settings: dict[str, str]) -> Context:
        now_s = self._site.tools.clock.monotonic()
        self._resting = {key: until_s for key, until_s in self._resting.items() if until_s > now_s}
        lanes = {lane for action in self._in_flight.values() for lane in action.lanes if lane != CPU}
        return Context(
            now=self._site.now(),
            busy_lanes=frozenset(lanes),
            busy_keys=frozenset(self._in_flight) | frozenset(self._resting),
            settings=settings,
            draining=self.draining,
        )

    def _submit(self, action: Action) -> None:
        self._in_flight[action.key] = action
        stage = self._stages[action.stage]
        tools = self._site.tools
        tools.progress.take_drives(action.key, drives_in(action.lanes))
        self._executor.submit(action, lambda: stage.run(action, tools), self._done)

    def _done(self, action: Action, outcome: Any) -> None:
        with self._guard:
            self._finished.append((action, outcome))
        self.wake()

    def _record_finished(self) -> None:
        while True:
            with self._guard:
                if not self._finished:
                    return
                action, outcome = self._finished[0]
            try:
                with self._catalog.write() as write:
                    rest_s = self._stages[action.stage].record(write, self._site, action, outcome)
                    events.clear_attention(write, f"confused:{action.key}")
            except CatalogBusy:
                log.warning("%s: the outcome waits for the catalog", action.key)
                return
            except Exception as error:
                # One thing that cannot be recorded must not stop the others; it stays in progress, is
                # planned again as resumed, and looked at.
                log.exception("%s: the outcome cannot be recorded", action.key)
                self._cannot_record(action, error)
                rest_s = CONFUSED_REST_S
            with self._guard:
                self._finished.popleft()
            self._site.tools.progress.end(action.key)
            del self._in_flight[action.key]
            if rest_s:
                self._resting[action.key] = self._site.tools.clock.monotonic() + rest_s

    def _cannot_record(self, action: Action, error: Exception) -> None:
        now = self._site.now()
        subject = ("action", action.key)
        with self._catalog.write() as write:
            events.append(write, now, "confusion", subject, outcome="failure", reason=str(error))
            events.raise_attention(
                write,
                Attention(
                    f"confused:{action.key}",
                    "now",
                    _("what became of {key} ({stage}) cannot be recorded: {error}").format(
                        key=action.key, stage=action.stage, error=_in_words(error)
                    ),
                    _("it is looked at again in ten minutes; everything else goes on, nothing was deleted"),
                    _('archivectl events --subject "{key}"   (and send us the daemon\'s log)').format(
                        key=action.key
                    ),
                    now,
                ),
            )


def _in_words(error: Exception) -> str:
    """What a person reads of an error; the daemon's log and the event keep the rest."""
    known = translated(error)
    if known is not None:
        return known.message
    if isinstance(error, SQLAlchemyError):
        return _("the catalog refused the record, which is a mistake of this program and not of your media")
    return _("this program made a mistake ({kind})").format(kind=type(error).__name__)
