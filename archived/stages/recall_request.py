"""Asking for bytes: an order is planned outside of any transaction that writes, and put on record in a short one.

Between plan and commit the world goes on. The commit therefore looks again at what the plan rests on (packages, the
copies chosen, their media); what has changed is planned anew. Where robots carry media meanwhile is nothing to it.
"""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection

from archived.catalog import events, images, media, packages, recalls
from archived.catalog.store import Catalog
from archived.errors import Unavailable, Unrecoverable, WrongState
from archived.language import _
from archived.model import Image, Package, Recall
from archived.policy.recall_area import Place, grouped
from archived.regained import regained_name
from archived.stages.recall_area import Room, demand_fits, order_fits
from archived.stages.recall_order import GONE, OrderPlan, Plan, WantedPackage, plan_order
from archived.stages.recall_sources import trusted_as
from archived.stages.work import Site
from archived.states import RecallState

#: So often an order is planned anew when the world changes between plan and commit.
PLANS_MAX = 5


def request(
    catalog: Catalog, site: Site, package: Package, paths: Sequence[str], *, owner: int
) -> tuple[Recall, OrderPlan | None]:
    """Put a recall of files of one package on record. Raises as `request_order`."""
    made, planned = request_order(catalog, site, [WantedPackage(package, tuple(paths))], owner=owner)
    return made[0], planned


def request_order(
    catalog: Catalog, site: Site, wanted: Sequence[WantedPackage], *, owner: int, key: str = ""
) -> tuple[list[Recall], OrderPlan | None]:
    """Put an order on record: one recall for each package, all of them or none. `key` is the caller's name for it.

    Returns:
        The recalls in the order in which they are served, and their plan; None for the plan when an order with
        this key was on record already.

    Raises:
        NotFound, Refused, WrongState: as `plan_order`.
        Unrecoverable: no source that we know can give the bytes of one of them now.
        TooLarge: one of them alone, or those that must begin together, are larger than the recall area.
        Unavailable: what is wanted changed again and again while it was planned.
    """
    for _attempt in range(PLANS_MAX):
        with catalog.read() as read:
            planned = plan_order(read, site, _as_they_are(read, wanted), owner=owner)
        _demand_ways(planned)
        order_fits(site, planned.plans)
        with catalog.write() as write:
            known = recalls.order_of_key(write, key)
            if known is not None:
                return recalls.of_order(write, known), None
            if still_holds(write, planned):
                return _put_on_record(write, site, planned, owner=owner, key=key), planned
    raise Unavailable(
        _("what is wanted changed {count} times while the recall was planned; nothing was asked for").format(
            count=PLANS_MAX
        ),
        advice=_("ask again; if it goes on, see what is at work with: archivectl watch"),
    )


def still_holds(read: Connection, planned: OrderPlan) -> bool:
    """Whether everything that a plan rests on is as it was: packages, chosen copies, media in the library."""
    if any(packages.get(read, plan.package.id) != plan.package for plan in planned.plans):
        return False
    for view in planned.views.values():
        copy, medium = media.get_copy(read, view.copy_id), media.get(read, view.medium_id)
        if trusted_as(read, copy) is not view.state or (medium.element is not None) != view.in_library:
            return False
    return True


