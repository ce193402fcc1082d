"""The daemon dies at any commit between an alarm and whoever is told of it: he is told, and can tell what he has."""

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from archived.alert_settings import AlertSettings, HookSettings
from archived.catalog import alarms, alerts, events
from archived.catalog.events import Attention
from archived.routines import alarm_journal
from archived.routines.alert_courier import Courier
from tests.simulation.harness import Story
from tests.simulation.killing import Killed


def life(story: Story, hook: HookSettings) -> Courier:
    """What a daemon has in memory after its start."""
    settings = AlertSettings(settle_min=0, hooks={"duty": hook})
    story.site = replace(story.site, config=replace(story.site.config, alerts=settings))
    return Courier(story.catalog, story.site, begin=lambda call: call())


def test_whoever_kills_the_daemon_between_an_alarm_and_its_message_loses_neither(tmp_path: Path) -> None:
    """At every commit, before and after it: raised, told, recovered, told; each in one or more messages of one id."""
    got = tmp_path / "got"
    hook = HookSettings("command", command=("/bin/sh", "-c", f"cat >> {got}; echo >> {got}"))
    story = Story(tmp_path / "story")
    for nth in range(1, 40):
        got.write_text("")
        courier = life(story, hook)
        story.fuse.arm(nth, lambda step: "commit" in step)
        deaths = 0
        for up in (True, True, False, False):
            while True:
                try:
                    _look(story, courier, up=up)
                    break
                except Killed:
                    deaths += 1
                    story.begin_life()
                    courier = life(story, hook)
        story.fuse.disarm()
        documents = [json.loads(line) for line in got.read_text(encoding="utf-8").splitlines() if line]
        told = {document["id"]: [item["event"] for item in document["items"]] for document in documents}
        assert list(told.values()) == [["new"], ["recovered"]]
        assert max(Counter(document["id"] for document in documents).values()) <= 1 + deaths
        with story.catalog.read() as read:
            assert alarms.live(read) == []
            assert alerts.waiting(read) == []
            lines = alarms.history(read, attention_id="by-hand")[-2:]
        assert [line.kind for line in lines] == ["raised", "recovered"]
        if not deaths:
            break
    else:
        pytest.fail("there are more commits than anybody thought")
    story.end()


def _look(story: Story, courier: Courier, *, up: bool) -> None:
    story.clock.sleep(1)
    with story.catalog.write() as write:
        if up:
            events.raise_attention(write, Attention("by-hand", "now", "w", "s", "n", story.clock.now()))
        else:
            events.clear_attention(write, "by-hand")
    alarm_journal.turn(story.catalog, story.site)
    courier.turn()
