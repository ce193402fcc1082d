"""What can still be read in a room, found out from the media themselves: neither catalog nor daemon is asked.

When everything was archived, what every image holds is copied aside. Later each disc and cartridge is looked through
for those bytes, wherever they lie on it, and the sectors that are still right are counted against N + M.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from archived.catalog import images, media
from archived.states import CopyState, ImageState
from simulator.damage import ByteRange
from simulator.room import Room
from tests.simulation.harness import Story

SECTOR = 2048
#: Sectors of an image by which it is found again on a medium.
_MARKS = 24


@dataclass(frozen=True, slots=True)
class Member:
    """What one member of a set holds: the bytes that the code is about."""

    set_id: str
    image_id: str
    m: int
    data: bytes

    @property
    def sectors(self) -> int:
        return -(-len(self.data) // SECTOR)


@dataclass(frozen=True, slots=True)
class Lost:
    """An image of which nobody can make some sectors any more."""

    set_id: str
    image_id: str
    sectors: int


class Truth:
    """The members of all sets as they were when everything was archived."""

    def __init__(self, story: Story) -> None:
        self.members = {member.image_id: member for member in _members(story)}
        counted = Counter(
            _digest(_sector(member.data, sector))
            for member in self.members.values()
            for sector in range(member.sectors)
        )
        #: Sectors that are nowhere else: README and programs are alike on every disc.
        self._marks: dict[bytes, tuple[str, int]] = {}
        for member in self.members.values():
            digests = ((_digest(_sector(member.data, sector)), sector) for sector in range(member.sectors))
            alone = [(digest, sector) for digest, sector in digests if counted[digest] == 1]
            for digest, sector in alone[:: max(1, len(alone) // _MARKS)]:
                self._marks[digest] = (member.image_id, sector)
        self._seen: dict[tuple[str, str], tuple[object, dict[str, frozenset[int]]]] = {}

    def lost(self, rooms: list[Room]) -> list[Lost]:
        """Images that cannot be made whole from all that lies in these rooms."""
        bad = self.bad_sectors(rooms)
        by_set: dict[str, list[Member]] = {}
        for member in self.members.values():
            by_set.setdefault(member.set_id, []).append(member)
        found = []
        for set_id, members in by_set.items():
            failures: dict[int, int] = {}
            for member in members:
                for sector in bad[member.image_id]:
                    failures[sector] = failures.get(sector, 0) + 1
            for member in members:
                gone = sum(failures[sector] > member.m for sector in bad[member.image_id])
                if gone:
                    found.append(Lost(set_id, member.image_id, gone))
        return found

    def bad_sectors(self, rooms: list[Room]) -> dict[str, frozenset[int]]:
        """Of each member the sectors that no medium holds."""
        left = {image_id: frozenset(range(member.sectors)) for image_id, member in self.members.items()}
        for room in rooms:
            for carrier in sorted(room.estate.world.carriers):
                for image_id, good in self._good_on(room, carrier).items():
                    left[image_id] -= good
        return left

    def _good_on(self, room: Room, carrier: str) -> dict[str, frozenset[int]]:
        """Sectors of members that a medium still gives."""
        place = room.estate.world.carriers[carrier]
        if place.address is None and not place.place:
            return {}
        raw = _tape(room, carrier) if room.estate.plan.is_tape else _disc(room, carrier)
        path, unreadable, version = raw
        key = (room.estate.plan.library, carrier)
        known = self._seen.get(key)
        if known is None or known[0] != version:
            found = self._search(path.read_bytes(), unreadable) if path.exists() else {}
            known = self._seen[key] = (version, found)
        return known[1]

    def _search(self, data: bytes, unreadable: tuple[ByteRange, ...]) -> dict[str, frozenset[int]]:
        found: dict[str, frozenset[int]] = {}
        for image_id, start in self._begins(data).items():
            member = self.members[image_id]
            spoilt = {
                sector
                for piece in unreadable
                for sector in range(
                    max(0, (piece.offset - start) // SECTOR),
                    min(member.sectors, -(-(piece.end - start) // SECTOR)),
                )
            }
            if data[start : start + len(member.data)] != member.data:
                spoilt |= {
                    sector
                    for sector in range(member.sectors)
                    if data[start + sector * SECTOR : start + (sector + 1) * SECTOR]
                    != member.data[sector * SECTOR : (sector + 1) * SECTOR]
                }
            good = frozenset(set(range(member.sectors)) - spoilt)
            found[image_id] = found.get(image_id, frozenset()) | good
        return found

    def _begins(self, data: bytes) -> dict[str, int]:
        """Members of which something lies on a medium, and at which byte they begin there."""
        found: dict[str, int] = {}
        for at in range(0, len(data), SECTOR):
            mark = self._marks.get(_digest(data[at : at + SECTOR]))
            if mark is not None and mark[0] not in found:
                found[mark[0]] = at - mark[1] * SECTOR
        return found


def _disc(room: Room, carrier: str) -> tuple[Path, tuple[ByteRange, ...], object]:
    with room.disc(carrier) as disc:
        raw = disc.raw_copy()
    return raw.path, raw.unreadable, (raw.written_bytes, raw.unreadable)


def _tape(room: Room, carrier: str) -> tuple[Path, tuple[ByteRange, ...], object]:
    with room.cartridge(carrier) as cartridge:
        unreadable = tuple(
            ByteRange(cartridge.offset(number), cartridge.length(number))
            for number in sorted(cartridge.unreadable)
            if cartridge.length(number)
        )
        return cartridge.data_path, unreadable, (cartridge.written_bytes, cartridge.objects, unreadable)


def _members(story: Story) -> Iterator[Member]:
    """What verified media hold of every member, of parity images only the parity."""
    with story.catalog.read() as read:
        sets: Mapping[str, int] = {item.id: item.m for item in images.set_listing(read)}
        for image in images.in_state(read, ImageState.KEPT):
            copies = [copy for copy in media.copies_of(read, image.id) if copy.state is CopyState.VERIFIED]
            disc = next(copy for copy in copies if copy.first_block is None)
            data = story.room.disc_bytes(disc.medium_id)[: image.size_bytes]
            assert hashlib.sha256(data).hexdigest() == image.sha256
            if image.kind == "parity":
                data = data[image.payload_offset :][: image.payload_bytes]
            yield Member(image.set_id or "", image.id, sets[image.set_id or ""], data)


def _sector(data: bytes, number: int) -> bytes:
    return data[number * SECTOR : (number + 1) * SECTOR].ljust(SECTOR, b"\0")


def _digest(piece: bytes) -> bytes:
    return hashlib.blake2b(piece.ljust(SECTOR, b"\0"), digest_size=16).digest()
