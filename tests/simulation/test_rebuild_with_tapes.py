"""Data on discs, parity and copies on cartridges: who lost the catalog gets everything back from both."""

from archived.states import MediumState, PackageState, SetState, SurveyState
from tests.simulation.conftest import Tell
from tests.simulation.harness import Story
from tests.simulation.test_tape_copies import TAPES
from tests.simulation.throwing_away import (
    check,
    holdings,
    kinds,
    rebuild,
    recall_all,
    throw_away,
)


def archive(tell: Tell) -> tuple[Story, list[str]]:
    """Two data images on discs, each with a copy on tape; two parity images on tape; nothing in staging any more."""
    settings = {"parity_pool": '"tapes"', "copies": '["tapes"]'}
    story = tell(n=2, m=2, settings=settings, more_settings=TAPES)
    ids = story.submit_set(2)
    story.close_everything()
    assert story.all_archived()
    for package_id in ids:
        story.forget_staging(package_id)
    keep_one_blank_of_each(story)
    return story, ids


def keep_one_blank_of_each(story: Story) -> None:
    """Carry all blank discs but one, and all blank cartridges but one, out of the room: looks at them take time."""
    for is_tape in (False, True):
        for medium in [m for m in story.media(MediumState.BLANK) if m.holds_many is is_tape][1:]:
            story.lose(medium.id)
    story.settle()


def test_the_catalog_comes_back_from_discs_and_cartridges(tell: Tell) -> None:
    story, ids = tell.on(archive)
    old = throw_away(story)

    done = rebuild(story)

    assert done.state is SurveyState.DONE
    assert kinds(done) == ["set-not-proven"]
    was, now = holdings(old), holdings(story.site.tools.paths.catalog)
    blanks = {medium.id for medium in story.media(MediumState.QUARANTINED)}
    for rows in (was, now):
        rows["medium"] = [
            row for row in rows["medium"] if row["element"] is not None and row["id"] not in blanks
        ]
    for table in was:
        assert now[table] == was[table], table
    recall_all(story, ids)
    assert kinds(check(story, full=True)) == []
    assert {package.state for package in story.packages()} == {PackageState.ARCHIVED}
    assert {item.state for item in story.sets()} == {SetState.COMPLETE}
