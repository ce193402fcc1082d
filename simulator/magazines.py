"""Magazines change places, with all that lies in them and the tags that stick on them."""

from dataclasses import replace

from simulator.errors import WorldImpossible
from simulator.plan import RoomPlan
from simulator.world import World


def exchanged(world: World, plan: RoomPlan, one: int, other: int) -> World:
    """The world after two magazines, by number, changed places: also one that is away, or is empty.

    Raises WorldImpossible when there is no such magazine, or the two are not of one size.
    """
    here, there = plan.magazine_addresses(one), plan.magazine_addresses(other)
    if not here or len(here) != len(there):
        raise WorldImpossible(f"magazine {one} cannot stand where magazine {other} stands")
    address_of = {**dict(zip(here, there, strict=True)), **dict(zip(there, here, strict=True))}
    number_of = {one: other, other: one}
    carriers = {
        name: replace(carrier, address=address_of.get(carrier.address, carrier.address))
        for name, carrier in world.carriers.items()
        if carrier.address is not None
    }
    return replace(
        world,
        carriers={**world.carriers, **carriers},
        away=frozenset(address_of.get(address, address) for address in world.away),
        tags={number_of.get(number, number): tag for number, tag in world.tags.items()},
    )
