"""What must hold after every story, whatever happened in it (design, section 2)."""

import hashlib
from collections import Counter
from pathlib import Path
from typing import Any

from archived.catalog import events, images, media, packages
from archived.formats.signing import verify
from archived.model import Copy, Image, Medium, Package
from archived.states import CopyState, ImageState, MediumState, PackageState, SetState
from tests.simulation.harness import Story
from tests.simulation.room_law import assert_room_law

SPENT = (
    CopyState.WRITTEN,
    CopyState.VERIFYING,
    CopyState.VERIFIED,
    CopyState.SUSPECT,
    CopyState.ABANDONED,
    CopyState.LOST,
)
ACKNOWLEDGED = (PackageState.ACCEPTED, PackageState.ARCHIVED)


def assert_law(story: Story, *, mixed_up: bool = False) -> None:
    """Every promise that can be seen from outside. `mixed_up`: somebody exchanged labels in this story."""
    everything = story.media()
    assert_room_law(story)
    if not mixed_up:
        spent_discs_are_never_taken_for_blank(story, everything)
    no_disc_holds_two_images(story)
    groups_never_mix(story)
    sets_are_spread(story)
    verified_means_the_disc_holds_it(story)
    acknowledged_bytes_are_readable(story)
    archived_means_the_whole_set_was_read_back(story)
    receipts_are_signed_by_the_key_of_the_site(story)


def assert_all_archived_or_named(story: Story) -> None:
    """Nothing is forgotten: what is not archived has something that waits for a person."""
    left = [package.id for package in story.packages(PackageState.ACCEPTED)]
    assert not left or story.attentions(), f"{left} are not archived and nobody is told"


def spent_discs_are_never_taken_for_blank(story: Story, everything: list[Medium]) -> None:
    """Blank and reserved media are blank, and whatever was written is on record as spent."""
    for medium in everything:
        if medium.barcode is None or medium.kind == "unknown":
            continue
        if medium.library != story.room.estate.plan.library:
            _blank_cartridges_hold_no_image(story, medium)
            continue
        with story.room.disc(story.room.carrier(medium.barcode)) as disc:
            state = disc.state.value
        if medium.state in (MediumState.BLANK, MediumState.RESERVED):
            assert state == "blank", f"{medium.id} is {state}, and the catalog takes it for a blank"
        elif medium.state in (MediumState.GOOD, MediumState.WATCH):
            assert state == "complete", f"{medium.id} is {state}"


def no_disc_holds_two_images(story: Story) -> None:
    """One optical disc, one image, once. That each burn began on a blank disc was seen when it began."""
    cartridges = {medium.id for medium in story.media() if medium.holds_many}
    spent = Counter(c.medium_id for c in story.copies(*SPENT) if c.medium_id not in cartridges)
    assert all(count == 1 for count in spent.values()), spent


def groups_never_mix(story: Story) -> None:
    """盘不多目，卷不跨盘: one fonds, series, retention and confidentiality on an image; no package on two."""
    carried: Counter[str] = Counter()
    with story.catalog.read() as read:
        for image in images.listing(read):
            aboard = packages.of_image(read, image.id)
            # A package that was packed again is on the image that it left, too.
            now = [p for p in aboard if packages.image_ids(read, p.id).get(image.pool) == image.id]
            carried.update(package.id for package in now)
            kinds = {(p.fonds, p.series, p.retention, p.confidentiality) for p in aboard}
            assert len(kinds) <= 1, f"{image.id} mixes {kinds}"
            assert len({(p.fonds, p.series, p.volume) for p in aboard}) == len(aboard), image.id
        for item in images.set_listing(read):
            levels = {image.confidentiality for image in images.of_set(read, item.id)}
            assert len(levels) <= 1, f"set {item.id} mixes {levels}"
    assert all(count == 1 for count in carried.values())


