"""What a look at a cartridge found, and how that fits what the catalog believes of it: pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from archived.language import _
from archived.model import Copy, Image, Medium
from archived.policy.rebuilding import Difference
from archived.policy.tape_labels import Named, why_another
from archived.states import CopyState
from archived.surveys import MediumLook
from backends.tape.image_on_tape import ImageOnTape, image_fields, image_from_fields

#: What a look at a cartridge may call it, beside BLANK: with a label of this format, or written by who knows whom.
LABELLED: Final = "labelled"
STRANGE: Final = "strange"
BLANK: Final = "blank"
#: Copies of which the catalog says that they stand on their cartridge.
ON_TAPE: Final = (
    CopyState.WRITTEN,
    CopyState.VERIFYING,
    CopyState.VERIFIED,
    CopyState.FOUND,
    CopyState.SUSPECT,
)


@dataclass(frozen=True, slots=True)
class TapeFound:
    """What a cartridge says of itself, as the finding of its look keeps it."""

    #: BLANK (a label without any image is one, too), LABELLED or STRANGE.
    status: str
    #: By its label; empty where there is none that can be read.
    barcode: str = ""
    institution: str = ""
    pool: str = ""
    media_kind: str = ""
    images: tuple[ImageOnTape, ...] = ()
    #: What the written part takes.
    used_bytes: int = 0
    capacity_bytes: int = 0
    #: Why nothing can be added to it; empty when something can.
    closed: str = ""
    problems: tuple[str, ...] = ()
    #: By its label, too; "" and False in findings from before they were kept.
    label_uuid: str = ""
    simulated: bool = False

    def as_document(self) -> dict[str, Any]:
        """For the finding of a look."""
        found = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return found | {"images": [image_fields(place) for place in self.images]}


def tape_found(look: MediumLook) -> TapeFound | None:
    """What the finding of a look says of a cartridge; None when it is of a disc, or nothing was found."""
    said: Mapping[str, Any] = look.finding.get("tape") or {}
    if not said:
        return None
    places = tuple(image_from_fields(item) for item in said["images"])
    return TapeFound(**{**said, "images": places, "problems": tuple(said["problems"])})


def place_seen(look: MediumLook) -> ImageOnTape | None:
    """Where the image lies that a look is about; None for a look at a whole medium."""
    place = look.finding.get("place")
    return image_from_fields(place) if place else None


def is_same(place: ImageOnTape, image: Image) -> bool:
    """Whether what a tape says of an image is what the catalog has of it."""
    named = f"{place.image.set_id}-{place.image.position}" == image.name
    return named and image.sha256 in (None, place.digests["sha256"])


def not_in_catalog(found: TapeFound, copies: Iterable[tuple[Copy, Image]]) -> tuple[ImageOnTape, ...]:
    """Images on a cartridge of which the catalog has no copy there, good or bad."""
    known = {copy.tape_file: image for copy, image in copies if copy.tape_file is not None}
    return tuple(
        place for place in found.images if place.file not in known or not is_same(place, known[place.file])
    )


def damages(medium: Medium, found: TapeFound) -> list[Difference]:
    """What of a cartridge's own texts cannot be read, or contradicts the others."""
    words = _("the texts on {medium} are damaged: {what}")
    return [
        Difference(
            "damaged",
            medium.id,
            words.format(medium=medium.id, what=problem),
            f"archivectl media {medium.id}",
        )
        for problem in found.problems
    ]


def other_uuid(medium: Medium, found: TapeFound) -> list[Difference]:
    """That the label is another than the one the catalog knows of this cartridge, whatever its barcode says."""
    if not medium.label_uuid or found.label_uuid in ("", medium.label_uuid):
        return []
    words = _("the tape in {barcode} is another cartridge with the same barcode: {said}, not {meant}")
    what = words.format(barcode=medium.id, said=found.label_uuid, meant=medium.label_uuid)
    return [Difference("other-label", medium.id, what, f"archivectl media {medium.id}")]


def label_to_learn(
    medium: Medium, found: TapeFound, *, institution: str, simulated: bool
) -> dict[str, str | None]:
    """The column of a cartridge whose label nobody knew, when that is of this archive; else none."""
    if medium.label_uuid or not found.label_uuid:
        return {}
    meant = Named("", medium.barcode or "", institution, simulated)
    said = Named(found.label_uuid, found.barcode, found.institution, found.simulated)
    return {} if why_another(meant, said) else {"label_uuid": found.label_uuid}


def contradictions(
    medium: Medium, found: TapeFound, copies: Iterable[tuple[Copy, Image]], seen_at: datetime
) -> list[Difference]:
    """Copies that stand on this cartridge by the catalog, and do not by the cartridge; and whose label it has."""
    advice = f"archivectl media {medium.id}"
    said = {place.file: place for place in found.images}
    differences = []
    if found.barcode and medium.barcode and found.barcode != medium.barcode:
        words = _("the tape in {medium} says that it is {said}").format(medium=medium.id, said=found.barcode)
        differences.append(Difference("other-label", medium.id, words, advice))
    differences += other_uuid(medium, found)
    for copy, image in copies:
        if copy.tape_file is None or copy.state not in ON_TAPE:
            continue
        if copy.written_at is not None and copy.written_at >= seen_at:
            continue  # it was written after the cartridge was looked at
        place = said.get(copy.tape_file)
        if place is not None and is_same(place, image) and place.first_block == copy.first_block:
            continue
        words = (
            _("{medium} should hold {label} in tape file {file}, and nothing whole is there")
            if place is None
            else _("{medium} should hold {label} in tape file {file}, and says that {other} is there")
        ).format(
            medium=medium.id,
            label=image.label or image.id,
            file=copy.tape_file,
            other=place.image.label or place.image_id if place is not None else "",
        )
        differences.append(Difference("other-image", medium.id, words, advice))
    return differences
