"""A fresh site for each story, and a copy of one that was told already where stories begin alike."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest

from tests.simulation.harness import Story

Found = TypeVar("Found")


class Tell:
    """Begins stories, each in a folder of its own; keyword arguments are those of Story."""

    def __init__(self, folder: Path, beginnings: "Beginnings") -> None:
        self._folder = folder
        self._beginnings = beginnings
        self.begun: list[Story] = []

    def __call__(self, **arguments: Any) -> Story:
        self.begun.append(Story(self._next_folder(), **arguments))
        return self.begun[-1]

    def on(self, begin: Callable[..., tuple[Story, Found]], **arguments: Any) -> tuple[Story, Found]:
        """A story that goes on where `begin(tell, …)` left it: told once in a session, and copied for each test."""
        first, found = self._beginnings.told(begin, **arguments)
        self.begun.append(first.twin(self._next_folder()))
        return self.begun[-1], found

    def _next_folder(self) -> Path:
        return self._folder / f"story-{len(self.begun)}"


def two_volumes(tell: Tell, **arguments: Any) -> tuple[Story, list[str]]:
    """A beginning: two volumes in staging, of which each fills an image of its own."""
    story = tell(**arguments)
    return story, story.submit_set(2)


class Beginnings:
    """How stories begin, told once each; nobody goes on with the first of them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._told: dict[object, tuple[Story, Any]] = {}

    def told(self, begin: Callable[..., tuple[Story, Found]], **arguments: Any) -> tuple[Story, Found]:
        key = (begin, *sorted(arguments.items()))
        if key not in self._told:
            story, found = begin(Tell(self._folder / f"beginning-{len(self._told)}", self), **arguments)
            story.end()
            self._told[key] = story, found
        return self._told[key]


@pytest.fixture(scope="session")
def beginnings(tmp_path_factory: pytest.TempPathFactory) -> Beginnings:
    return Beginnings(tmp_path_factory.mktemp("beginnings"))


@pytest.fixture
def tell(tmp_path: Path, beginnings: Beginnings) -> Iterator[Tell]:
    """Begin a story, or go on with one."""
    telling = Tell(tmp_path, beginnings)
    yield telling
    for story in telling.begun:
        story.catalog.close()
        story.close_rooms()
