"""Many references at once, the same file twice, byte ranges, and a recall area with a limit."""

import hashlib
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from archived.catalog import packages, recalls
from archived.errors import Refused, TooLarge, Unrecoverable
from archived.model import Recall
from archived.stages import recall_area
from archived.stages.recall_order import WantedPackage, WantedPiece, plan_order
from archived.stages.recall_request import request_order
from archived.stages.staging_release import leftovers, present
from archived.states import CopyState, MediumState, ReadingState, RecallEvent, RecallState
from tests.simulation.harness import MIB, Story
from tests.simulation.killing import READ, FusedRoom
from tests.simulation.law import assert_law
from tests.simulation.test_recalls import discs

SECTOR = 2048


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Story, list[str]]]:
    """Three packages of several chunks, each on a disc of its own in one set of 3 + 2, whose bytes are on discs only.

    One story for all: what its tests harm adds up to less than the set can bear, and the last one takes the rest.
    """
    story = Story(tmp_path_factory.mktemp("orders"), n=3, m=2, seed=6, disc_mib=6)
    package_ids = [story.submit(f"{number:04d}", int(3.4 * MIB)) for number in (1, 2, 3)]
    story.close_everything()
    assert story.all_archived(), story.attentions()
    for package_id in package_ids:
        story.forget_staging(package_id)
    yield story, package_ids
    story.executor.close()
    story.catalog.close()
    story.room.close()


@pytest.fixture
def archived(told: tuple[Story, list[str]]) -> Iterator[tuple[Story, list[str]]]:
    """The story with an empty recall area of its usual size, every disc in its slot."""
    story, _ = told
    yield told
    with story.catalog.write() as write:
        for recall in recalls.in_state(write, RecallState.WAITING, *recalls.LIVE):
            recalls.advance_state(write, recall.id, RecallEvent.CANCELLED, ended_at=story.clock.now())
    limit(story, 0)
    story.settle()


def limit(story: Story, area_bytes_max: int) -> None:
    """Another life of the daemon, with another limit."""
    if story.config.recall.area_bytes_max != area_bytes_max:
        story.configure({"area_bytes_max": str(area_bytes_max)})
        story.crash()


def order(story: Story, *wanted: str | WantedPackage) -> list[Recall]:
    items = [w if isinstance(w, WantedPackage) else WantedPackage(story.package(w)) for w in wanted]
    made, _ = request_order(story.catalog, story.site, items, owner=1000)
    return made


def by_package(made: list[Recall]) -> dict[str, str]:
    return {str(recall.package_id): recall.id for recall in made}


def deliver(story: Story, recall_id: str) -> None:
    with story.catalog.write() as write:
        recalls.advance_state(write, recall_id, RecallEvent.HANDED_OVER, ended_at=story.clock.now())


def loads(story: Story, since: int) -> Counter[str]:
    """How often each medium was put into a drive to be read, from this event on."""
    moves = [
        event for event in story.history()[since:] if event[1] == "move" and "'why': 'read in" in event[5]
    ]
    return Counter(event[3] for event in moves)


@pytest.fixture
def sectors_read(monkeypatch: pytest.MonkeyPatch) -> Counter[tuple[str, int]]:
    """How often each sector was read in each drive."""
    found: Counter[tuple[str, int]] = Counter()
    execute = FusedRoom.execute

    def counting(room: Any, device: str, cdb: bytes, **options: Any) -> Any:
        if cdb[0] == READ:
            lba, count = int.from_bytes(cdb[2:6], "big"), int.from_bytes(cdb[7:9], "big")
            found.update((device, sector) for sector in range(lba, lba + count))
        return execute(room, device, cdb, **options)

    monkeypatch.setattr(FusedRoom, "execute", counting)
    return found


def of_files(story: Story, package_id: str, read: Counter[tuple[str, int]]) -> set[int]:
    """How often sectors of its files were read: at each visit a disc is asked who it is, which is read before them."""
    with story.catalog.read() as catalog:
        image = story.image_of(package_id).id
        first = min(lba for lba, _size in packages.extents(catalog, image, package_id).values())
    return {count for (_drive, sector), count in read.items() if sector >= first}


