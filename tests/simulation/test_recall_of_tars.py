"""A package that travels as one tar comes back file by file: inner files are ranges with digests of their own."""

import hashlib
import os
from pathlib import Path

from archived.catalog import packages
from archived.inner_files import TAR_PATH
from archived.policy.submission import SubmissionRequest
from archived.stages.recall_entries import entry_of, wanted_files
from archived.stages.recall_order import WantedPackage, WantedPiece
from archived.stages.recall_request import request_order
from archived.states import RecallState
from tests.simulation.conftest import Tell
from tests.simulation.harness import Story
from tests.simulation.law import assert_law

FILES = {b"line\nbreak": b"one", b"caf\xe9.bin": b"2" * 5000, b"long": bytes(range(256)) * 9000}


def handed_in(story: Story) -> str:
    """A package with names that no disc can hold, on discs only."""
    source = os.fsencode(story.folder / "hard")
    os.mkdir(source)
    for name, data in FILES.items():
        Path(os.fsdecode(source + b"/" + name)).write_bytes(data)
    request = SubmissionRequest(
        Path(os.fsdecode(source)), "F1", "S1", "0001", retention="30", confidentiality="open"
    )
    package_id = str(story.accept(request)["package"])
    story.close_everything()
    assert story.all_archived(), story.attentions()
    story.forget_staging(package_id)
    return package_id


def recalled(story: Story, wanted: WantedPackage) -> dict[str, bytes]:
    """What was judged in the spool, by the path that the recall knows."""
    (made,), _ = request_order(story.catalog, story.site, [wanted], owner=1000)
    story.settle()
    recall = story.get_recall(made.id)
    assert recall.state is RecallState.READY, recall.note
    with story.catalog.read() as read:
        files = wanted_files(read, recall)
    spool = story.site.tools.paths.recalls / recall.id / f"{recall.image_id}.spool"
    data = spool.read_bytes()
    return {file.path: data[file.offset : file.offset + file.size_bytes] for file in files}


def test_inner_files_come_back_alone_in_pieces_and_all_together(tell: Tell) -> None:
    story = tell(n=1, m=1, disc_mib=6, seed=2)
    package_id = handed_in(story)
    package = story.package(package_id)

    one = recalled(story, WantedPackage(package, ("data/line%0Abreak",)))
    everything = recalled(story, WantedPackage(package))
    wanted = WantedPackage(package, pieces=(WantedPiece("data/long", 1_500_000, 1_500_099),))
    (made,), _ = request_order(story.catalog, story.site, [wanted], owner=1000)
    story.settle()

    assert one == {"data/line%0Abreak": b"one"}
    assert everything == {
        "data/line%0Abreak": b"one",
        "data/caf%E9.bin": FILES[b"caf\xe9.bin"],
        "data/long": FILES[b"long"],
    }
    piece = story.get_recall(made.id).pieces[0]
    assert piece[3] == hashlib.sha256(FILES[b"long"][1_500_000:1_500_100]).hexdigest()
    assert_law(story)


def test_the_tar_itself_is_given_to_whoever_names_it(tell: Tell) -> None:
    story = tell(n=1, m=1, disc_mib=6, seed=2)
    package_id = handed_in(story)
    with story.catalog.read() as read:
        entry = entry_of(read, package_id, f"/{TAR_PATH}")
        assert entry is not None
        assert [file.path for file in packages.files(read, package_id) if file.path == TAR_PATH]
    found = recalled(story, WantedPackage(story.package(package_id), (f"/{TAR_PATH}",)))
    assert hashlib.sha256(found[f"/{TAR_PATH}"]).hexdigest() == entry.sha256
