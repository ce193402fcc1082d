"""What the settings of alarms must hold."""

import base64
import re
from collections.abc import Iterator
from datetime import time
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from archived.alert_settings import HookSettings
from archived.alerts import URGENCIES
from archived.chap_secrets import read_secret
from archived.errors import ConfigurationError
from archived.language import _
from archived.settings import Config
from archived.time_of_day import time_of_day

KINDS = ("command", "mail", "webhook")
SECURITY = ("starttls", "tls", "none")
#: What each kind needs; the keys of other kinds say nothing to it.
NEEDS = {"command": ("command",), "mail": ("server", "sender", "to"), "webhook": ("url", "secret_file")}
OF_A_KIND = {
    "command": ("command",),
    "mail": ("server", "user", "password_file", "sender", "to"),
    "webhook": ("url", "secret_file"),
}
SECRET_PREFIX = "whsec_"
#: What the specification of the signature asks of a key.
SECRET_BYTES_MIN, SECRET_BYTES_MAX = 24, 64
_NAME = re.compile(r"[A-Za-z0-9_-]{1,40}")


def alert_problems(config: Config) -> Iterator[str]:
    """What is wrong with the settings of alarms, in words."""
    alerts = config.alerts
    if alerts.settle_min < 0:
        yield _("alerts.settle_min must not be negative")
    try:
        ZoneInfo(alerts.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        yield _("alerts.time_zone {zone!r} is not known on this machine; an example: Asia/Shanghai").format(
            zone=alerts.time_zone
        )
    for name, hook in alerts.hooks.items():
        named = f"alerts.hooks.{name}"
        if not _NAME.fullmatch(name):
            yield _("{named}: its name has letters, digits, - and _ only").format(named=named)
        yield from _hook_problems(named, hook)


def quiet_hours(words: str) -> tuple[time, time] | None:
    """`22:00-07:00` as two times; None for no quiet hours. Raises ValueError with words for people."""
    if not words:
        return None
    begin, dash, end = words.partition("-")
    if not dash:
        raise ValueError(_("{words!r} is no stretch of the day such as 22:00-07:00").format(words=words))
    found = time_of_day(begin.strip()), time_of_day(end.strip())
    if found[0] == found[1]:
        raise ValueError(_("{words!r} begins when it ends").format(words=words))
    return found


def signing_secret(path: Path) -> bytes:
    """The key of a signature. Raises ConfigurationError, which never shows it."""
    text = read_secret(path).splitlines()[0].strip()
    try:
        key = base64.b64decode(text.removeprefix(SECRET_PREFIX), validate=True)
    except ValueError:
        key = b""
    if not SECRET_BYTES_MIN <= len(key) <= SECRET_BYTES_MAX:
        raise ConfigurationError(
            _("{path} holds no key of {least} to {most} bytes as whsec_ and base64").format(
                path=path, least=SECRET_BYTES_MIN, most=SECRET_BYTES_MAX
            ),
            advice="(printf whsec_; head -c 32 /dev/urandom | base64 -w0) > FILE; chmod 600 FILE",
        )
    return key


def address_of(server: str) -> tuple[str, int] | None:
    """`host:port`, `[::1]:25` as host and port; None when it is neither."""
    try:
        parts = urlsplit(f"//{server}")
        return (parts.hostname, parts.port) if parts.hostname and parts.port and not parts.path else None
    except ValueError:
        return None


def _hook_problems(named: str, hook: HookSettings) -> Iterator[str]:
    if hook.kind not in KINDS:
        yield _("{named}: kind = {value!r}; known are {words}").format(
            named=named, value=hook.kind, words=", ".join(KINDS)
        )
        return
    if hook.urgency not in URGENCIES:
        yield _("{named}: urgency = {value!r}; known are {words}").format(
            named=named, value=hook.urgency, words=", ".join(URGENCIES)
        )
    if hook.security not in SECURITY:
        yield _("{named}: security = {value!r}; known are {words}").format(
            named=named, value=hook.security, words=", ".join(SECURITY)
        )
    if hook.repeat_h < 0:
        yield _("{named}: repeat_h must not be negative; 0 is never").format(named=named)
    if hook.timeout_s <= 0:
        yield _("{named}: timeout_s must be positive").format(named=named)
    try:
        quiet_hours(hook.quiet)
    except ValueError as error:
        yield _("{named}: quiet: {error}").format(named=named, error=error)
    for kind, keys in OF_A_KIND.items():
        for key in keys:
            if kind == hook.kind and key in NEEDS[kind] and not getattr(hook, key):
                yield _("{named}: a hook of kind {kind} needs {key}").format(named=named, kind=kind, key=key)
            if kind != hook.kind and getattr(hook, key):
                yield _("{named}: {key} is for hooks of kind {kind}").format(named=named, key=key, kind=kind)
    yield from _place_problems(named, hook)


def _place_problems(named: str, hook: HookSettings) -> Iterator[str]:
    paths = {"password_file": hook.password_file, "secret_file": hook.secret_file}
    if hook.kind == "command" and hook.command:
        paths["command"] = hook.command[0]
    for key, path in paths.items():
        if path and not Path(path).is_absolute():
            yield _("{named}: {key} {path!r} is not absolute").format(named=named, key=key, path=path)
    if hook.kind == "mail":
        if hook.server and address_of(hook.server) is None:
            yield _("{named}: server {server!r} is not host:port").format(named=named, server=hook.server)
        if bool(hook.user) != bool(hook.password_file):
            yield _("{named}: user and password_file go together").format(named=named)
        if hook.user and hook.security == "none":
            yield _(
                '{named}: a password is not sent in the clear; security is "starttls" or "tls" with user'
            ).format(named=named)
        for address in (hook.sender, *hook.to):
            if address and ("@" not in address or any(c.isspace() or not c.isprintable() for c in address)):
                yield _("{named}: {address!r} is no address of mail").format(named=named, address=address)
    if hook.kind == "webhook" and hook.url:
        parts = urlsplit(hook.url)
        if parts.scheme not in ("https", "http") or not parts.hostname:
            yield _("{named}: url {url!r} is no http or https address").format(named=named, url=hook.url)
