"""Tape pools in archived.toml: what may be asked of them, and what contradicts itself."""

import pytest

from archived.config import parse
from archived.errors import ConfigurationError
from archived.settings_text import template

BOTH = (
    template(speed=1.0, keep_free_bytes=1 << 30)
    + """
[libraries.tl1]
kind = "tape"
drives = ["T1"]

[pools.tapes]
library = "tl1"
media_kind = "lto-8"
role = "off-site"
"""
)


def test_four_and_two_on_discs_and_one_copy_on_tape() -> None:
    config = parse(BOTH.replace("copies = []", 'copies = ["tapes"]', 1))
    assert config.classes["permanent"].copies == ("tapes",)
    assert config.libraries["tl1"].kind == "tape"
    assert config.pools["tapes"].tape_block_bytes == 1 << 20


def test_parity_of_the_disc_set_on_tape() -> None:
    config = parse(BOTH.replace('parity_pool = ""', 'parity_pool = "tapes"', 1))
    assert config.pools["bluray"].parity_pool == "tapes"


def test_a_tape_pool_forms_sets_of_its_own_when_it_says_how_large_its_images_are() -> None:
    text = BOTH.replace('pools = ["bluray"]', 'pools = ["bluray", "tapes"]', 1)
    with pytest.raises(
        ConfigurationError, match="needs image_bytes; for a copy of each image name it in copies"
    ):
        parse(text)
    assert parse(text + "image_bytes = 100000000000\n").pools["tapes"].image_bytes == 10**11


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('kind = "tape"', 'kind = "paper"', 'known are "disc" and "tape"'),
        ('media_kind = "lto-8"', 'media_kind = "bd-r"', "'bd-r' is nothing for library 'tl1' of kind tape"),
        ('media_kind = "bd-r"', 'media_kind = "lto-8"', "'lto-8' is nothing for library 'main' of kind disc"),
        ("copies = []", 'copies = ["shelf"]', "copies in pool 'shelf', which does not exist"),
        ("copies = []", 'copies = ["bluray"]', "not on tape: copies go to tape pools"),
        ("copies = []", 'copies = ["tapes", "tapes"]', "twice in copies"),
        ('parity_pool = ""', 'parity_pool = "shelf"', "'shelf' does not exist"),
        ('parity_pool = ""', 'parity_pool = "bluray"', "'bluray' is not on tape"),
        ('role = "off-site"', 'parity_pool = "tapes"', "parity_pool is for disc pools"),
        ('role = "off-site"', "tape_block_bytes = 1000000", "a power of two from 65536 to 8388608"),
        ('role = "off-site"', "image_bytes = -1", "must not be negative"),
        ('role = "off-site"', "image_bytes = 5", "image_bytes 5 is too small for a package; at least 1000000"),
        ('role = "off-site"', "image_bytes = 13000000000000", "more than a cartridge lto-8 holds"),
        ("image_bytes = 0", "image_bytes = 65536", "image_bytes is for tape pools"),
    ],
)  # fmt: skip
def test_what_contradicts_itself_is_refused_in_words(old: str, new: str, words: str) -> None:
    assert old in BOTH
    with pytest.raises(ConfigurationError, match=words):
        parse(BOTH.replace(old, new, 1))


def test_a_pool_is_named_for_its_own_sets_or_for_copies_and_not_for_both() -> None:
    text = BOTH.replace('pools = ["bluray"]', 'pools = ["bluray", "tapes"]', 1)
    text = text.replace("copies = []", 'copies = ["tapes"]', 1) + "image_bytes = 100000000\n"
    with pytest.raises(ConfigurationError, match="in pools and in copies: one of them is enough"):
        parse(text)
