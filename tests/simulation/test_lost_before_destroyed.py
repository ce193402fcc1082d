"""Media of a destruction that are called lost: one person does not end it, and one that comes back is an alarm."""

from pathlib import Path
from typing import Any

import pytest

from archived.catalog import destructions
from archived.destructions import Destruction, DestructionState
from archived.errors import NotPermitted, WrongState
from archived.stages import approving, registration
from archived.stages.approved import EFFECTS
from archived.stages.media_life import destroying as media_life
from archived.stages.retention import destroying, lost_media
from archived.states import MediumState, PackageState
from tests.simulation.harness import NAP_S, Story
from tests.simulation.throwing_away import bring_back
from tests.simulation.two_persons import ANNA, agree, forgotten


def the(story: Story) -> Destruction:
    with story.catalog.read() as read:
        return destructions.listing(read)[-1]


def turns(story: Story) -> None:
    for _ in range(3):
        story.clock.sleep(NAP_S)
        story.runner.turn()
        story.settle()


def given_up(tmp_path: Path) -> Story:
    """A package of which two media are to be destroyed; both were carried away, and one person called them lost."""
    story = Story(tmp_path)
    first, _second = story.submit_set(2)
    story.close_everything()
    forgotten(story, first)
    with story.catalog.write() as write:
        asked = destroying.ask(write, story.site, [first], agent=ANNA, reason="list 1")
    agree(story, asked)
    story.until(lambda: the(story).state is DestructionState.DESTROYING)
    story.settle()
    for medium_id in the(story).media:
        story.lose(medium_id)
    story.settle()
    for medium_id in the(story).media:
        with story.catalog.write() as write:
            registration.give_up(write, story.site, medium_id, agent=ANNA, reason="not on the shelf")
    turns(story)
    return story


def rows(item: Destruction) -> dict[str, dict[str, Any]]:
    return {row["medium"]: row for row in dict(item.certificate or {})["media"]}


def test_one_person_does_not_end_a_destruction_and_two_do(tmp_path: Path) -> None:
    story = given_up(tmp_path)
    item = the(story)
    package = item.packages[0]
    assert item.state is DestructionState.DESTROYING
    assert item.note == f"not destroyed: lost: {', '.join(item.media)}"
    assert f"destruction-lost:{item.id}" in story.attentions()
    assert {one.id: one.state for one in story.packages()}[package] is PackageState.FORGOTTEN

    with story.catalog.write() as write:
        asked = lost_media.ask(write, story.site, item.id, agent=ANNA, reason="searched for")
    with story.catalog.write() as write, pytest.raises(NotPermitted):
        approving.give(write, story.site, asked.id, agent=ANNA, reason="x", effects=EFFECTS)
    turns(story)
    assert the(story).state is DestructionState.DESTROYING
    agree(story, asked)
    turns(story)
    item = the(story)
    assert (item.state, item.note) == (DestructionState.DONE, "")
    assert {row["state"] for row in rows(item).values()} == {"not destroyed: lost"}
    assert {row["loss"]["approval"] for row in rows(item).values()} == {asked.id}
    assert {one.id: one.state for one in story.packages()}[package] is PackageState.DESTROYED
    assert not {name for name in story.attentions() if name.startswith("destruction-lost:")}

    # Long after it is over one of them comes back.
    back = item.media[0]
    bring_back(story, story.medium(back).barcode or "")
    turns(story)
    assert story.attentions()[f"lost-returned:{back}"].urgency == "now"
    story.end()


def test_what_comes_back_is_destroyed_by_two_and_only_the_other_one_stays_lost(tmp_path: Path) -> None:
    story = given_up(tmp_path)
    back, away = the(story).media
    with story.catalog.write() as write:
        asked = lost_media.ask(write, story.site, the(story).id, agent=ANNA, reason="searched for")
    bring_back(story, story.medium(back).barcode or "")
    turns(story)
    assert story.attentions()[f"lost-returned:{back}"].urgency == "now"
    with pytest.raises(WrongState, match="not lost any more"):
        agree(story, asked)
    story.lose(back)
    story.look()
    story.settle()
    with story.catalog.write() as write:
        broken = media_life.ask(write, story.site, [back], method="shredded", agent=ANNA, reason="found")
    agree(story, broken)
    turns(story)
    assert story.medium(back).state is MediumState.DESTROYED
    assert f"lost-returned:{back}" not in story.attentions()
    assert (the(story).state, the(story).note) == (
        DestructionState.DESTROYING,
        f"not destroyed: lost: {away}",
    )
    story.end()
