"""The nightly export killed at any step: earlier exports stay whole, and the next one clears away what it left."""

from pathlib import Path

from archived.catalog.store import Catalog
from archived.stages.exporting import check_export, export_catalog, listed, statement_of
from tests.simulation.conftest import Tell
from tests.simulation.harness import Story
from tests.sudden_death import Step, killed_at


def export_in_a_child(story: Story, folder: Path, nth: int) -> bool:
    """Whether it was killed at its nth step."""

    def work(step: Step) -> None:
        # Its own connections: those of the parent are not for two processes.
        catalog = Catalog(story.catalog.path)
        export_catalog(catalog, story.site, folder, lambda done, total: step())
        catalog.close()

    return killed_at(nth, work)


def vouched_for(story: Story, folder: Path) -> set[str]:
    """The exports that have a statement; each of them is whole to the last byte."""
    found = {path for path in folder.glob("*.jsonl.gz") if statement_of(path).exists()}
    for path in found:
        check_export(path, [story.site.key.public])
    return {path.name for path in found}


def test_killed_anywhere_an_export_is_whole_or_none_and_the_next_one_clears_away_the_rest(
    tell: Tell, tmp_path: Path
) -> None:
    story, folder = tell(), tmp_path / "exports"
    folder.mkdir()
    story.submit("0001")
    first = export_catalog(story.catalog, story.site, folder, lambda done, total: None).file
    left_something, came_out_whole = set(), 0
    nth = 1
    while export_in_a_child(story, folder, nth):
        whole = vouched_for(story, folder)
        assert first in whole
        came_out_whole += len(whole) - 1
        rest = {path.name for path in folder.iterdir()} - {
            name for item in whole for name in (item, statement_of(folder / item).name)
        }
        left_something |= {"part" if name.endswith(".part") else "unvouched" for name in rest}
        problems = {item.path.name: item.problem for item in listed(folder, [story.site.key.public])}
        assert all(bool(problems[name]) == (name not in whole) for name in problems)

        made = export_catalog(story.catalog, story.site, folder, lambda done, total: None).file
        assert vouched_for(story, folder) == whole | {made}
        both = {name for item in whole | {made} for name in (item, statement_of(folder / item).name)}
        assert {path.name for path in folder.iterdir()} == both
        for name in both - {first, statement_of(folder / first).name}:
            (folder / name).unlink()
        nth += 1 if nth < 3 else 3
    assert left_something == {"part", "unvouched"}
    assert came_out_whole
