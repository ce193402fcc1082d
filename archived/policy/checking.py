"""What a look at a medium says, against what the catalog believes of it: pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from archived.formats.descriptor import SetDescriptor
from archived.formats.disc_rows import FoundPackage
from archived.language import _
from archived.model import Copy, Image, Medium
from archived.policy.rebuilding import Claim, Difference
from archived.states import CopyState, ImageState, LookState, MediumState
from archived.surveys import MediumLook

#: The five words of a finding, as the hold knows them.
BLANK, OURS, NEWER, FOREIGN, UNREADABLE = "blank", "ours", "newer", "foreign", "unreadable"
#: Copies of which the catalog says that their medium carries the image.
_CARRIED = (
    CopyState.WRITTEN,
    CopyState.VERIFYING,
    CopyState.VERIFIED,
    CopyState.FOUND,
    CopyState.SUSPECT,
)
_THOUGHT_BLANK = (MediumState.BLANK, MediumState.RESERVED)


@dataclass(frozen=True, slots=True)
class Believed:
    """One medium as the catalog has it: copies on it, each with its image."""

    medium: Medium
    copies: tuple[tuple[Copy, Image], ...] = ()

    @property
    def carried(self) -> tuple[Image, ...]:
        return tuple(image for copy, image in self.copies if copy.state in _CARRIED)


@dataclass(frozen=True, slots=True)
class Judged:
    """What a look makes of a medium."""

    found: str
    difference: Difference | None = None
    #: The image that it carries and that the catalog knows, without knowing that this medium carries it.
    carries: Image | None = None


def judge(
    look: MediumLook, believed: Believed, claim: Claim | None, known: Image | None, *, ours: bool
) -> Judged:
    """One medium.

    Args:
        claim: what the medium says that it is.
        known: the image of that name that the catalog has.
        ours: whether the claim is one of this archive.
    """
    medium, status = believed.medium, look.finding.get("status")
    expected = believed.carried

    def differs(found: str, kind: str, words: str, **places: object) -> Judged:
        what = words.format(medium=medium.id, **places)
        return Judged(found, Difference(kind, medium.id, what, f"archivectl media {medium.id}"))

    label = expected[0].label or expected[0].id if expected else ""
    if look.state is LookState.FAILED:
        return differs(
            UNREADABLE, "unreadable", _("no drive could tell what {medium} is: {why}"), why=look.note
        )
    if status == "blank":
        if expected:
            words = _("{medium} is blank, and the catalog says that it carries {label}")
            return differs(BLANK, "blank", words, label=label)
        return Judged(BLANK)
    if claim is not None and ours:
        return _claimed(believed, claim, known, differs)
    if claim is not None:
        words = _("{medium} is of another site or another kind of room ({institution})")
        return differs(FOREIGN, "foreign", words, institution=claim.institution)
    if expected and medium.state is not MediumState.SUSPECT:
        words = _("{medium} should carry {label}, and does not say so: {status}")
        return differs(UNREADABLE, "unreadable", words, label=label, status=status)
    if medium.state in _THOUGHT_BLANK:
        words = _("{medium} is taken for a blank, and is {status}")
        return differs(FOREIGN, "no-blank", words, status=status)
    if medium.state is MediumState.SUSPECT or believed.copies:
        return Judged(OURS)
    return Judged(FOREIGN)


def _claimed(believed: Believed, claim: Claim, known: Image | None, differs: Any) -> Judged:
    """A medium that says that it is of this archive."""
    name = f"{claim.set_id}-{claim.position}"
    if known is not None and any(image.id == known.id for _copy, image in believed.copies):
        if claim.damaged and believed.medium.state in (MediumState.GOOD, MediumState.WATCH):
            words = _("{medium} ({name}) cannot be read everywhere: {what}")
            found: Judged = differs(OURS, "damaged", words, name=name, what=", ".join(sorted(claim.damaged)))
            return found
        return Judged(OURS)
    if believed.carried:
        words = _("{medium} should carry {label}, and says that it is {name}")
        wrong: Judged = differs(NEWER, "other-image", words, label=believed.carried[0].label, name=name)
        return wrong
    if known is not None and known.state is ImageState.RETIRED:
        words = _("{medium} carries {name}, which is kept no more: it counts for nothing")
        over: Judged = differs(OURS, "kept-no-more", words, name=name)
        return over
    if known is not None:
        words = _("{medium} carries {name}, which the catalog did not know")
        carrier: Judged = differs(NEWER, "carrier-unknown", words, name=name)
        return Judged(carrier.found, carrier.difference, known)
    words = _("{medium} carries {name}, of which the catalog knows nothing: it was written later")
    newer: Judged = differs(NEWER, "newer", words, name=name)
    return newer


def compare_packages(
    image: Image, catalog: Mapping[str, Mapping[str, Any]], disc: Sequence[FoundPackage]
) -> list[Difference]:
    """Packages of one image: what the catalog has, and what the disc says.

    `catalog` has, by package id, the fields fonds, series, volume, version, and root_digest ("" when unknown).
    """
    found: list[Difference] = []
    label, advice = image.label or image.id, f"archivectl images {image.id}"
    said = {row.package_id: row for row in disc}
    for package_id in sorted(set(catalog) | set(said)):
        row, known = said.get(package_id), catalog.get(package_id)
        if row is None:
            words = _("package {package} should lie on {label}, and its disc does not name it")
        elif known is None:
            words = _("package {package} lies on {label}, and the catalog does not have it there")
        elif _differs(row, known):
            words = _("package {package} on {label}: disc and catalog tell different things of it")
        else:
            continue
        what = words.format(package=package_id, label=label)
        found.append(Difference("package", package_id, what, advice))
    return found


def _differs(row: FoundPackage, known: Mapping[str, Any]) -> bool:
    told = (row.fonds, row.series, row.volume, row.version)
    have = (known["fonds"], known["series"], known["volume"], known["version"])
    root = row.more.get("root_digest") or known["root_digest"]
    return told != have or (bool(known["root_digest"]) and root != known["root_digest"])


def compare_descriptor(
    descriptor: SetDescriptor, members: Collection[Image], medium_id: str
) -> list[Difference]:
    """Digests of the data images: what the catalog has, and what a parity disc of their set says."""
    by_position = {image.position: image for image in members}
    wrong = [
        record.member.position
        for record in descriptor.members
        if (image := by_position.get(record.member.position)) is not None
        and image.kind == "data"
        and image.sha256 not in (None, record.digests["sha256"])
    ]
    if not wrong:
        return []
    words = _(
        "the descriptor on {medium} and the catalog have other digests of members {members} of set {set}"
    )
    listed = ", ".join(map(str, wrong))
    what = words.format(medium=medium_id, members=listed, set=descriptor.set_id)
    return [Difference("descriptor", medium_id, what, "archivectl catalog check --full")]
