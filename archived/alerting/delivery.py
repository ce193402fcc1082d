"""One attempt to bring one message to its hook, whatever kind that is."""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from archived.alert_settings import HookSettings
from archived.alerting import command, mail, webhook


def deliver(hook: HookSettings, document: Mapping[str, Any], *, message_id: str, at: datetime) -> str:
    """Bring the message there; returns what the other side said. Raises NotTaken.

    `at` is the time of this attempt. What was taken and whose answer was lost is brought again: its id is the same.
    """
    if hook.kind == "mail":
        return mail.send(hook, document, message_id=message_id)
    body = json.dumps({**document, "id": message_id}, ensure_ascii=False).encode("utf-8", "replace")
    if hook.kind == "command":
        return command.run(hook.command, body, message_id=message_id, timeout_s=hook.timeout_s)
    return webhook.post(
        hook.url, Path(hook.secret_file), body, message_id=message_id, at=at, timeout_s=hook.timeout_s
    )
