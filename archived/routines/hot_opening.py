"""Opening a hot folder only when it is the one that we know: an empty mount point is not taken for it.

When it is first met a small file with an id is put at its top, and the id goes on record. From then on a folder
without that id is somewhere else: nothing is concluded from it, nothing is written to it.
"""

import json
import os
import pwd
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from archived.catalog import hot_items
from archived.catalog.store import Catalog
from archived.errors import ConfigurationError, Refused
from archived.language import _
from archived.policy.hot_folders import Rules
from archived.policy.hot_names import IDENTITY
from archived.policy.layout import LayoutRule
from archived.policy.reading_rights import Reader
from archived.routines.hot_tree import HotTree
from archived.settings import HotFolderSettings
from archived.stages.intake_descent import NoWay
from archived.stages.readers import reader_for


class Away(Exception):
    """The hot folder is not there as it was, or cannot be used; the text says why, for people."""


@dataclass(frozen=True, slots=True)
class Place:
    """One hot folder of archived.toml, its user and its rule looked up."""

    name: str
    settings: HotFolderSettings
    #: In whose name it is taken, and to whom what we write there is given.
    uid: int
    #: Whose rights to read are looked at; None when the daemon's own decide.
    reader: Reader | None
    #: None: only a sidecar or bag-info.txt says what a thing is.
    layout: LayoutRule | None

    @property
    def root(self) -> Path:
        return Path(self.settings.path)

    @property
    def depth(self) -> int:
        """How many names below the hot folder a package lies."""
        return self.layout.depth if self.layout else 1

    @property
    def rules(self) -> Rules:
        return Rules(
            self.settings.ready, self.settings.settle_s, self.settings.originals == "remove-after-archived"
        )


def place_of(name: str, settings: HotFolderSettings) -> Place:
    """Raises ConfigurationError: there is no such user, or the layout rule cannot be used."""
    uid = os.geteuid()
    if settings.owner:
        try:
            uid = pwd.getpwnam(settings.owner).pw_uid
        except KeyError:
            raise ConfigurationError(
                _("hot folder {name!r}: this machine has no user {owner!r}").format(
                    name=name, owner=settings.owner
                ),
                advice=_("name another one in archived.toml, or make this one"),
            ) from None
    layout = None
    if settings.layout:
        fixed = {field: getattr(settings, field) for field in ("fonds", "series")}
        try:
            layout = LayoutRule.parse(settings.layout, fixed)
        except Refused as error:
            words = _("hot folder {name!r}: {why}").format(name=name, why=error.message)
            raise ConfigurationError(words, advice=error.advice) from None
    return Place(name, settings, uid, reader_for(uid), layout)


@contextmanager
def opened(place: Place, *, catalog: Catalog, site: Path) -> Iterator[HotTree]:
    """The hot folder, held open, when it is the one that is on record; it is put on record at first.

    Raises:
        Away: it is not there, or another folder is, or it cannot be written at the first time.
        CatalogBusy.
    """
    name, root = place.name, place.root
    try:
        # The way there is the daemon's; what it reads of a package is looked at with the owner's rights.
        tree = HotTree(root, uid=place.uid, reader=place.reader)
    except NoWay as error:
        raise Away(str(error)) from error
    with tree:
        with catalog.read() as read:
            known = hot_items.known_identity(read, name)
        try:
            found = tree.known_as()
            if known:
                _check(found.get("id"), known, root)
            elif "id" in found and found.get("site") != str(site):
                raise Away(
                    _("{path} is a hot folder of another site, {other}").format(
                        path=root, other=found.get("site")
                    )
                )
            elif "id" in found:  # the daemon ended between the file and the record
                _remember(catalog, name, str(found["id"]))
            else:
                _mark(tree, catalog, name, site)
        except OSError as error:
            raise Away(_("{path}: {why}").format(path=root, why=error.strerror)) from error
        yield tree


def adopt(place: Place, *, catalog: Catalog, site: Path) -> None:
    """From now on the folder that is there is the hot folder, whatever was before. Raises Away, CatalogBusy."""
    try:
        with HotTree(place.root, uid=place.uid) as tree:
            _mark(tree, catalog, place.name, site)
    except NoWay as error:
        raise Away(str(error)) from error
    except OSError as error:
        raise Away(_("{path}: {why}").format(path=place.root, why=error.strerror)) from error


def _check(found: object, known: str, root: Path) -> None:
    if found is None:
        raise Away(
            _("{path} is not the folder that it was: {file} is not in it; is something not mounted?").format(
                path=root, file=IDENTITY
            )
        )
    if found != known:
        raise Away(_("{path} is another folder than it was, by its {file}").format(path=root, file=IDENTITY))


def _mark(tree: HotTree, catalog: Catalog, name: str, site: Path) -> None:
    identity = uuid4().hex
    document = {"hot_folder": name, "id": identity, "site": str(site)}
    tree.write(IDENTITY, json.dumps(document, ensure_ascii=False, indent=2).encode() + b"\n")
    _remember(catalog, name, identity)


def _remember(catalog: Catalog, name: str, identity: str) -> None:
    with catalog.write() as write:
        hot_items.remember_identity(write, name, identity)
