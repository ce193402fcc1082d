"""A person with a list, in a simulated room: takes tasks, carries media by hand, and says so.

He cannot put a disc into a drive whose tray is shut, nor take one out of it: then he waits, as people do.
"""

from collections.abc import Callable

from archived.catalog import media, tasks
from archived.policy.walking import walking_order
from archived.stages import tasking
from archived.tasks import Task, TaskState
from simulator.errors import ControlRefused
from tests.simulation.harness import Story

AGENT = "uid:1001"


class Person:
    """Does what is on the list of a story, with its room's media; `how` he confirms."""

    def __init__(self, story: Story, how: str = "barcode") -> None:
        self.story, self.how = story, how

    def open(self) -> list[Task]:
        with self.story.catalog.read() as read:
            return walking_order(tasks.listing(read, TaskState.OPEN, TaskState.TAKEN))

    def all(self) -> list[Task]:
        with self.story.catalog.read() as read:
            return tasks.listing(read)

    def mend(self, wrong: list[Task]) -> None:
        """Takes everything that tasks are about into the hands, as trays that opened again let him."""
        for task in wrong:
            self.story.control("take", medium=self.barcode(task))

    def step(self) -> bool:
        """Goes on with every task as far as he can; False when there was nothing to do for him."""
        moved = False
        for task in self.open():
            if task.state is TaskState.OPEN:
                self.take(task)
            elif task.ready_at is not None and self.carry(task):
                self.say_done(task)
            else:
                continue
            moved = True
        return moved

    def take(self, task: Task) -> None:
        with self.story.catalog.write() as write:
            tasking.take(write, self.story.site, task.id, AGENT)

    def carry(self, task: Task) -> bool:
        """Carries the medium by hand, where trays let him; True when it lies where it was to go."""
        label = self.barcode(task)
        try:
            library, address = self.whereabouts(label)
            if (library, address) == (task.to_library, task.to_element):
                return True
            if address is not None:
                self._fetch(library, label, address)
            self.story.control("put", medium=label, place=task.to_element, library=task.to_library)
        except ControlRefused:
            return False  # a tray is shut, or something else lies there
        return True

    def whereabouts(self, label: str) -> tuple[str, int | None]:
        """The library and element in which a medium really is; no element while somebody has it in his hands."""
        for room in self.story.rooms:
            for carrier in room.estate.world.carriers.values():
                if carrier.barcode == label:
                    return room.estate.plan.library, carrier.address
        raise ControlRefused(f"there is no medium {label}")

    def _fetch(self, library: str, label: str, address: int) -> None:
        """Takes it; from beneath others in a bin, these are lifted off first and laid back."""
        room = next(room for room in self.story.rooms if room.estate.plan.library == library)
        pile = next((one for one in room.estate.plan.bins if address in one), None)
        on_top = [
            (carrier.address, carrier.barcode)
            for carrier in room.estate.world.carriers.values()
            if pile is not None
            and carrier.address is not None
            and carrier.address in pile
            and carrier.address > address
        ]
        for _address, other in sorted(on_top, reverse=True):
            self.story.control("take", medium=other)
        self.story.control("take", medium=label)
        for _address, other in sorted(on_top):
            self.story.control("put", medium=other, place=pile.name if pile is not None else "")

    def say_done(self, task: Task, value: str = "") -> str:
        shown = value or self.barcode(task)
        with self.story.catalog.write() as write:
            return tasking.confirm(write, self.story.site, task.id, AGENT, self.how, shown)

    def barcode(self, task: Task) -> str:
        with self.story.catalog.read() as read:
            return media.get(read, task.medium_id).barcode or task.medium_id

    def settle(self, holds: Callable[[], bool] = lambda: False, *, rounds: int = 400) -> None:
        """Story and person in turn until `holds`, or until neither has anything to do."""
        for _round in range(rounds):
            self.story.settle(naps=1)
            if holds() or not (self.step() or self.story.step()):
                return
        raise AssertionError("the person never comes to rest")
