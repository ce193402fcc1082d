"""Settings of alarms: who is told, how, and when."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class HookSettings:
    """One way to tell somebody of alarms: docs/alarms.md."""

    #: "command", "mail" or "webhook"
    kind: str
    #: The least urgency that is told: "working-hours", "before" or "now".
    urgency: str = "working-hours"
    #: How ids of the attention list begin that it is told of; empty means all.
    only: tuple[str, ...] = ()
    #: Whether it is told when a cause is gone.
    recovered: bool = True
    #: What nobody acknowledged is told again after so many hours; 0: never.
    repeat_h: float = 24.0
    #: "22:00-07:00": only what is urgent now is told in these hours; empty means none.
    quiet: str = ""
    #: So long the other side may take.
    timeout_s: float = 30.0
    #: Only for kind = "command": an absolute program with its arguments; it gets the message on its input.
    command: tuple[str, ...] = ()
    #: Only for kind = "mail": "host:port", and how it is made private: "starttls", "tls" or "none".
    server: str = ""
    security: str = "starttls"
    user: str = ""
    #: An absolute path of a file of mode 0600 whose first line is the password.
    password_file: str = ""
    sender: str = ""
    to: tuple[str, ...] = ()
    #: Only for kind = "webhook".
    url: str = ""
    #: An absolute path of a file of mode 0600 with the key of the signature, `whsec_` and base64.
    secret_file: str = ""


@dataclass(frozen=True, slots=True)
class AlertSettings:
    """When people are told of what is on the attention list."""

    #: What is up, or gone, for less than so many minutes is not told.
    settle_min: float = 2.0
    #: Whose clocks quiet hours are read on, such as "Asia/Shanghai".
    time_zone: str = "UTC"
    hooks: Mapping[str, HookSettings] = field(default_factory=dict)
