"""A hook that is a mail: one message by SMTP (RFC 5321), private by STARTTLS (RFC 3207) or TLS from the start."""

import smtplib
import ssl
from collections.abc import Mapping
from contextlib import closing
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from archived.alert_rules import address_of
from archived.alert_settings import HookSettings
from archived.alerting.errors import NotTaken
from archived.alerting.message import subject_of, text_of
from archived.chap_secrets import read_secret
from archived.errors import ArchivedError
from archived.language import _


def message_of(
    document: Mapping[str, Any], *, sender: str, to: tuple[str, ...], message_id: str
) -> EmailMessage:
    """The mail: text for people, and the same as JSON for programs."""
    mail = EmailMessage()
    mail["From"] = Address(addr_spec=sender)
    mail["To"] = tuple(Address(addr_spec=one) for one in to)
    mail["Subject"] = subject_of(document)
    mail["Date"] = format_datetime(datetime.fromisoformat(document["at"]))
    # The same for every attempt, so that a server or a reader that has it already can tell.
    mail["Message-ID"] = f"<{message_id}@{sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday answers, please
    if any(item["urgency"] == "now" and item["event"] != "recovered" for item in document["items"]):
        mail["Importance"] = "high"
    mail.set_content(text_of(document))
    return mail


def send(
    hook: HookSettings,
    document: Mapping[str, Any],
    *,
    message_id: str,
    context: ssl.SSLContext | None = None,
) -> str:
    """Hand the mail to the server; returns who took it. Raises NotTaken.

    A server that takes it for some only is tried again for nobody: those who have it would get it again.
    """
    address = address_of(hook.server)
    if address is None:
        raise NotTaken(_("{server!r} is not host:port").format(server=hook.server))
    mail = message_of(document, sender=hook.sender, to=hook.to, message_id=message_id)
    private = context or ssl.create_default_context()
    try:
        kind = smtplib.SMTP_SSL if hook.security == "tls" else smtplib.SMTP
        more: dict[str, Any] = {"context": private} if hook.security == "tls" else {}
        with closing(kind(*address, timeout=hook.timeout_s, **more)) as server:
            if hook.security == "starttls":
                server.starttls(context=private)
            if hook.user:
                server.login(hook.user, read_secret(Path(hook.password_file)).splitlines()[0])
            refused = server.send_message(mail)
            server.quit()
    except smtplib.SMTPServerDisconnected as error:
        raise NotTaken(_("{server} hung up: {why}").format(server=hook.server, why=error)) from None
    except (smtplib.SMTPException, OSError) as error:
        raise NotTaken(
            _("{server} did not take the mail: {why}").format(server=hook.server, why=error)
        ) from None
    except ArchivedError as error:
        raise NotTaken(error.message) from None
    if refused:
        return _("{server} took it, but not for {some}").format(
            server=hook.server, some=", ".join(sorted(refused))
        )
    return _("{server} took it").format(server=hook.server)
