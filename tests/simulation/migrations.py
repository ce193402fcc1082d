"""Words of the stories about migrations: to plan and begin one, and the law that holds after each step of it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from archived.care import CareItem, CareRun, RunEvent
from archived.catalog import care, images, media, packages
from archived.policy.migrate.selecting import Terms
from archived.stages import care_orders
from archived.stages.commitment import missing_positions, what_lacks
from archived.stages.migrate import migration_orders
from archived.states import CopyState, PackageState, SetState
from tests.simulation.harness import STEPS_MAX, Story

ONE, TWO = "uid:1000", "uid:1001"


def preview(story: Story, terms: Terms) -> dict[str, Any]:
    with story.catalog.read() as read:
        return migration_orders.preview(read, story.site, terms)


def begin(story: Story, terms: Terms, reason: str = "they are old") -> CareRun:
    with story.catalog.read() as read:
        plan = migration_orders.plan_by(read, story.site, terms)
    with story.catalog.write() as write:
        return migration_orders.begin(write, story.site, terms, agent=ONE, reason=reason, plan=plan)


def get(story: Story, run_id: str) -> CareRun:
    with story.catalog.read() as read:
        return care.get(read, run_id)


def items(story: Story, run_id: str) -> list[CareItem]:
    with story.catalog.read() as read:
        return care.items(read, run_id)


def steer(story: Story, run_id: str, event: RunEvent) -> None:
    with story.catalog.write() as write:
        care_orders.steer(write, story.site, "migrate", run_id, event, agent=ONE, reason="a person said so")


def out_of_staging(story: Story) -> None:
    """Everything that may leave staging has left it, as after a while in an archive."""
    for package in story.packages():
        story.forget_staging(package.id)
    with story.catalog.write() as write:
        for item in images.sets_in_state(write, SetState.COMPLETE):
            for image in images.of_set(write, item.id):
                (story.site.tools.paths.staging / image.recipe_name).unlink(missing_ok=True)
    for path in (story.site.tools.paths.staging / "parity").iterdir():
        path.unlink()


def standing(story: Story) -> dict[str, set[str]]:
    """The pools in which each archived package lacks a good copy that its class asks for, now."""
    with story.catalog.read() as read:
        return {
            package.id: {words.partition(":")[0] for words in what_lacks(read, story.site, package)}
            for package in packages.in_state(read, PackageState.ARCHIVED)
        }


def sets_standing(story: Story) -> dict[str, int]:
    """How many members each complete set lacks."""
    with story.catalog.read() as read:
        complete = images.sets_in_state(read, SetState.COMPLETE)
        return {item.id: len(missing_positions(read, item)) for item in complete}


def watched_to_the_end(story: Story, run_id: str, *, naps: int = 40) -> None:
    """Run until a run is over; after every single step no package and no set has less than it had before."""
    before, sets_before = standing(story), sets_standing(story)

    def law() -> None:
        assert all(now <= before[name] for name, now in standing(story).items())
        assert all(now <= sets_before.get(name, now) for name, now in sets_standing(story).items())

    step_by_step(story, law, lambda: get(story, run_id).ended_at is not None, naps=naps)


def step_by_step(story: Story, law: Callable[[], None], holds: Callable[[], bool], *, naps: int = 40) -> None:
    for _ in range(STEPS_MAX):
        if holds():
            return
        moved = story.step()
        law()
        if not moved:
            naps -= 1
            assert naps, "the story came to rest before what was waited for"
            story.clock.sleep(61.0)
    raise AssertionError("what was waited for never came")


def media_of(story: Story, *states: CopyState) -> set[str]:
    return {copy.medium_id for copy in story.copies(*states)}


def by_hand(*medium_ids: str, **more: Any) -> Terms:
    return replace(Terms(media=frozenset(medium_ids)), **more)


def identities(story: Story) -> dict[str, tuple[Any, ...]]:
    """All that a migration never changes of packages: who they are, digests of every file, receipts."""
    with story.catalog.read() as read:
        return {
            package.id: (
                package.state,
                package.reference,
                package.version,
                package.root_digest,
                package.accepted_receipt,
                package.archived_receipt,
                package.archived_at,
                tuple(packages.files(read, package.id)),
            )
            for package in packages.listing(read)
        }


def newest_copy(story: Story, image_id: str) -> Any:
    with story.catalog.read() as read:
        return media.copies_of(read, image_id)[-1]
