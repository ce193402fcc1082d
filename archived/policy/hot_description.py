"""What a thing in a hot folder is, from its place, its sidecar, its bag-info.txt and the folder's settings. Pure."""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from archived.language import _
from archived.policy.submission import SubmissionRequest
from archived.settings import HotFolderSettings

#: What NAME.package.json may say; all of it text but new_version.
SIDECAR_FIELDS: Final = (
    "fonds",
    "series",
    "volume",
    "title",
    "retention",
    "confidentiality",
    "storage_class",
    "new_version",
    "reason",
)
#: Labels of bag-info.txt that count, as archived itself writes them.
_BAG_LABELS: Final = ("fonds", "series", "volume", "title", "retention", "confidentiality")


@dataclass(frozen=True, slots=True)
class Description:
    """A request, or everything that stands against making one."""

    request: SubmissionRequest | None
    problems: tuple[str, ...]


def describe(
    path: Path,
    settings: HotFolderSettings,
    *,
    place: Mapping[str, str],
    sidecar: Any = None,
    bag_info: Sequence[tuple[str, str]] = (),
) -> Description:
    """What is to be handed in.

    Args:
        path: absolute, of the thing itself.
        place: fields that the layout rule reads from the place.
        sidecar: what NAME.package.json says, as parsed; None when there is none.
        bag_info: labels and values of bag-info.txt, when it is a bag.
    """
    said, problems = _from_sidecar(sidecar)
    sources = (
        (_("its place"), dict(place)),
        (_("its package.json"), said),
        (_("its bag-info.txt"), _from_bag(bag_info)),
    )
    found, contradictions = _joined(sources)
    problems += contradictions
    for field in ("fonds", "series", "retention", "confidentiality", "storage_class"):
        if default := getattr(settings, field):
            found.setdefault(field, default)
    problems += [
        _("nothing says its {field}: neither its place, nor NAME.package.json, nor bag-info.txt").format(
            field=field
        )
        for field in ("fonds", "series", "volume")
        if not found.get(field)
    ]
    if problems:
        return Description(None, tuple(problems))
    request = SubmissionRequest(
        path,
        found["fonds"],
        found["series"],
        found["volume"],
        title=found.get("title", ""),
        storage_class=found.get("storage_class"),
        retention=found.get("retention"),
        confidentiality=found.get("confidentiality"),
        new_version=isinstance(sidecar, dict) and sidecar.get("new_version") is True,
        reason=found.get("reason", ""),
    )
    return Description(request, ())


def _joined(sources: Iterable[tuple[str, Mapping[str, str]]]) -> tuple[dict[str, str], list[str]]:
    """What the sources say together, and where one contradicts another."""
    found: dict[str, str] = {}
    by: dict[str, str] = {}
    problems: list[str] = []
    for source, fields in sources:
        for field, value in fields.items():
            if value and found.setdefault(field, value) != value:
                problems.append(
                    _("{source} says {field} {value!r}, {other} says {another!r}").format(
                        source=source, field=field, value=value, other=by[field], another=found[field]
                    )
                )
            elif value:
                by.setdefault(field, source)
    return found, problems


def _from_sidecar(document: Any) -> tuple[dict[str, str], list[str]]:
    if document is None:
        return {}, []
    if not isinstance(document, dict):
        return {}, [_("its package.json is not one JSON object")]
    said: dict[str, str] = {}
    problems: list[str] = []
    for key, value in document.items():
        if key not in SIDECAR_FIELDS:
            near = difflib.get_close_matches(key, SIDECAR_FIELDS, n=1, cutoff=0.0)[0]
            problems.append(
                _("its package.json has an unknown key {key!r}; did you mean {near!r}?").format(
                    key=key, near=near
                )
            )
        elif key == "new_version":
            if not isinstance(value, bool):
                problems.append(_("its package.json: new_version is true or false"))
        elif isinstance(value, str):
            said[key] = value
        else:
            # A number has lost its leading zeros before anybody could see them.
            problems.append(_("its package.json: {key} is not text in quotes").format(key=key))
    return said, problems


def _from_bag(tags: Sequence[tuple[str, str]]) -> dict[str, str]:
    return {label.lower(): value for label, value in tags if label.lower() in _BAG_LABELS}
