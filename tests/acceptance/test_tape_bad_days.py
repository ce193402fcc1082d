"""Bad days of cartridges behind a real target: whoever dies in the middle of an append, nothing is lost."""

import os
import random
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.acceptance.tape_site import WRITING, TapeSite
from tests.contract.tgt_target import SLOT, SLOTS, Cartridge, require_tgt, tgt_target

pytestmark = pytest.mark.simulate
SIZE_BYTES, IMAGE_BYTES = 12_000_000, 16_000_000
CARTRIDGES = tuple(Cartridge(f"VOL00{number}L8", size_mb=400) for number in range(1, 7))
MakeSite = Callable[..., TapeSite]


@pytest.fixture
def make_tape_site(tmp_path: Path) -> Iterator[MakeSite]:
    """Sites on targets of their own; ends both, and looks for what they left."""
    require_tgt()
    made: list[TapeSite] = []
    targets = []

    def make(cartridges: tuple[Cartridge, ...], *, n: int = 2, image_bytes: int = IMAGE_BYTES) -> TapeSite:
        targets.append(tgt_target(cartridges, discs=()))
        made.append(
            TapeSite(tmp_path / f"s{len(made)}", targets[-1].__enter__(), n=n, image_bytes=image_bytes)
        )
        made[-1].begin_with(cartridges)
        return made[-1]

    yield make
    left = [site.end() for site in made]
    for target in targets:
        target.__exit__(None, None, None)
    assert not any(left), left


def kill_daemon(site: TapeSite) -> None:
    """The target stands still meanwhile, so that it dies in the middle."""
    os.kill(site.target.pid, signal.SIGSTOP)
    site.kill()
    os.kill(site.target.pid, signal.SIGCONT)


def begin_to_archive(site: TapeSite, *numbers: int) -> list[str]:
    volumes = [site.hand_in(number, SIZE_BYTES) for number in numbers]
    site.ask("images", "close", "--all")
    return volumes


def put_back(site: TapeSite, chance: random.Random) -> None:
    """The target is started again, and somebody lays every cartridge into whatever slot."""
    slots = chance.sample(range(SLOT, SLOT + SLOTS), len(site.target.places))
    site.target.places = dict(zip(slots, site.target.places.values(), strict=True))
    site.target.start()


def assert_all_comes_back(site: TapeSite, volumes: list[str]) -> None:
    site.ask("staging", "release", "--all")
    for volume in volumes:
        site.assert_comes_back(volume)


def test_the_daemon_dies_in_the_middle_of_an_append_and_the_torn_image_is_written_behind_the_good_one(
    make_tape_site: MakeSite,
) -> None:
    site = make_tape_site(CARTRIDGES[:3])
    volumes = begin_to_archive(site, 1, 2)
    site.archive(*volumes)
    more = begin_to_archive(site, 3, 4)
    torn = site.in_the_middle_of_an_append(lambda: kill_daemon(site), after_bytes=3_000_000)
    assert site.look(WRITING)
    site.start()
    site.archive(*more)

    on_torn = site.look("select state, tape_file from copy where medium_id = ? order by tape_file", torn)
    assert [state for state, _file in on_torn] == ["verified"] * 2
    assert [file for _state, file in on_torn] == [2, 6], "the torn image stood there, and was written over"
    assert {medium["state"] for medium in site.items("media")} == {"appendable"}
    assert_all_comes_back(site, volumes + more)


def test_the_library_loses_power_in_the_middle_of_an_append_and_somebody_lays_its_cartridges_elsewhere(
    make_tape_site: MakeSite,
) -> None:
    site = make_tape_site(CARTRIDGES[:3])
    volumes = begin_to_archive(site, 1, 2)
    site.in_the_middle_of_an_append(site.target.kill, after_bytes=3_000_000)
    put_back(site, random.Random(1))
    site.archive(*volumes)

    assert site.daemon is not None
    assert site.daemon.poll() is None
    assert {medium["state"] for medium in site.items("media")} == {"appendable"}
    assert_all_comes_back(site, volumes)
    assert not [id_ for id_ in site.attentions() if not id_.startswith("scratch")]


def test_a_tape_that_ends_too_soon_keeps_what_it_has_and_the_image_goes_to_another(
    make_tape_site: MakeSite,
) -> None:
    """The catalog counts on what its makers say of a cartridge; two of these hold one image each."""
    short = tuple(Cartridge(f"SML00{number}L8", size_mb=18) for number in (1, 2))
    site = make_tape_site((*short, *CARTRIDGES[:3]), n=1)
    volumes = [site.hand_in(number, SIZE_BYTES) for number in (1, 2, 3)]
    site.archive(*volumes)

    states = {medium["id"]: medium["state"] for medium in site.items("media")}
    assert {states[cartridge.barcode] for cartridge in short} <= {"good", "blank"}
    assert "good" in states.values()
    assert site.look("select 1 from copy where state = 'cancelled'")
    assert_all_comes_back(site, volumes)


def test_a_catalog_that_was_thrown_away_comes_back_from_the_cartridges(make_tape_site: MakeSite) -> None:
    site = make_tape_site(CARTRIDGES[:3])
    volumes = begin_to_archive(site, 1, 2)
    site.archive(*volumes)
    more = begin_to_archive(site, 3)
    site.archive(*more)
    before = {item["id"]: item["root_digest"] for item in site.items("packages")}
    site.ask("staging", "release", "--all")
    assert site.drain() == 0
    for path in site.folder.glob("catalog.sqlite*"):
        path.unlink()

    site.start()
    rebuilt = site.ctl("catalog", "rebuild", "--from-media")
    assert (rebuilt.status, rebuilt.document["state"]) == (0, "done"), rebuilt
    assert {item["id"]: item["root_digest"] for item in site.items("packages")} == before
    for volume in (*volumes, *more):
        site.assert_comes_back(volume)
    checked = site.ctl("catalog", "check", "--full")
    assert checked.status == 0, checked
    assert {item["state"] for item in site.items("packages")} == {"archived"}
    site.ask("catalog", "release-hold", "--reason", "all looked at")


@pytest.mark.parametrize("seed", range(2))
def test_whoever_dies_and_however_often_everything_comes_back(make_tape_site: MakeSite, seed: int) -> None:
    chance = random.Random(seed)
    site = make_tape_site(CARTRIDGES)
    volumes: list[str] = []

    def library_dies() -> None:
        site.target.kill()
        put_back(site, chance)

    def both_die() -> None:
        kill_daemon(site)
        library_dies()

    for turn in range(4):
        more = begin_to_archive(site, 2 * turn + 1, 2 * turn + 2)
        for _again in range(chance.randint(1, 2)):
            what = chance.choice([lambda: kill_daemon(site), library_dies, both_die])
            site.in_the_middle_of_an_append(what, after_bytes=chance.randrange(100_000, 9_000_000))
            if site.daemon is None or site.daemon.poll() is not None:
                site.start()
        site.archive(*more)
        volumes += more
    ((gone,),) = site.look("select medium_id from copy where state = 'verified' order by random() limit 1")
    site.ask("staging", "release", "--all")
    site.lose(gone)
    for volume in volumes:
        site.assert_comes_back(volume)
    suspects = site.items("media", "--state", "suspect")
    assert not suspects, suspects
