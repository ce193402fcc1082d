"""The format on drives that speak SCSI: labelled, appended, torn, continued and read.

No tape here is read by `mt` and `dd`: they need the kernel's st driver, and there is none for a target in user space.
What they would do is tested over files (`tests/unit/backends/tape/test_by_dd_alone.py`).
"""

from dataclasses import replace

import pytest

from backends.errors import MediumFull, MediumRefused
from backends.tape.contents import read_contents
from backends.tape.image_reader import TapeImageReader
from backends.tape.labelling import label_again, label_cartridge
from backends.tape.recognition import TapeEnd
from tests.contract.tape_places import TAPE_PLACES, WORM
from tests.unit.backends.tape.images import BLOCK_BYTES, Bytes, a_label, identity, image_bytes, session

IMAGES = {f"I{number}": image_bytes(number, 40) for number in range(1, 5)}


@pytest.mark.parametrize("kind", ["rewritable", "worm"])
@pytest.mark.parametrize("where", ["in-process", "manners-of-tgt", "tgt"])
def test_a_cartridge_is_filled_torn_and_continued(where: str, kind: str) -> None:
    with TAPE_PLACES[where]() as place:
        if kind == "worm":
            place.needs("WORM")
        slot = WORM if kind == "worm" else place.small
        drive = place.put(slot)
        assert read_contents(drive).blank
        label_cartridge(drive, a_label())
        writing = session(drive)
        written = [writing.append(identity(IMAGES[n], n), Bytes(IMAGES[n])) for n in ("I1", "I2")]
        writing.finish()
        drive.write_block(b'{\n "magic": "archived-tape-index", torn'.ljust(BLOCK_BYTES))
        drive.write_filemarks(0)
        place.fetch(slot)
        drive = place.put(slot)
        found = read_contents(drive)
        assert (list(found.images), found.end) == (written, TapeEnd.TORN)
        writing = session(drive, ring_blocks=4, known_until_block=written[-1].end_block)
        written.append(writing.append(identity(IMAGES["I3"], "I3"), Bytes(IMAGES["I3"])))
        for _ in range(20):  # the cartridge has one MiB or two
            try:
                written.append(writing.append(identity(IMAGES["I4"], "I4"), Bytes(IMAGES["I4"])))
            except MediumFull:
                break
        report = writing.finish()  # whose index may have no room any more
        assert report.nearly_full
        assert report.images == tuple(written[2:])
        assert 1 <= len(written[3:]) < 15
        place.fetch(slot)
        drive = place.put(slot, 257)
        for whole in (False, True):
            assert list(read_contents(drive, whole=whole).images) == written
        for item in written:
            reader = TapeImageReader(drive, item)
            assert reader.read(0, 40) == IMAGES[item.image_id]
            assert reader.read(17, 3) == IMAGES[item.image_id][17 * 2048 : 20 * 2048]


@pytest.mark.parametrize("where", ["in-process", "manners-of-tgt", "tgt"])
def test_a_cartridge_is_labelled_again_over_its_very_label_only(where: str) -> None:
    with TAPE_PLACES[where]() as place:
        drive = place.put(place.small)
        with pytest.raises(MediumRefused, match="does not carry"):
            label_again(drive, a_label(), over="")
        label_cartridge(drive, a_label())
        writing = session(drive)
        writing.append(identity(IMAGES["I1"], "I1"), Bytes(IMAGES["I1"]))
        writing.finish()
        new = replace(a_label(), cartridge="11111111-2222-5333-8444-555555555555")
        with pytest.raises(MediumRefused, match="nothing was written"):
            label_again(drive, new, over=new.cartridge)
        assert len(read_contents(drive).images) == 1
        label_again(drive, new, over=a_label().cartridge)
        place.fetch(place.small)
        drive = place.put(place.small)
        found = read_contents(drive, whole=True)
        assert (found.label, list(found.images)) == (new, [])
        writing = session(drive)
        written = writing.append(identity(IMAGES["I2"], "I2"), Bytes(IMAGES["I2"]))
        writing.finish()
        assert list(read_contents(drive).images) == [written]
