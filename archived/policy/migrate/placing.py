"""Which new medium an image is written to again: the diversity floor of its set, as if the old copy were not there.

The medium that is left carries the same image, so sharing a magazine or a batch with it takes nothing from the set.
Where there is a choice the new medium is of another batch than the one that is left.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace

from archived.language import _
from archived.policy.cartridges import WantedImage, cost_on_tape, place_copies, place_members
from archived.policy.migrate.facts import ImageFact, PoolFact, SetFact
from archived.policy.placement import Placement, UnplacedMember, place


def place_again(
    image: ImageFact,
    pool: PoolFact,
    item: SetFact | None,
    *,
    home: bool,
    taken: Collection[str] = (),
    leaving: Collection[str] = (),
    batch: str = "",
) -> Placement:
    """A medium of `pool` for one image, or a refusal in words.

    Args:
        item: its set; None for an image without one.
        home: whether the copy is a member of the set; one beside it only needs room.
        taken: media that are promised to others by the same plan.
        leaving: media that are being emptied: nothing is put on them.
        batch: purchase batch of the medium that is left, avoided where there is a choice.
    """
    barred = {*taken, *leaving, *image.carried_by}
    blanks = [blank for blank in pool.blanks if blank.medium_id not in barred]
    cartridges = [c for c in pool.cartridges if c.medium_id not in {*leaving, *image.carried_by}]
    if pool.tape:
        wanted = WantedImage(
            image.image_id,
            cost_on_tape(image.size_bytes, pool.block_bytes),
            image.confidentiality,
            image.carried_by,
        )
        if not home or item is None:
            plan = place_copies([wanted], cartridges)
            return Placement(plan.assignments, next(iter(plan.refused.values()), ""), len(plan.refused))
        others = [member for member in item.placed if member.image_id != image.image_id]
        return place_members([wanted], others, cartridges, item.m, waived=item.waived, set_id=item.set_id)
    others = [member for member in item.placed if member.image_id != image.image_id] if item else []
    member = UnplacedMember(image.image_id, image.size_bytes)
    m, waived = (item.m, item.waived) if item is not None else (1, True)
    set_id = item.set_id if item is not None else image.image_id
    elsewhere = [blank for blank in blanks if blank.batch != batch]
    found = (
        place([member], others, elsewhere, m, waived=False, set_id=set_id) if batch and elsewhere else None
    )
    if found is not None and not found.refusal:
        return found
    return place([member], others, blanks, m, waived=waived, set_id=set_id)


def with_room_taken(pool: PoolFact, medium_id: str, image: ImageFact) -> PoolFact:
    """The pool when this image is promised to this medium."""
    if not pool.tape:
        return replace(pool, blanks=tuple(b for b in pool.blanks if b.medium_id != medium_id))
    cost = cost_on_tape(image.size_bytes, pool.block_bytes)
    return replace(
        pool,
        cartridges=tuple(
            replace(c, room_bytes=c.room_bytes - cost, begun=True, confidentiality=image.confidentiality)
            if c.medium_id == medium_id
            else c
            for c in pool.cartridges
        ),
    )


def words_of_shortage(pool: str, wanted: int, placed: int, refusals: Sequence[str]) -> str:
    """How many media are missing in a pool, and why the first image without one has none."""
    return _("pool {pool}: {missing} of {wanted} images have no medium now. {why}").format(
        pool=pool, missing=wanted - placed, wanted=wanted, why=refusals[0] if refusals else ""
    )
