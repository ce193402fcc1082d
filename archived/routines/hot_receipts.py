"""What is written into a hot folder: receipts beside packages, and refused ones with their reasons in rejected/.

Every step can be done again: what is to be done stands in the catalog before it is begun, and the state that
says it is done is committed after the last of it is on the disk.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from archived.carried_names import printable
from archived.errors import ContentDiffers
from archived.hot_items import HotItem
from archived.language import SOURCE, TRANSLATED, _, speaking
from archived.policy.hot_names import (
    ACCEPTED,
    ARCHIVED,
    MARKER,
    REFUSED_JSON,
    REFUSED_TEXT,
    SIDECAR,
    in_rejected,
)
from archived.routines.hot_tree import HotTree, identity_of


def write_accepted(tree: HotTree, item: HotItem, receipt: Mapping[str, Any]) -> None:
    """The accepted receipt beside its package; then the marker goes, which has been honoured.

    Raises OSError; FileNotFoundError when the folder around the package is gone.
    """
    _write_receipt(tree, item.path + ACCEPTED, receipt)
    _consume_marker(tree, item)


def write_archived(tree: HotTree, item: HotItem, receipt: Mapping[str, Any]) -> None:
    """The archived receipt beside its package. Raises OSError as `write_accepted`."""
    _write_receipt(tree, item.path + ARCHIVED, receipt)


def free_in_rejected(tree: HotTree, path: str) -> str:
    """A path below the hot folder, in rejected/, at which nothing lies yet. Raises OSError."""
    number = 1
    while True:
        wanted = in_rejected(path, number)
        if not any(tree.status(wanted + beside) for beside in ("", SIDECAR, REFUSED_TEXT, REFUSED_JSON)):
            return wanted
        number += 1


def reject(tree: HotTree, item: HotItem, target: str) -> None:
    """Put the reasons into rejected/, and the thing itself beside them, unless another one came meanwhile.

    Raises OSError.
    """
    refusal = dict(item.refusal or {})
    tree.make_folders(target.rpartition("/")[0])
    text = json.dumps(refusal, ensure_ascii=False, indent=2).encode("utf-8", "backslashreplace")
    tree.write(target + REFUSED_JSON, text + b"\n")
    tree.write(target + REFUSED_TEXT, refusal_text(item, refusal).encode("utf-8", "backslashreplace"))
    here = tree.status(item.path)
    if here is not None and identity_of(here) == item.identity and tree.status(target) is None:
        tree.move(item.path, target)
        if tree.status(item.path + SIDECAR) is not None:
            tree.move(item.path + SIDECAR, target + SIDECAR)
    _consume_marker(tree, item)


def refusal_text(item: HotItem, refusal: Mapping[str, Any]) -> str:
    """The reasons for people, in every language that we have."""
    reasons = refusal.get("detail", {}).get("reasons") or [refusal]
    parts = []
    for language in (SOURCE, *TRANSLATED):
        with speaking(language):
            head = _("{path} was refused on {at}; nothing of it was taken.").format(
                path=printable(item.path), at=item.begun_at.isoformat(timespec="seconds")
            )
            why = "\n".join(line for reason in reasons for line in _lines(reason))
            what = _(
                "Put right what is listed, move it out of rejected/ to where it was, and make it ready again."
            )
            if refusal.get("code") == ContentDiffers.code:
                what += " " + _(
                    "If it is a correction, say so in NAME.package.json beside it: new_version true, and a reason."
                )
        parts.append(f"{head}\n\n{why}\n\n{what}\n")
    return "\n".join(dict.fromkeys(parts))


def _lines(reason: Mapping[str, Any]) -> Iterator[str]:
    """One reason, and below it every name that it is about."""
    yield f"- {reason.get('message', '')}"
    for key, value in reason.items():
        for item in value if isinstance(value, list) else ():
            about = ": ".join(map(str, item.values())) if isinstance(item, dict) else str(item)
            yield f"    {key}: {about}"


def _write_receipt(tree: HotTree, path: str, receipt: Mapping[str, Any]) -> None:
    data = json.dumps(receipt, ensure_ascii=False, indent=2).encode("utf-8", "backslashreplace") + b"\n"
    if tree.status(path) is not None:
        try:
            there = tree.document(path)
        except ValueError:
            there = None
        package = there.get("package") if isinstance(there, dict) else None
        if package == receipt.get("package"):
            return
        # The receipt of an earlier package of this name stays, under a name of its own.
        tree.move(path, _aside(tree, path, str(package or "other")))
    tree.write(path, data)


def _aside(tree: HotTree, path: str, package: str) -> str:
    """NAME.P000001.accepted.json for NAME.accepted.json, with a number when that is taken too."""
    suffix = next(known for known in (ACCEPTED, ARCHIVED) if path.endswith(known))
    name, number = path.removesuffix(suffix), 1
    word = "".join(letter for letter in package if letter.isalnum())[:24] or "other"
    while tree.status(wanted := f"{name}.{word}{f'-{number}' if number > 1 else ''}{suffix}") is not None:
        number += 1
    return wanted


def _consume_marker(tree: HotTree, item: HotItem) -> None:
    """The very marker that was honoured goes; one that was put since then stays."""
    found = tree.status(item.path + MARKER)
    if found is not None and identity_of(found) == item.drop:
        tree.unlink(item.path + MARKER)
