"""Where every medium stands on the floor of a library, as the catalog knows it and as a look corrects it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from archived.catalog import cases, events, media, tasks
from archived.catalog.events import Attention
from archived.language import _
from archived.model import Drive, Medium
from archived.robot_kinds import PERSON, STACKERS
from archived.stages import doubt
from archived.stages.cases import frozen_places
from archived.stages.work import Site
from archived.tasks import TaskState
from robotics.model import Bin

STALE = "inventory_stale"
ELEMENTS = "elements"
#: Settings of disc robots, each with the library behind it: a closed bin, a robot that stands, one to be made ready.
CLOSED, HALTED, RESET = "bin-closed", "halted", "reset"


@dataclass(frozen=True, slots=True)
class Floor:
    """Drives and media of one library."""

    library: str
    drives: tuple[Drive, ...]
    media: tuple[Medium, ...]
    #: True until the robot was looked at, and while its driver knows of an `unseen` change: nothing moves before.
    stale: bool
    #: Storage slots with their magazines, and import/export slots.
    slots: Mapping[int, str | None]
    ports: tuple[int, ...]
    #: Drives of the changer that are none of ours: nothing is put or taken there.
    others: tuple[int, ...] = ()
    #: Elements that the last look could not tell of, with ASC and ASCQ: nothing is put there.
    doubtful: Mapping[int, tuple[int, int]] = field(default_factory=dict)
    #: People move its media.
    by_person: bool = False
    #: Places about which witnesses disagree → media that may go home there. Nothing else is put there.
    frozen: Mapping[int, frozenset[str]] = field(default_factory=dict)
    #: Of a disc robot with bins: these, the element of its hand, and whether it lays into a drive what it holds.
    bins: tuple[Bin, ...] = ()
    hand: int = 0
    lays_again: bool = False
    #: Bins that gave out before their record did: nothing is fetched from them until somebody looked.
    closed: frozenset[str] = frozenset()
    #: Places into which people who took a task lay media: the robot keeps out of a bin of which one is the next place.
    in_hands: frozenset[int] = frozenset()
    #: It stopped where nobody can tell what became of a disc: nothing moves until a person looked.
    halted: bool = False
    #: A person looked, and it is to be made ready again, with a reset of its line.
    to_reset: bool = False

    def in_drive(self, drive: Drive) -> Medium | None:
        """The medium that lies in a drive."""
        return next((m for m in self.media if m.element == drive.element), None)

    def drive_of(self, medium_id: str) -> Drive | None:
        """The drive that a medium lies in."""
        medium = self.medium(medium_id)
        if medium is None or medium.element is None:
            return None
        return next((d for d in self.drives if d.element == medium.element), None)

    def medium(self, medium_id: str) -> Medium | None:
        return next((m for m in self.media if m.id == medium_id), None)

    @property
    def in_hand(self) -> Medium | None:
        """The medium that the robot stopped with: in no slot, no port and no drive."""
        known = {*self.slots, *self.ports, *self.others, *(drive.element for drive in self.drives)}
        return next((m for m in self.media if m.element is not None and m.element not in known), None)

    @property
    def up(self) -> tuple[Drive, ...]:
        return tuple(drive for drive in self.drives if drive.up)


def stale_key(library: str) -> str:
    """The setting that says that a library must be looked at before anything moves in it."""
    return f"{STALE}:{library}"


def floors(read: Connection, site: Site) -> list[Floor]:
    """Every library of the site."""
    settings = events.settings(read)
    everything = media.listing(read)
    drives = media.drives(read)
    under_way = cases.under_way(read)
    return [
        Floor(
            library=name,
            drives=tuple(d for d in drives if d.library == name),
            media=tuple(m for m in everything if m.library == name),
            stale=bool(settings.get(stale_key(name))) or _heard(site, name),
            slots={
                int(address): magazine for address, magazine in _elements(settings, name)["slots"].items()
            },
            ports=tuple(_elements(settings, name)["ports"]),
            others=tuple(_elements(settings, name).get("others", ())),
            doubtful=doubt.in_doubt(settings, name),
            by_person=site.config.libraries[name].robot == PERSON,
            frozen=frozen_places(under_way, name),
            **_machine(read, site, settings, name),
        )
        for name in site.config.libraries
    ]


def _machine(read: Connection, site: Site, settings: Mapping[str, str], library: str) -> dict[str, Any]:
    """What a disc robot with bins can reach; nothing for any other library."""
    changer = site.tools.changers.get(library)
    if changer is None or site.config.libraries[library].robot not in STACKERS:
        return {}
    can = changer.abilities
    return {
        "bins": can.bins,
        "hand": changer.layout().transport.first,
        "lays_again": can.lays_again,
        "closed": frozenset(one.name for one in can.bins if settings.get(f"{CLOSED}:{library}:{one.name}")),
        "in_hands": frozenset(
            task.to_element
            for task in tasks.listing(read, TaskState.TAKEN)
            if task.to_library == library and task.to_element is not None
        ),
        "halted": bool(settings.get(f"{HALTED}:{library}")),
        "to_reset": bool(settings.get(f"{RESET}:{library}")),
    }


def slots_of(read: Connection, library: str) -> dict[int, str | None]:
    """The storage slots of a library with their magazines."""
    stored = _elements(events.settings(read), library)["slots"]
    return {int(address): magazine for address, magazine in stored.items()}


def _heard(site: Site, library: str) -> bool:
    """Whether a changer told of something that nobody looked at yet."""
    changer = site.tools.changers.get(library)
    return changer is not None and changer.unseen


def drive_failed(write: Connection, site: Site, drive: str, doing: str, words: str) -> None:
    """A drive ended its work without an outcome: somebody should know while it is tried again."""
    events.raise_attention(
        write,
        Attention(
            f"trouble:{drive}",
            "working-hours",
            _("drive {drive} did not finish {doing}: {words}").format(drive=drive, doing=doing, words=words),
            _(
                "nothing is concluded about the medium in it and nothing was lost; it is tried again after a rest"
            ),
            f"archivectl drive down {drive} --reason TEXT   (the other drives take over)",
            site.now(),
        ),
    )


def drive_worked(write: Connection, drive: str) -> None:
    """What was said about the drive is over."""
    events.clear_attention(write, f"trouble:{drive}")


def furnish(
    write: Connection,
    library: str,
    *,
    slots: Mapping[int, str | None],
    ports: Sequence[int],
    others: Sequence[int] = (),
) -> None:
    """Put on record which storage slots (with their magazines) and import/export slots a library has.

    `others` are drives that are none of ours: nothing is put or taken there.
    """
    document = {
        "slots": {str(address): magazine for address, magazine in slots.items()},
        "ports": list(ports),
        "others": list(others),
    }
    events.set_setting(write, f"{ELEMENTS}:{library}", json.dumps(document))


def _elements(settings: Mapping[str, str], library: str) -> dict[str, Any]:
    stored = settings.get(f"{ELEMENTS}:{library}")
    return dict(json.loads(stored)) if stored else {"slots": {}, "ports": []}
