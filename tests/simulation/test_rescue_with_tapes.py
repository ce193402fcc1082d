"""The daemon's rebuild and archivectl rescue, which share no code, make the same of discs and dumps of cartridges."""

import hashlib
from pathlib import Path

from click.testing import CliRunner

from cli.main import main
from simulator.cartridge import BlockDamaged
from tests.simulation.conftest import Tell
from tests.simulation.harness import Story
from tests.simulation.tapes import on_disc
from tests.simulation.test_rebuild_with_tapes import archive, the_cartridge
from tests.simulation.throwing_away import kinds, rebuild, recall_all, throw_away


def dump(story: Story, medium_id: str, folder: Path) -> None:
    """All tape files of a cartridge as dd copies them: 0000.tape, 0001.tape, …"""
    folder.mkdir(parents=True)
    number, content = 0, bytearray()
    with story.cartridge(medium_id) as cartridge:
        for at in range(cartridge.objects):
            if not cartridge.length(at):
                (folder / f"{number:04d}.tape").write_bytes(content)
                number, content = number + 1, bytearray()
                continue
            try:
                content += cartridge.read(at)
            except BlockDamaged:
                content += bytes(cartridge.length(at))


def test_a_lost_disc_is_the_same_from_media_and_from_raw_copies_with_a_dump_of_the_tape(
    tell: Tell, tmp_path: Path
) -> None:
    story, ids = tell.on(archive)
    lost, kept = on_disc(story)
    image = story.image(lost.image_id)
    copies = tmp_path / "copies"
    dump(story, the_cartridge(story), copies / "tape")
    (copies / f"{kept.medium_id}.img").write_bytes(story.room.disc_bytes(kept.medium_id))
    story.lose(lost.medium_id)
    throw_away(story)

    assert kinds(rebuild(story)) == ["set-incomplete"]
    asked = ["rescue", "rebuild", str(copies), "--to", str(tmp_path / "new")]
    done = CliRunner().invoke(main, asked, env={"LANGUAGE": "", "LC_ALL": "C.UTF-8"})

    assert done.exit_code == 0, done.output
    (made,) = (tmp_path / "new").glob("*.img")
    assert made.stem == f"{image.set_id}-{image.position}"
    found = story.image(f"{image.set_id}-{image.position}")
    assert hashlib.sha256(made.read_bytes()).hexdigest() == found.sha256 == image.sha256
    recall_all(story, ids)
    assert CliRunner().invoke(main, ["rescue", "verify", str(copies)]).exit_code == 0
    listed = ["rescue", "extract", str(made), "--to", str(tmp_path / "files")]
    assert CliRunner().invoke(main, listed).exit_code == 0
    files = {path.name: path.read_bytes() for path in (tmp_path / "files").rglob("*") if path.is_file()}
    package = next(name for name in ids if story.image_of(name).id == found.id)
    for path, data in story.contents[package].items():
        assert files[Path(path).name] == data
