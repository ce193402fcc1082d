"""Symbolic links come back as they were recorded, unless they lead out of the folder that they come to."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.delivered import DeliveredFile, DeliveredLink
from cli.delivery import deliver


def nothing(file: DeliveredFile) -> Iterator[bytes]:
    yield from ()


@pytest.mark.parametrize(
    ("name", "target", "stays"),
    [
        ("data/a", "b", True),
        ("data/a", "nowhere/at/all", True),
        ("data/a", "../x", True),
        ("data/d/a", "../../x", True),
        ("data/a", "../../x", False),
        ("data/a", "..", True),
        ("a", "..", False),
        ("data/a", "/etc/passwd", False),
        ("data/a", "b/../../../x", False),
        ("data/a", "b/..", False),
        ("data/a", "", False),
    ],
)
def test_only_steps_within_the_folder_are_taken(name: str, target: str, stays: bool) -> None:
    assert DeliveredLink(name, target).stays_inside is stays


def test_links_that_lead_out_are_not_made_and_named(tmp_path: Path) -> None:
    links = [DeliveredLink("data/in", "../x\udcff"), DeliveredLink("data/out", "../../etc")]
    assert deliver([], [], tmp_path / "to", nothing, overwrite=False, links=links) == ("data/out",)
    assert os.listdir(tmp_path / "to/data") == ["in"]
    assert os.readlink(os.fsencode(tmp_path / "to/data/in")) == b"../x\xff"


STEPS = st.lists(st.sampled_from(["..", ".", "", "a", "b", "link"]), min_size=1, max_size=5).map("/".join)

#: A file system gives up behind so many links (ELOOP); links in circles are no endless work.
FOLLOWED_MAX = 40


@given(st.dictionaries(st.sampled_from(["link", "a/link", "a/b/link"]), STEPS))
def test_whatever_links_say_none_that_is_made_leads_out(links: dict[str, str]) -> None:
    """Followed as a file system follows them, all other links included."""

    followed = 0

    def follow(at: list[str], path: str) -> list[str] | None:
        nonlocal followed
        for step in path.split("/"):
            if step == "..":
                if not at:
                    return None
                at = at[:-1]
            elif step not in ("", "."):
                here = "/".join([*at, step])
                says = made.get(here)
                followed += says is not None
                if followed > FOLLOWED_MAX:
                    return at
                found = follow(at, says) if says is not None else [*at, step]
                if found is None:
                    return None
                at = found
        return at

    made = {name: target for name, target in links.items() if DeliveredLink(name, target).stays_inside}
    for name in made:
        followed = 0
        assert follow([], name) is not None
