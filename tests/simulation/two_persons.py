"""Anna asks, Bo agrees: what two persons do to packages in a story."""

from archived.approvals import Approval
from archived.stages import approving
from archived.stages.approved import EFFECTS
from archived.stages.retention import forgetting, ruling
from tests.simulation.harness import Story

ANNA, BO = "uid:1000", "uid:1001"


def agree(story: Story, item: Approval | None) -> None:
    """Bo agrees to what waits."""
    assert item is not None
    with story.catalog.write() as write:
        approving.give(write, story.site, item.id, agent=BO, reason="seen", effects=EFFECTS)


def ask_to_forget(story: Story, *package_ids: str) -> Approval:
    with story.catalog.write() as write:
        return forgetting.ask(write, story.site, package_ids, agent=ANNA, reason="list 1 of the appraisal")


def closed_long_ago(story: Story, *package_ids: str) -> None:
    """The volumes of these packages were closed in 1990, so that thirty years are over."""
    for package_id in package_ids:
        with story.catalog.write() as write:
            said = {"starts_on": "1990-12-31"}
            asked = ruling.rule(
                write, story.site, "package", package_id, said, agent=ANNA, reason="as on the cover"
            )
        agree(story, asked)


def forgotten(story: Story, *package_ids: str) -> None:
    """Two persons forget these packages."""
    closed_long_ago(story, *package_ids)
    agree(story, ask_to_forget(story, *package_ids))
