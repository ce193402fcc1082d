"""What is found while a bag is judged: what makes it invalid, and what is only worth knowing."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Findings:
    """Collects sentences for people, in the order in which they were found."""

    #: Each of these alone makes the bag invalid.
    problems: list[str] = field(default_factory=list)
    #: The bag is valid all the same.
    warnings: list[str] = field(default_factory=list)

    def refuse(self, text: str) -> None:
        self.problems.append(text)

    def warn(self, text: str) -> None:
        self.warnings.append(text)

    def rule(self, text: str, *, binding: bool) -> None:
        """What 1.0 forbids and the drafts did not, or the other way round."""
        (self.problems if binding else self.warnings).append(text)