def piece_of(story: Story, package_id: str, start: int, end: int) -> tuple[Recall, bytes]:
    """Recall bytes of the long file; what was promised of them."""
    wanted = WantedPackage(story.package(package_id), pieces=(WantedPiece("scans/0001.tif", start, end),))
    (made,) = order(story, wanted)
    story.settle()
    return story.get_recall(made.id), story.contents[package_id]["data/scans/0001.tif"][start : end + 1]


def spooled(story: Story, recall: Recall) -> bytes:
    """The bytes of the one piece of a recall, as they would be streamed."""
    path, start, length, _ = recall.pieces[0]
    with story.catalog.read() as read:
        lba, _ = packages.extents(read, str(recall.image_id), str(recall.package_id))[path]
    spool: Path = story.site.tools.paths.recalls / recall.id / f"{recall.image_id}.spool"
    with spool.open("rb") as file:
        file.seek(lba * SECTOR + start)
        return file.read(length)


def begin_of(story: Story, package_id: str) -> int:
    """Where in its image the long file begins."""
    with story.catalog.read() as read:
        places = packages.extents(read, story.image_of(package_id).id, package_id)
    return places["data/scans/0001.tif"][0] * SECTOR


def test_the_plan_of_an_order_names_every_mount_and_the_bytes_before_anything_moves(
    archived: tuple[Story, list[str]],
) -> None:
    story, package_ids = archived
    with story.catalog.read() as read:
        wanted = [WantedPackage(story.package(package_id)) for package_id in [*package_ids, package_ids[0]]]
        planned = plan_order(read, story.site, wanted, owner=1000)

    assert len(planned.plans) == 3, "what is named twice is one recall"
    assert [visit.medium_id for visit in planned.visits] == sorted(
        visit.medium_id for visit in planned.visits
    )
    assert [plan.sources[0].view.medium_id for plan in planned.plans] == [v.medium_id for v in planned.visits]
    assert planned.estimate_s > 0


@pytest.mark.parametrize("moment", ["together", "after the first is ready", "while the first is read"])
def test_the_same_file_asked_for_twice_is_read_once(
    archived: tuple[Story, list[str]], sectors_read: Counter[tuple[str, int]], moment: str
) -> None:
    story, (package_id, *_) = archived
    sectors_read.clear()
    since = len(story.history())
    first = story.recall(package_id)
    if moment == "after the first is ready":
        story.settle()
    elif moment == "while the first is read":
        story.until(lambda: story.readings(first)[0].state is ReadingState.READING)
    second = story.recall(package_id)
    story.settle()

    for recall_id in (first, second):
        story.assert_given_back(package_id, recall_id)
    assert sectors_read
    assert of_files(story, package_id, sectors_read) == {1}
    assert sum(loads(story, since).values()) == 1

    deliver(story, first)
    story.runner.remove_leftovers()
    story.assert_given_back(package_id, second)


def test_what_only_the_second_wants_is_all_that_is_read_for_it(
    archived: tuple[Story, list[str]], sectors_read: Counter[tuple[str, int]]
) -> None:
    story, (package_id, *_) = archived
    story.recall(package_id, ["文 件.txt"])
    story.settle()
    second = story.recall(package_id)
    story.settle()

    story.assert_given_back(package_id, second)
    assert of_files(story, package_id, sectors_read) == {1}


def test_only_folders_of_recalls_that_are_over_are_ever_removed_from_the_area(
    archived: tuple[Story, list[str]],
) -> None:
    story, (package_id, *_) = archived
    area = story.site.tools.paths.recalls
    live = story.recall(package_id, ["文 件.txt"])
    story.settle()
    (area / "R999999").mkdir()
    for name in ("holiday.jpg", "Reports", "R1"):
        (area / name).mkdir()

    with story.catalog.read() as read:
        rubbish = leftovers(read, story.site.tools.paths, present(story.site.tools.paths))

    assert area / "R999999" in rubbish
    assert not {area / name for name in ("holiday.jpg", "Reports", "R1", live)} & set(rubbish)


