"""A fresh site for each story."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.simulation.harness import Story

Tell = Callable[..., Story]


@pytest.fixture
def tell(tmp_path: Path) -> Iterator[Tell]:
    """Begin a story; keyword arguments are those of Story."""
    begun: list[Story] = []

    def begin(**arguments: Any) -> Story:
        story = Story(tmp_path / f"story-{len(begun)}", **arguments)
        begun.append(story)
        return story

    yield begin
    for story in begun:
        story.catalog.close()
        story.room.close()
