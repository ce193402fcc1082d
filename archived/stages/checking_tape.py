"""`catalog check` of a cartridge: what stands on it against what the catalog believes, image by image.

An image that the catalog knows, and did not know to be there, becomes a copy: WRITTEN, and read back like any other
before it counts; or FOUND, where nobody knows whether its set was ever read back. What is on it besides is reported,
and while a hold is in force nothing is ever added to a cartridge with which the catalog does not agree.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from archived.catalog import events, images, media
from archived.language import _
from archived.model import Copy, Image, Medium
from archived.policy.rebuilding import Claim, Difference
from archived.policy.tape_looks import (
    BLANK,
    TapeFound,
    contradictions,
    damages,
    is_same,
    other_uuid,
    place_seen,
    tape_found,
)
from archived.stages import adopting, hold
from archived.stages.cartridges_found import columns_of, images_unread, learnt_label, takes_more
from archived.stages.looking_tape import copies_with_images
from archived.stages.tape_place import columns_of as columns_of_place
from archived.stages.tape_place import pool_of_cartridge
from archived.stages.work import Site
from archived.states import CopyState, ImageState, MediumEvent, MediumState
from archived.surveys import MediumLook
from backends.tape.image_on_tape import ImageOnTape

#: Images whose bytes are fixed, so that a copy of one can be told from any other.
_FIXED = (ImageState.PROTECTED, ImageState.KEPT, ImageState.FOUND)
_BEGUN = (MediumState.APPENDABLE, MediumState.GOOD, MediumState.WATCH, MediumState.SUSPECT)
_THOUGHT_BLANK = (MediumState.BLANK, MediumState.RESERVED)


@dataclass(slots=True)
class Compared:
    """What came of comparing one cartridge."""

    differences: list[Difference] = field(default_factory=list)
    #: Looks at images whose lists are still to be compared with the catalog's.
    lists: list[int] = field(default_factory=list)
    #: Something of ours is on it that the catalog does not know, or does not expect there; or something of others.
    newer: bool = False
    foreign: bool = False

    @property
    def found(self) -> str:
        """In the word of the hold."""
        return hold.NEWER if self.newer else hold.FOREIGN if self.foreign else hold.OURS


def carries_images(look: MediumLook) -> bool:
    """Whether a look is at a cartridge with images on it; every other medium is judged as a whole."""
    tape = tape_found(look)
    return tape is not None and tape.status != BLANK and bool(tape.images)


def compare_cartridge(
    write: Connection,
    site: Site,
    look: MediumLook,
    of_images: Sequence[MediumLook],
    claims: Mapping[int, Claim],
    our_looks: Collection[int],
) -> Compared:
    """Compare one cartridge that carries images, and take in what the catalog can call its own.

    Args:
        of_images: looks at images on it.
        claims: what each look says that it is, by look.
        our_looks: those whose claim is one of this archive.
    """
    tape, done = tape_found(look), Compared()
    medium = media.get(write, look.medium_id)
    if tape is None:
        return done
    wrong = contradictions(medium, tape, copies_with_images(write, medium.id), look.asked_at)
    done.newer = bool(wrong)
    done.differences += [*wrong, *damages(medium, tape)]
    for item in of_images:
        _compare_image(write, site, tape, item, claims.get(item.id), item.id in our_looks, done)
    medium = media.get(write, medium.id)
    if medium.state in _THOUGHT_BLANK and not (done.newer or done.foreign):
        words = _("{medium} is taken for a blank, and holds images").format(medium=medium.id)
        done.differences.append(Difference("no-blank", medium.id, words, f"archivectl media {medium.id}"))
        done.foreign = True
    if medium.state in _BEGUN and tape.used_bytes > medium.used_bytes:
        media.update_columns(write, medium.id, used_bytes=tape.used_bytes)
    if not (done.newer or done.foreign) and (learnt := learnt_label(site, medium, tape)):
        media.update_columns(write, medium.id, **learnt)
    hold.looked(write, site, medium.id, done.found, done.differences[0].what if done.differences else "")
    return done


def compare_label(write: Connection, site: Site, look: MediumLook) -> list[Difference]:
    """Compare the label of a cartridge without any image, and learn it where nobody knew it. Nothing for a disc."""
    tape = tape_found(look)
    if tape is None:
        return []
    medium = media.get(write, look.medium_id)
    if learnt := learnt_label(site, medium, tape):
        media.update_columns(write, medium.id, **learnt)
    return other_uuid(medium, tape)


def _compare_image(
    write: Connection,
    site: Site,
    tape: TapeFound,
    look: MediumLook,
    claim: Claim | None,
    is_ours: bool,
    done: Compared,
) -> None:
    place, medium = place_seen(look), media.get(write, look.medium_id)
    if place is None:
        return
    there = [image for copy, image in copies_with_images(write, medium.id) if copy.tape_file == place.file]
    if any(is_same(place, image) for image in there):
        if claim is not None and is_ours:
            done.lists.append(look.id)
        done.differences += images_unread(medium, [look])
        return
    unread = images_unread(medium, [look])
    if claim is None or (unread and is_ours):
        done.differences += unread
        done.foreign = done.foreign or claim is None
        return
    advice = f"archivectl media {medium.id}"
    if not is_ours:
        words = _("{medium} is of another site or another kind of room ({institution})")
        what = words.format(medium=medium.id, institution=claim.institution)
        done.differences.append(Difference("foreign", medium.id, what, advice))
        done.foreign = True
        return
    adopting.jump_over(write, claim.set_id)
    name = f"{claim.set_id}-{claim.position}"
    image = images.named(write, name)
    if image is None:
        words = _("{medium} carries {name}, of which the catalog knows nothing: it was written later")
        done.differences.append(
            Difference("newer", medium.id, words.format(medium=medium.id, name=name), advice)
        )
        done.newer = True
    elif _take_in(write, site, medium, tape, place, image):
        done.lists.append(look.id)
    else:
        words = _("{medium} carries {name}, which the catalog did not know")
        what = words.format(medium=medium.id, name=name)
        done.differences.append(Difference("carrier-unknown", medium.id, what, advice))
        done.newer = True


def _take_in(
    write: Connection, site: Site, medium: Medium, tape: TapeFound, place: ImageOnTape, image: Image
) -> bool:
    """Make an image on a cartridge a copy. False, and nothing is changed, when it cannot be one."""
    if image.state not in _FIXED or not is_same(place, image) or not _may_carry(write, medium, image):
        return False
    pool = pool_of_cartridge(write, site, medium, image.pool)
    settings, now = site.config.pools[pool], site.now()
    for copy in (*media.copies_of(write, image.id), *media.copies_on(write, medium.id)):
        planned_there = copy.medium_id == medium.id and medium.state in _THOUGHT_BLANK
        same = copy.image_id == image.id and copy.pool in ("", pool)
        if media.get_copy(write, copy.id).state is CopyState.PLANNED and (planned_there or same):
            media.withdraw_plan(write, copy, _("it was found on a cartridge already"), site.now())
    _begin_cartridge(write, site, medium, tape)
    is_found = image.state is ImageState.FOUND
    state = CopyState.FOUND if is_found else CopyState.WRITTEN
    copy = Copy(
        0,
        image.id,
        medium.id,
        state,
        settings.role,
        site.config.libraries[settings.library].site,
        now,
        written_at=None if is_found else now,
        note=_("found by a check"),
        pool=pool,
        **columns_of_place(place),
    )
    media.add_copy(write, copy)
    subject = ("image", image.id)
    events.append(write, now, "image found on tape", subject, medium=medium.id, tape_file=place.file)
    return True


def _may_carry(read: Connection, medium: Medium, image: Image) -> bool:
    """Whether the state of a cartridge leaves it open that an image is on it."""
    if medium.state in _THOUGHT_BLANK:
        return hold.stands(read)
    if medium.state is MediumState.QUARANTINED:
        return not media.copies_on(read, medium.id)
    return medium.state in _BEGUN


def _begin_cartridge(write: Connection, site: Site, medium: Medium, tape: TapeFound) -> None:
    """The first image that is found on a cartridge makes it one that was begun."""
    medium = media.get(write, medium.id)
    if medium.state in _BEGUN:
        return
    is_open = takes_more(write, site, medium, tape)
    if medium.state is MediumState.QUARANTINED:
        event = MediumEvent.IDENTIFIED_OPEN if is_open else MediumEvent.IDENTIFIED
        media.advance_state(write, medium.id, event, site.now(), note="", **columns_of(site, medium, tape))
        events.clear_attention(write, f"stranger:{medium.id}")
        return
    if medium.state is MediumState.BLANK:
        media.advance_state(write, medium.id, MediumEvent.RESERVED, site.now())
    media.advance_state(write, medium.id, MediumEvent.INTENT, site.now())
    event = MediumEvent.APPENDED if is_open else MediumEvent.WRITTEN
    media.advance_state(write, medium.id, event, site.now(), note="", used_bytes=tape.used_bytes)
