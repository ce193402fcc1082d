"""Rebuilding a catalog from a room in which discs are missing, damaged, of earlier releases, or not ours."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from archived.errors import NotFound, WrongState
from archived.formats import data_disc
from archived.formats.key_files import make_site_key, public_keys, trust
from archived.stages import site_keys
from archived.states import CopyState, ImageState, MediumState, PackageState, SetState, SurveyState
from tests.simulation.harness import Story
from tests.simulation.throwing_away import (
    check,
    holdings,
    keep_blanks,
    kinds,
    rebuild,
    recall_all,
    throw_away,
)


def archived(story: Story) -> Story:
    """One whole set on discs, nothing in staging, and four blanks."""
    keep_blanks(story, 7)
    story.submit_set(2)
    story.close_everything()
    assert story.all_archived()
    for package in story.packages():
        story.forget_staging(package.id)
    return story


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """The archive before anything befell it."""
    story = archived(Story(tmp_path_factory.mktemp("first") / "story"))
    story.end()
    return story


@pytest.fixture
def story(first: Story, tmp_path: Path) -> Iterator[Story]:
    """A copy of it for each test."""
    twin = first.twin(tmp_path / "story")
    yield twin
    twin.end()


def disc_at(story: Story, position: int) -> str:
    """The medium that carries this member of the first set."""
    member = next(i for i in story.members(story.sets()[0].id) if i.position == position)
    return str(story.copy_of(member.id).medium_id)


def rows_of(story: Story, old: Any) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Packages with their files, then and now."""
    was, now = holdings(old), holdings(story.site.tools.paths.catalog)
    tables = ("package", "package_file", "extent", "chunk_table")
    return tuple({name: found[name] for name in tables} for found in (was, now))  # type: ignore[return-value]


def like(rows: Mapping[str, Any], state: PackageState) -> dict[str, Any]:
    """The same rows without what a set with other images is called, and packages in this state."""
    found = {
        name: [{k: v for k, v in row.items() if k != "image_id"} for row in items]
        for name, items in rows.items()
    }
    found["package"] = [row | {"state": state.value} for row in found["package"]]
    return {name: sorted(items, key=repr) for name, items in found.items()}


def test_what_a_missing_data_disc_held_is_read_through_its_set(story: Story) -> None:
    ids = [package.id for package in story.packages()]
    gone = disc_at(story, 1)
    story.lose(gone)
    story.settle()
    old = throw_away(story)

    done = rebuild(story)

    assert done.state is SurveyState.DONE
    assert kinds(done) == ["set-incomplete"]
    was, now = rows_of(story, old)
    assert like(now, PackageState.FOUND) == like(was, PackageState.FOUND)
    assert {item.state for item in story.sets()} == {SetState.FOUND}
    assert {item.state for item in story.images() if item.set_id} == {ImageState.FOUND}
    recall_all(story, ids)


def test_a_disc_with_a_damaged_front_is_doubtful_and_its_lists_come_through_the_set(story: Story) -> None:
    ids = [package.id for package in story.packages()]
    hurt = disc_at(story, 2)
    story.damage(hurt, offset=0, bytes=1_000_000, kind="unreadable")
    old = throw_away(story)

    done = rebuild(story)

    assert kinds(done) == ["damaged", "set-incomplete"]
    was, now = rows_of(story, old)
    assert like(now, PackageState.FOUND) == like(was, PackageState.FOUND)
    assert story.medium(hurt).state is MediumState.SUSPECT
    recall_all(story, ids)


def test_without_its_parity_disc_a_set_is_known_and_can_be_read_but_not_more(story: Story) -> None:
    ids = [package.id for package in story.packages()]
    story.lose(disc_at(story, 3))
    story.settle()
    throw_away(story)

    done = rebuild(story)

    assert kinds(done) == ["set-incomplete"]
    assert {copy.state for copy in story.copies()} == {CopyState.FOUND}
    assert {story.package(package_id).state for package_id in ids} == {PackageState.FOUND}
    recall_all(story, ids)


