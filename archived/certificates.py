"""Certificates: what two persons say that they have done to media, signed by the site, for ever."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Certificate:
    """One certificate; `document` is `archived.formats.certificates`'s, signed."""

    id: str
    at: datetime
    approval_id: str
    #: The media that it is about.
    media: tuple[str, ...]
    document: Mapping[str, Any]
