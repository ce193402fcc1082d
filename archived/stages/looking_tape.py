"""Looks at cartridges: what lies on one is listed first, then each image on it is asked for itself,
as its tape is wound least.

The list and the looks that it asks for are one commit, and so is each image: a survey that is cut off on a cartridge
goes on with the image at which it was. A rebuild asks every image; a check asks those that the catalog does not know
there, and, when all is to be read, reads every place at which a copy that can be judged should be.
"""

from collections.abc import Collection, Sequence
from pathlib import Path

from sqlalchemy import Connection

from archived.catalog import images, media, surveys
from archived.model import Copy, Image
from archived.policy.tape_looks import TapeFound, is_same, not_in_catalog, place_seen, tape_found
from archived.policy.tape_order import Stretch, reading_order
from archived.sessions.identify import Finding
from archived.sessions.read import Expected
from archived.sessions.read_whole import Wrapped
from archived.sessions.tape_look import look_at_cartridge, look_at_image, read_whole_image
from archived.sessions.tools import Report, Tools
from archived.stages.looking_whole import Whole, can_be_judged, expected_of
from archived.stages.surveying import FULL_CHECK, REBUILD
from archived.stages.tape_place import place_of, tape_of
from archived.stages.work import Site
from archived.states import LookState
from archived.surveys import IMAGE, IMAGE_FULL, MediumLook, Survey
from backends.tape.image_on_tape import ImageOnTape, image_fields


def ask_for_images(write: Connection, site: Site, survey: Survey, look: MediumLook) -> None:
    """Want a look at each image on a cartridge that is to be asked, in the order that winds its tape least."""
    found = tape_found(look)
    if found is None:
        return
    wanted = {
        _stretch(number, *want): want for number, want in enumerate(_wanted(write, survey, look, found))
    }
    for stretch in reading_order(wanted, tape_of(media.get(write, look.medium_id))):
        place, purpose = wanted[stretch]
        where = {"place": image_fields(place)}
        surveys.ask(
            write,
            MediumLook(0, survey.id, look.medium_id, purpose, LookState.WANTED, site.now(), finding=where),
        )


def _stretch(number: int, place: ImageOnTape, purpose: str) -> Stretch:
    """What is read of an image: all of it, or next to nothing."""
    begin = place.first_block * place.block_bytes
    return Stretch(begin, begin + (place.size_bytes if purpose == IMAGE_FULL else place.block_bytes), number)


def _wanted(
    read: Connection, survey: Survey, look: MediumLook, found: TapeFound
) -> list[tuple[ImageOnTape, str]]:
    """Places on a cartridge, each with what its look is for. What should be there and is not is read, too."""
    copies = copies_with_images(read, look.medium_id)
    if survey.kind == REBUILD:
        return [(place, IMAGE) for place in found.images]
    unknown = not_in_catalog(found, copies)
    wanted = [(place, IMAGE) for place in unknown]
    if survey.kind == FULL_CHECK:
        wanted += [
            (place_of(copy, image), IMAGE_FULL)
            for copy, image in copies
            if copy.tape_file is not None and image.sha256 and _judgeable(read, copy, image)
        ]
    return wanted


def copies_with_images(read: Connection, medium_id: str) -> tuple[tuple[Copy, Image], ...]:
    """Copies on a medium, each with its image."""
    return tuple((copy, images.get(read, copy.image_id)) for copy in media.copies_on(read, medium_id))


def judged_there(read: Connection, look: MediumLook) -> tuple[Copy, Image] | None:
    """For a look at all of an image on a cartridge: the copy, if it can still be judged."""
    place = place_seen(look)
    if place is None or look.purpose != IMAGE_FULL:
        return None
    return _judged(read, place, copies_with_images(read, look.medium_id))


def place_wanted(read: Connection, look: MediumLook) -> ImageOnTape | None:
    """Where on a cartridge lies what a look wants; None for the cartridge as a whole."""
    if look.is_of_image:
        return place_seen(look)
    if look.is_of_medium:
        return None
    copy = media.get_copy(read, int(look.finding["copy"]))
    return place_of(copy, images.get(read, copy.image_id))


def next_ones(looks: Sequence[MediumLook]) -> list[MediumLook]:
    """Of looks at images on one cartridge only the first: the next one is where the tape comes next."""
    chosen, begun = [], set[str]()
    for look in looks:
        if look.is_of_image and look.medium_id in begun:
            continue
        begun.update({look.medium_id} if look.is_of_image else ())
        chosen.append(look)
    return chosen


def look_on_tape(
    tools: Tools,
    drive: str,
    place: ImageOnTape | None,
    folder: Path,
    keys: Collection[str],
    expected: Expected | Wrapped | None,
    report: Report,
) -> Finding | Whole:
    """Look at a cartridge, or at one image on it, and read all of that where it can be judged."""
    if place is None:
        return look_at_cartridge(tools, drive)
    finding = look_at_image(tools, drive, place, folder, keys, report)
    if expected is None:
        return finding
    return Whole(finding, read_whole_image(tools, drive, place, expected, report))


def _judged(
    read: Connection, place: ImageOnTape, copies: Sequence[tuple[Copy, Image]]
) -> tuple[Copy, Image] | None:
    for copy, image in copies:
        if copy.tape_file == place.file and is_same(place, image):
            return (copy, image) if _judgeable(read, copy, image) else None
    return None


def _judgeable(read: Connection, copy: Copy, image: Image) -> bool:
    return can_be_judged(copy) and expected_of(read, image) is not None
