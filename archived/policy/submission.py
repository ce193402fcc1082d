"""What a producer asks for when he hands something in."""

from dataclasses import dataclass
from pathlib import Path

from archived.model import Reference


@dataclass(frozen=True, slots=True)
class SubmissionRequest:
    """One folder, bag or archive to be taken in as one version of one volume."""

    #: Absolute; the daemon reads it.
    path: Path
    fonds: str
    series: str
    volume: str
    title: str = ""
    #: None means the default class of the site.
    storage_class: str | None = None
    retention: str | None = None
    confidentiality: str | None = None
    #: True when other content under an existing reference is meant as its next version.
    new_version: bool = False
    #: Why there is a new version.
    reason: str = ""
    #: Encoding of names that an archive does not mark; empty means that of the class or the site.
    archive_names: str = ""

    @property
    def reference(self) -> Reference:
        return Reference(self.fonds, self.series, self.volume)
