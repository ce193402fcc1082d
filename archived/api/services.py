"""What the routes share: the catalog, the site, and a way to wake the loop. And who is asking."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Any, TypeVar

from fastapi import Request

from archived.catalog.store import Catalog
from archived.errors import NotPermitted, Refused
from archived.formats.bag_making import NOTICE_SIMULATED
from archived.language import _
from archived.routines.hot_folders import HotFolder
from archived.stages.work import Site

Document = dict[str, Any]
S = TypeVar("S", bound=Enum)


@dataclass(frozen=True, slots=True)
class Services:
    """One daemon, as its API sees it."""

    catalog: Catalog
    site: Site
    folder: Path
    started_at: datetime
    #: Something changed: the loop should look now.
    wake: Callable[[], None]
    is_draining: Callable[[], bool]
    #: Carry one verb out in the simulated room.
    simulate: Callable[[str, Document], Any]
    hot_folders: Mapping[str, HotFolder] = field(default_factory=dict)

    def said(self, document: Document) -> Document:
        """The document, with the notice first when the room is simulated."""
        return {"notice": NOTICE_SIMULATED, **document} if self.site.config.simulated else document

    def listed(self, items: list[Any], **more: Any) -> Document:
        """A list as a document."""
        return self.said({"items": items, **more})


def services_of(request: Request) -> Services:
    """Dependency of every route."""
    found: Services = request.app.state.services
    return found


def agent_of(request: Request) -> str:
    """Who is asking, as the kernel tells it: `uid:1000`."""
    return f"uid:{uid_of(request)}"


def uid_of(request: Request) -> int:
    """Uid of the peer of the Unix socket. Raises NotPermitted when the transport has no peer credentials."""
    host = request.client.host if request.client is not None else ""
    if not host.startswith("uid:"):
        raise NotPermitted(
            _("nobody can tell who asks: the connection has no peer credentials; nothing was done"),
            advice=_("ask over the Unix socket of the site"),
        )
    return int(host.removeprefix("uid:"))


async def known_peer(request: Request) -> None:
    """Dependency of the whole API: it answers nobody whose uid the kernel does not tell."""
    uid_of(request)


def one_of(kind: type[S], word: str | None) -> S | None:
    """The member of an enum that a query names; None for none. Raises Refused with the words there are."""
    if not word:
        return None
    try:
        return kind(word)
    except ValueError:
        known = ", ".join(str(member.value) for member in kind)
        raise Refused(
            _("there is no state {word!r}; there are: {known}").format(word=word, known=known)
        ) from None


def plain(value: Any) -> Any:
    """A frozen value as JSON-able data: states by their words, times as ISO 8601."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    if hasattr(value, "__dataclass_fields__"):
        return plain(asdict(value))
    return value
