"""The API from the other side: what the command line uses."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx

from archived.errors import AnswerBroken, ArchivedError, DaemonAbsent, Failed, NotPermitted, Refused, error_of
from archived.language import _, spoken

#: A look of the robot, or the intake of a large folder, may take this long.
TIMEOUT_S = 24 * 3600.0
CONNECT_TIMEOUT_S = 10.0
BLOCK_BYTES = 1 << 20


class Client:
    """One daemon behind its Unix socket. Every method raises ArchivedError, DaemonAbsent among them."""

    def __init__(self, socket: Path) -> None:
        self._socket = socket
        self._http = httpx.Client(
            transport=httpx.HTTPTransport(uds=str(socket)),
            base_url="http://archived",
            headers={"Accept-Language": spoken()},
            timeout=httpx.Timeout(TIMEOUT_S, connect=CONNECT_TIMEOUT_S),
        )

    def get(self, path: str, /, **params: Any) -> dict[str, Any]:
        """GET a document; parameters that are None are left out."""
        wanted = {name: value for name, value in params.items() if value is not None}
        return self._document("GET", path, params=wanted)

    def post(self, path: str, document: dict[str, Any] | None = None) -> dict[str, Any]:
        """POST a document and get one."""
        return self._document("POST", path, json=document or {})

    def stream(self, path: str, /, **params: Any) -> Iterator[bytes]:
        """The bytes of an answer as they come."""
        try:
            with self._http.stream("GET", path, params=params) as answer:
                if answer.is_error:
                    answer.read()
                    raise _error(answer)
                yield from answer.iter_bytes(BLOCK_BYTES)
        except httpx.TransportError as error:
            raise self._absent(error) from error

    def close(self) -> None:
        self._http.close()

    def _document(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        try:
            answer = self._http.request(method, path, **options)
        except httpx.TransportError as error:
            raise self._absent(error) from error
        except ValueError as error:  # JSON has no infinity, and nothing that is no number
            raise Refused(
                _("a number that was given is none that can be counted with; nothing was sent"),
                advice=_("write it with digits"),
            ) from error
        if answer.is_error:
            raise _error(answer)
        document: dict[str, Any] = answer.json()
        return document

    def _absent(self, error: Exception) -> ArchivedError:
        if _is_forbidden(error):
            return NotPermitted(
                _("you may not speak to the daemon on {socket}").format(socket=self._socket),
                advice=_(
                    "ask to be put into the group that [api] group in its archived.toml names, "
                    "and log in again"
                ),
            )
        if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
            return DaemonAbsent(
                _("no daemon answers on {socket}").format(socket=self._socket),
                advice=_("start it with: archived serve --site DIR"),
            )
        return AnswerBroken(
            _("the daemon's answer broke off: {error}").format(error=error), advice="archivectl status"
        )


def _is_forbidden(error: BaseException | None) -> bool:
    """Whether the socket's mode kept us out; httpx tells it by a chain of causes."""
    while error is not None:
        if isinstance(error, PermissionError):
            return True
        error = error.__cause__ or error.__context__
    return False


def _error(answer: httpx.Response) -> ArchivedError:
    """The error that the daemon told."""
    try:
        return error_of(answer.json())
    except (ValueError, KeyError, TypeError, AttributeError):
        return Failed(
            _("the daemon answered {status_code}: {text}").format(
                status_code=answer.status_code, text=answer.text[:500]
            )
        )
