"""Drives are cleaned by use: a tape drive by its library's cartridge, whatever it says of itself."""

from dataclasses import replace

from archived.catalog import cleanings
from archived.cleanings import CleaningState
from archived.routines.runner import Runner
from archived.stages.cleaning_asked import BY_USE
from archived.stages.media_life import drive_care
from tests.simulation.conftest import Tell
from tests.simulation.law import assert_law
from tests.simulation.tapes import all_discs_done, tape_drives
from tests.simulation.test_tape_cleaning import CLEANER, cleaned, room_drive


def test_a_tape_drive_that_took_enough_cartridges_is_cleaned_once(tell: Tell) -> None:
    story, _packages = tell.on(all_discs_done)
    config = replace(story.config, cleaning=replace(story.config.cleaning, tape_loads=1))
    story.site = replace(story.site, config=config)
    story.loop._site = story.site
    story.runner.close()
    story.runner = Runner(story.catalog, story.site)
    tape_drives(story, up=True)
    story.settle()
    rows = cleaned(story)
    assert rows
    assert {row.agent for row in rows} == {BY_USE}
    assert {row.state for row in rows} == {CleaningState.DONE}
    assert all(row.medium_id == CLEANER and not row.urgent for row in rows)
    for name in {row.drive for row in rows}:
        assert room_drive(story, name)["dirty"] is False
    with story.catalog.read() as read:
        assert sum(cleanings.uses(read).values()) == len(rows)
        assert not [item for item in drive_care.uses(read, story.site) if item.is_due]
    assert_law(story)
