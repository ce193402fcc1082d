"""In which language the API answers: that of the request's Accept-Language."""

from starlette.types import ASGIApp, Receive, Scope, Send

from archived.language import known, speaking


class Speech:
    """ASGI middleware: all that a request makes happen speaks the first language that its header names."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        wanted = next((value for name, value in scope["headers"] if name == b"accept-language"), b"")
        first = wanted.decode("latin-1").partition(",")[0].partition(";")[0].strip()
        with speaking(known(first)):
            await self._app(scope, receive, send)
