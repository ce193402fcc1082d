"""Hooks in archived.toml: every slip is named, and what the template shows is true."""

import base64
import re
from dataclasses import fields
from pathlib import Path

import pytest

from archived.alert_rules import quiet_hours, signing_secret
from archived.alert_settings import HookSettings
from archived.config import parse
from archived.errors import ConfigurationError
from archived.settings_text import template

TEXT = template(speed=1.0, keep_free_bytes=1 << 30)
MAIL = 'kind = "mail"\nserver = "mail.example.org:587"\nsender = "a@example.org"\nto = ["b@example.org"]\n'
WEB = 'kind = "webhook"\nurl = "https://example.org/x"\nsecret_file = "/etc/key"\n'
RUN = 'kind = "command"\ncommand = ["/bin/true"]\n'


def with_hook(lines: str, name: str = "duty") -> str:
    return f"{TEXT}\n[alerts.hooks.{name}]\n{lines}"


@pytest.mark.parametrize("lines", [MAIL, WEB, RUN])
def test_what_each_kind_needs_is_enough(lines: str) -> None:
    assert parse(with_hook(lines)).alerts.hooks["duty"].urgency == "working-hours"


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ('kind = "pigeon"', "known are command, mail, webhook"),
        ('kind = "mail"', "a hook of kind mail needs server"),
        ('kind = "webhook"', "needs url"),
        ('kind = "command"', "needs command"),
        (MAIL + 'url = "https://x"', "url is for hooks of kind webhook"),
        (RUN + 'to = ["x@y"]', "to is for hooks of kind mail"),
        (RUN + 'urgency = "soon"', "urgency = 'soon'; known are working-hours, before, now"),
        (RUN + "repeat_h = -1", "repeat_h must not be negative"),
        (RUN + "timeout_s = 0", "timeout_s must be positive"),
        (RUN + 'quiet = "22:00"', "no stretch of the day such as 22:00-07:00"),
        (RUN + 'quiet = "22:00-25:00"', "no time of the day"),
        (RUN + 'quiet = "22:00-22:00"', "begins when it ends"),
        (RUN + 'quite = "22:00-07:00"', "unknown key 'quite'; did you mean 'quiet'"),
        ('kind = "command"\ncommand = ["true"]', "command 'true' is not absolute"),
        (MAIL.replace(":587", ""), "is not host:port"),
        (MAIL + 'security = "tsl"', "security = 'tsl'"),
        (MAIL + 'user = "u"', "user and password_file go together"),
        (MAIL + 'user = "u"\npassword_file = "/p"\nsecurity = "none"', "not sent in the clear"),
        (MAIL + 'user = "u"\npassword_file = "p"', "password_file 'p' is not absolute"),
        (MAIL.replace("b@example.org", "b"), "'b' is no address of mail"),
        (WEB.replace("https:", "ftp:"), "is no http or https address"),
    ],
)
def test_what_cannot_be_is_refused_by_the_name_of_the_hook(lines: str, words: str) -> None:
    with pytest.raises(ConfigurationError, match=re.escape(words)) as caught:
        parse(with_hook(lines))
    assert "duty" in caught.value.message


def test_a_hook_has_a_plain_name_and_a_zone_is_one_that_exists() -> None:
    with pytest.raises(ConfigurationError, match="letters, digits, - and _ only"):
        parse(with_hook(RUN, '"a b"'))
    with pytest.raises(ConfigurationError, match="'Mars/Base' is not known"):
        parse(TEXT.replace('time_zone = "UTC"', 'time_zone = "Mars/Base"'))
    with pytest.raises(ConfigurationError, match="settle_min must not be negative"):
        parse(TEXT.replace("settle_min = 2.0", "settle_min = -1.0"))
    assert parse(TEXT.replace('time_zone = "UTC"', 'time_zone = "Asia/Shanghai"')).alerts.time_zone


def test_the_template_shows_every_key_of_a_hook() -> None:
    shown = TEXT[TEXT.index("# [alerts.hooks.duty]") : TEXT.index("[simulation]")]
    lines = [line.removeprefix("# ") for line in shown.splitlines() if re.match(r"# (\[|\w+ = )", line)]
    assert {line.split(" ")[0] for line in lines[1:]} == {field.name for field in fields(HookSettings)}
    defaults = HookSettings("mail")
    made = parse(f"{TEXT}\n" + "\n".join(lines)).alerts.hooks["duty"]
    examples = {"quiet", "server", "sender", "to"}
    for field in fields(HookSettings):
        if field.name not in examples:
            assert getattr(made, field.name) == getattr(defaults, field.name), field.name


def test_hours_over_midnight_are_two_times() -> None:
    found = quiet_hours("22:00-07:30")
    assert found is not None
    assert [at.isoformat() for at in found] == ["22:00:00", "07:30:00"]
    assert quiet_hours("") is None


def test_a_key_may_be_written_with_or_without_its_prefix(tmp_path: Path) -> None:
    path, key = tmp_path / "key", bytes(range(32))
    for text in (f"whsec_{base64.b64encode(key).decode()}", base64.b64encode(key).decode() + "\n"):
        path.write_text(text)
        path.chmod(0o600)
        assert signing_secret(path) == key
    path.write_text("whsec_%%%")
    with pytest.raises(ConfigurationError, match="24 to 64 bytes"):
        signing_secret(path)
