"""A real SIGKILL in the middle of real work: the work runs in a child, which ends itself at a chosen step."""

import os
import signal
from collections.abc import Callable
from typing import Any

#: What changes names on a disk, or promises that something lies on it: the child may end before and after each.
CALLS = ("link", "rename", "replace", "unlink", "fsync", "ftruncate", "symlink")

Step = Callable[..., None]


def killed_at(nth: int, work: Callable[[Step], object]) -> bool:
    """Whether the child was killed at its nth step; False when all of `work` came to its end before.

    Args:
        work: gets a function that is one more step; calls of the operating system are steps of themselves.

    Raises:
        AssertionError: the work ended in another way.
    """
    child = os.fork()
    if child == 0:
        status = 70
        try:
            work(_armed(nth))
            status = 0
        finally:
            os._exit(status)
    _pid, told = os.waitpid(child, 0)
    killed = os.WIFSIGNALED(told) and os.WTERMSIG(told) == signal.SIGKILL
    assert killed or told == 0, f"the child ended with {told}"
    return killed


def _armed(nth: int) -> Step:
    """In the child: ends it at the nth step from now."""
    left = nth

    def step(*_count: int) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    for name in CALLS:
        call = getattr(os, name)

        def stepped(*arguments: Any, call: Callable[..., Any] = call, **options: Any) -> Any:
            step()
            found = call(*arguments, **options)
            step()
            return found

        setattr(os, name, stepped)
    return step