def sets_are_spread(story: Story) -> None:
    """At most m members of a set share a magazine, a batch, or a drive that wrote and verified them."""
    with story.catalog.read() as read:
        waived = events.allowed(read, "diversity")
        for item in images.set_listing(read):
            if item.id in waived:
                continue
            copies = [
                copy
                for image in images.of_set(read, item.id)
                for copy in media.copies_of(read, image.id)
                if copy.state in media.LIVE_COPIES
                and (image.kind == "parity" or copy.pool in ("", image.pool))
            ]
            found = [media.get(read, copy.medium_id) for copy in copies]
            for shared in (
                Counter((m.library, m.magazine) for m in found if m.magazine is not None),
                Counter((m.kind, m.batch) for m in found),
                Counter(m.id for m in found),
                Counter(c.write_drive for c in copies if c.verify_drive and c.write_drive == c.verify_drive),
            ):
                assert all(count <= item.m for count in shared.values()), (item.id, shared)


def verified_means_the_disc_holds_it(story: Story) -> None:
    """A verified copy that nobody harmed since has exactly the bytes of its image."""
    with story.catalog.read() as read:
        for copy in media.copies_in_state(read, CopyState.VERIFIED):
            if copy.medium_id not in story.harmed:
                image = images.get(read, copy.image_id)
                assert _holds(story, copy, image), f"{copy.medium_id} does not hold {image.id}"


def acknowledged_bytes_are_readable(story: Story) -> None:
    """Every package that was acknowledged is whole in staging, or its set has enough good discs."""
    for package in story.packages():
        if package.state in ACKNOWLEDGED:
            assert _staged(story, package) or _on_discs(story, package), f"{package.id} is gone"


def archived_means_the_whole_set_was_read_back(story: Story) -> None:
    """No archived receipt without a verified copy, once, of every member of the set."""
    with story.catalog.read() as read:
        for package in packages.in_state(read, PackageState.ARCHIVED):
            assert package.archived_receipt is not None
            for image_id in packages.image_ids(read, package.id).values():
                image = images.get(read, image_id or "")
                assert image.state is ImageState.KEPT
                protection_set = images.get_set(read, image.set_id or "")
                assert protection_set.state is SetState.COMPLETE
                members = images.of_set(read, protection_set.id)
                assert len(members) == protection_set.n - len(protection_set.absent) + protection_set.m
                for member in members:
                    assert any(c.verified_at for c in media.copies_of(read, member.id)), member.id


def receipts_are_signed_by_the_key_of_the_site(story: Story) -> None:
    for package in story.packages():
        for receipt in (package.accepted_receipt, package.archived_receipt):
            if receipt is not None:
                assert verify(receipt, [story.site.key.public]) == story.site.key.public


def _blank_cartridges_hold_no_image(story: Story, medium: Medium) -> None:
    """What is called blank may have a label, and no trailer: that is behind the fourth filemark at least."""
    if medium.state in (MediumState.BLANK, MediumState.RESERVED):
        with story.cartridge(medium.id) as cartridge:
            assert cartridge.marks_before(cartridge.objects) < 4, f"{medium.id} is taken for a blank"


def _holds(story: Story, copy: Copy, image: Image) -> bool:
    if copy.first_block is not None:
        with story.cartridge(copy.medium_id) as cartridge, cartridge.data_path.open("rb") as file:
            file.seek(cartridge.offset(copy.first_block))
            return hashlib.sha256(file.read(image.size_bytes)).hexdigest() == image.sha256
    data = story.room.disc_bytes(copy.medium_id)[: image.size_bytes]
    return hashlib.sha256(data).hexdigest() == image.sha256


def _staged(story: Story, package: Package) -> bool:
    folder: Path = story.site.tools.paths.staging / package.staging_name
    with story.catalog.read() as read:
        files = [file for file in packages.files(read, package.id) if not file.is_directory]
    return package.staged and all(_sha256(folder / file.path) == file.sha256 for file in files)


def _on_discs(story: Story, package: Package) -> bool:
    with story.catalog.read() as read:
        carriers: list[Any] = [i for i in packages.image_ids(read, package.id).values() if i]
        for image_id in carriers:
            item = images.get_set(read, images.get(read, image_id).set_id or "")
            good = 0
            for member in images.of_set(read, item.id):
                copies = media.copies_of(read, member.id)
                good += any(
                    c.state in (CopyState.VERIFIED, CopyState.SUSPECT)
                    and media.get(read, c.medium_id).element is not None
                    for c in copies
                )
            if good >= item.n - len(item.absent):
                return True
    return False


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else ""
