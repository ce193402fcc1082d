"""Frozen values of what is handed in together: batches of submissions, and the outcome of each of them."""

import hashlib
import json
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, unique
from pathlib import Path
from typing import Any

from archived.item_states import ItemState
from archived.model import Package, Reference

_ID = re.compile(r"B[0-9]{6,12}")


@unique
class BatchKind(Enum):
    """By which door a batch came in."""

    SINGLE = "single"
    LIST = "list"
    TREE = "tree"
    HOT = "hot folder"


@unique
class ItemRole(Enum):
    VOLUME = "volume"  # what somebody handed in
    LIST = "list"  # the list of the batch, archived with the group of its rows


@dataclass(frozen=True, slots=True)
class Batch:
    """What one submit handed in; `source` is a path as the file system has it."""

    id: str
    kind: BatchKind
    source: bytes
    owner: int
    opened_at: datetime
    #: sha256 over all that was asked for: when its owner asks for the same again he goes on with the same batch.
    asked: str
    #: sha256 of the list's bytes; None when there is no list.
    list_sha256: str | None = None

    @property
    def path(self) -> Path:
        return Path(os.fsdecode(self.source))


@dataclass(frozen=True, slots=True)
class BatchItem:
    """One submission of a batch and what became of it. Numbers are those of the list's rows where there is one."""

    batch_id: str
    number: int
    role: ItemRole
    state: ItemState
    source: bytes
    fonds: str
    series: str
    volume: str
    package_id: str | None = None
    #: Why it was not taken when it was tried last, as the answer said it.
    reasons: tuple[dict[str, Any], ...] = ()
    tried_at: datetime | None = None

    @property
    def reference(self) -> Reference:
        return Reference(self.fonds, self.series, self.volume)

    @property
    def path(self) -> Path:
        return Path(os.fsdecode(self.source))

    @property
    def is_taken(self) -> bool:
        return self.state in (ItemState.ACCEPTED, ItemState.REPEATED)


@dataclass(frozen=True, slots=True)
class ItemKey:
    """Which item of which batch."""

    batch_id: str
    number: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One submission before it has a batch."""

    number: int
    path: Path
    reference: Reference
    role: ItemRole = ItemRole.VOLUME


def highest_batch(package: Package) -> int:
    """The highest number of a batch that a package tells of: by its receipt, and by its name when it is a list."""
    receipt = package.accepted_receipt or {}
    names = (str(receipt.get("batch", "")), package.volume.removeprefix("list-"))
    return max(int(name[1:]) if _ID.fullmatch(name) else 0 for name in names)


def asked_key(
    kind: BatchKind,
    entries: Sequence[Entry],
    *,
    list_sha256: str | None = None,
    new_version: bool = False,
    reason: str = "",
) -> str:
    """What makes two submits of one user the same: the same folders under the same references, from the same list."""
    asked = [
        kind.value,
        list_sha256,
        new_version,
        reason,
        [
            (e.number, e.role.value, os.fsencode(e.path).hex(), e.reference.fonds, e.reference.series,
             e.reference.volume)
            for e in entries
        ],
    ]  # fmt: skip
    text = json.dumps(asked, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()
