"""Messages reach programs, mail servers and web servers that really listen, and what does not is told in words."""

import base64
import hashlib
import hmac
import json
import os
import ssl
import stat
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest

from archived.alert_settings import HookSettings
from archived.alerting import mail
from archived.alerting.delivery import deliver
from archived.alerting.errors import NotTaken
from archived.alerting.message import Sender, document_of, document_of_test, id_of, subject_of, text_of
from archived.alerting.webhook import headers_of
from archived.alerts import Alarm
from archived.language import speaking
from archived.policy.alerts import Word

from .servers import MailServer, WebServer, contexts, serving

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ALARM = Alarm(7, "reduced:7K3F", "now", "set 7K3F 缺盘\nlost", "all of it", "archivectl sets 7K3F", NOW)
DOCUMENT = document_of([Word("new", ALARM)], Sender("Example 示例", True), hook="duty", now=NOW)
SECRET = bytes(range(32))


def bring(hook: HookSettings, document: dict[str, Any] = DOCUMENT) -> str:
    return deliver(hook, document, message_id="alert-3-Example", at=NOW)


def program(folder: Path, text: str) -> HookSettings:
    path = folder / "hook.sh"
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return HookSettings("command", command=(str(path), "an argument"), timeout_s=5)


def secret_file(folder: Path, text: str) -> str:
    path = folder / "secret"
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    return str(path)


# ---- programs


def test_a_program_gets_the_message_as_json_and_takes_it_by_ending_well(tmp_path: Path) -> None:
    got = tmp_path / "got"
    said = bring(program(tmp_path, f'cat > {got}; echo "$1 $ARCHIVED_ALERT_ID"'))
    assert said == "an argument alert-3-Example"
    document = json.loads(got.read_text(encoding="utf-8"))
    assert document["id"] == "alert-3-Example"
    assert document["items"][0]["what"] == ALARM.what


def test_a_program_that_ends_badly_did_not_take_it_and_is_quoted(tmp_path: Path) -> None:
    with pytest.raises(NotTaken, match=r"ended with 3: no line to the pager"):
        bring(program(tmp_path, "cat >/dev/null; echo no line to the pager >&2; exit 3"))


def test_a_program_that_reads_nothing_may_take_it_all_the_same(tmp_path: Path) -> None:
    large = {**DOCUMENT, "more": "x" * 500_000}
    assert bring(program(tmp_path, "exit 0"), large) == ""


def test_a_program_that_hangs_is_ended_with_all_that_it_started(tmp_path: Path) -> None:
    told = tmp_path / "pid"
    hook = replace(program(tmp_path, f"sleep 100 & echo $! > {told}; wait"), timeout_s=0.3)
    with pytest.raises(NotTaken, match=r"had not ended after 0\.3 s"):
        bring(hook)
    child = int(told.read_text())
    state = Path(f"/proc/{child}/stat")
    assert not state.exists() or state.read_text().rsplit(")", 1)[1].split()[0] == "Z"


def test_a_program_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotTaken, match="nothing-here cannot be run"):
        bring(HookSettings("command", command=(str(tmp_path / "nothing-here"),)))


def test_a_program_gets_nothing_else_of_our_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOMETHING_OF_OURS", "x")
    assert "SOMETHING_OF_OURS" in os.environ
    assert "SOMETHING_OF_OURS" not in bring(program(tmp_path, "env"))


# ---- mail


def mail_hook(server: MailServer, **more: Any) -> HookSettings:
    said = {"sender": "archive@example.org", "to": ("a@example.org", "b@example.org"), "timeout_s": 5.0}
    return HookSettings("mail", server=server.place, **{"security": "none", **said, **more})


def test_a_mail_says_in_its_subject_what_is_wrong_and_in_its_text_what_to_do() -> None:
    server = MailServer()
    with serving(server):
        assert bring(mail_hook(server)).endswith("took it")
    got = server.got[0]
    assert (got.sender, got.to) == ("archive@example.org", ["a@example.org", "b@example.org"])
    read = message_from_bytes(got.data, policy=default)
    assert read["Subject"] == "[SIMULATED] Example 示例: new: set 7K3F 缺盘 lost"
    assert read["Message-ID"] == "<alert-3-Example@example.org>"
    assert read["Importance"] == "high"
    text = read.get_content()
    for words in ("SIMULATED", "reduced:7K3F", "set 7K3F 缺盘", "archivectl sets 7K3F", "all of it"):
        assert words in text


def test_a_mail_goes_over_tls_with_a_password_that_the_server_knows(tmp_path: Path) -> None:
    inside, outside = contexts(tmp_path)
    password = secret_file(tmp_path, "the password\n")
    for from_the_start in (False, True):
        server = MailServer(inside, from_the_start=from_the_start)
        security = "tls" if from_the_start else "starttls"
        hook = mail_hook(server, security=security, user="archive", password_file=password)
        with serving(server):
            mail.send(hook, DOCUMENT, message_id="alert-3", context=outside)
        assert server.got[0].private
        assert server.got[0].user == "archive"


