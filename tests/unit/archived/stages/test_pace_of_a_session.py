"""How fast a session wrote to a cartridge is on record, and a drive that was starved waits for a person."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from archived.catalog import events
from archived.sessions.tape_write import TapeTask
from archived.stages.tape_pace import tell_pace
from backends.tape.appending import SessionReport
from backends.tape.image_on_tape import ImageIdentity, ImageOnTape
from backends.tape.label import TapeLabel
from tests.unit.archived.stages.tape_site import TapeSite

GB = 10**9
PLACE = ImageOnTape(ImageIdentity("I1", 2048, {"sha256": "00" * 32}), 2, 3, 1 << 20)


def task(site: TapeSite) -> TapeTask:
    label = TapeLabel(
        cartridge="6f9619ff-8b86-4011-b42d-00c04fc964ff",
        barcode="000001L8",
        institution="",
        contact="",
        site="cellar",
        pool="tapes",
        media_kind="lto-8",
        labelled_at=datetime(2026, 1, 1, tzinfo=UTC),
        software="archived",
    )
    return TapeTask(
        "tl1",
        256,
        "T1",
        "000001L8",
        "000001L8",
        label,
        (),
        site.site.tools.paths.staging,
        "archived",
        0,
        frozenset(),
        None,
    )


def report(size_bytes: int, seconds: float, *, images: int = 1) -> SessionReport:
    return SessionReport((PLACE,) * images, size_bytes, seconds, 7, 2, nearly_full=False, index_problem="")


@pytest.mark.parametrize(
    ("size_bytes", "mb_per_s", "starved"),
    [(50 * GB, 100, True), (50 * GB, 130, False), (GB, 100, False), (10 * GB, 119, True)],
    ids=["slow", "fast enough", "too short to be judged", "just long enough"],
)
def test_a_drive_that_gets_less_than_a_third_of_its_speed_waits_for_a_person(
    tmp_path: Path, size_bytes: int, mb_per_s: int, starved: bool
) -> None:
    site = TapeSite(tmp_path)
    with site.catalog.write() as write:
        tell_pace(write, site.site, task(site), report(size_bytes, size_bytes / mb_per_s / 1e6))
        (event,) = events.latest(write, subject_id="000001L8")
        up = [item for item in events.attentions(write) if item.id == "starved:T1"]
    assert event.type == "tape session"
    assert event.detail["mb_per_s"] == pytest.approx(mb_per_s)
    assert (event.detail["underruns"], event.detail["flushes"], event.detail["repositions"]) == (7, 2, 9)
    assert bool(up) is starved
    if starved:
        assert f"at {mb_per_s} MB/s and needs 120 MB/s" in up[0].what
    site.catalog.close()


def test_it_is_over_when_a_long_session_was_fast_and_not_before(tmp_path: Path) -> None:
    site = TapeSite(tmp_path)
    up = []
    with site.catalog.write() as write:
        for size_bytes, seconds in ((50 * GB, 1000.0), (GB, 1.0), (50 * GB, 150.0)):
            tell_pace(write, site.site, task(site), report(size_bytes, seconds))
            up.append([item.id for item in events.attentions(write)])
        tell_pace(write, site.site, task(site), report(0, 0.0, images=0))
        assert len(events.latest(write, subject_id="000001L8")) == 3, "a session without an image is none"
    assert up == [["starved:T1"], ["starved:T1"], []]
    site.catalog.close()
