"""What should be on the attention list about the life of media: scratch pools that run low, media that leave."""

from datetime import timedelta

from sqlalchemy import Connection

from archived.catalog import media, transports
from archived.catalog.events import Attention
from archived.language import _, counted
from archived.media_kinds import is_tape
from archived.policy.cartridges import cost_on_tape
from archived.stages.capacity import usable_blanks
from archived.stages.floor import floors
from archived.stages.shelf import cartridges, largest_image_bytes
from archived.stages.work import Site
from archived.states import MediumState
from archived.transports import TravelState

LOW_WATER = "low-water:"
LEAVING = "leaving:"
ON_THE_WAY = "on-the-way:"
#: What somebody took and nobody received for so long may have been forgotten in a car.
LATE = timedelta(days=14)


def low_water(read: Connection, site: Site) -> list[Attention]:
    """Pools with fewer blanks at hand than a person asked to be told of, and how many are bought and not loaded."""
    found = []
    for name, pool in site.config.pools.items():
        if not pool.low_water:
            continue
        if is_tape(pool.media_kind):
            least = cost_on_tape(largest_image_bytes(read, site, name), pool.tape_block_bytes)
            count = sum(item.room_bytes >= least for item in cartridges(read, site, name))
        else:
            count = len(usable_blanks(read, site, name))
        if count >= pool.low_water:
            continue
        announced = sum(
            medium.element is None and medium.library is None and medium.kind == pool.media_kind
            for medium in media.listing(read, MediumState.BLANK)
        )
        words = _(
            "pool {name} has {count} blank media at hand, fewer than {low}; {announced} of its kind are bought and not "
            "loaded"
        )
        found.append(
            Attention(
                f"{LOW_WATER}{name}",
                "working-hours",
                words.format(name=name, count=count, low=pool.low_water, announced=announced),
                _("what is staged is still written"),
                _(
                    "load blanks, then: archivectl library import   (new ones: archivectl media register --list FILE)"
                ),
                site.now(),
            )
        )
    return found


def waiting_in_ports(read: Connection, site: Site) -> list[Attention]:
    """Media of transport lists that lie in import/export slots until somebody takes them."""
    wanted = transports.leaving(read)
    found = []
    for floor in floors(read, site) if wanted else ():
        there = [m.id for m in floor.media if m.id in wanted and m.element in floor.ports]
        if not there:
            continue
        words = counted(
            "{number} medium that leaves lies in an import/export slot of library {library}: {media}",
            "{number} media that leave lie in import/export slots of library {library}: {media}",
            len(there),
        )
        found.append(
            Attention(
                f"{LEAVING}{floor.library}",
                "working-hours",
                words.format(number=len(there), library=floor.library, media=", ".join(there)),
                _("the robot goes on when these slots are empty"),
                _("take them out, then: archivectl library inventory --library {library}").format(
                    library=floor.library
                ),
                site.now(),
            )
        )
    return found


def late_on_the_way(read: Connection, site: Site) -> list[Attention]:
    """Media that somebody took away, for a place, and that nobody received."""
    late: dict[str, list[str]] = {}
    for item in transports.in_state(read, TravelState.OUT):
        if item.taken_at is not None and site.now() - item.taken_at > LATE:
            late.setdefault(item.transport_id, []).append(item.medium_id)
    found = []
    for transport_id, media_ids in late.items():
        to = transports.get(read, transport_id).to_words
        if not to:
            continue  # they were only taken out: nobody said that they go anywhere
        words = _("{count} media of list {id} left for {to} more than {days} days ago: {media}")
        found.append(
            Attention(
                f"{ON_THE_WAY}{transport_id}",
                "working-hours",
                words.format(
                    count=len(media_ids),
                    id=transport_id,
                    to=to,
                    days=LATE.days,
                    media=", ".join(media_ids[:8]),
                ),
                _("recalls go on through other copies or the set"),
                _("ask who took them, then: archivectl vault arrived {id}").format(id=transport_id),
                site.now(),
            )
        )
    return found
