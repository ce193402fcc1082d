"""Volumes go to cartridges behind a real iSCSI target, through the installed commands, and come back from there.

What befalls such a site otherwise, and sessions that append to what is there, is in `test_tape_bad_days`.
"""

from collections.abc import Iterator

import pytest

from tests.acceptance.tape_site import TapeSite
from tests.contract.tgt_target import Cartridge, require_tgt, tgt_target

CARTRIDGES = tuple(Cartridge(f"VOL00{number}L8", size_mb=32) for number in range(1, 4))
IMAGE_BYTES = 4_000_000
PLACES = """
select copy.image_id, copy.medium_id, copy.tape_file from copy
join image on image.id = copy.image_id where copy.state = 'verified' order by copy.image_id
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TapeSite]:
    require_tgt()
    with tgt_target(CARTRIDGES, discs=()) as target:
        made = TapeSite(tmp_path_factory.mktemp("tape") / "site", target, n=2, image_bytes=IMAGE_BYTES)
        try:
            made.begin_with(CARTRIDGES)
            yield made
        finally:
            left = made.end()
        assert not left


def test_a_set_on_tape_alone_is_archived_and_comes_back_also_when_a_cartridge_is_gone(site: TapeSite) -> None:
    volumes = [site.hand_in(number, 900_000) for number in (1, 2)]
    site.archive(*volumes)

    places = site.look(PLACES)
    assert len(places) == 3
    assert len({medium for _image, medium, _file in places}) == 3, "members of a set never share a cartridge"
    assert {file for _image, _medium, file in places} == {2}
    receipt = site.ask("packages", "F1/S1/0001")["archived_receipt"]
    assert "notice" not in receipt
    (own,) = [medium for medium in receipt["media"] if medium["holds_this_package"]]
    assert (own["site"], own["block_bytes"], own["tape_file"]) == ("cellar", 65536, 2)
    assert {own["written_in"], own["verified_in"]} == {"T1", "T2"}

    assert len(site.ask("staging", "release", "--all")["released"]) == 2
    site.lose(own["medium"])
    site.assert_comes_back("0002")
    site.assert_comes_back("0001")  # through the set
    assert not [id_ for id_ in site.attentions() if not id_.startswith(("scratch", "set"))]
