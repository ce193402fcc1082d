"""A catalog that was thrown away comes back from the media of the room, and says what could not."""

from dataclasses import replace
from typing import Any

import pytest

from archived.errors import Unavailable, WrongState
from archived.stages import packing, protection, set_aside
from archived.states import CopyState, MediumState, PackageState, SetState, SurveyState
from tests.simulation.conftest import Tell
from tests.simulation.harness import Story
from tests.simulation.test_hard_names import hand_in
from tests.simulation.throwing_away import (
    ask_to_rebuild,
    check,
    holdings,
    keep_blanks,
    kinds,
    rebuild,
    recall_all,
    register_blanks,
    throw_away,
)
from tests.trees import Leaf, Tree

#: A name that no disc holds: the package travels as one tar.
SMALL_HARD = Tree({b"\xff\xfe": Leaf(b"undecodable", 7, 0o600), b"plain.txt": Leaf(b"plain", 10, 0o644)})


def archive(tell: Tell, *, released: bool = True, **options: int) -> tuple[Story, list[str]]:
    """A short set and a whole one, all on discs; staging holds nothing any more unless told otherwise."""
    story = tell(**options)
    ids = [*story.submit_set(2), story.submit("0003", 1000), hand_in(story, SMALL_HARD, "0007")]
    story.close_everything()
    assert story.all_archived()
    for package_id in ids if released else ():
        story.forget_staging(package_id)
    keep_blanks(story, 2)
    return story, ids


def test_the_rebuilt_catalog_equals_the_one_that_was_thrown_away(tell: Tell) -> None:
    story, ids = archive(tell)
    old = throw_away(story)

    done = rebuild(story)

    assert done.state is SurveyState.DONE
    assert kinds(done) == ["set-not-proven"] * len(story.sets())
    was, now = holdings(old), holdings(story.site.tools.paths.catalog)
    blanks = {medium.id for medium in story.media(MediumState.QUARANTINED)}
    for rows in (was, now):
        rows["medium"] = [
            row for row in rows["medium"] if row["element"] is not None and row["id"] not in blanks
        ]
    for table in was:
        assert now[table] == was[table], table
    assert len(now["inner_file"]) == 3, "what lies in the tar is known again"
    assert len(blanks) == 2
    assert {copy.state for copy in story.copies()} == {CopyState.FOUND}
    assert {package.state for package in story.packages()} == {PackageState.FOUND}
    recall_all(story, ids[:3])
    assert kinds(check(story, full=True)) == []
    assert {package.state for package in story.packages()} == {PackageState.ARCHIVED}
    assert {item.state for item in story.sets()} == {SetState.COMPLETE}


def test_a_staging_disk_that_is_lost_too_proves_nothing_of_what_was_never_read_back(tell: Tell) -> None:
    story = tell()
    ids = story.submit_set(2)
    story.close_images()
    story.close_sets()
    story.until(lambda: [copy.state for copy in story.copies()].count(CopyState.WRITTEN) == 3)
    assert {story.package(package_id).state for package_id in ids} == {PackageState.ACCEPTED}
    for package_id in ids:
        story.forget_staging(package_id)
    throw_away(story)

    done = rebuild(story)

    assert "set-not-proven" in kinds(done)
    assert {story.package(package_id).state for package_id in ids} == {PackageState.FOUND}


def test_a_catalog_that_holds_anything_is_never_rebuilt(tell: Tell) -> None:
    story = tell()
    story.submit("0001")

    with pytest.raises(WrongState, match="only an empty one"):
        ask_to_rebuild(story)


def test_nothing_is_taken_in_and_nothing_removed_while_the_catalog_is_gone(tell: Tell) -> None:
    story = tell()
    package_id = story.submit("0001")
    throw_away(story)

    with pytest.raises(Unavailable, match="not rebuilt yet"):
        story.submit("0002")
    story.settle()

    assert (story.site.tools.paths.staging / "packages" / package_id).is_dir()
    assert "catalog-empty" in story.attentions()


def test_what_lies_in_staging_alone_is_listed_with_the_way_to_hand_it_in_again(tell: Tell) -> None:
    story = tell()
    package_id = story.submit("0001")
    keep_blanks(story, 1)
    throw_away(story)

    done = rebuild(story)

    assert kinds(done) == ["staged-only"]
    assert done.report["differences"][0]["thing"] == package_id
    register_blanks(story)
    assert story.submit("0002") > package_id
    assert (story.site.tools.paths.staging / "packages" / package_id).is_dir()


def test_two_discs_that_give_one_number_to_two_packages_are_both_named(
    tell: Tell, monkeypatch: pytest.MonkeyPatch
) -> None:
    story = tell(n=1, m=1)
    keep_blanks(story, 5)
    first = story.submit("0001")
    story.close_everything()
    for module, name in ((packing, "disc_package"), (protection, "slice_row")):
        honest = getattr(module, name)

        def forged(*args: Any, honest: Any = honest, **more: Any) -> Any:
            return replace(honest(*args, **more), package_id=first)

        monkeypatch.setattr(module, name, forged)
    second = story.submit("0002", 100_000)
    story.close_everything()
    assert story.all_archived()
    for package_id in (first, second):
        story.forget_staging(package_id)
    discs = [story.copy_of(story.image_of(package_id).id).medium_id for package_id in (first, second)]
    throw_away(story)

    done = rebuild(story)

    assert [package.id for package in story.packages()] == [first]
    (said,) = [item for item in done.report["differences"] if item["kind"] != "set-not-proven"]
    assert (said["kind"], said["thing"]) == ("package-told-twice", first)
    assert all(disc in said["what"] for disc in discs)
    assert "F1/S1/0001" in said["what"]
    assert "F1/S1/0002" in said["what"]
    recall_all(story, [first])


def test_a_set_whose_bytes_still_lie_in_staging_is_not_called_archived(tell: Tell) -> None:
    story, ids = archive(tell, released=False)
    throw_away(story)

    done = rebuild(story)

    assert set(kinds(done)) == {"set-not-proven"}
    assert {story.package(package_id).state for package_id in ids} == {PackageState.FOUND}
    assert {item.state for item in story.sets()} == {SetState.FOUND}
    recall_all(story, ids[:1])


def test_media_without_a_readable_barcode_are_named_and_keep_the_hold(tell: Tell) -> None:
    story = tell()
    keep_blanks(story, 2)
    bare = story.media(MediumState.BLANK)[0]
    estate = story.room.estate
    name, carrier = next((n, c) for n, c in estate.world.carriers.items() if c.barcode == bare.barcode)
    estate.change(lambda world: world.with_carrier(name, replace(carrier, barcode="")))
    throw_away(story)

    done = rebuild(story)

    assert kinds(done) == ["no-barcode"]
    assert done.report["differences"][0]["thing"] == f"main:{bare.element}"
    assert "unlabelled:main" in story.attentions()
    assert kinds(check(story)) == ["no-barcode"]
    with pytest.raises(WrongState, match=f"without a readable barcode.*main {bare.element}"):
        set_aside.release_hold(story.catalog, story.site, agent="uid:1000", reason="agreed")

    estate.change(lambda world: world.with_carrier(name, carrier))
    assert kinds(check(story)) == []
    assert "unlabelled:main" not in story.attentions()
    set_aside.release_hold(story.catalog, story.site, agent="uid:1000", reason="agreed")
