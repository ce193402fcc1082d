"""New blanks that a person put into a bin of a disc robot: they have no barcodes, so they get ids by their order.

One commit puts all of them on record, where they lie.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from statistics import mode

from sqlalchemy import Connection

from archived.catalog import counters, events, media
from archived.errors import NotFound, Refused
from archived.language import _
from archived.model import Medium
from archived.robot_kinds import PERSON
from archived.settings import PoolSettings
from archived.stages.cabinet_loading import free_places, lay_in_cabinet
from archived.stages.stacking import bin_named, put_in_bin
from archived.stages.work import Site
from archived.states import MediumState


def load_blanks(
    write: Connection,
    site: Site,
    library: str,
    bin: str,
    count: int,
    *,
    pool: str,
    batch: str,
    labels: Sequence[str] = (),
    capacity_bytes: int | None = None,
    media_id: str = "",
    key: str = "",
    agent: str,
) -> list[str]:
    """A person put new blanks into a bin: they get ids, the lowest first. The same `key` again is the same load.

    `labels` is what is printed on them, from the bottom up; none means the ids.

    Raises:
        NotFound: no such library, bin or pool.
        Refused: no batch, a pool of another library, labels that are too few or not new, a capacity that nobody knows.
        WrongState: the bin has not so many places.
    """
    loads: dict[str, list[str]] = json.loads(events.settings(write).get(_loads_key(library)) or "{}")
    if key and key in loads:
        return loads[key]
    _demand_place(write, site, library, bin)
    settings = _pool_of(site, library, pool)
    if count < 1:
        raise Refused(_("at least one blank is put in at a time"))
    if not batch.strip():
        raise Refused(_("a purchase batch is needed: media bought together may fail together"))
    _demand_labels(write, labels, count)
    siblings = [m for m in media.listing(write) if m.kind == settings.media_kind]
    like = Medium(
        id="",
        state=MediumState.BLANK,
        kind=settings.media_kind,
        barcode=None,
        batch=batch,
        media_id=media_id or _kind_id(site, library, siblings),
        capacity_bytes=_capacity(settings, siblings, capacity_bytes),
        library=library,
        element=None,
        home_element=None,
        magazine=None,
        simulated=site.config.simulated,
    )
    ids = _new_ids(write, library, count)
    for medium_id, label in zip(ids, labels or ids, strict=True):
        media.register(write, replace(like, id=medium_id, printed_label=label))
        subject = ("medium", medium_id)
        events.append(write, site.now(), "registration", subject, agent=agent, batch=batch, pool=pool)
    put = lay_in_cabinet if _is_by_person(site, library) else put_in_bin
    put(write, site, library, bin, ids, agent=agent)
    if key:
        events.set_setting(write, _loads_key(library), json.dumps({key: ids}))
    return ids


def _demand_place(read: Connection, site: Site, library: str, bin: str) -> None:
    """Raises NotFound, which names the bins or cabinets that there are."""
    if _is_by_person(site, library):
        free_places(read, site, library, bin)
    else:
        bin_named(read, site, library, bin)


def _is_by_person(site: Site, library: str) -> bool:
    """A cabinet or a drawer is named as a bin is."""
    return library in site.config.libraries and site.config.libraries[library].robot == PERSON


def _pool_of(site: Site, library: str, pool: str) -> PoolSettings:
    settings = site.config.pools.get(pool)
    if settings is None:
        raise NotFound(_("there is no pool {pool!r}").format(pool=pool), known=sorted(site.config.pools))
    if settings.library != library:
        raise Refused(
            _("pool {pool} is in library {other}, not in {library}").format(
                pool=pool, other=settings.library, library=library
            )
        )
    return settings


def _demand_labels(read: Connection, labels: Sequence[str], count: int) -> None:
    if labels and len(labels) != count:
        raise Refused(
            _("{labels} labels are named for {count} blanks; nothing was put on record").format(
                labels=len(labels), count=count
            )
        )
    known = {medium.printed_label for medium in media.listing(read)}
    twice = sorted({label for label in labels if labels.count(label) > 1 or label in known})
    if twice:
        raise Refused(
            _("label {label} is on another medium already; nothing was put on record").format(label=twice[0])
        )


def _capacity(settings: PoolSettings, siblings: Sequence[Medium], said: int | None) -> int:
    known = [medium.capacity_bytes for medium in siblings if medium.capacity_bytes]
    if said is None and not known and not settings.capacity_bytes:
        raise Refused(
            _("no medium of this kind is known yet"), advice=_("say how large they are: --capacity SIZE")
        )
    return said if said is not None else mode(known or [settings.capacity_bytes])


def _kind_id(site: Site, library: str, siblings: Sequence[Medium]) -> str:
    """What the maker's id of these blanks is likely to be; the gate asks each disc."""
    approved = site.config.libraries[library].approved_media
    told = [m.media_id for m in siblings if m.media_id and (not approved or m.media_id in approved)]
    if told:
        return mode(told)
    return approved[0] if approved else ""


def _new_ids(write: Connection, library: str, count: int) -> list[str]:
    name = f"medium:{library}"
    taken = {medium.id for medium in media.listing(write)}
    last = counters.values(write).get(name, 0)
    ids: list[str] = []
    while len(ids) < count:
        last += 1
        medium_id = f"{library}-{last:05d}"
        if medium_id not in taken:
            ids.append(medium_id)
    counters.raise_to(write, name, last)
    return ids


def _loads_key(library: str) -> str:
    return f"loaded:{library}"
