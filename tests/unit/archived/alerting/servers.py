"""Servers on this machine that take what hooks bring: SMTP and HTTP, each on a thread of its own."""

import base64
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_address
from pathlib import Path
from socketserver import BaseServer, StreamRequestHandler, ThreadingTCPServer

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass
class Post:
    """What an HTTP server got."""

    path: str
    headers: dict[str, str]
    body: bytes


class WebServer(HTTPServer):
    """Takes every POST; answers as told."""

    status = 204
    answer = b""

    def __init__(self) -> None:
        self.got: list[Post] = []
        super().__init__(("127.0.0.1", 0), _Web)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/alerts"


class _Web(BaseHTTPRequestHandler):
    server: WebServer

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.got.append(Post(self.path, {k.lower(): v for k, v in self.headers.items()}, body))
        self.send_response(self.server.status)
        if self.server.status == 302:
            self.send_header("location", self.server.url)
        self.end_headers()
        self.wfile.write(self.server.answer)

    def log_message(self, format: str, *args: object) -> None:
        """Tests are silent."""


@dataclass
class Mail:
    """What an SMTP server took."""

    sender: str
    to: list[str] = field(default_factory=list)
    data: bytes = b""
    private: bool = False
    user: str = ""


class MailServer(ThreadingTCPServer):
    """As much of RFC 5321 as a client says, with STARTTLS and AUTH PLAIN."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, context: ssl.SSLContext | None = None, *, from_the_start: bool = False) -> None:
        self.context = context
        self.from_the_start = from_the_start
        self.got: list[Mail] = []
        #: Recipients that are refused, and what is said to DATA.
        self.refused: set[str] = set()
        self.verdict = "250 taken"
        super().__init__(("127.0.0.1", 0), _Mail)

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is part of the tests."""


class _Mail(StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        self.private, self.user = False, ""
        if self.server.from_the_start:
            self._make_private()
        self._say("220 here")
        mail = Mail("")
        while line := self.rfile.readline():
            words = line.decode().strip()
            verb = words.split(" ")[0].upper()
            if verb == "EHLO":
                self._say("250-here\r\n250-AUTH PLAIN\r\n250 STARTTLS")
            elif verb == "STARTTLS":
                self._say("220 go on")
                self._make_private()
            elif verb == "AUTH":
                _nothing, self.user, password = base64.b64decode(words.split(" ")[2]).decode().split("\0")
                self._say("235 known" if password == "the password" else "535 who?")
            elif verb == "MAIL":
                mail = Mail(words.split("<")[1].split(">")[0], private=self.private, user=self.user)
                self._say("250 ok")
            elif verb == "RCPT":
                to = words.split("<")[1].split(">")[0]
                if to not in self.server.refused:
                    mail.to.append(to)
                self._say("550 nobody" if to in self.server.refused else "250 ok")
            elif verb == "DATA":
                self._say("354 go on")
                lines = []
                while (one := self.rfile.readline()) not in (b".\r\n", b""):
                    lines.append(one)
                mail.data = b"".join(lines)
                if self.server.verdict.startswith("250"):
                    self.server.got.append(mail)
                self._say(self.server.verdict)
            else:
                self._say("221 bye" if verb == "QUIT" else "250 ok")
                if verb == "QUIT":
                    return

    def _say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())
        self.wfile.flush()

    def _make_private(self) -> None:
        assert self.server.context is not None
        self.connection = self.server.context.wrap_socket(self.connection, server_side=True)
        self.rfile = self.connection.makefile("rb")
        self.wfile = self.connection.makefile("wb")
        self.private = True

    def finish(self) -> None:
        super().finish()
        self.connection.close()


@contextmanager
def serving(server: BaseServer) -> Iterator[None]:
    """The server answers inside."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def contexts(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server that a client knows: (of the server, of the client)."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), False)
        .add_extension(x509.BasicConstraints(True, None), True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "server.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(path)
    return server, ssl.create_default_context(cafile=str(path))
