"""What can go wrong, in words for people and codes for programs.

    ArchivedError
    ├── Refused            (exit 2)  the request cannot be granted as it stands; nothing was taken
    │   ├── NotFound, NotCarried, ContentDiffers, Unacceptable, TooLarge, WrongState, ForbiddenStep
    │   ├── NotPermitted, Cancelled
    │   └── ConfigurationError
    ├── Unavailable        (exit 3)  nothing is wrong with the request; the world is not ready for it
    │   └── StagingFull, CatalogBusy, SiteLocked, DeviceTrouble, DaemonAbsent
    └── Failed             (exit 4)  something broke on the way; the message says what was kept
        └── AnswerBroken, Unrecoverable, CatalogDamaged, StagedBytesDiffer, CodeUntrusted, formats.errors.FormatError

Every error carries a stable `code`, an exit status, a sentence, and `detail` for programs.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from archived.language import _
from backends.errors import BackendError
from devices.failures import DeviceFailure
from erasure.errors import ErasureError
from robotics.errors import RoboticsError


class ArchivedError(Exception):
    """Root of everything that archived says to people."""

    code: ClassVar[str] = "failed"
    exit_status: ClassVar[int] = 4
    http_status: ClassVar[int] = 500

    def __init__(self, message: str, *, advice: str = "", **detail: Any) -> None:
        super().__init__(message)
        self.message = message
        #: What to do next, one sentence, or empty.
        self.advice = advice
        self.detail: dict[str, Any] = detail

    def as_document(self) -> dict[str, Any]:
        """The error as the API sends it: code, message, advice, detail."""
        return {"code": self.code, "message": self.message, "advice": self.advice, "detail": self.detail}


class Refused(ArchivedError):
    """The request cannot be granted as it stands; nothing was taken or changed."""

    code = "refused"
    exit_status = 2
    http_status = 422


class NotFound(Refused):
    """There is no such thing in the catalog."""

    code = "not-found"
    http_status = 404


class NotCarried(Refused):
    """Names that a disc cannot hold; `detail["names"]` lists all of them."""

    code = "names-not-carried"


class ContentDiffers(Refused):
    """The reference exists with other content; `detail` lists files added, removed and changed."""

    code = "content-differs"
    http_status = 409


class Unacceptable(Refused):
    """A submission that breaks rules; `detail["reasons"]` lists every one."""

    code = "unacceptable"


class TooLarge(Refused):
    """Fits no medium of its pool; `detail` has the sizes and the choices."""

    code = "too-large"


class WrongState(Refused):
    """The thing is past (or not yet at) the point where this may be asked."""

    code = "wrong-state"
    http_status = 409


class ForbiddenStep(WrongState):
    """A move that the table of states does not have."""

    code = "forbidden-step"

    def __init__(self, *, thing: str, state: str, event: str) -> None:
        super().__init__(f"{thing} is {state}; {event} is not possible from there", state=state, event=event)


class NotPermitted(Refused):
    """Who asks may not, or nobody can tell who asks."""

    code = "not-permitted"
    http_status = 403


class Cancelled(Refused):
    """Somebody cancelled it on the way; nothing of it was kept."""

    code = "cancelled"
    http_status = 409


class ConfigurationError(Refused):
    """archived.toml cannot be used; names the key and the nearest known one."""

    code = "configuration"


class Unavailable(ArchivedError):
    """Nothing is wrong with the request; the world is not ready for it. Nothing was lost."""

    code = "unavailable"
    exit_status = 3
    http_status = 503


class StagingFull(Unavailable):
    """The staging disk cannot take it now; nothing of it was kept."""

    code = "staging-full"
    http_status = 507


class CatalogBusy(Unavailable):
    """Somebody else holds the catalog for longer than we wait."""

    code = "catalog-busy"


class SiteLocked(Unavailable):
    """Another process owns this site or this room."""

    code = "site-locked"


class DeviceTrouble(Unavailable):
    """A device did not do what was asked; what is recorded stands, and the next look corrects it."""

    code = "device"


class DaemonAbsent(Unavailable):
    """Nobody answers on the site's socket."""

    code = "daemon-absent"


class Failed(ArchivedError):
    """Something broke on the way; the message says what was kept."""

    code = "failed"


class AnswerBroken(Failed):
    """The daemon ended, or was ended, in the middle of an answer; what had arrived is complete up to there."""

    code = "answer-broken"


class Unrecoverable(Failed):
    """No source that we know can give these bytes."""

    code = "unrecoverable"


class CatalogDamaged(Failed):
    """The catalog contradicts itself or its schema is not ours."""

    code = "catalog-damaged"


class StagedBytesDiffer(Failed):
    """A recipe or a staged file is not what was frozen or accepted; nothing of it may be used."""

    code = "staged-bytes"


class CodeUntrusted(Failed):
    """The erasure code or a digest cannot be relied on here."""

    code = "code-untrusted"


def translated(error: Exception) -> ArchivedError | None:
    """What an error of a leaf means for people, or None for one that is nobody's.

    Each leaf has a root of its own: devices `DeviceFailure`, robotics `RoboticsError`, backends
    `BackendError`, erasure `ErasureError`.
    """
    if isinstance(error, ArchivedError):
        return error
    if isinstance(error, DeviceFailure | RoboticsError):
        return DeviceTrouble(str(error), advice="archivectl attention says what waits for a person")
    if isinstance(error, BackendError):
        return StagedBytesDiffer(str(error), advice="archivectl events says when it was last right")
    if isinstance(error, ErasureError):
        return CodeUntrusted(str(error), advice=_("reinstall archived, or the system's libisal"))
    return None


def error_of(document: Mapping[str, Any]) -> ArchivedError:
    """The error that a document says, of its own class where this program knows it. Raises KeyError for another one."""
    message = document["message"]
    kinds = {kind.code: kind for kind in reversed(all_errors())}
    kind = kinds.get(document.get("code", ""), Failed)
    error = ArchivedError.__new__(kind)
    ArchivedError.__init__(
        error, message, advice=document.get("advice", ""), **(document.get("detail") or {})
    )
    return error


def all_errors() -> list[type[ArchivedError]]:
    """Every class of the tree, for the manual page and the test that codes are unique."""
    found: list[type[ArchivedError]] = []
    queue: list[type[ArchivedError]] = [ArchivedError]
    while queue:
        kind = queue.pop(0)
        found.append(kind)
        queue.extend(kind.__subclasses__())
    return found