def request_image(
    catalog: Catalog, site: Site, image_id: str, *, owner: int, key: str = ""
) -> tuple[Recall, Image]:
    """Put the recall of a whole image on record: from its recipe while staging has it, else from media.

    What was asked for with the same key before is the same recall.

    Raises:
        NotFound: there is no such image.
        WrongState: the image's bytes are not fixed yet.
        TooLarge: it is larger than the recall area.
    """
    with catalog.read() as read:
        image = images.get(read, image_id)
        members = packages.of_image(read, image.id)
    if image.size_bytes is None or image.sha256 is None:
        raise WrongState(
            _("image {id} is {value}; its bytes are not fixed yet").format(
                id=image.id, value=image.state.value
            )
        )
    forgotten = [package.id for package in members if package.state in GONE]
    if forgotten:
        raise WrongState(
            _("image {id} carries packages that nobody is given any more: {listed}").format(
                id=image.id, listed=", ".join(forgotten[:5])
            ),
            advice=_("recall the others by themselves: archivectl recall PACKAGE"),
        )
    staged = image_is_staged(site, image, members)
    recall = Recall(
        id="",
        state=RecallState.REQUESTED,
        package_id=None,
        image_id=image.id,
        paths=(),
        requested_at=site.now(),
        owner=owner,
        bytes_wanted=image.size_bytes,
        from_staging=staged,
        order_key=key,
        area_bytes=0 if staged else image.size_bytes,
    )
    demand_fits(site, recall)
    with catalog.write() as write:
        known = recalls.of_key(write, key)
        if known is not None:
            return known, image
        if staged and not all(package.staged for package in packages.of_image(write, image.id)):
            recall = replace(recall, from_staging=False, area_bytes=image.size_bytes)
            demand_fits(site, recall)
        recall = replace(recall, id=recalls.new_id(write))
        if not Room.of(write, site).take(recall.area_bytes):
            recall = replace(recall, state=RecallState.WAITING)
        recalls.create(write, recall)
        subject = ("image", image.id)
        events.append(write, site.now(), "export", subject, agent=f"uid:{owner}", recall=recall.id)
    return recall, image


def image_is_staged(site: Site, image: Image, members: Sequence[Package]) -> bool:
    """Whether the recipe of an image and everything that it refers to lie in staging."""
    staging = site.tools.paths.staging
    if not (staging / image.recipe_name).exists():
        return False
    if (staging / regained_name(image.id)).exists():
        return True  # it was brought back: its recipe is that of this one file
    if image.kind == "parity":
        return (staging / f"parity/{image.set_id}-{image.position}.bin").exists()
    return all(package.staged for package in members)


def _as_they_are(read: Connection, wanted: Sequence[WantedPackage]) -> list[WantedPackage]:
    """The same with their packages as the catalog has them now."""
    return [replace(item, package=packages.get(read, item.package.id)) for item in wanted]


def _demand_ways(planned: OrderPlan) -> None:
    """Raises Unrecoverable when there is no way to one of them."""
    hopeless = [plan for plan in planned.plans if not plan.way]
    if hopeless:
        words = "; ".join(
            f"package {plan.package.id} cannot be recalled now: {plan.shortage}" for plan in hopeless[:5]
        )
        raise Unrecoverable(
            words,
            advice=_("put missing discs back and run: archivectl library inventory"),
            packages=[plan.package.id for plan in hopeless],
        )


def _put_on_record(
    write: Connection, site: Site, planned: OrderPlan, *, owner: int, key: str
) -> list[Recall]:
    order_id = recalls.new_order_id(write)
    begins = _begins(Room.of(write, site), planned.plans)
    made = []
    for plan in planned.plans:
        state = RecallState.REQUESTED if plan.package.id in begins else RecallState.WAITING
        recall = replace(plan.recall, id=recalls.new_id(write), order_id=order_id, order_key=key, state=state)
        recalls.create(write, recall)
        # Also of those that wait: what they will want decides which media stay in their drives.
        for reading in plan.readings:
            recalls.want(write, replace(reading, recall_id=recall.id))
        events.append(
            write,
            site.now(),
            "recall",
            ("recall", recall.id),
            agent=f"uid:{owner}",
            package=plan.package.id,
            way=plan.way,
            order=order_id,
        )
        made.append(recall)
    return made


def _begins(room: Room, plans: Sequence[Plan]) -> frozenset[str]:
    """The packages whose recalls begin at once; those of a unit all or none."""
    places = [Place(plan.package.id, plan.recall.area_bytes, plan.unit) for plan in plans]
    return frozenset(
        place.recall_id
        for group in grouped(places)
        if room.take(sum(place.area_bytes for place in group))
        for place in group
    )