def test_discs_of_the_first_releases_are_read_by_their_manifests_and_directories(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    front, later = data_disc.front_texts, ("catalog/files.csv", "catalog/receipts.jsonl", "site-key.pem")

    def as_before(disc: Any) -> dict[str, bytes]:
        return {name: text for name, text in front(disc).items() if name not in later}

    monkeypatch.setattr(data_disc, "front_texts", as_before)
    story = archived(Story(tmp_path / "story"))
    monkeypatch.undo()
    ids = [package.id for package in story.packages()]
    old = throw_away(story)

    done = rebuild(story)

    assert set(kinds(done)) == {"set-not-proven"}
    was, now = holdings(old), holdings(story.site.tools.paths.catalog)
    for row in was["package_file"]:
        row["blake3"] = row["xxh3"] = b""
    assert sorted(now["package_file"], key=repr) == sorted(was["package_file"], key=repr)
    assert now["extent"] == was["extent"]
    recall_all(story, ids[:1])
    story.end()


def test_lists_that_a_release_wrote_wrongly_are_named_and_the_rebuild_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    front, name = data_disc.front_texts, "catalog/files.csv"

    def garbled(disc: Any) -> dict[str, bytes]:
        texts: dict[str, bytes] = front(disc)
        return texts | {name: texts[name].splitlines(keepends=True)[0] + b"what,is,this\xff\n"}

    monkeypatch.setattr(data_disc, "front_texts", garbled)
    story = archived(Story(tmp_path / "story"))
    monkeypatch.undo()
    throw_away(story)

    done = rebuild(story)

    assert done.state is SurveyState.DONE
    told = kinds(done)
    assert told.count("text-damaged") == told.count("image-untold") == 2
    assert {item.state for item in story.images() if item.set_id} == {ImageState.FOUND}
    story.end()


def test_discs_of_another_site_are_named_and_not_taken(story: Story) -> None:
    throw_away(story)
    for key in story.site.tools.paths.keys.glob("*.pem"):
        key.unlink()
    make_site_key(story.site.tools.paths.keys)
    story.crash()

    counting = set(public_keys(story.site.tools.paths.keys))

    done = rebuild(story)

    assert set(kinds(done)) == {"another-key", "key-unknown"}
    assert story.packages() == []
    assert not story.media(MediumState.GOOD)
    assert set(public_keys(story.site.tools.paths.keys)) == counting, "no disc adds a key"


def test_discs_of_a_key_that_a_person_trusts_are_taken_in(story: Story) -> None:
    old_key, packages, copies = story.site.key.public, story.packages(), len(story.copies())
    throw_away(story)
    for key in story.site.tools.paths.keys.glob("*.pem"):
        key.unlink()
    make_site_key(story.site.tools.paths.keys)
    story.crash()
    said = [item for item in rebuild(story).report["differences"] if item["kind"] == "key-unknown"]
    assert len(said) == 1
    assert said[0]["what"].startswith(f"{copies} media carry the key {old_key.fingerprint}")
    assert f"archivectl keys trust {old_key.fingerprint}" in said[0]["next"]
    assert "keys-unknown" in story.attentions()

    def said_by_a_person(fingerprint: str) -> site_keys.KnownKey:
        return site_keys.trust_found(
            story.catalog, story.site, fingerprint, agent="uid:1000", reason="as in the yearbook"
        )

    with pytest.raises(WrongState, match="not a whole fingerprint"):
        said_by_a_person(old_key.key_id)
    with pytest.raises(NotFound, match="no disc that was looked at"):
        said_by_a_person("0" * 64)
    assert old_key.key_id not in public_keys(story.site.tools.paths.keys)
    for _ in range(2):
        found = said_by_a_person(old_key.fingerprint.upper())
    assert (found.counts, found.signs, len(found.media)) == (True, False, copies)
    assert old_key.key_id in public_keys(story.site.tools.paths.keys)
    assert "keys-unknown" not in story.attentions()

    assert set(kinds(check(story))) == {"set-not-proven"}
    assert [package.id for package in story.packages()] == [package.id for package in packages]
    recall_all(story, [packages[0].id])


def test_an_empty_catalog_may_be_rebuilt_again_when_a_key_is_trusted(story: Story) -> None:
    old_key, packages = story.site.key.public, story.packages()
    throw_away(story)
    for key in story.site.tools.paths.keys.glob("*.pem"):
        key.unlink()
    make_site_key(story.site.tools.paths.keys)
    story.crash()
    rebuild(story)
    trust(story.site.tools.paths.keys, old_key)

    done = rebuild(story)

    assert set(kinds(done)) <= {"set-not-proven"}
    assert [package.id for package in story.packages()] == [package.id for package in packages]
    assert len(story.media(MediumState.GOOD)) == len(story.copies())


def test_a_burn_that_was_interrupted_is_named(story: Story) -> None:
    story.fault("write-error", after=5)
    story.submit_set(2, first=5)
    story.close_sets()
    story.close_images()
    story.until(lambda: story.media(MediumState.SUSPECT))
    throw_away(story)

    done = rebuild(story)

    assert "interrupted-burn" in kinds(done)
