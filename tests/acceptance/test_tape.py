"""A site with discs and cartridges, over the socket: archived on both, cleaned, and recalled from tape alone."""

from collections.abc import Callable
from pathlib import Path

from tests.acceptance.conftest import DISC_AND_TAPE
from tests.acceptance.running import Site


def test_what_lies_on_disc_and_tape_comes_back_from_tape_when_no_disc_is_left(
    make_site: Callable[..., Site], volume: Callable[..., Path], tmp_path: Path
) -> None:
    site = make_site(settings=DISC_AND_TAPE)
    site.start()
    source = volume(1)
    assert site.submit(source, "0001").status == 0
    site.archive("0001")
    ((package,),) = site.look("select id from package")
    copies = site.look("select medium_id, tape_file, state from copy order by tape_file")
    assert [row[2] for row in copies] == ["verified"] * 3
    cartridge, tape_file, _state = copies[-1]
    assert tape_file == 2
    (on_it,) = site.ask("media", cartridge)["copies"]
    assert on_it["tape_file"] == 2

    cleaned = site.ask("library", "clean", "T1")
    assert (cleaned["cleaning"]["state"], cleaned["uses"]) == ("done", 1)

    for disc in (row[0] for row in copies if row[1] is None):
        site.ask("simulate", "lose", disc)
    site.ask("library", "inventory")
    site.ask("staging", "release", package)
    target = tmp_path / "back"
    site.ask("recall", package, "--to", target)
    assert (target / "data" / "scan.bin").read_bytes() == (source / "scan.bin").read_bytes()
