"""What tape drives say of themselves and their cartridges (TapeAlert), and drives that fail again and again."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection

from archived.catalog import events, media
from archived.catalog.events import Attention
from archived.language import _
from archived.policy.cartridge_labels import CLEANING
from archived.sessions.health import DriveHealth
from archived.stages.cleaning_asked import drive_asks, drive_is_content
from archived.stages.health.noting import note_alerts, note_wear
from archived.stages.robot_trouble import drive_down
from archived.stages.work import Site
from backends.interface import AlertSeverity, TapeAlert
from backends.tape.alerts import CLEAN_NOW, CLEAN_PERIODIC, EXPIRED_CLEANER, INVALID_CLEANER

#: So many sessions in a row may end without an outcome before a drive is taken down.
BREAKS_MAX: Final = 3
_BROKE: Final = "session broken off"
_CLEANING: Final = (CLEAN_NOW, CLEAN_PERIODIC)
#: Of a cleaning cartridge: the stage that cleans says it in its own words.
_CLEANERS: Final = (EXPIRED_CLEANER, INVALID_CLEANER)


def tell_health(write: Connection, site: Site, health: DriveHealth, medium_id: str) -> None:
    """What a drive said when a cartridge left it, after whatever was done with it, or when it gave trouble."""
    tell_alerts(write, site, health.drive, medium_id, health.alerts, health.late)
    note_wear(write, site, medium_id, health)
    detail: dict[str, Any] = {"drive": health.drive, **health.told}
    detail["flags"] = [alert.flag for alert in health.alerts]
    detail |= {"late": health.late} if health.late else {}
    events.append(write, site.now(), "drive health", ("medium", medium_id), **detail)


def tell_alerts(
    write: Connection, site: Site, drive: str, medium_id: str, alerts: Sequence[TapeAlert], late: str = ""
) -> None:
    """Put up what the drive said, and take down what it does not say any more; `late` is a deferred error, or ""."""
    note_alerts(write, site, drive, medium_id, alerts)
    cleaning = {alert.flag for alert in alerts if alert.flag in _CLEANING}
    told_elsewhere = (*_CLEANING, *(_CLEANERS if media.get(write, medium_id).kind == CLEANING else ()))
    others = [
        alert
        for alert in alerts
        if alert.severity is not AlertSeverity.INFORMATION and alert.flag not in told_elsewhere
    ]
    if cleaning:
        drive_asks(write, site, media.get_drive(write, drive), urgent=CLEAN_NOW in cleaning)
    else:
        drive_is_content(write, site, drive)
    if not others and not late:
        events.clear_attention(write, f"alerts:{drive}")
        return
    words = "; ".join([*(alert.words for alert in others), *([late] if late else [])])
    events.append(
        write,
        site.now(),
        "tape alert",
        ("medium", medium_id),
        outcome="failure",
        note=late,
        drive=drive,
        flags=[alert.flag for alert in others],
    )
    critical = any(alert.severity is AlertSeverity.CRITICAL for alert in others)
    events.raise_attention(
        write,
        Attention(
            f"alerts:{drive}",
            "now" if critical else "working-hours",
            _("drive {drive} with cartridge {medium_id} says: {words}").format(
                drive=drive, medium_id=medium_id, words=words
            ),
            _(
                "images count only when they were read back; what could not be written goes to another cartridge"
            ),
            f"archivectl drive down {drive} --reason TEXT   (the other drives take over)",
            site.now(),
        ),
    )


def session_broke(write: Connection, site: Site, drive: str, medium_id: str, words: str) -> None:
    """A drive ended a session without an outcome; after some in a row it is taken down, and another one goes on."""
    events.append(
        write, site.now(), _BROKE, ("drive", drive), outcome="failure", note=words, medium=medium_id
    )
    broken = 0
    for event in events.latest(write, subject_id=drive, limit=BREAKS_MAX):
        broken += event.type == _BROKE
    if broken < BREAKS_MAX:
        return
    media.set_drive(write, drive, up=False, note=words)
    drive_down(write, site, drive, words)


def session_worked(write: Connection, site: Site, drive: str, medium_id: str) -> None:
    """A session of a drive brought an image onto its tape: what broke before is over."""
    latest = events.latest(write, subject_id=drive, limit=1)
    if any(event.type == _BROKE for event in latest):
        events.append(write, site.now(), "session ended", ("drive", drive), medium=medium_id)
