"""Layout rules: what the path of a folder says about the volume in it. Pure.

A rule is a pattern such as `{fonds}/{series}/{volume}`, one part for each folder on the way, and perhaps values
that hold for all: `{series}/{volume}` with fonds = Z109. A part may hold several fields with text between them:
`{series}-{year}`. A path that can be read in more than one way is refused, never guessed; so what a rule reads
from a path it can write back (`LayoutRule.path`).

`year` (four digits) is no field of a reference: where the pattern has it, the series becomes `SERIES-YEAR`, so
that two years never share a reference.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from archived.carried_names import printable
from archived.errors import Refused, Unacceptable
from archived.language import _

#: What a rule can say; the first three it must say.
REFERENCE: Final = ("fonds", "series", "volume")
FIELDS: Final = (*REFERENCE, "retention", "confidentiality", "title")
YEAR: Final = "year"
_PLACE = re.compile(r"\{([^{}]*)\}")
_YEAR = "[0-9]{4}"


@dataclass(frozen=True, slots=True)
class Described:
    """What a path says about the volume there. Empty means that the rule says nothing of it."""

    fonds: str = ""
    series: str = ""
    volume: str = ""
    retention: str = ""
    confidentiality: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class LayoutRule:
    """Made by `parse`, which checks it."""

    pattern: str
    #: Values that hold for every path.
    fixed: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def parse(
        cls, pattern: str, fixed: Mapping[str, str] | None = None, *, needed: Sequence[str] = REFERENCE
    ) -> "LayoutRule":
        """The rule of a pattern and of values that complete it; empty values say nothing.

        Args:
            needed: fields that pattern and values must say together; a list says the others itself.

        Raises:
            Refused: the pattern has an unknown, repeated or missing field, or could be read in two ways always.
        """
        rule = cls(pattern.strip("/"), {name: value for name, value in (fixed or {}).items() if value})
        if problems := rule._problems(needed):
            raise Refused(
                _("the layout rule {rule!r} cannot be used: {problems}").format(
                    rule=pattern, problems="; ".join(problems)
                ),
                advice=_("write it like {example}; fields are {fields}").format(
                    example="{fonds}/{series}/{volume}", fields=", ".join((*FIELDS, YEAR))
                ),
                rule=pattern,
            )
        return rule

    @property
    def depth(self) -> int:
        """How many folders below the root a volume lies; the last one is the volume's own."""
        return self.pattern.count("/") + 1

    @property
    def names(self) -> tuple[str, ...]:
        """The fields of the pattern, in their order."""
        return tuple(_PLACE.findall(self.pattern))

    def read(self, path: str) -> Described:
        """What a path relative to the root, with '/', says.

        Raises:
            Unacceptable: the path does not fit the pattern, or fits it in more than one way.
        """
        longest = re.fullmatch(self._expression(greedy=True), path)
        if longest is None or any(part in (".", "..") for part in path.split("/")):
            raise Unacceptable(
                _("{path} does not match the layout rule {rule}").format(
                    path=printable(path), rule=self.pattern
                ),
                path=printable(path),
                rule=self.pattern,
            )
        shortest = re.fullmatch(self._expression(greedy=False), path)
        # Backtracking tries lengths in order: only one way exists when the first and the last are the same.
        if shortest is None or shortest.groupdict() != longest.groupdict():
            raise Unacceptable(
                _("{path} can be read in more than one way by the layout rule {rule}").format(
                    path=printable(path), rule=self.pattern
                ),
                path=printable(path),
                rule=self.pattern,
            )
        found = longest.groupdict() | dict(self.fixed)
        if YEAR in found:
            found["series"] = f"{found['series']}-{found.pop(YEAR)}"
        return Described(**found)

    def path(self, said: Mapping[str, str]) -> str:
        """The path at which the rule would read these fields.

        Raises:
            Unacceptable: a field of the pattern is missing or empty, or no path says this.
        """
        values = dict(said)
        if YEAR in self.names:
            values["series"], _dash, values[YEAR] = values.get("series", "").rpartition("-")
        missing = [name for name in self.names if not values.get(name)]
        if missing:
            raise Unacceptable(
                _("the layout rule {rule} needs {fields}, which is empty").format(
                    rule=self.pattern, fields=", ".join(missing)
                ),
                empty=missing,
            )
        path = _PLACE.sub(lambda place: values[place[1]], self.pattern)
        again = self.read(path)
        if any(getattr(again, name) != said.get(name, "") for name in self.names if name != YEAR):
            raise Unacceptable(
                _("no folder says {fields} by the layout rule {rule}").format(
                    fields=", ".join(f"{name} {printable(said.get(name, ''))}" for name in self.names),
                    rule=self.pattern,
                )
            )
        return path

    def _problems(self, needed: Sequence[str]) -> list[str]:
        names = self.names
        said = [*names, *self.fixed]
        problems = []
        known = (*FIELDS, YEAR)
        if strange := [name for name in said if name not in known]:
            problems.append(_("there is no field {fields}").format(fields=", ".join(map(repr, strange))))
        if twice := sorted({name for name in said if said.count(name) > 1}):
            problems.append(_("{fields} is given twice").format(fields=", ".join(twice)))
        if missing := [name for name in needed if name not in said]:
            problems.append(_("nothing says the {fields}").format(fields=", ".join(missing)))
        if YEAR in self.fixed or (YEAR in names and "series" not in names):
            problems.append(_("year stands beside series in the pattern, or not at all"))
        parts = self.pattern.split("/")
        if not names or any(part in ("", ".", "..") for part in parts):
            problems.append(_("it has a part without a name"))
        if "{" in _PLACE.sub("", self.pattern) or "}" in _PLACE.sub("", self.pattern):
            problems.append(_("a brace is open or closed alone"))
        if re.search(r"\}\{", self.pattern):
            problems.append(_("two fields stand beside each other without anything between them"))
        return problems

    def _expression(self, *, greedy: bool) -> str:
        """The pattern as a regular expression that prefers long or short fields."""
        some = "[^/]+" if greedy else "[^/]+?"
        parts = _PLACE.split(self.pattern)
        return "".join(
            f"(?P<{part}>{_YEAR if part == YEAR else some})" if place % 2 else re.escape(part)
            for place, part in enumerate(parts)
        )