def test_a_server_whose_certificate_nobody_vouches_for_gets_neither_password_nor_mail(tmp_path: Path) -> None:
    inside, _outside = contexts(tmp_path)
    server = MailServer(inside)
    hook = mail_hook(
        server, security="starttls", user="a", password_file=secret_file(tmp_path, "the password")
    )
    with serving(server), pytest.raises(NotTaken, match="did not take the mail"):
        mail.send(hook, DOCUMENT, message_id="alert-3", context=ssl.create_default_context())
    assert server.got == []


def test_a_server_that_refuses_is_quoted_and_one_that_is_not_there_named(tmp_path: Path) -> None:
    server = MailServer()
    server.verdict = "451 come again"
    with serving(server), pytest.raises(NotTaken, match="come again"):
        bring(mail_hook(server))
    with pytest.raises(NotTaken, match=server.place):
        bring(mail_hook(server))
    password = secret_file(tmp_path, "another")
    inside, outside = contexts(tmp_path)
    server = MailServer(inside)
    hook = mail_hook(server, security="starttls", user="archive", password_file=password)
    with serving(server), pytest.raises(NotTaken, match=r"who\?"):
        mail.send(hook, DOCUMENT, message_id="alert-3", context=outside)


def test_a_mail_that_only_some_get_is_not_sent_again_to_them() -> None:
    server = MailServer()
    server.refused = {"b@example.org"}
    with serving(server):
        assert "but not for b@example.org" in bring(mail_hook(server))
    assert server.got[0].to == ["a@example.org"]


# ---- webhooks


def web_hook(server: WebServer, folder: Path, secret: bytes = SECRET) -> HookSettings:
    text = f"whsec_{base64.b64encode(secret).decode()}\n"
    return HookSettings("webhook", url=server.url, secret_file=secret_file(folder, text), timeout_s=5)


def test_a_webhook_is_signed_so_that_its_receiver_knows_us(tmp_path: Path) -> None:
    server = WebServer()
    with serving(server):
        assert bring(web_hook(server, tmp_path)).endswith("answered 204")
    got = server.got[0]
    signed = f"{got.headers['webhook-id']}.{got.headers['webhook-timestamp']}.".encode() + got.body
    expected = base64.b64encode(hmac.new(SECRET, signed, hashlib.sha256).digest()).decode()
    assert got.headers["webhook-signature"] == f"v1,{expected}"
    assert got.headers["webhook-id"] == "alert-3-Example"
    assert json.loads(got.body)["items"][0]["urgency"] == "now"


def test_the_signature_is_that_of_the_specification() -> None:
    # The example of the Standard Webhooks specification and its libraries.
    secret = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    at = datetime.fromtimestamp(1614265330, UTC)
    headers = headers_of(secret, b'{"test": 2432232314}', message_id="msg_p5jXN8AQM9LWM0D4loKWxJek", at=at)
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize("status", [302, 404, 500])
def test_any_other_answer_is_no_taking_and_no_redirection_is_followed(status: int, tmp_path: Path) -> None:
    server = WebServer()
    server.status = status
    with serving(server), pytest.raises(NotTaken, match=f"answered {status}"):
        bring(web_hook(server, tmp_path))
    assert len(server.got) == 1


def test_a_key_that_others_may_read_or_that_is_none_signs_nothing(tmp_path: Path) -> None:
    server = WebServer()
    with serving(server):
        hook = web_hook(server, tmp_path, secret=b"short")
        with pytest.raises(NotTaken, match="holds no key of 24 to 64 bytes"):
            bring(hook)
        hook = web_hook(server, tmp_path)
        Path(hook.secret_file).chmod(0o644)
        with pytest.raises(NotTaken, match="others may read"):
            bring(hook)
    assert server.got == []
    with pytest.raises(NotTaken, match="did not answer"):
        bring(web_hook(server, tmp_path))


# ---- words


def test_a_test_says_that_nothing_is_wrong_and_a_chinese_mail_is_chinese() -> None:
    document = document_of_test(Sender("A", False), hook="duty", now=NOW)
    assert subject_of(document) == "A: a test of alerts; nothing is wrong"
    with speaking("zh"):
        assert "测试" in subject_of(document)
        assert "测试" in text_of(document)


def test_of_many_the_urgent_one_stands_in_the_subject() -> None:
    calm = replace(ALARM, urgency="working-hours", what="calm")
    several = [Word("again", calm), Word("new", ALARM)]
    document = document_of(several, Sender("A", False), hook="duty", now=NOW)
    assert subject_of(document) == "A: new: set 7K3F 缺盘 lost; 1 more"


def test_the_id_of_a_message_is_plain_whatever_the_site_is_called() -> None:
    assert id_of(3, NOW, "Example 示例/A") == "alert-3-20260301T120000-Example----A"