def test_an_area_that_was_emptied_under_a_taker_costs_a_reading_and_blames_nobody(
    archived: tuple[Story, list[str]],
) -> None:
    story, (package_id, *_) = archived
    first = story.recall(package_id)
    story.settle()
    for path in (story.site.tools.paths.recalls / first).iterdir():
        path.unlink()

    second = story.recall(package_id)
    story.until(lambda: any(r.state is ReadingState.READING for r in story.readings(second)))
    deliver(story, first)
    story.settle()

    story.assert_given_back(package_id, second)
    assert not story.media(MediumState.SUSPECT)


@pytest.mark.parametrize("nth", [1, 2, 3])
def test_killed_in_the_middle_of_gathering_an_order_goes_on(
    archived: tuple[Story, list[str]], nth: int
) -> None:
    story, package_ids = archived
    made = by_package(order(story, *package_ids))

    assert story.until_killed(
        nth, lambda step: step.endswith(" 28") or "recall" in step or "readings" in step
    )
    story.crash()
    story.settle()

    for package_id in package_ids:
        story.assert_given_back(package_id, made[package_id])
    assert_law(story)


def test_a_range_that_is_nearly_all_of_its_file_is_judged_by_the_sha256_of_the_file(
    archived: tuple[Story, list[str]],
) -> None:
    story, (package_id, *_) = archived
    size = len(story.contents[package_id]["data/scans/0001.tif"])
    recall, promised = piece_of(story, package_id, 10, size - 11)

    assert spooled(story, recall) == promised
    (reading,) = story.readings(recall.id)
    assert sum(length for _, length in reading.ranges) == -(-size // SECTOR) * SECTOR


def test_a_range_behind_the_end_of_the_file_is_refused_with_its_size(
    archived: tuple[Story, list[str]],
) -> None:
    story, (package_id, *_) = archived
    with pytest.raises(
        Refused, match="has 3565158 bytes, numbered from 0; it has no bytes 3565158 to 3565160"
    ):
        piece_of(story, package_id, 3_565_158, 3_565_160)


def test_recalls_beyond_the_area_wait_in_order_and_come_when_there_is_room(
    archived: tuple[Story, list[str]],
) -> None:
    story, package_ids = archived
    limit(story, 8_000_000)
    made = order(story, *package_ids)
    assert [recall.state for recall in made] == [
        RecallState.REQUESTED, RecallState.REQUESTED, RecallState.WAITING
    ]  # fmt: skip
    story.settle()

    states = [story.get_recall(recall.id).state for recall in made]
    with story.catalog.read() as read:
        words = recall_area.view(read, story.site).words(story.get_recall(made[2].id))
        taken = recall_area.used_bytes(read)
    story.assert_given_back(str(made[0].package_id), made[0].id)
    deliver(story, made[0].id)
    story.settle()

    assert states == [RecallState.READY, RecallState.READY, RecallState.WAITING]
    assert taken <= 8_000_000
    assert "waits for room in the recall area" in words
    assert "8000000" in words
    story.assert_given_back(str(made[2].package_id), made[2].id)
    assert_law(story)


def test_a_recall_that_is_larger_than_the_area_is_refused_with_sizes_and_choices(
    archived: tuple[Story, list[str]],
) -> None:
    story, package_ids = archived
    limit(story, 300_000)
    with pytest.raises(TooLarge, match="has 300000 in all; nothing was asked for") as refused:
        order(story, package_ids[0])
    assert "--file" in refused.value.advice
    assert "area_bytes_max" in refused.value.advice

    small = order(story, WantedPackage(story.package(package_ids[0]), ("文 件.txt",)))
    story.settle()
    assert story.recalled(small[0].id)


def test_expiry_frees_the_area_for_those_who_wait_but_not_under_an_order_that_is_being_fetched(
    archived: tuple[Story, list[str]],
) -> None:
    story, package_ids = archived
    limit(story, 4_000_000)
    fetched = order(story, *package_ids[:2])
    story.settle()
    story.clock.sleep(timedelta(hours=71).total_seconds())
    deliver(story, fetched[0].id)
    story.settle(naps=2)
    story.clock.sleep(timedelta(hours=71).total_seconds())
    story.runner.expire_recalls()
    assert story.get_recall(fetched[1].id).state is RecallState.READY, "its order was fetched from meanwhile"

    waiting = order(story, package_ids[2])
    assert waiting[0].state is RecallState.WAITING
    story.clock.sleep(timedelta(hours=2).total_seconds())
    story.runner.expire_recalls()
    story.settle()

    assert story.get_recall(fetched[1].id).state is RecallState.CANCELLED
    story.assert_given_back(package_ids[2], waiting[0].id)


def test_a_range_reads_only_the_chunks_that_hold_it_and_damage_elsewhere_is_nothing_to_it(
    archived: tuple[Story, list[str]],
) -> None:
    story, (*_, package_id) = archived
    begin = begin_of(story, package_id)
    own = discs(story, package_id)[0]
    start = 2 * MIB - begin % MIB + 1000  # in the middle of a chunk of the image
    story.damage(own, kind="silent", offset=begin + start + MIB, bytes=100_000)

    recall, promised = piece_of(story, package_id, start, start + 4999)

    assert recall.state is RecallState.READY
    assert spooled(story, recall) == promised
    (reading,) = story.readings(recall.id)
    assert sum(length for _, length in reading.ranges) == MIB
    assert recall.pieces[0][3] == hashlib.sha256(promised).hexdigest()
    assert_law(story)


def test_a_range_over_a_damaged_chunk_comes_through_the_set(
    archived: tuple[Story, list[str]],
) -> None:
    story, (*_, package_id) = archived
    begin = begin_of(story, package_id)
    own = discs(story, package_id)[0]
    start = 2 * MIB - begin % MIB + 1000
    story.damage(own, kind="silent", offset=begin + start + 2000, bytes=100)

    recall, promised = piece_of(story, package_id, start, start + 4999)

    assert recall.state is RecallState.READY
    assert spooled(story, recall) == promised
    through_set = [r for r in story.readings(recall.id) if r.purpose == "set"]
    assert len(through_set) == 3
    assert all(sum(length for _, length in r.ranges) <= MIB for r in through_set)


def test_an_order_over_several_discs_one_of_them_lost_mounts_each_disc_once(
    archived: tuple[Story, list[str]],
) -> None:
    story, package_ids = archived
    lost = story.copy_of(story.image_of(package_ids[0]).id).medium_id
    story.lose(lost)
    story.settle()
    since = len(story.history())

    made = by_package(order(story, *package_ids))
    story.settle()

    for package_id in package_ids:
        story.assert_given_back(package_id, made[package_id])
    mounted = loads(story, since)
    assert set(mounted.values()) == {1}
    assert len(mounted) == 3, "two discs of packages that are wanted anyway, and one of parity"
    assert lost not in mounted
    assert_law(story)


def test_an_order_of_which_one_package_cannot_come_is_refused_and_none_is_on_record(
    archived: tuple[Story, list[str]],
) -> None:
    story, package_ids = archived
    own = story.image_of(package_ids[0])
    parity = [image for image in story.members(str(own.set_id)) if image.kind == "parity"]
    for image in (own, *parity):
        medium_id = story.copy_of(image.id, CopyState.VERIFIED, CopyState.SUSPECT).medium_id
        if story.medium(medium_id).element is not None:
            story.lose(medium_id)
    story.settle()

    with pytest.raises(Unrecoverable, match=f"package {package_ids[0]} cannot be recalled now"):
        order(story, *package_ids)

    with story.catalog.read() as read:
        assert recalls.in_state(read, RecallState.WAITING, *recalls.LIVE) == []
    assert len(order(story, package_ids[1])) == 1
