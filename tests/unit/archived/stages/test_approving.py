"""What is done only when two persons want it: who may agree, what is done then, and when it is over."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from archived.approvals import Approval, ApprovalState
from archived.catalog import approvals, events
from archived.catalog.store import Catalog
from archived.config import load
from archived.errors import NotFound, NotPermitted, Refused, WrongState
from archived.founding import Choices, make_site
from archived.routines.runner import Runner
from archived.stages import approving
from archived.stages.approved import EFFECTS
from archived.stages.work import Site
from archived.wiring import paths_of, site_without_devices
from devices.clock import SimulatedClock

ANNA, BO = "uid:1000", "uid:1001"
THING = "medium SIM00001"


@pytest.fixture
def site(tmp_path: Path) -> Site:
    clock = SimulatedClock()
    make_site(tmp_path / "site", Choices(4 << 20, keep_free_bytes=1), clock)
    return site_without_devices(
        load(tmp_path / "site"), paths_of(tmp_path / "site", load(tmp_path / "site")), clock
    )


@pytest.fixture
def catalog(site: Site) -> Iterator[Catalog]:
    made = Catalog(site.tools.paths.catalog)
    yield made
    made.close()


class Done:
    """An effect that remembers what it was given."""

    def __init__(self, error: Exception | None = None) -> None:
        self.calls: list[tuple[str, str]] = []
        self.error = error

    def __call__(self, write: Connection, site: Site, item: Approval, agent: str) -> None:
        events.append(write, site.now(), "thing done", ("medium", item.thing), agent=agent)
        self.calls.append((item.id, agent))
        if self.error is not None:
            raise self.error


def asked(catalog: Catalog, site: Site, agent: str = ANNA, **more: Any) -> Approval:
    said = {"reason": "old", "terms": {"media": ("SIM00001",)}, **more}
    with catalog.write() as write:
        return approving.ask(write, site, "release media", THING, agent=agent, **said)


def give(
    catalog: Catalog,
    site: Site,
    approval_id: str,
    effect: Done,
    agent: str = BO,
    reason: str = "seen",
) -> Approval:
    with catalog.write() as write:
        said = {"agent": agent, "reason": reason, "effects": {"release media": effect}}
        return approving.give(write, site, approval_id, **said)


def state_of(catalog: Catalog, approval_id: str) -> ApprovalState:
    with catalog.read() as read:
        return approvals.get(read, approval_id).state


def on_the_list(catalog: Catalog) -> set[str]:
    with catalog.read() as read:
        return {item.id for item in events.attentions(read) if item.id.startswith("approval:")}


def test_a_second_person_agrees_and_it_is_done_in_the_same_write(catalog: Catalog, site: Site) -> None:
    item, done = asked(catalog, site), Done()
    assert on_the_list(catalog) == {f"approval:{item.id}"}
    given = give(catalog, site, item.id, done)
    assert (given.state, given.ended_by, given.note) == (ApprovalState.GIVEN, BO, "seen")
    assert done.calls == [(item.id, BO)]
    assert on_the_list(catalog) == set()
    with catalog.read() as read:
        told = [(event.type, event.agent) for event in events.latest(read, subject_id=item.id)]
    assert told == [("approval asked", ANNA), ("approval given", BO)]


@pytest.mark.parametrize("agent", [ANNA, "uid:0", "archived", ""])
def test_who_asked_and_root_and_nobody_cannot_agree(catalog: Catalog, site: Site, agent: str) -> None:
    item, done = asked(catalog, site), Done()
    with pytest.raises(NotPermitted, match="nothing was done"):
        give(catalog, site, item.id, done, agent=agent)
    assert (done.calls, state_of(catalog, item.id)) == ([], ApprovalState.ASKED)


@pytest.mark.parametrize("agent", ["uid:0", "archived"])
def test_neither_root_nor_the_daemon_can_ask(catalog: Catalog, site: Site, agent: str) -> None:
    with pytest.raises(NotPermitted, match="no person"):
        asked(catalog, site, agent)
    assert on_the_list(catalog) == set()


def test_an_effect_that_refuses_leaves_everything_as_it_was(catalog: Catalog, site: Site) -> None:
    item, broken = asked(catalog, site), Done(WrongState("it is in use"))
    with pytest.raises(WrongState, match="in use"):
        give(catalog, site, item.id, broken)
    assert state_of(catalog, item.id) is ApprovalState.ASKED
    with catalog.read() as read:
        assert not [event for event in events.latest(read) if event.type == "thing done"]


def test_nothing_is_done_twice(catalog: Catalog, site: Site) -> None:
    item, done = asked(catalog, site), Done()
    give(catalog, site, item.id, done)
    with pytest.raises(WrongState, match=r"agreed to .* it was done then"):
        give(catalog, site, item.id, done, agent="uid:1002")
    again = give(catalog, site, item.id, done)
    assert again.state is ApprovalState.GIVEN, "his answer was lost, and he asks once more"
    assert len(done.calls) == 1


def test_asking_again_is_answered_with_what_waits(catalog: Catalog, site: Site) -> None:
    first = asked(catalog, site)
    assert asked(catalog, site, BO).id == first.id
    assert asked(catalog, site, BO).asked_by == ANNA


def test_other_terms_need_another_asking(catalog: Catalog, site: Site) -> None:
    first = asked(catalog, site)
    with pytest.raises(WrongState, match="not the same any more") as refused:
        asked(catalog, site, BO, terms={"media": ["SIM00001", "SIM00002"]})
    assert f"archivectl approvals refuse {first.id}" in refused.value.advice


@pytest.mark.parametrize(
    ("agent", "state"), [(BO, ApprovalState.REFUSED), (ANNA, ApprovalState.WITHDRAWN), ("uid:0", "refused")]
)
def test_who_says_no_refuses_and_who_asked_takes_it_back(
    catalog: Catalog, site: Site, agent: str, state: ApprovalState | str
) -> None:
    item, done = asked(catalog, site), Done()
    with catalog.write() as write:
        assert approving.refuse(write, site, item.id, agent=agent, reason="no").state is ApprovalState(state)
    with pytest.raises(WrongState, match="nothing was done"):
        give(catalog, site, item.id, done)
    assert (done.calls, on_the_list(catalog)) == ([], set())
    assert asked(catalog, site).id != item.id


def test_what_nobody_agreed_to_in_time_is_over_even_before_a_routine_says_so(
    catalog: Catalog, site: Site
) -> None:
    item, done = asked(catalog, site), Done()
    site.tools.clock.sleep(approving.EXPIRY.total_seconds() + 1)
    with pytest.raises(WrongState, match="is expired"):
        give(catalog, site, item.id, done)
    assert asked(catalog, site).id != item.id
    assert (done.calls, state_of(catalog, item.id)) == ([], ApprovalState.EXPIRED)


def test_a_routine_ends_what_nobody_agreed_to(catalog: Catalog, site: Site) -> None:
    item = asked(catalog, site)
    runner = Runner(catalog, site)
    try:
        runner.expire_approvals()
        assert state_of(catalog, item.id) is ApprovalState.ASKED
        site.tools.clock.sleep(approving.EXPIRY.total_seconds())
        runner.turn()
        assert state_of(catalog, item.id) is ApprovalState.EXPIRED
    finally:
        runner.close()
    assert on_the_list(catalog) == set()


def test_a_reason_is_needed_from_both(catalog: Catalog, site: Site) -> None:
    with pytest.raises(Refused, match="reason"):
        asked(catalog, site, reason=" ")
    item = asked(catalog, site)
    with pytest.raises(Refused, match="reason"):
        give(catalog, site, item.id, Done(), reason="")


def test_what_no_release_knows_is_not_agreed_to(catalog: Catalog, site: Site) -> None:
    item = asked(catalog, site)
    with catalog.write() as write, pytest.raises(WrongState, match="does not know"):
        approving.give(write, site, item.id, agent=BO, reason="seen", effects={})
    with catalog.write() as write, pytest.raises(NotFound):
        approving.give(write, site, "A99999", agent=BO, reason="seen", effects=EFFECTS)
