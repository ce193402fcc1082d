"""A hook that is an HTTP POST, signed as Standard Webhooks says (https://www.standardwebhooks.com): HMAC-SHA256."""

import base64
import hashlib
import hmac
import math
from datetime import datetime
from pathlib import Path

import httpx

from archived.alert_rules import signing_secret
from archived.alerting.errors import NotTaken
from archived.errors import ArchivedError
from archived.language import _

ANSWER_MAX = 300


def headers_of(secret: bytes, body: bytes, *, message_id: str, at: datetime) -> dict[str, str]:
    """The headers by which a receiver knows us: the signature is over `id.timestamp.body`."""
    moment = str(math.floor(at.timestamp()))
    signed = hmac.new(secret, f"{message_id}.{moment}.".encode() + body, hashlib.sha256).digest()
    return {
        "content-type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": moment,
        "webhook-signature": f"v1,{base64.b64encode(signed).decode('ascii')}",
    }


def post(url: str, secret_file: Path, body: bytes, *, message_id: str, at: datetime, timeout_s: float) -> str:
    """Post it once; any answer of 200 to 299 takes it. Follows no redirection. Raises NotTaken."""
    try:
        headers = headers_of(signing_secret(secret_file), body, message_id=message_id, at=at)
        answer = httpx.post(url, content=body, headers=headers, timeout=timeout_s, follow_redirects=False)
    except ArchivedError as error:
        raise NotTaken(error.message) from None
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        why = str(error) or type(error).__name__
        raise NotTaken(_("{url} did not answer: {why}").format(url=url, why=why)) from None
    said = answer.text.strip()[:ANSWER_MAX]
    if not answer.is_success:
        raise NotTaken(
            _("{url} answered {status}: {words}").format(url=url, status=answer.status_code, words=said)
        )
    return _("{url} answered {status}").format(url=url, status=answer.status_code)
