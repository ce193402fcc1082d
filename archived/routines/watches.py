"""What should be on the attention list, by looking at the catalog: each watch gives all that is true now."""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import Connection

from archived.catalog import events, images, media, packages, recalls
from archived.catalog.events import Attention
from archived.language import _, counted
from archived.media_kinds import is_tape
from archived.model import Copy, Package
from archived.policy.cartridges import cost_on_tape
from archived.policy.exposure import Exposed, overdue
from archived.policy.sufficiency import AT_HAND
from archived.routines import alert_courier, media_watches, nightly_export
from archived.settings import PoolSettings
from archived.stages import hold
from archived.stages.capacity import usable_blanks
from archived.stages.commitment import missing_positions
from archived.stages.copies_lacking import lacking, unreached
from archived.stages.floor import floors
from archived.stages.media_life import drive_care
from archived.stages.migrate import waiting
from archived.stages.retention import lost_media
from archived.stages.shelf import cartridges, largest_image_bytes
from archived.stages.wanted_media import judges, verify_choice
from archived.stages.work import Site
from archived.states import CopyState, ImageState, PackageState, RecallState, SetState

#: A recall that is not served after so long is somebody's business.
SLOW_RECALL = timedelta(hours=4)


def late_packages(read: Connection, site: Site) -> list[Attention]:
    """Packages that wait longer than promised."""
    settings = site.config.staging
    late = overdue(
        [_exposed(read, package) for package in packages.in_state(read, PackageState.ACCEPTED)],
        now=site.now(),
        max_exposure=timedelta(hours=settings.max_exposure_h),
        disks=settings.disks,
    )
    return [Attention(o.id, "now", o.sentence, o.safe, o.command, o.limit_at) for o in late]


def few_blanks(read: Connection, site: Site) -> list[Attention]:
    """Pools that could not write their next set."""
    found = []
    for name, pool in site.config.pools.items():
        if is_tape(pool.media_kind):
            found += [] if _has_room(read, site, name, pool) else [_few_cartridges(site, name)]
            continue
        needed = pool.n + (0 if pool.parity_pool else pool.m)
        count = len(usable_blanks(read, site, name))
        if count < needed:
            found.append(
                Attention(
                    f"scratch:{name}",
                    "working-hours",
                    _("pool {name} has {count} usable blank media; a set needs {needed}").format(
                        name=name, count=count, needed=needed
                    ),
                    _("what is staged stays staged; sets wait until there are enough"),
                    _("put blanks into the library, then: archivectl media register BARCODE... --batch NAME"),
                    site.now(),
                )
            )
    return found


