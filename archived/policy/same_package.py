"""Whether two descriptions are of one package: pure. What only one of them tells contradicts nothing."""

from dataclasses import dataclass

from archived.formats.disc_rows import FoundPackage
from archived.model import Package


@dataclass(frozen=True, slots=True)
class Told:
    """What a disc, or the catalog, says of a package."""

    #: "Z109/2003/0007", and the version of it.
    reference: str
    version: int
    #: What it is called, and how long and how confidentially it is kept.
    words: tuple[str, ...]
    #: Empty where it is not told.
    root_digest: str = ""

    @classmethod
    def of_row(cls, row: FoundPackage) -> "Told":
        words = (row.title, row.retention, row.confidentiality)
        reference = f"{row.fonds}/{row.series}/{row.volume}"
        return cls(reference, row.version, words, str(row.more.get("root_digest") or ""))

    @classmethod
    def of_package(cls, package: Package) -> "Told":
        words = (package.title, package.retention, package.confidentiality)
        reference = f"{package.fonds}/{package.series}/{package.volume}"
        return cls(reference, package.version, words, package.root_digest)

    def has_other_content_than(self, other: "Told") -> bool:
        """Whether both tell what was handed in, and it is not the same."""
        return bool(self.root_digest and other.root_digest) and self.root_digest != other.root_digest

    def is_other_than(self, other: "Told") -> bool:
        """Whether they are two packages."""
        named = (self.reference, self.version) != (other.reference, other.version)
        return named or self.has_other_content_than(other)
