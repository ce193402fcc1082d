"""What every way of burning does with a disc: once, whole and closed, or not at all, or known to be spent."""

import os
import signal
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from archived.sessions.tools import BurnOutcome
from archived.settings import DeviceSettings
from archived.wiring_hardware import device_transport
from backends.interface import CLUSTER_BYTES, SECTOR_BYTES, DiscStatus
from devices.failures import TransportLost
from devices.scsi import Inquiry
from tests.contract.burner_places import (
    BURNER_PLACES,
    USER,
    BurnPlace,
    by_commands_over_iscsi,
    content_of,
    digest_of,
    with_accounts,
)
from tests.contract.tgt_target import DVD_LUN, NAME, Target, require_tgt

CONTENT = content_of(3 * CLUSTER_BYTES)


@pytest.fixture(scope="module")
def target() -> Iterator[Target]:
    require_tgt()
    with with_accounts() as running:
        yield running


@pytest.fixture(params=sorted(BURNER_PLACES))
def place(request: pytest.FixtureRequest) -> Iterator[BurnPlace]:
    make = BURNER_PLACES[request.param]
    arguments = (request.getfixturevalue("target"),) if make is by_commands_over_iscsi else ()
    with make(*arguments) as place:
        place.load()
        yield place


def quiet(done_bytes: int, total_bytes: int) -> None:
    """Nobody looks at the progress."""


def test_an_image_is_burnt_closed_and_reads_the_same_after_a_reload(place: BurnPlace) -> None:
    assert place.look().status is DiscStatus.BLANK
    told: list[tuple[int, int]] = []
    job = place.job(CONTENT, zeros=CLUSTER_BYTES)
    assert place.burner.burn(job, lambda *done: told.append(done)) == BurnOutcome("flushed")
    assert all(total == job.sectors * SECTOR_BYTES for _, total in told)
    assert told == sorted(told)
    place.reload()
    disc = place.look()
    assert (disc.status, disc.written_sectors) == (DiscStatus.COMPLETE, job.sectors)
    assert digest_of(place.drive.read(0, job.sectors)) == digest_of(CONTENT + bytes(CLUSTER_BYTES))
    attached = place.burner.attach(job, quiet)
    assert attached == BurnOutcome("flushed") if place.outlives else attached.kind == "interrupted"


def test_a_changed_byte_in_staging_is_named_and_the_disc_never_counts_as_whole(place: BurnPlace) -> None:
    job = place.job(CONTENT, zeros=CLUSTER_BYTES)
    with (job.staging / str(job.copy_id)).open("r+b") as file:
        file.seek(2 * CLUSTER_BYTES)
        file.write(b"x")
    outcome = place.burner.burn(job, quiet)
    assert outcome.kind == "source"
    assert "name" in outcome.note
    disc = place.look()
    assert disc.status is not DiscStatus.COMPLETE or disc.written_sectors < job.sectors


def test_a_disc_that_is_burnt_already_takes_nothing(place: BurnPlace) -> None:
    first, second = place.job(CONTENT), place.job(content_of(len(CONTENT), seed=8))
    assert place.burner.burn(first, quiet).kind == "flushed"
    place.reload()
    assert place.burner.burn(second, quiet).kind == "failed"
    place.reload()
    assert digest_of(place.drive.read(0, first.sectors)) == digest_of(CONTENT)


def test_an_image_that_is_larger_than_the_disc_leaves_it_blank(place: BurnPlace) -> None:
    job = place.job(CONTENT, zeros=place.too_many_sectors * SECTOR_BYTES)
    assert place.burner.burn(job, quiet).kind == "failed"
    assert place.look().status is DiscStatus.BLANK


def test_a_burn_that_was_not_begun_is_interrupted_and_the_disc_blank(place: BurnPlace) -> None:
    assert place.burner.attach(place.job(CONTENT), quiet).kind == "interrupted"
    assert place.look().status is DiscStatus.BLANK


class Gone(Exception):
    """The daemon ended here."""


@pytest.mark.filterwarnings("ignore:subprocess .* is still running:ResourceWarning")
def test_a_burn_goes_on_without_whoever_began_it_or_ends_unclosed(place: BurnPlace) -> None:
    def end(done_bytes: int, total_bytes: int) -> None:
        raise Gone

    job = place.job(CONTENT, zeros=4 * CLUSTER_BYTES)
    with suppress(Gone):
        place.burner.burn(job, end)
    outcome, status = place.burner.attach(job, quiet), place.look().status
    if place.outlives:
        assert (outcome, status) == (BurnOutcome("flushed"), DiscStatus.COMPLETE)
    else:
        assert (outcome.kind, status) == ("interrupted", DiscStatus.APPENDABLE)


def test_a_burn_by_commands_that_is_killed_is_interrupted_and_its_disc_no_blank_that_counts(
    target: Target,
) -> None:
    with by_commands_over_iscsi(target) as place:
        place.load()
        job = place.job(CONTENT, zeros=64 << 20)

        def kill(done_bytes: int, total_bytes: int) -> None:
            for entry in Path("/proc").glob("[0-9]*/cmdline"):
                with suppress(OSError):
                    if os.fsencode(place.jobs) in entry.read_bytes():
                        os.kill(int(entry.parent.name), signal.SIGKILL)

        assert place.burner.burn(job, kill).kind == "interrupted"
        assert place.burner.attach(job, quiet).kind == "interrupted"
        place.reload()
        disc = place.look()
        assert disc.status is not DiscStatus.BLANK
        assert disc.written_sectors < job.sectors


def test_no_secret_is_in_a_job(target: Target) -> None:
    with by_commands_over_iscsi(target) as place:
        place.load()
        assert place.burner.burn(place.job(CONTENT), quiet).kind == "flushed"
        files = [path.read_bytes() for path in place.jobs.rglob("*") if path.is_file()]
        assert any(b"chap_secret_file" in data for data in files)
        assert not any(b"a secret of tgt" in data for data in files)


@pytest.mark.parametrize("secret", ["another secret", None])
def test_nobody_gets_in_without_the_secret(target: Target, tmp_path: Path, secret: str | None) -> None:
    settings = DeviceSettings(portal=target.portal, target=NAME, lun=DVD_LUN)
    if secret is not None:
        path = tmp_path / "secret"
        path.touch(0o600)
        path.write_text(secret)
        settings = DeviceSettings(
            portal=target.portal, target=NAME, lun=DVD_LUN, chap_user=USER, chap_secret_file=os.fspath(path)
        )
    with closing(device_transport(settings)) as line, pytest.raises(TransportLost) as refused:
        line.execute(Inquiry().encode(), data_in=36, timeout_s=10)
    assert "another secret" not in str(refused.value)
