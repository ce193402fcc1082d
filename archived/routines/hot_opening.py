"""Opening a hot folder only when it is the one that we know: an empty mount point is not taken for it.

When it is first met a small file with an id is put at its top, and the id goes on record. From then on a folder
without that id is somewhere else: nothing is concluded from it, nothing is written to it.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from archived.catalog import hot_items
from archived.catalog.store import Catalog
from archived.language import _
from archived.policy.hot_names import IDENTITY
from archived.policy.reading_rights import Reader
from archived.routines.hot_tree import HotTree
from archived.stages.intake_descent import NoWay


class Away(Exception):
    """The hot folder is not there as it was, or cannot be used; the text says why, for people."""


@contextmanager
def opened(
    name: str,
    root: Path,
    *,
    catalog: Catalog,
    site: Path,
    uid: int | None = None,
    reader: Reader | None = None,
) -> Iterator[HotTree]:
    """The hot folder, held open, when it is the one that is on record; it is put on record at first.

    Raises:
        Away: it is not there, or another folder is, or it cannot be written at the first time.
        CatalogBusy.
    """
    try:
        tree = HotTree(root, uid=uid, reader=reader)
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


def adopt(name: str, root: Path, *, catalog: Catalog, site: Path, uid: int | None = None) -> None:
    """From now on the folder that is there is the hot folder, whatever was before. Raises Away, CatalogBusy."""
    try:
        with HotTree(root, uid=uid) as tree:
            _mark(tree, catalog, name, site)
    except NoWay as error:
        raise Away(str(error)) from error
    except OSError as error:
        raise Away(_("{path}: {why}").format(path=root, why=error.strerror)) from error


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
