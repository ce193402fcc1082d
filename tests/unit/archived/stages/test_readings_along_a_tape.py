"""Readings that wait for one cartridge are begun in the order that winds its tape least."""

from dataclasses import asdict
from pathlib import Path

from archived.catalog import surveys
from archived.policy.tape_looks import TapeFound, place_seen
from archived.policy.tape_order import Stretch
from archived.policy.visits import Visit
from archived.stages import copying, surveying
from archived.stages.looking_tape import ask_for_images
from archived.stages.recall_reading import Ready, actions
from archived.stages.tape_place import along_tapes
from archived.states import CopyState, LookState
from archived.surveys import MediumLook
from backends.tape.image_on_tape import ImageIdentity, ImageOnTape, image_fields
from backends.tape.serpentine import Serpentine
from tests.unit.archived.stages.tape_site import TapeSite

#: Wraps of 100 bytes: 0 to 99 runs away from the beginning, 100 to 199 back to it, and so on.
TAPE = Serpentine(wraps=10, length_m=1000, capacity_bytes=1000)
SCALE = 10**10


def ready(copy_id: int, start: int, medium: str = "T00001L8") -> Ready:
    tape = Serpentine(TAPE.wraps, TAPE.length_m, TAPE.capacity_bytes * SCALE)
    return Ready(
        copy_id, medium, "T1", (), on_tape=(Stretch(start * SCALE, start * SCALE + 1, copy_id), tape)
    )


def order(*items: Ready) -> list[str]:
    return [action.key for action in actions("recall", items)]


def keys(*copies: int) -> list[str]:
    return [f"readings of copy {copy}" for copy in copies]


def test_what_lies_on_wraps_that_run_out_comes_first_and_the_rest_on_the_way_back() -> None:
    found = order(ready(1, 110), ready(2, 190), ready(3, 450), ready(4, 210), ready(5, 20))
    assert found == keys(4, 5, 3, 1, 2)


def test_each_cartridge_has_an_order_of_its_own_and_discs_stay_as_they_come() -> None:
    disc, other = Ready(9, "D2", "B1", ()), Ready(8, "D1", "B2", ())
    found = order(ready(1, 50, "T00002L8"), disc, ready(2, 90), ready(3, 10), ready(4, 20, "T00002L8"), other)
    assert found == keys(9, 8, 3, 2, 4, 1)


def test_what_is_left_is_begun_in_the_same_order() -> None:
    items = [ready(number, start) for number, start in enumerate((330, 20, 250, 170, 610, 90, 440))]
    whole = order(*items)
    for done in range(len(whole)):
        left = [item for item in items if item.key in whole[done:]]
        assert order(*left) == whole[done:]


def test_the_plan_of_an_order_visits_a_cartridge_in_the_same_order_and_counts_the_winding(
    tmp_path: Path,
) -> None:
    site = TapeSite(tmp_path, copies='["tapes"]')
    site.cartridge("000001L8", capacity_mib=4096 * 208)
    site.turn(copying)
    first, second = site.copies(CopyState.PLANNED)
    site.verify(first, second)
    planned = tuple(Visit(copy.id, copy.medium_id, ((0, 2048),), (copy.id,)) for copy in (first, second))
    with site.catalog.write() as write:
        # On a wrap that runs back, and on the next one that runs out again.
        for copy, block in ((first, 5000), (second, 10000)):
            write.exec_driver_sql(f"UPDATE copy SET first_block = {block} WHERE id = {copy.id}")
        found, winding_s = along_tapes(write, planned)
    assert [visit.copy_id for visit in found] == [second.id, first.id]
    assert winding_s > 0
    site.catalog.close()


def test_the_images_of_a_cartridge_are_looked_at_in_the_same_order(tmp_path: Path) -> None:
    site = TapeSite(tmp_path)
    site.cartridge("000001L8", capacity_mib=4096 * 208)
    # Wraps of 4096 blocks: out, back, out, back.
    blocks = (1000, 5000, 7000, 9000, 13000)
    places = [
        ImageOnTape(ImageIdentity(f"I{n}", 2048, {"sha256": f"{n:064d}"}), 3 * n + 2, block, 1 << 20)
        for n, block in enumerate(blocks)
    ]
    found = TapeFound("labelled", images=tuple(places))
    with site.catalog.write() as write:
        survey = surveying.request_check(write, site.site, full=False, agent="uid:1")
        said = {**asdict(found), "images": [image_fields(place) for place in places]}
        now = site.site.now()
        look = MediumLook(0, survey.id, "000001L8", "medium", LookState.SEEN, now, finding={"tape": said})
        ask_for_images(write, site.site, survey, look)
        asked = [place_seen(one) for one in surveys.looks(write, survey.id) if one.is_of_image]
    assert [place.first_block for place in asked if place] == [9000, 1000, 13000, 5000, 7000]
    site.catalog.close()
