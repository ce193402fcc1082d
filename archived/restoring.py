"""Putting an exported catalog back. Works without a daemon, and holds the site's lock meanwhile.

Order of writing, and what a crash leaves: (1) `catalog.sqlite.restoring`, which nobody reads and the next restore
replaces; (2) links to the present catalog under `set-aside/catalog-before-…`; (3) where the present catalog has a
journal, its names go, and the site has no catalog: a daemon started now finds that, takes nothing in, and asks for a
restore; (4) one rename puts the new catalog in place: that is the one write that counts. The hold is in it already.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy.exc import DatabaseError

from archived.catalog import packages, surveys
from archived.catalog.importing import COMPANIONS, build, demand_sound, remove
from archived.catalog.store import Catalog
from archived.errors import ArchivedError, CatalogDamaged, Refused
from archived.formats.errors import DocumentDamaged
from archived.formats.export_statement import Statement
from archived.formats.key_files import public_keys, trust
from archived.formats.signing import PublicKey, public_key
from archived.founding import check_kind
from archived.language import _
from archived.stages.catching_up import CaughtUp, World, catch_up, world_of
from archived.stages.exporting import check_export, statement_beside
from archived.stages.hold import SET_ASIDE
from archived.stages.set_aside import demand_no_burn, finish_restore, free_name
from archived.stages.work import Site
from backends.durable import sync_folder

#: Behind the catalog's name while the new one is made.
SUFFIX: Final = ".restoring"


@dataclass(frozen=True, slots=True)
class Restored:
    """A catalog that was put back and is held."""

    statement: Statement
    caught_up: CaughtUp
    world: World
    #: Where the former catalog lies now; None when there was none.
    former: Path | None
    #: Where the burns that it ordered lie now.
    burns: Path | None
    #: Package folders in staging that the restored catalog does not know.
    newer_packages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person asks for."""

    file: Path
    #: A public key that vouches for the export, beside those of the site.
    key: Path | None = None
    #: Put the present catalog aside though it is not known to be empty.
    set_aside: bool = False
    agent: str = "uid:0"


def restore(site: Site, wish: Wish, say: Callable[[str], None]) -> Restored:
    """Put an export in the place of an empty, missing or unwanted catalog. The caller holds the site's lock.

    Raises:
        Refused: no such file; the present catalog is in use or not empty; the export is of another kind of room.
        WrongState: a burn is under way.
        DocumentDamaged, UnknownVersion, BadSignature, CatalogDamaged: the export cannot be believed.
    """
    paths = site.tools.paths
    _demand_replaceable(paths.catalog, wish.set_aside)
    demand_no_burn(paths)
    keys, extra = list(public_keys(paths.keys).values()), _extra_key(wish)
    say(_("checking {file}").format(file=wish.file))
    statement = check_export(wish.file, [*keys, *extra])
    say(_("making the catalog of {at} again").format(at=statement.made_at.isoformat(timespec="seconds")))
    new = paths.catalog.with_name(paths.catalog.name + SUFFIX)
    world = world_of(paths)
    try:
        done, newer = _make(site, new, wish, statement, world)
        _seal(new)
        # Before the catalog: a restored one whose key did not count yet could not be restored again.
        for key in extra:
            trust(paths.keys, key)
        former = _put_in_place(site, new)
    finally:
        remove(new)
    catalog = Catalog(paths.catalog)
    try:
        burns = finish_restore(catalog, paths)
    finally:
        catalog.close()
    return Restored(statement, done, world, former, burns, newer)


def _make(
    site: Site, new: Path, wish: Wish, statement: Statement, world: World
) -> tuple[CaughtUp, tuple[str, ...]]:
    """The new catalog aside: filled, sound, caught up and held. Closed when this returns."""
    with wish.file.open("rb") as file:
        end = build(new, file)
    if end.sha256 != statement.content_sha256 or dict(end.rows) != dict(statement.rows):
        raise DocumentDamaged(
            _("{file} was changed after it was checked; the catalog is as it was").format(file=wish.file)
        )
    catalog = Catalog(new)
    try:
        check_kind(catalog, site.config)
        with catalog.read() as read:
            demand_sound(read)
        note = _("from the export {file}, made at {at}").format(
            file=statement.file, at=statement.made_at.isoformat(timespec="seconds")
        )
        with catalog.write() as write:
            known = {package.id for package in packages.listing(write)}
            done = catch_up(write, site, world, made_at=statement.made_at, agent=wish.agent, note=note)
    finally:
        catalog.close()
    found = (name.partition("/") for name in world.staged)
    return done, tuple(
        sorted(name for kind, _slash, name in found if kind == "packages" and name not in known)
    )


def _put_in_place(site: Site, new: Path) -> Path | None:
    """Name the former catalog otherwise, then the new one as the catalog. Returns where the former one lies."""
    catalog = site.tools.paths.catalog
    present = [
        path for name in ("", *COMPANIONS) if (path := catalog.with_name(catalog.name + name)).exists()
    ]
    former = None
    if present:
        former = free_name(site.tools.paths.site / SET_ASIDE / f"catalog-before-{site.now():%Y%m%dT%H%M%SZ}")
        former.mkdir(parents=True)
        for path in present:
            os.link(path, former / path.name)
        sync_folder(former)
        sync_folder(former.parent)
    if len(present) > 1:
        # A journal must never lie beside a catalog that it does not belong to: first the catalog's name, then its.
        for path in present:
            path.unlink()
        sync_folder(catalog.parent)
    new.rename(catalog)
    sync_folder(catalog.parent)
    return former


def _seal(path: Path) -> None:
    """Everything of a closed database lies in its one file, synced. Raises CatalogDamaged when it does not."""
    left = [name for name in COMPANIONS if path.with_name(path.name + name).exists()]
    if left:
        raise CatalogDamaged(_("the new catalog {path} was not closed whole").format(path=path))
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    sync_folder(path.parent)


def _demand_replaceable(path: Path, set_aside: bool) -> None:
    if set_aside or not path.exists():
        return
    catalog = Catalog(path)
    try:
        with catalog.read() as read:
            empty = not surveys.holds_anything(read)
    except (ArchivedError, DatabaseError) as error:
        raise Refused(
            _("the present catalog {path} cannot be read: {why}; nothing was changed").format(
                path=path, why=error
            ),
            advice=_("say --set-aside: it is kept under another name"),
        ) from None
    finally:
        catalog.close()
    if not empty:
        raise Refused(
            _("the present catalog {path} holds packages; nothing was changed").format(path=path),
            advice=_("if it is not to be used any more, say --set-aside: it is kept under another name"),
        )


def _extra_key(wish: Wish) -> list[PublicKey]:
    """The key that a person names, if it is the one that signed: it is trusted from now on."""
    if wish.key is None:
        return []
    try:
        key = public_key(wish.key.read_bytes())
    except OSError as error:
        raise Refused(
            _("{path} cannot be read: {why}; nothing was changed").format(path=wish.key, why=error.strerror)
        ) from None
    statement_beside(wish.file, [key])
    return [key]
