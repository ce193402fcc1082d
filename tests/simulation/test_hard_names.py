"""A package that travels as a tar, all the way: onto discs, and back file by file from a disc or through the set."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, seed, settings

from archived.model import Recall
from archived.names import as_text, escaped
from archived.policy.submission import SubmissionRequest
from archived.stages import recall_request
from archived.stages.recall_entries import wanted_file
from archived.stages.recall_order import WantedPackage, WantedPiece
from archived.stages.recall_reading import spool_path
from archived.states import RecallState
from tests.simulation.conftest import Tell
from tests.simulation.harness import Story
from tests.simulation.law import assert_law
from tests.trees import Leaf, Tree, plant, trees

BIG = bytes(range(256)) * 2000
HARD = Tree(
    {
        b"\xff\xfe": Leaf(b"undecodable", 7, 0o600),
        b"NUL.txt": Leaf(b"", 8, 0o644),
        b"a\\b/\ncontrol": Leaf(BIG, 9, 0o644),
        b"plain.txt": Leaf(b"plain", 10, 0o644),
    }
)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Story, str]]:
    """A package of hard names whose bytes are on discs only; one story for all, whose last test loses a disc."""
    story = Story(tmp_path_factory.mktemp("names"), m=2)
    yield story, archived(story, HARD)
    story.catalog.close()
    story.room.close()


def hand_in(story: Story, tree: Tree, volume: str) -> str:
    """A tree as a volume; returns the package id."""
    source = story.folder / f"tree-{volume}"
    source.mkdir(parents=True)
    plant(tree, source)
    request = SubmissionRequest(source, "F1", "S1", volume, retention="30", confidentiality="open")
    receipt = story.accept(request)
    assert receipt["travels"]["as"] == "tar"
    package_id = str(receipt["package"])
    stored = story.site.tools.paths.staging / story.package(package_id).staging_name
    story.contents[package_id] = {
        "data/package.tar": (stored / "data/package.tar").read_bytes(),
        "name-map.csv": (stored / "name-map.csv").read_bytes(),
    }
    return package_id


def archived(story: Story, tree: Tree) -> str:
    """The package of a tree, on discs only."""
    package_id = hand_in(story, tree, "0001")
    story.submit("0002", 530_000)
    story.close_everything()
    assert story.all_archived(), story.attentions()
    story.forget_staging(package_id)
    return package_id


def bytes_of(story: Story, recall: Recall, path: str, start: int = 0, length: int | None = None) -> bytes:
    """What the recall area has of one entry."""
    with story.catalog.read() as read:
        file = wanted_file(read, recall, path)
    spool = spool_path(story.site.tools.paths.recalls / recall.id, str(recall.image_id))
    with spool.open("rb") as stored:
        stored.seek(file.offset + start)
        return stored.read(file.size_bytes if length is None else length)


def ready(story: Story, recall_id: str) -> Recall:
    story.settle()
    recall = story.get_recall(recall_id)
    assert recall.state is RecallState.READY, recall.note
    return recall


def assert_all_back(story: Story, package_id: str, tree: Tree) -> None:
    recall = ready(story, story.recall(package_id))
    files = {f"data/{escaped(as_text(path))}": leaf.data for path, leaf in tree.files.items()}
    assert set(recall.paths) >= set(files)
    for path, data in files.items():
        assert bytes_of(story, recall, path) == data


def test_every_inner_file_comes_back_from_the_disc(kept: tuple[Story, str]) -> None:
    story, package_id = kept

    assert_all_back(story, package_id, HARD)
    assert_law(story)


def test_one_inner_file_is_read_without_the_rest_of_its_tar(kept: tuple[Story, str]) -> None:
    story, package_id = kept

    recall = ready(story, story.recall(package_id, ["%FF%FE"]))

    assert bytes_of(story, recall, "data/%FF%FE") == b"undecodable"
    read = sum(length for reading in story.readings(recall.id) for _, length in reading.ranges)
    assert read <= 2 * 2048


def test_a_range_of_an_inner_file_is_its_own_bytes(kept: tuple[Story, str]) -> None:
    story, package_id = kept
    path = "data/a%5Cb/%0Acontrol"

    wanted = WantedPackage(story.package(package_id), pieces=(WantedPiece("a\\b/\ncontrol", 1000, 1999),))
    (asked,), _plan = recall_request.request_order(story.catalog, story.site, [wanted], owner=1000)
    recall = ready(story, asked.id)

    assert [piece[:3] for piece in recall.pieces] == [(path, 1000, 1000)]
    assert bytes_of(story, recall, path, 1000, 1000) == BIG[1000:2000]


def test_inner_files_come_through_the_set_when_their_disc_is_lost(kept: tuple[Story, str]) -> None:
    story, package_id = kept
    story.lose(story.copy_of(story.image_of(package_id).id).medium_id)
    story.settle()

    assert_all_back(story, package_id, HARD)


def test_a_crash_at_any_step_loses_no_name(tell: Tell) -> None:
    story = tell(m=2)
    package_id = hand_in(story, HARD, "0001")
    story.submit("0002", 530_000)
    story.close_images()
    for nth in (2, 3, 5):
        story.until_killed(nth)
        story.crash()
    story.close_everything()
    story.forget_staging(package_id)

    assert_all_back(story, package_id, HARD)


@pytest.mark.simulate
@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@seed(5)
@given(tree=trees(links=False))
def test_any_tree_comes_back_from_its_disc(tmp_path_factory: pytest.TempPathFactory, tree: Tree) -> None:
    folder: Path = tmp_path_factory.mktemp("tree")
    story = Story(folder / "story", m=2)
    try:
        whole = Tree({**tree.files, b"\xff": Leaf(b"hard", 0, 0o644)})
        whole = Tree({p: leaf for p, leaf in whole.files.items() if not p.startswith(b"\xff/")})
        assert_all_back(story, archived(story, whole), whole)
    finally:
        story.catalog.close()
        story.room.close()
