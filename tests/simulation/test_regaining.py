"""An image comes back from media into staging, as if it had never left, and leaves when nobody needs it."""

import hashlib
from pathlib import Path

import pytest

from archived.regained import Standing, Where
from archived.sessions.encode import fingerprint_image
from archived.stages.repair import regaining
from archived.states import CopyState, ImageState
from tests.simulation.harness import Story
from tests.simulation.killing import Killed

MIB = 1 << 20


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """Three packages, archived as 3 + 2 discs; nothing of them lies in staging any more."""
    story = Story(tmp_path_factory.mktemp("archive"), n=3, m=2)
    story.submit_set(3)
    story.close_everything()
    assert story.all_archived()
    for package in story.packages():
        story.forget_staging(package.id)
    story.runner.remove_leftovers()
    story.runner.close()
    return story


@pytest.fixture
def story(archive: Story, tmp_path: Path) -> Story:
    return archive.twin(tmp_path / "twin")


def want(story: Story, image_id: str, who: str = "somebody") -> Standing:
    with story.catalog.write() as write:
        return regaining.want(write, story.site, image_id, who)


def standing(story: Story, image_id: str) -> Standing:
    with story.catalog.read() as read:
        return regaining.state(read, story.site, image_id)


def kept(story: Story) -> list[str]:
    staging = story.site.tools.paths.staging
    return sorted(path.name for name in ("regained", "recipes") for path in (staging / name).glob("*"))


def assert_whole(story: Story, image_id: str) -> None:
    image, staging = story.image(image_id), story.site.tools.paths.staging
    assert standing(story, image_id).where is Where.READY
    assert fingerprint_image(staging / image.recipe_name, staging).sha256 == image.sha256
    data = (staging / "regained" / f"{image_id}.image").read_bytes()
    assert hashlib.sha256(data).hexdigest() == image.sha256


def first_image(story: Story) -> str:
    return next(image.id for image in story.images() if image.kind == "data")


def test_an_image_is_read_once_from_its_own_disc_and_goes_when_nobody_needs_it(story: Story) -> None:
    image_id = first_image(story)
    assert standing(story, image_id).where is Where.ABSENT
    assert want(story, image_id).where is Where.COMING
    assert want(story, image_id, "another").where is Where.COMING
    story.settle()
    assert_whole(story, image_id)
    last = standing(story, image_id).last
    assert last is not None
    assert last.bytes_read == last.bytes_needed == story.image(image_id).size_bytes
    assert last.media == (story.copy_of(image_id).medium_id,)
    for who in ("somebody", "another"):
        story.runner.remove_leftovers()
        assert kept(story) == [f"{image_id}.image", f"{image_id}.recipe"]
        with story.catalog.write() as write:
            regaining.let_go(write, image_id, who)
    story.runner.remove_leftovers()
    story.runner.close()
    assert kept(story) == []
    assert standing(story, image_id).where is Where.ABSENT


def test_of_a_lost_disc_the_image_comes_through_its_set(story: Story) -> None:
    image_id = first_image(story)
    story.lose(story.copy_of(image_id).medium_id)
    story.settle()
    want(story, image_id)
    story.settle()
    assert_whole(story, image_id)
    last = standing(story, image_id).last
    assert last is not None
    assert len(last.media) == 3
    assert last.bytes_read == last.bytes_needed


def test_of_a_bad_spot_only_its_chunk_is_read_of_the_others(story: Story) -> None:
    image_id = first_image(story)
    own = story.copy_of(image_id).medium_id
    story.damage(own, offset=1_200_000, bytes=2048, kind="unreadable")
    want(story, image_id)
    story.settle()
    assert_whole(story, image_id)
    last = standing(story, image_id).last
    assert last is not None
    size = story.image(image_id).size_bytes or 0
    assert size < last.bytes_read <= size + 3 * MIB
    assert len(last.media) == 4
    # What the bad chunk took of its own disc was read in vain.
    assert last.bytes_read - last.bytes_needed <= MIB
    assert story.copy_of(image_id, CopyState.SUSPECT).medium_id == own


def test_a_parity_image_comes_back_from_its_own_disc(story: Story) -> None:
    parity = next(image.id for image in story.images() if image.kind == "parity")
    want(story, parity)
    story.settle()
    assert_whole(story, parity)
    assert story.image(parity).state is ImageState.KEPT


def test_what_no_source_gives_is_told(story: Story) -> None:
    members = sorted((i for i in story.images() if i.set_id), key=lambda image: image.position or 0)
    for member in members[:3]:
        story.lose(story.copy_of(member.id).medium_id)
    story.settle()
    found = want(story, members[0].id)
    assert found.where is Where.FAILED
    assert "3 members of the set are needed and 2 can be read" in found.words


def test_recalls_of_our_own_wait_behind_those_of_people_and_are_not_expired(story: Story) -> None:
    image_id = first_image(story)
    want(story, image_id)
    story.clock.sleep(40 * 86_400.0)
    story.runner.expire_recalls()
    assert standing(story, image_id).where is Where.COMING
    with story.catalog.write() as write:
        regaining.let_go(write, image_id, "somebody")
    story.settle()
    found = standing(story, image_id)
    assert (found.where, found.words) == (Where.FAILED, "nobody needs it any more")


@pytest.mark.parametrize("nth", [3, 9, 17, 31])
def test_killed_anywhere_it_goes_on(story: Story, nth: int) -> None:
    image_id = first_image(story)
    want(story, image_id)
    story.fuse.arm(nth)
    try:
        story.settle()
    except Killed:
        story.crash()
    story.settle()
    assert_whole(story, image_id)
