"""Laws of layout rules: what a rule reads it can write, and nothing is ever guessed."""

from contextlib import suppress
from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archived.errors import Refused, Unacceptable
from archived.policy.layout import FIELDS, Described, LayoutRule

NAMES = st.text(alphabet="01aB- _.卷·\n", min_size=1, max_size=6)
SEPARATORS = st.sampled_from(["/", "-", "_", "·", " of ", "/vol-"])


@st.composite
def rules(draw: st.DrawFn) -> LayoutRule:
    names = draw(st.permutations(FIELDS))
    reference_last = sorted(names[: draw(st.integers(3, 6))], key=names.index)
    chosen = list(dict.fromkeys([*reference_last, "fonds", "series", "volume"]))
    pattern = f"{{{chosen[0]}}}"
    for name in chosen[1:]:
        pattern += draw(SEPARATORS) + f"{{{name}}}"
        if name == "series" and draw(st.booleans()):
            pattern += draw(st.sampled_from(["/", "-"])) + "{year}"
    fixed = {name: draw(NAMES) for name in FIELDS if name not in chosen and draw(st.booleans())}
    return LayoutRule.parse(pattern, fixed)


@given(rule=rules(), values=st.lists(NAMES, min_size=6, max_size=6), year=st.integers(1000, 2999))
def test_what_a_rule_writes_it_reads_again(rule: LayoutRule, values: list[str], year: int) -> None:
    said = dict(zip(FIELDS, values, strict=True)) | dict(rule.fixed)
    if "year" in rule.names:
        said["series"] += f"-{year}"
    with suppress(Unacceptable):  # refused, as no path says it in one way only
        found = rule.read(rule.path(said))
        assert all(getattr(found, name) == said[name] for name in rule.names if name != "year")
        assert all(getattr(found, name) == value for name, value in rule.fixed.items())


@given(rule=rules(), path=st.text(alphabet="01aB-_·/. of2vl", max_size=30))
def test_what_a_rule_reads_it_writes_at_the_same_place(rule: LayoutRule, path: str) -> None:
    with suppress(Unacceptable):
        assert rule.path(asdict(rule.read(path))) == path


@given(pattern=st.text(alphabet="{}/-fonds", max_size=20), path=st.text(max_size=10))
def test_any_text_is_a_rule_or_is_refused(pattern: str, path: str) -> None:
    words = ""
    fields: tuple[str, ...] = ("",)
    try:
        found = LayoutRule.parse(pattern, {"series": "S", "volume": "V"}).read(path)
        fields = (found.fonds, found.series, found.volume)
    except Refused as refused:
        words = refused.message
    assert words or all(fields)


def test_a_rule_may_be_completed_by_values_that_hold_for_all() -> None:
    rule = LayoutRule.parse("{series}/{volume}", {"fonds": "Z109", "retention": "永久", "title": ""})
    assert rule.read("2003/0007") == Described("Z109", "2003", "0007", retention="永久")
    assert (rule.depth, rule.path({"series": "2003", "volume": "0007"})) == (2, "2003/0007")


def test_a_year_joins_the_series_so_that_two_years_never_share_a_reference() -> None:
    rule = LayoutRule.parse("{fonds}/{series}-{year}/{retention}/{volume}")
    assert rule.read("Z109/WS-人事-2003/Y30/0007") == Described("Z109", "WS-人事-2003", "0007", "Y30")
    with pytest.raises(Unacceptable, match="does not match"):
        rule.read("Z109/WS-03/Y30/0007")


def test_what_can_be_read_in_two_ways_is_refused() -> None:
    rule = LayoutRule.parse("{fonds}-{series}/{volume}")
    with pytest.raises(Unacceptable, match="more than one way"):
        rule.read("a-b-c/1")
    with pytest.raises(Unacceptable):
        rule.path({"fonds": "a-b", "series": "c", "volume": "1"})


@pytest.mark.parametrize(
    "path", ["", "Z109", "Z109/2003", "Z109/2003/", "/2003/1", "a/b/c/d", "a/b/..", "./b/c"]
)
def test_a_path_that_does_not_match_is_named(path: str) -> None:
    with pytest.raises(Unacceptable, match="does not match the layout rule"):
        LayoutRule.parse("{fonds}/{series}/{volume}").read(path)


@pytest.mark.parametrize(
    ("pattern", "fixed", "why"),
    [
        ("{fonds}/{serie}/{volume}", {}, "there is no field 'serie'"),
        ("{fonds}/{series}", {}, "nothing says the volume"),
        ("{fonds}/{series}/{volume}/{volume}", {}, "volume is given twice"),
        ("{fonds}/{series}/{volume}", {"fonds": "Z"}, "fonds is given twice"),
        ("{fonds}{series}/{volume}", {}, "without anything between"),
        ("{fonds}//{series}/{volume}", {}, "a part without a name"),
        ("{fonds}/{series}/{volume", {}, "a brace"),
        ("{fonds}/{volume}-{year}", {"series": "S"}, "year stands beside series"),
        ("", {}, "nothing says the fonds"),
    ],
)
def test_a_rule_that_cannot_work_is_refused_with_the_reason(
    pattern: str, fixed: dict[str, str], why: str
) -> None:
    with pytest.raises(Refused, match=why):
        LayoutRule.parse(pattern, fixed)


def test_an_empty_field_is_named() -> None:
    with pytest.raises(Unacceptable, match="needs volume"):
        LayoutRule.parse("{fonds}/{series}/{volume}").path({"fonds": "Z", "series": "S"})
