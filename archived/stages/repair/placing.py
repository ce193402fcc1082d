"""A member that is made again gets a new medium, by the rules by which the members of a new set get theirs."""

from sqlalchemy import Connection

from archived.care import CareItem
from archived.catalog import events, images
from archived.catalog.events import Attention
from archived.catalog.media import LIVE_COPIES
from archived.language import _
from archived.policy.owed import home_pool
from archived.policy.sufficiency import AT_HAND
from archived.stages import attempts
from archived.stages.commitment import missing_positions
from archived.stages.placement import placed_by_rules, wanting_of
from archived.stages.planned_copy import plan_on
from archived.stages.repair.pictures import home_copies
from archived.stages.work import Site
from archived.states import CopyState

#: Copies of the other members, which the diversity floor counts.
_THERE = (*LIVE_COPIES, CopyState.FOUND)


def place_anew(write: Connection, site: Site, item: CareItem, after_copy: int) -> bool:
    """Plan the member on a blank or a cartridge; or say why none will do. True when a person is needed."""
    image = images.get(write, item.image_id or "")
    the_set = images.get_set(write, image.set_id or "")
    others = [member for member in images.of_set(write, the_set.id) if member.id != image.id]
    placed = [c for member in others for c in home_copies(write, member) if c.state in _THERE]
    tried = [copy for copy in home_copies(write, image) if copy.id > after_copy]
    excepted = {a.thing: a.at for a in events.allowances(write) if a.kind == "exception"}
    spoiled = [image.id] if attempts.exhausted(tried, excepted.get(image.id)) else []
    waived = the_set.id in events.allowed(write, "diversity")
    wanting = wanting_of(write, site, the_set, [image], placed, spoiled, waived=waived)
    placement = placed_by_rules(wanting).placement
    key = f"repair:{the_set.id}"
    if placement.refusal:
        what = _("image {image} of set {set_id} cannot be made again: {words}")
        safe = _(
            "the set is as it was; its bytes lie in staging and are written as soon as there is a medium"
        )
        events.raise_attention(
            write,
            Attention(
                key,
                "working-hours" if the_set.m > len(missing_positions(write, the_set, AT_HAND)) else "now",
                what.format(image=image.id, set_id=the_set.id, words=placement.refusal),
                safe,
                f"archivectl repair {item.run_id}",
                site.now(),
            ),
        )
        return True
    pool = home_pool(image, site.config.pools)
    plan_on(write, site, image.id, placement.assignments[image.id], pool)
    events.clear_attention(write, key)
    return False
