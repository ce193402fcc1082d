"""Cartridges that a drive calls write-protected, and drives that say so of one cartridge after the other.

What is on a protected cartridge counts on, and nothing is added to it. A blank is set aside until a person flips its
tab and registers it again. A second cartridge in a row is no matter of tabs: the drive writes no more, it reads on,
and neither that cartridge nor a further one is touched for it.
"""

from typing import Final

from sqlalchemy import Connection

from archived.catalog import events, media
from archived.catalog.events import Attention
from archived.language import _
from archived.sessions.tape_write import TapeTask
from archived.stages.work import Site
from archived.states import CopyState, MediumEvent

_LAST: Final = "protected_in:"  # + drive → the cartridge that it called protected, nothing written since
_DOUBTED: Final = "doubted:"  # + drive → the second one


def doubted(read: Connection) -> frozenset[str]:
    """Drives that call every cartridge protected: none of them begins to write before a person says so."""
    return frozenset(
        key.removeprefix(_DOUBTED)
        for key, value in events.settings(read).items()
        if value and key.startswith(_DOUBTED)
    )


def trusted_again(write: Connection, drive: str) -> None:
    """A person put the drive into use."""
    events.set_setting(write, f"{_DOUBTED}{drive}", "")
    wrote_in(write, drive)
    events.clear_attention(write, f"doubted:{drive}")


def wrote_in(write: Connection, drive: str) -> None:
    """A drive wrote: what it called protected before was protected."""
    if events.settings(write).get(f"{_LAST}{drive}"):
        events.set_setting(write, f"{_LAST}{drive}", "")


def settle_protected(write: Connection, site: Site, task: TapeTask, note: str, *, counts: bool) -> None:
    """A drive called the cartridge of a session protected; its copies are PLANNED again, it is as before the session.

    `counts`: images on it count.
    """
    before = events.settings(write).get(f"{_LAST}{task.drive}")
    where = {"medium": task.medium_id, "note": note}
    events.append(write, site.now(), "write-protected", ("drive", task.drive), outcome="failure", **where)
    if before and before != task.medium_id:
        _doubt(write, site, task, before)
        return
    events.set_setting(write, f"{_LAST}{task.drive}", task.medium_id)
    media.withdraw_plans_on(write, task.medium_id, note, site.now())
    if counts:
        media.advance_state(write, task.medium_id, MediumEvent.WRITTEN, site.now(), note=note)
    else:
        media.advance_state(write, task.medium_id, MediumEvent.SET_ASIDE, site.now(), note=note)
    _tell_cartridge(write, site, task, counts=counts)


def _tell_cartridge(write: Connection, site: Site, task: TapeTask, *, counts: bool) -> None:
    what = _("cartridge {medium_id} is write-protected (in drive {drive}) and was set aside").format(
        medium_id=task.medium_id, drive=task.drive
    )
    safe = _("nothing on it counts; what was planned for it goes to another cartridge")
    next_ = _("flip its tab, then: archivectl media register {barcode} --pool {pool} --batch {batch}").format(
        barcode=task.barcode or task.medium_id,
        pool=task.label.pool,
        batch=media.get(write, task.medium_id).batch or "BATCH",
    )
    if any(copy.state is not CopyState.CANCELLED for copy in media.copies_on(write, task.medium_id)):
        next_ = f"archivectl media {task.medium_id}"  # it is no blank that could be registered
    if counts:
        what = _(
            "cartridge {medium_id} is write-protected (in drive {drive}): nothing is added to it"
        ).format(medium_id=task.medium_id, drive=task.drive)
        safe = _("images on it count on and are read; what was planned for it goes to another cartridge")
        next_ = _("nothing has to be done; archivectl media {medium_id} lists its images").format(
            medium_id=task.medium_id
        )
    events.raise_attention(
        write, Attention(f"cartridge:{task.medium_id}", "working-hours", what, safe, next_, site.now())
    )


def _doubt(write: Connection, site: Site, task: TapeTask, before: str) -> None:
    events.set_setting(write, f"{_DOUBTED}{task.drive}", task.medium_id)
    what = _(
        "drive {drive} calls two cartridges in a row write-protected: {before} and {medium_id}; "
        "nothing more is written in it"
    )
    events.raise_attention(
        write,
        Attention(
            f"doubted:{task.drive}",
            "now",
            what.format(drive=task.drive, before=before, medium_id=task.medium_id),
            _(
                "the drive reads on, the other drives write on; {medium_id} stays in use, images on both count on"
            ).format(medium_id=task.medium_id),
            _(
                "look at the tabs of both cartridges and at the drive, then: "
                "archivectl drive up {drive} --reason TEXT"
            ).format(drive=task.drive),
            site.now(),
        ),
    )
