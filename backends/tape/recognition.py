"""What tape files are: which images are whole, which files are torn, and where the good part ends. Pure.

The same rules judge a tape in a drive and a folder of tape files that were copied with `dd`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, unique

from backends.errors import TapeTextDamaged
from backends.tape.image_on_tape import ImageOnTape
from backends.tape.index import MAGIC as INDEX_MAGIC
from backends.tape.index import Index, decode_index
from backends.tape.label import TapeLabel, decode_label
from backends.tape.marks import Header, Trailer, decode_header, decode_trailer
from backends.tape.sealed_text import magic_of

_DECODERS = (decode_label, decode_header, decode_trailer, decode_index)
#: Any text of ours.
Text = TapeLabel | Header | Trailer | Index


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A tape file as it was met."""

    number: int
    first_block: int
    blocks: int
    #: All of it, when it begins like a text of ours; else empty.
    text: bytes = b""
    #: Whether a filemark ends it; the last one of a tape may end with the data.
    closed: bool = True
    #: False when part of what was looked at could not be read.
    readable: bool = True

    @property
    def end_block(self) -> int:
        """The block behind it and its filemark."""
        return self.first_block + self.blocks + self.closed


@unique
class TapeEnd(Enum):
    """What stands behind the last thing that counts."""

    CLEAN = "clean"  # the end of data
    TORN = "torn"  # an append of ours that was interrupted, and nothing else
    STRANGE = "strange"  # something that nobody here can explain
    UNREADABLE = "unreadable"  # something that cannot be read


@dataclass(frozen=True, slots=True)
class Recognised:
    """What a run of tape files holds, and where the part that counts ends."""

    label: TapeLabel | None
    images: tuple[ImageOnTape, ...]
    skipped: tuple[int, ...]
    end: TapeEnd
    #: Where the next image goes if all behind the good part is given up.
    good_block: int
    good_file: int
    #: Whether the last thing that counts ends with a filemark.
    good_closed: bool
    sessions: int
    problems: tuple[str, ...]


def decode_text(data: bytes) -> Text | None:
    """A text of ours, whichever it is; None when it is none, or damaged."""
    if not magic_of(data):
        return None
    for decode in _DECODERS:
        try:
            return decode(data)
        except TapeTextDamaged:
            continue
    return None


def recognise(files: Sequence[FoundFile], base: Index | None = None) -> Recognised:
    """Judge tape files that follow each other: from the label on, or from the index `base` on, itself included.

    What `base` lists is taken from it; the label is then None.
    """
    texts = [decode_text(file.text) if file.readable else None for file in files]
    label = next((text for text in texts[:1] if isinstance(text, TapeLabel)), None)
    cartridge = base.origin.cartridge if base else label.cartridge if label else _named_most(texts)
    images = list(base.images) if base else []
    skipped = list(base.skipped) if base else []
    counted: set[int] = {0} if files and (label or base) else set()
    problems: list[str] = []
    sessions = base.origin.session if base else 0
    for at, text in enumerate(texts):
        if isinstance(text, Trailer) and text.origin.cartridge == cartridge:
            if wrong := _contradiction(files, texts, at, text):
                problems.append(f"tape file {files[at].number}: {wrong}")
                continue
            if texts[at - 2] is None:
                problems.append(f"tape file {files[at - 2].number}: the header cannot be read")
            images.append(text.place)
            counted |= {at - 2, at - 1, at}
        elif isinstance(text, Index) and text.origin.cartridge == cartridge:
            counted.add(at)
        if isinstance(text, Header | Trailer | Index) and text.origin.cartridge == cartridge:
            sessions = max(sessions, text.origin.session)
    last = max(counted, default=-1)
    skipped += [file.number for at, file in enumerate(files) if at not in counted]
    good = files[last] if last >= 0 else None
    return Recognised(
        label=label,
        images=tuple(images),
        skipped=tuple(skipped),
        end=_judge_end(files[last + 1 :], texts[last + 1 :], cartridge),
        good_block=good.end_block if good else 0,
        good_file=good.number + 1 if good else 0,
        good_closed=good.closed if good else True,
        sessions=sessions,
        problems=tuple(problems),
    )


def _contradiction(
    files: Sequence[FoundFile], texts: Sequence[Text | None], at: int, trailer: Trailer
) -> str:
    """Why the image before this trailer does not count; "" when it does."""
    place = trailer.place
    if at < 2:
        return "a trailer without the two files that belong before it"
    data, header = files[at - 1], texts[at - 2]
    if data.first_block != place.first_block:
        return f"a trailer of another place (block {place.first_block}, not {data.first_block})"
    if data.blocks != place.blocks or not data.closed:
        return f"the image has {data.blocks} blocks, its trailer says {place.blocks}"
    if header is not None and not (isinstance(header, Header) and header.check == trailer.header_check):
        return "header and trailer belong to different images"
    return ""


def _judge_end(files: Sequence[FoundFile], texts: Sequence[Text | None], cartridge: str) -> TapeEnd:
    if not files:
        return TapeEnd.CLEAN
    if not all(file.readable for file in files):
        return TapeEnd.UNREADABLE
    header: Header | None = None
    for file, text in zip(files, texts, strict=True):
        if isinstance(text, Header) and text.origin.cartridge == cartridge:
            header = text
        elif text is not None:
            return TapeEnd.STRANGE
        elif magic_of(file.text) == INDEX_MAGIC or not file.blocks:
            header = None  # part of an index, or a filemark that closed something
        elif header is not None and file.blocks <= header.place.blocks:
            header = None  # as much of the image as came
        else:
            return TapeEnd.STRANGE
    return TapeEnd.TORN


def _named_most(texts: Sequence[Text | None]) -> str:
    """The cartridge that the texts speak of, where the label cannot be read."""
    named = [text.origin.cartridge for text in texts if isinstance(text, Header | Trailer | Index)]
    return max(sorted(set(named)), key=named.count, default="")
