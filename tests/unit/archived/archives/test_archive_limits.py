"""A small archive does not become a flood: limits are held against what is listed and what comes out."""

import tarfile
from dataclasses import replace

import pytest

from archived.config import parse
from archived.errors import ArchivedError, ConfigurationError
from archived.policy import archive_limits
from archived.policy.archive_limits import RATIO_FREE_BYTES, Allowance
from archived.settings import ArchiveSettings
from archived.settings_text import template
from archived.stages.archive_survey import survey_archive
from tests.unit.archived.archives.packing import SUFFIXES, member, pack, tar_of_members
from tests.unit.archived.intake.conftest import Site


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_more_than_the_ratio_is_refused(site: Site, suffix: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive_limits, "RATIO_FREE_BYTES", 1 << 20)
    path = pack(site.producer / f"x{suffix}", {"x/zeros": bytes(2 << 20)})
    loose = survey_archive(path, ArchiveSettings(ratio_max=100_000))
    assert loose.unusable == ""
    tight = survey_archive(path, ArchiveSettings(ratio_max=20))
    if suffix == ".tar":
        assert tight.unusable == ""
    else:
        assert "more than 20 times its own" in tight.unusable


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize(
    ("limits", "words"),
    [
        (ArchiveSettings(entries_max=4), "more than 4 entries"),
        (ArchiveSettings(depth_max=3), "more than 3 folders in each other"),
        (ArchiveSettings(bytes_max=83), "unpacks to more than 83 bytes"),
    ],
)
def test_every_limit_of_the_site_is_held(
    site: Site, suffix: str, limits: ArchiveSettings, words: str
) -> None:
    tree = {f"x/{n}": bytes(20) for n in range(4)} | {"x/1a/2/3/4": b"deep"}
    path = pack(site.producer / f"x{suffix}", tree)
    assert survey_archive(path, ArchiveSettings()).unusable == ""
    assert words in survey_archive(path, limits).unusable


def test_hard_links_count_every_time(site: Site) -> None:
    path = site.producer / "x.tar"
    path.write_bytes(
        tar_of_members([member("a", bytes(9000)), member("b", type=tarfile.LNKTYPE, linkname="a")])
    )
    assert survey_archive(path, ArchiveSettings(bytes_max=40_000)).unusable == ""
    assert "more than 17000 bytes" in survey_archive(path, ArchiveSettings(bytes_max=17_000)).unusable


def test_small_things_may_be_packed_as_well_as_they_like() -> None:
    allowance = Allowance(ArchiveSettings(ratio_max=1), archive_bytes=10)
    assert allowance.add_bytes(RATIO_FREE_BYTES) is None
    assert allowance.add_bytes(1) is not None


def test_the_settings_of_a_site_reach_the_intake(site: Site) -> None:
    site.config = replace(site.config, archives=ArchiveSettings(entries_max=1))
    with pytest.raises(ArchivedError, match=r"\[archives\] entries_max"):
        site.accept(pack(site.producer / "x.zip"))


def test_names_of_class_and_site_are_defaults(site: Site) -> None:
    raw = "第一".encode("gb18030")
    data = pack(site.producer / "x.zip", {"abcd": b"x", "b": b""}).read_bytes().replace(b"abcd", raw)
    (site.producer / "x.zip").write_bytes(data)
    site.config = replace(site.config, archives=ArchiveSettings(names="gb18030"))
    assert site.would_accept(site.producer / "x.zip")["original"]["names"] == "gb18030"
    name, kind = next(iter(site.config.classes.items()))
    site.config = replace(
        site.config,
        archives=ArchiveSettings(names="cp437"),
        classes={name: replace(kind, archive_names="gb18030")},
    )
    assert site.would_accept(site.producer / "x.zip")["original"]["names"] == "gb18030"


@pytest.mark.parametrize(
    "line", ["ratio_max = 0.5", "entries_max = 0", "depth_max = 0", "bytes_max = -1", 'names = "klingon"']
)
def test_settings_that_cannot_be_are_refused(line: str) -> None:
    key = line.split()[0]
    text = template(speed=0, keep_free_bytes=0)
    changed = "\n".join(line if old.startswith(f"{key} = ") else old for old in text.splitlines())
    with pytest.raises(ConfigurationError, match=r"archives|encoding"):
        parse(changed)
