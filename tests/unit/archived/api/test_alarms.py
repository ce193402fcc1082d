"""Alarms from the list to whoever is told, and back from him: over the API, with a program as the hook."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from archived.alert_settings import AlertSettings, HookSettings
from archived.alerts import AlertState
from archived.api.application import create_application
from archived.catalog import alarms, alerts, events
from archived.catalog.events import Attention
from archived.routines import alarm_journal, alert_courier
from archived.routines.alert_courier import Courier
from archived.routines.runner import Runner
from devices.clock import SystemClock
from devices.polling import wait_until
from tests.unit.archived.api.conftest import Daemon

WHY = {"reason": "discs are ordered"}


@pytest.fixture
def got(tmp_path: Path) -> Path:
    """Where the program puts what it gets; while `refuse` lies beside it, it takes nothing."""
    folder = tmp_path / "got"
    folder.mkdir()
    path = tmp_path / "hook.sh"
    path.write_text(
        f'#!/bin/sh\ntest -e {tmp_path}/refuse && {{ echo no line; exit 1; }}\ncat > "{folder}/$ARCHIVED_ALERT_ID"\n',
        encoding="utf-8",
    )
    path.chmod(0o755)
    return folder


@pytest.fixture
def site(daemon: Daemon, got: Path, tmp_path: Path) -> Daemon:
    """A daemon with one hook, which is told at once."""
    hook = HookSettings("command", command=(str(tmp_path / "hook.sh"),))
    settings = AlertSettings(settle_min=0, hooks={"duty": hook})
    known = daemon.services.site
    services = replace(daemon.services, site=replace(known, config=replace(known.config, alerts=settings)))
    return replace(daemon, application=create_application(services), services=services)


def put(site: Daemon, *entries: Attention) -> None:
    """The list has exactly these entries; one look is taken."""
    with site.services.catalog.write() as write:
        for entry in entries:
            events.raise_attention(write, entry)
        events.keep_attentions(write, "", [entry.id for entry in entries])
    later(site)


def later(site: Daemon, hours: float = 0.0) -> None:
    """Time passes; a look is taken, and what waits is brought."""
    clock = site.services.site.tools.clock
    clock.sleep(hours * 3600 + 1)
    alarm_journal.turn(site.services.catalog, site.services.site)
    courier = Courier(site.services.catalog, site.services.site, begin=lambda call: call())
    courier.turn()


def entry(site: Daemon, urgency: str = "working-hours", level: int = 0) -> Attention:
    now: datetime = site.services.site.now()
    return Attention("scratch:bluray", urgency, "few blanks", "all", "buy", now, level=level)


def told(got: Path) -> list[str]:
    """The events that the program got, in the order of the messages."""
    files = sorted(got.iterdir(), key=lambda path: int(path.name.split("-")[1]))
    documents = [json.loads(path.read_text(encoding="utf-8")) for path in files]
    return [item["event"] for document in documents for item in document["items"]]


def history(site: Daemon) -> list[str]:
    return [line["kind"] for line in site.ask("GET", "/v1/attention-history").json()["items"]]


def test_an_alarm_is_told_when_it_is_new_when_it_gets_worse_and_when_it_is_over(
    site: Daemon, got: Path
) -> None:
    put(site, entry(site))
    put(site, entry(site))
    assert told(got) == ["new"]
    put(site, entry(site, level=1))
    put(site, entry(site, "now", level=1))
    assert told(got) == ["new", "worse", "worse"]
    put(site)
    later(site)
    assert told(got) == ["new", "worse", "worse", "recovered"]
    assert history(site) == ["raised", "worse", "worse", "recovered"]
    later(site, 99)
    assert len(told(got)) == 4


def test_acknowledging_quiets_and_never_removes(site: Daemon, got: Path) -> None:
    put(site, entry(site))
    answer = site.ask("POST", "/v1/attention/scratch:bluray/ack", WHY, peer="uid:1000")
    assert answer.json()["acked_by"] == "uid:1000"
    later(site, 100)
    assert told(got) == ["new"]
    found = site.ask("GET", "/v1/attention").json()["items"][0]
    assert (found["id"], found["acknowledged"]["reason"]) == ("scratch:bluray", "discs are ordered")
    put(site, entry(site, "now"))
    assert told(got) == ["new", "worse"]
    assert site.ask("GET", "/v1/attention").json()["items"][0]["acknowledged"] is None
    later(site, 24)
    assert told(got) == ["new", "worse", "again"]
    with site.services.catalog.read() as read:
        assert "attention acknowledged" in {event.type for event in events.latest(read)}


def test_only_what_waits_can_be_acknowledged_and_a_reason_is_needed(site: Daemon) -> None:
    assert site.ask("POST", "/v1/attention/nothing/ack", WHY).status_code == 404
    put(site, entry(site))
    assert site.ask("POST", "/v1/attention/scratch:bluray/ack", {"reason": " "}).status_code == 422
    put(site)
    assert site.ask("POST", "/v1/attention/scratch:bluray/ack", WHY).status_code == 404


def test_what_was_put_up_a_moment_ago_can_be_acknowledged_before_any_look(site: Daemon, got: Path) -> None:
    with site.services.catalog.write() as write:
        events.raise_attention(write, entry(site))
    assert site.ask("POST", "/v1/attention/scratch:bluray/ack", WHY).status_code == 200
    assert history(site) == ["raised", "acknowledged"]


def test_the_urgent_stand_first_and_what_is_known_last(site: Daemon) -> None:
    now = site.services.site.now()
    soon = now + timedelta(hours=1)
    put(
        site,
        Attention("a", "working-hours", "w", "s", "n", now),
        Attention("b", "before", "w", "s", "n", now, before=soon),
        Attention("c", "now", "w", "s", "n", now),
        Attention("d", "now", "w", "s", "n", now),
    )
    site.ask("POST", "/v1/attention/c/ack", WHY)
    assert [item["id"] for item in site.ask("GET", "/v1/attention").json()["items"]] == ["d", "b", "a", "c"]
    later(site, 2)
    found = {item["id"]: item["urgency"] for item in site.ask("GET", "/v1/attention").json()["items"]}
    assert found["b"] == "now"


def test_what_nobody_takes_is_tried_again_and_is_an_alarm_itself(
    site: Daemon, got: Path, tmp_path: Path
) -> None:
    (tmp_path / "refuse").touch()
    put(site, entry(site))
    for _ in range(3):
        later(site, 1)
    listed = site.ask("GET", "/v1/alerts").json()
    assert (listed["items"][0]["state"], listed["items"][0]["attempts"]) == ("waiting", 4)
    assert "no line" in listed["items"][0]["note"]
    assert listed["hooks"][0]["waiting"] == 1
    with site.services.catalog.read() as read:
        assert [one.id for one in alert_courier.silent_hooks(read, site.services.site)] == ["alert-hook:duty"]
    failed = site.ask("POST", "/v1/alerts/duty/test").json()
    assert (failed["state"], failed["test"]) == ("given-up", True)
    (tmp_path / "refuse").unlink()
    assert site.ask("POST", "/v1/alerts/duty/test").json()["state"] == "sent"
    later(site)
    with site.services.catalog.read() as read:
        assert alert_courier.silent_hooks(read, site.services.site) == []
        assert alerts.waiting(read) == []
    assert site.ask("POST", "/v1/alerts/nobody/test").status_code == 404


def test_a_message_that_nobody_takes_for_days_is_given_up_and_stays_an_alarm_until_one_is_taken(
    site: Daemon, got: Path, tmp_path: Path
) -> None:
    (tmp_path / "refuse").touch()
    put(site, entry(site))
    later(site, 80)
    with site.services.catalog.read() as read:
        assert alerts.latest(read)[0].state is AlertState.GIVEN_UP
        assert len(alert_courier.silent_hooks(read, site.services.site)) == 1
    (tmp_path / "refuse").unlink()
    later(site, 24)
    with site.services.catalog.read() as read:
        assert alert_courier.silent_hooks(read, site.services.site) == []


def test_a_daemon_that_died_after_the_look_brings_what_waits_once_it_starts_again(
    site: Daemon, got: Path
) -> None:
    with site.services.catalog.write() as write:
        events.raise_attention(write, entry(site))
    alarm_journal.turn(site.services.catalog, site.services.site)
    assert told(got) == []
    # Another life knows of it by the catalog alone, and brings it once.
    for _ in range(2):
        Courier(site.services.catalog, site.services.site, begin=lambda call: call()).turn()
        alarm_journal.turn(site.services.catalog, site.services.site)
    assert told(got) == ["new"]


def test_a_hook_that_was_removed_keeps_nothing_waiting(site: Daemon) -> None:
    with site.services.catalog.write() as write:
        events.raise_attention(write, entry(site))
        alerts.put(write, site.services.site.now(), "gone", {"items": [], "test": False})
    later(site)
    later(site)
    with site.services.catalog.read() as read:
        states = {item.hook: item.state for item in alerts.latest(read)}
    assert states == {"gone": AlertState.GIVEN_UP, "duty": AlertState.SENT}


def test_a_slow_hook_holds_up_neither_the_daemon_nor_another_hook(site: Daemon, tmp_path: Path) -> None:
    gate, other = tmp_path / "gate", tmp_path / "other"
    slow = HookSettings("command", command=("/bin/sh", "-c", f"while ! test -e {gate}; do sleep 0.01; done"))
    quick = HookSettings("command", command=("/bin/sh", "-c", f"cat > {other}"))
    known = site.services.site
    settings = AlertSettings(settle_min=0, hooks={"slow": slow, "quick": quick})
    changed = replace(known, config=replace(known.config, alerts=settings))
    runner = Runner(site.services.catalog, changed)
    with site.services.catalog.write() as write:
        events.raise_attention(write, replace(entry(site), id="by-hand"))
    runner.turn()
    wait_until(other.exists, clock=SystemClock(), timeout_s=20, interval_s=0.01)
    with site.services.catalog.read() as read:
        assert "slow" in {item.hook for item in alerts.waiting(read)}
    gate.touch()
    runner.close()
    with site.services.catalog.read() as read:
        assert alerts.waiting(read) == []


def test_what_flickers_is_one_alarm_and_is_not_told(site: Daemon, got: Path) -> None:
    known = site.services.site
    settings = replace(known.config.alerts, settle_min=2.0)
    services = replace(site.services, site=replace(known, config=replace(known.config, alerts=settings)))
    steady = replace(site, services=services)
    put(steady, entry(steady))
    put(steady)
    put(steady, entry(steady))
    assert told(got) == []
    later(steady, 0.1)
    assert told(got) == ["new"]
    put(steady)
    put(steady, entry(steady))
    later(steady, 0.1)
    assert told(got) == ["new"]
    put(steady)
    later(steady, 0.1)
    assert told(got) == ["new", "recovered"]
    assert history(steady) == ["raised", *["recovered", "came back"] * 2, "recovered"]
    with steady.services.catalog.read() as read:
        assert alarms.live(read) == []
