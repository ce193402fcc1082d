"""Words of the stories in which media are examined."""

from typing import Any

from archived.care import VERIFY, CareItem, CareRun, RunEvent
from archived.catalog import care, fixity
from archived.fixity import FixityCheck
from archived.stages import care_orders
from archived.stages.verify import ordering
from archived.stages.verify.ordering import Order, Selection
from tests.simulation.conftest import Tell
from tests.simulation.harness import Story


def archived_set(tell: Tell, **arguments: Any) -> tuple[Story, list[str]]:
    """Two packages on a complete set of three discs."""
    story = tell(**arguments)
    found = story.submit_set(2)
    story.close_everything()
    story.settle()
    return story, found


def plan(story: Story, **selection: Any) -> Order:
    with story.catalog.read() as read:
        return ordering.plan(read, story.site, Selection(**selection))


def begin(story: Story, **selection: Any) -> CareRun:
    """archivectl verify run."""
    with story.catalog.write() as write:
        order = ordering.plan(write, story.site, Selection(**selection))
        return ordering.begin(write, story.site, order, agent="uid:1000", reason="an auditor asks")


def steer(story: Story, run: CareRun, event: RunEvent) -> CareRun:
    with story.catalog.write() as write:
        return care_orders.steer(
            write, story.site, VERIFY, run.id, event, agent="uid:1000", reason="somebody said so"
        )


def run_of(story: Story, run: CareRun) -> CareRun:
    with story.catalog.read() as read:
        return care.get(read, run.id)


def runs(story: Story) -> list[CareRun]:
    with story.catalog.read() as read:
        return care.listing(read, VERIFY)


def items_of(story: Story, run: CareRun) -> list[CareItem]:
    with story.catalog.read() as read:
        return care.items(read, run.id)


def checks_of(story: Story, medium_id: str) -> list[FixityCheck]:
    with story.catalog.read() as read:
        return fixity.of_medium(read, medium_id)
