"""Operations of a hot folder's tree as steps at which a daemon can be killed."""

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from archived.routines.hot_tree import HotTree


def fuse_tree(monkeypatch: pytest.MonkeyPatch, step: Callable[[str], None], names: Iterable[str]) -> None:
    """Call `step` before and after each of these methods of HotTree."""

    def fused(name: str) -> Callable[..., Any]:
        method = getattr(HotTree, name)

        def stepping(self: HotTree, *words: Any) -> Any:
            step(f"before {name}")
            answer = method(self, *words)
            step(f"after {name}")
            return answer

        return stepping

    for name in names:
        monkeypatch.setattr(HotTree, name, fused(name))
