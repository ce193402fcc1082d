"""What a cartridge is and says of itself, and what an image on it says: looks of a survey. Writes nothing to a tape."""

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from archived.language import _
from archived.policy.tape_looks import BLANK, LABELLED, STRANGE, TapeFound
from archived.sessions.identify import Finding, read_texts
from archived.sessions.read import Expected
from archived.sessions.read_whole import WholeRead, Wrapped, compare_whole
from archived.sessions.tape_read import image_source
from archived.sessions.tools import Report, Tools
from backends.errors import MediumRefused
from backends.interface import SECTOR_BYTES, Cartridge, DiscStatus, TapeDrive
from backends.tape.append_place import place_to_append
from backends.tape.contents import TapeContents, read_by_index, read_contents
from backends.tape.image_on_tape import ImageOnTape, image_fields

#: Of a tape whose label cannot be read and that holds no image, nobody knows how long its blocks are.
_BLOCK_BYTES_UNTOLD = 1 << 20


def look_at_cartridge(tools: Tools, drive: str) -> Finding:
    """What the cartridge in this drive, which is ready, is and holds: every label, header and trailer is read.

    Raises MediumRefused when the drive holds none, DeviceFailure when it fails or says nothing.
    """
    tape = tools.tapes[drive]
    cartridge = tape.inspect()
    contents = _with_what_is_only_indexed(tape, read_contents(tape, whole=True))
    found = _found(contents, cartridge, _capacity_bytes(tape, cartridge))
    finding = Finding(found.status, "", found.capacity_bytes, found.used_bytes)
    finding.tape = found.as_document()
    finding.problems.extend(found.problems)
    return finding


def look_at_image(
    tools: Tools, drive: str, place: ImageOnTape, folder: Path, keys: Collection[str], report: Report
) -> Finding:
    """What one image on the cartridge in this drive says of itself; its texts go into `folder`, as those of a disc.

    Raises MediumRefused, DeviceFailure.
    """
    source = image_source(tools, drive, place)
    finding = Finding(DiscStatus.COMPLETE.value, "", place.size_bytes, place.size_bytes)
    finding.place = image_fields(place)
    read_texts(source.read, place.size_bytes // SECTOR_BYTES, finding, folder, report)
    finding.key_known = finding.site_key in keys
    said, member = place.image, finding.member
    if member and (said.set_id, said.position) != (member["set_id"], member["position"]):
        words = _("its tape calls it member {position} of set {set}")
        finding.problems.append(words.format(position=said.position, set=said.set_id))
        finding.damaged.append("header")
    return finding


def read_whole_image(
    tools: Tools, drive: str, place: ImageOnTape, expected: Expected | Wrapped, report: Report
) -> WholeRead:
    """Read all of an image on the cartridge in this drive. Raises MediumRefused, DeviceFailure."""
    return compare_whole(image_source(tools, drive, place), expected, report)


def _with_what_is_only_indexed(tape: TapeDrive, contents: TapeContents) -> TapeContents:
    """With images whose trailer cannot be read any more, and that an index behind them lists: they may be whole."""
    if contents.blank or (contents.label is None and not contents.images):
        return contents
    said = [] if contents.label is not None else [_("its label cannot be read")]
    lost: list[ImageOnTape] = []
    if contents.skipped and not contents.from_index:
        skipped, indexed = set(contents.skipped), read_by_index(tape, contents.label)
        lost = [place for place in indexed.images if place.file in skipped] if indexed is not None else []
    words = _("tape file {file}: the text behind image {label} cannot be read, and an index lists it")
    said += [words.format(file=place.file + 1, label=place.image.label or place.image_id) for place in lost]
    return replace(
        contents,
        images=tuple(sorted((*contents.images, *lost), key=lambda place: place.first_block)),
        problems=(*contents.problems, *said),
    )


def _found(contents: TapeContents, cartridge: Cartridge, capacity_bytes: int) -> TapeFound:
    label = contents.label
    block_bytes = label.block_bytes if label is not None else _BLOCK_BYTES_UNTOLD
    end = contents.data_end[0] if contents.data_end is not None else contents.good_block
    used_bytes = 0 if contents.blank else end * block_bytes
    if contents.blank or (label is not None and not contents.images and _closed(contents, cartridge) == ""):
        status = BLANK
    else:
        status = LABELLED if label is not None else STRANGE
    return TapeFound(
        status,
        label.barcode if label is not None else "",
        label.institution if label is not None else "",
        label.pool if label is not None else "",
        label.media_kind if label is not None else "",
        contents.images,
        used_bytes,
        capacity_bytes,
        "" if contents.blank else _closed(contents, cartridge),
        contents.problems,
        label.cartridge if label is not None else "",
        label.simulated if label is not None else False,
    )


def _closed(contents: TapeContents, cartridge: Cartridge) -> str:
    """Why the format, or the cartridge itself, allows nothing more on it; empty when it does."""
    if cartridge.write_protected:
        return _("it is write-protected")
    counted_on = max((place.end_block - 1 for place in contents.images), default=0)
    try:
        place_to_append(contents, append_only=cartridge.worm, known_until_block=counted_on)
    except MediumRefused as error:
        return str(error)
    return ""


def _capacity_bytes(tape: TapeDrive, cartridge: Cartridge) -> int:
    """What its chip says that it holds; 0 where nothing says it."""
    return tape.attributes().capacity_bytes or cartridge.capacity_bytes