def _has_room(read: Connection, site: Site, name: str, pool: PoolSettings) -> bool:
    """Whether a tape pool could take its next image, or set: at most m members of one lie on a cartridge."""
    forms_sets = any(name in settings.pools for settings in site.config.classes.values())
    needed = -(-(pool.n + pool.m) // pool.m) if forms_sets else 1
    least = cost_on_tape(largest_image_bytes(read, site, name), pool.tape_block_bytes)
    return sum(item.room_bytes >= least for item in cartridges(read, site, name)) >= needed


def _few_cartridges(site: Site, name: str) -> Attention:
    return Attention(
        f"scratch:{name}",
        "working-hours",
        _("too few cartridges of pool {name} have room for what comes next").format(name=name),
        _("what is staged stays staged; images wait until there is room on tape"),
        _("put blanks into the library, then: archivectl media register BARCODE... --batch NAME"),
        site.now(),
    )


def unjudged_discs(read: Connection, site: Site) -> list[Attention]:
    """Written discs that no drive may read back."""
    found = []
    every_floor = {floor.library: floor for floor in floors(read, site)}
    for copy in media.copies_in_state(read, CopyState.WRITTEN):
        medium = media.get(read, copy.medium_id)
        floor = every_floor.get(medium.library or "")
        up = [] if floor is None else judges(floor, copy)
        choice = verify_choice(read, copy, up)
        if not choice.allowed:
            found.append(
                Attention(
                    f"judge:{copy.image_id}",
                    "working-hours",
                    _("image {image_id} on {medium_id} waits to be read back: {refusal}").format(
                        image_id=copy.image_id, medium_id=copy.medium_id, refusal=choice.refusal
                    ),
                    _("the image stays in staging; the disc is written and lies in the library"),
                    _where_to_read(read, copy, up, alone=floor is not None and bool(floor.bins)),
                    site.now(),
                )
            )
    return found


def _where_to_read(read: Connection, copy: Copy, up: list[str], *, alone: bool) -> str:
    """What to do about a disc that no drive may read back; `alone`: the robot can bring it to no other drive."""
    if not up:
        return "archivectl drive up NAME --reason TEXT"
    set_id = images.get(read, copy.image_id).set_id
    return f"archivectl allow diversity {set_id} --reason TEXT" if alone and set_id else "archivectl library"


def reduced_sets(read: Connection, site: Site) -> list[Attention]:
    """Sets on media of which members are lost, away or in doubt now."""
    found = []
    for item in images.sets_in_state(read, SetState.COMPLETE, SetState.FOUND):
        missing = missing_positions(read, item, AT_HAND)
        if not missing:
            continue
        spare = item.m - len(missing)
        listed = ", ".join(map(str, missing))
        state = (
            _("{spare} more may be lost").format(spare=spare)
            if spare > 0
            else _("no more may be lost")
            if spare == 0
            else _("too many")
        )
        found.append(
            Attention(
                f"reduced:{item.id}",
                "working-hours" if spare > 0 else "now",
                _("set {id} has no good copy at hand of member {listed}: {state}").format(
                    id=item.id, listed=listed, state=state
                ),
                _("every byte can still be rebuilt from the others")
                if spare >= 0
                else _("what lies on the members at hand can be read; put missing discs back"),
                f"archivectl repair   (what of it is made again; archivectl sets {item.id} shows its members)",
                site.now(),
                level=len(missing),
            )
        )
    return found


def copies_never_made(read: Connection, site: Site) -> list[Attention]:
    """Copies that a class asks for, of images whose bytes have left staging: the class came to ask later."""
    found: list[Attention] = []
    if site.config.repair.auto:
        return found  # they are being made; what cannot be made says so itself
    for item in lacking(read, site):
        pool, number = item.pool, item.images
        what = counted(
            "{number} image has no copy in pool {pool}, which the classes of {packages} packages on it ask for",
            "{number} images have no copy in pool {pool}, which the classes of {packages} packages on them ask for",
            number,
        ).format(number=number, pool=pool, packages=item.packages)
        safe = _("they were archived by what their class asked for then, and their bytes have left staging")
        next_ = _("archivectl repair run --reason TEXT   (what it would do: archivectl repair plan)")
        found.append(Attention(f"owed:{pool}", "working-hours", what, safe, next_, site.now()))
    return found


def pools_never_reached(read: Connection, site: Site) -> list[Attention]:
    """Pools that a class came to name when its packages were archived already: they have to be packed for them."""
    found: list[Attention] = []
    if site.config.repair.auto:
        return found
    for pool, count in sorted(unreached(read, site).items()):
        words = counted(
            "{number} archived package is not in pool {pool}, which its class names by now",
            "{number} archived packages are not in pool {pool}, which their classes name by now",
            count,
        )
        safe = _("they are archived by what their class asked for then")
        next_ = _("archivectl repair run --reason TEXT   (what it would do: archivectl repair plan)")
        what = words.format(number=count, pool=pool)
        found.append(Attention(f"unreached:{pool}", "working-hours", what, safe, next_, site.now()))
    return found


def suspect_discs(read: Connection, site: Site) -> list[Attention]:
    """Discs that gave wrong bytes and whose image has no good copy at hand."""
    found = []
    for copy in media.copies_in_state(read, CopyState.SUSPECT):
        if any(c.state in AT_HAND for c in media.copies_at_hand(read, copy.image_id)):
            continue
        image = images.get(read, copy.image_id)
        found.append(
            Attention(
                f"suspect:{copy.medium_id}",
                "working-hours",
                _("disc {medium_id} (image {id}, set {set_id}) gave wrong or unreadable bytes").format(
                    medium_id=copy.medium_id, id=image.id, set_id=image.set_id
                ),
                _("recalls go on through set {set_id}; the disc is read only as a last resort").format(
                    set_id=image.set_id
                ),
                f"archivectl sets {image.set_id}",
                site.now(),
            )
        )
    return found


def stopped(read: Connection, site: Site) -> list[Attention]:
    """What a person stopped, so that nobody forgets to start it again."""
    now, settings = site.now(), events.settings(read)
    found = []

    def add(key: str, what: str, safe: str, command: str) -> None:
        found.append(Attention(f"stopped:{key}", "working-hours", what, safe, command, now))

    if settings.get("writes_paused"):
        words = _("writes are paused: {writes_paused}").format(writes_paused=settings["writes_paused"])
        add(
            "writes", words, "nothing new is burnt; reading goes on", "archivectl writes resume --reason TEXT"
        )
    for drive in media.drives(read):
        if not drive.up:
            words = _("drive {name} is down: {note}").format(name=drive.name, note=drive.note)
            command = f"archivectl drive up {drive.name} --reason TEXT"
            add(drive.name, words, "the other drives go on", command)
    for image in images.in_state(read, ImageState.OPEN, ImageState.CLOSED, ImageState.PROTECTED):
        if image.held:
            command = f"archivectl images release {image.id} --reason TEXT"
            add(image.id, f"image {image.id} is held", "nothing of its set is written meanwhile", command)
    return found


def slow_recalls(read: Connection, site: Site) -> list[Attention]:
    """Recalls that somebody waits for."""
    now = site.now()
    return [
        Attention(
            f"recall:{recall.id}",
            "working-hours",
            _("recall {id} was asked for at {value} and is not served yet").format(
                id=recall.id, value=recall.requested_at.isoformat(timespec="minutes")
            ),
            _("nothing is lost; it is served when its media can be read and the recall area has room"),
            f"archivectl recalls {recall.id}",
            now,
        )
        for recall in recalls.in_state(read, RecallState.WAITING, RecallState.REQUESTED)
        if now - recall.requested_at > SLOW_RECALL and not recall.is_ours
    ]


def _exposed(read: Connection, package: Package) -> Exposed:
    for image_id in packages.image_ids(read, package.id).values():
        if image_id is not None:
            image = images.get(read, image_id)
            protection = images.get_set(read, image.set_id) if image.set_id else None
            return Exposed(package, image, protection)
    return Exposed(package)


Watch = Callable[[Connection, Site], list[Attention]]

#: By the prefix of the ids that a watch owns: what it does not give any more is taken down.
WATCHES: dict[str, Watch] = {
    "exposure-": late_packages,
    "scratch:": few_blanks,
    media_watches.LOW_WATER: media_watches.low_water,
    media_watches.LEAVING: media_watches.waiting_in_ports,
    media_watches.ON_THE_WAY: media_watches.late_on_the_way,
    drive_care.CLEANERS: drive_care.few_cleanings,
    "judge:": unjudged_discs,
    "reduced:": reduced_sets,
    "suspect:": suspect_discs,
    "owed:": copies_never_made,
    "unreached:": pools_never_reached,
    "stopped:": stopped,
    "recall:": slow_recalls,
    waiting.ATTENTION: waiting.watch,
    lost_media.UNDESTROYED: lost_media.undestroyed,
    lost_media.RETURNED: lost_media.returned,
    hold.ATTENTION: hold.watch,
    nightly_export.OVERDUE: nightly_export.overdue,
    alert_courier.ATTENTION: alert_courier.silent_hooks,
}
