"""So many intakes at once and no more, however many lists are handed in; and each batch only once at a time."""

import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context

from archived.errors import WrongState
from archived.language import _


class IntakePool:
    """The places that lists and trees share."""

    def __init__(self, parallel: int) -> None:
        self._parallel = parallel
        self._places = threading.BoundedSemaphore(parallel)
        self._lock = threading.Lock()
        self._busy: set[str] = set()

    def each(self, tasks: Iterable[Callable[[], None]], *, stopped: Callable[[], bool]) -> None:
        """Run the tasks, which raise nothing, and return when all that were begun have ended.

        Args:
            stopped: asked before each task; once it is true no further one begins.
        """
        with ThreadPoolExecutor(self._parallel, thread_name_prefix="intake") as threads:
            for task in tasks:
                # The place is taken before the thread is, so that a long list lets another one in between.
                self._places.acquire()
                if stopped():
                    self._places.release()
                    return
                # People are spoken to in the language of who asked, on these threads too.
                threads.submit(copy_context().run, self._run, task)

    @contextmanager
    def alone(self, batch_id: str) -> Iterator[None]:
        """Inside, nobody else takes this batch in. Raises WrongState when somebody does."""
        with self._lock:
            if batch_id in self._busy:
                raise WrongState(
                    _("batch {batch} is being taken in already; nothing was done").format(batch=batch_id),
                    advice="archivectl watch",
                )
            self._busy.add(batch_id)
        try:
            yield
        finally:
            with self._lock:
                self._busy.discard(batch_id)

    def _run(self, task: Callable[[], None]) -> None:
        try:
            task()
        finally:
            self._places.release()
