"""Media leave their robot by a list, are known to be away, and come back; also when the daemon is killed meanwhile."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from archived.catalog import events, media, transports
from archived.errors import WrongState
from archived.stages.capacity import usable_blanks
from archived.stages.floor import floors
from archived.stages.media_life import importing, transporting
from archived.states import MoveState
from archived.transports import Travel, TravelState
from tests.simulation.harness import Story
from tests.simulation.law import assert_law
from tests.simulation.test_vault import VAULT

ANNA = "uid:1000"


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    made = Story(tmp_path, n=1, m=1, more_settings=VAULT)
    yield made
    made.end()


def open_list(story: Story, *wanted: str, to: str = "Depot North") -> str:
    with story.catalog.write() as write:
        return transporting.open_list(write, story.site, wanted, to=to, agent=ANNA, reason="second site").id


def on_list(story: Story, transport_id: str) -> dict[str, Travel]:
    with story.catalog.read() as read:
        return {item.medium_id: item for item in transports.media_of(read, transport_id)}


def states(story: Story, transport_id: str) -> set[TravelState]:
    return {item.state for item in on_list(story, transport_id).values()}


def in_ports(story: Story) -> list[str]:
    with story.catalog.read() as read:
        (floor,) = (floor for floor in floors(read, story.site) if floor.library == "main")
        return [medium.id for medium in floor.media if medium.element in floor.ports]


def empty_ports(story: Story) -> list[str]:
    """Somebody takes out what lies in the import/export slots, and the robot is looked at."""
    found = in_ports(story)
    for medium_id in found:
        story.control("take", medium=medium_id)
    story.look()
    return found


def all_out(story: Story, transport_id: str) -> None:
    for _ in range(10):
        story.settle(naps=2)
        if not empty_ports(story):
            break
    story.settle(naps=2)
    assert states(story, transport_id) == {TravelState.OUT}


def put_into_port(story: Story, medium_id: str) -> None:
    with story.catalog.read() as read:
        port = next(floor.ports[0] for floor in floors(read, story.site) if floor.library == "main")
    story.control("put", medium=medium_id, place=port)
    story.look()
    story.settle(naps=1)


def take_in(story: Story) -> list[importing.TakenIn]:
    with story.catalog.read() as read:
        wanted = importing.what_to_take_in(read, story.site, ["main"])
    for item in wanted:
        story.site.orders.add(item.order)
    story.settle(naps=2)
    with story.catalog.write() as write:
        return importing.settle_in(write, story.site, wanted, agent=ANNA)


def archived(story: Story) -> list[str]:
    story.submit("0001")
    story.close_everything()
    story.settle()
    assert story.all_archived()
    return sorted(copy.medium_id for copy in story.copies())


def test_a_list_leaves_by_the_mail_slot_slot_by_slot_and_nobody_misses_it(story: Story) -> None:
    discs = [*archived(story), "SIM00010"]
    transport = open_list(story, *discs)
    story.settle(naps=2)
    assert in_ports(story)
    assert set(in_ports(story)) <= set(discs)
    all_out(story, transport)
    assert not [item for item in story.raised if item.startswith("missing:")]
    assert {item.taken_by for item in on_list(story, transport).values()} == {"archived"}
    assert all(story.medium(one).element is None for one in discs)


def test_what_comes_back_through_the_mail_slot_is_at_home_again(story: Story) -> None:
    discs = archived(story)
    transport = open_list(story, discs[0])
    all_out(story, transport)
    with story.catalog.write() as write:
        transporting.receive(write, story.site, transport, [], agent=ANNA)
        transporting.ask_back(write, story.site, transport, [], agent=ANNA, reason="wanted")
    assert states(story, transport) == {TravelState.COMING}
    put_into_port(story, discs[0])
    assert states(story, transport) == {TravelState.BACK}
    (row,) = take_in(story)
    medium = story.medium(discs[0])
    with story.catalog.read() as read:
        slots = next(floor.slots for floor in floors(read, story.site) if floor.library == "main")
    assert (row.medium, row.element) == (discs[0], medium.element)
    assert medium.element in slots
    assert (medium.home_element, medium.magazine) == (medium.element, slots[medium.element])
    assert_law(story)


@pytest.mark.simulate
def test_a_list_to_a_vault_of_ours_gets_places_and_recalls_find_it_there(story: Story) -> None:
    discs = archived(story)
    transport = open_list(story, *discs, to="vault")
    all_out(story, transport)
    with story.catalog.write() as write:
        transporting.receive(write, story.site, transport, [], agent=ANNA)
    assert {story.medium(one).library for one in discs} == {"vault"}
    assert len({story.medium(one).element for one in discs}) == 2
    story.settle(naps=2)
    assert states(story, transport) == {TravelState.BACK}
    assert not [item for item in story.attentions() if item.startswith(("missing", "reduced"))]


def test_a_shelf_is_packed_by_hand_and_a_robot_s_slot_is_not(story: Story) -> None:
    discs = archived(story)
    first = open_list(story, *discs, to="vault")
    with story.catalog.write() as write:
        with pytest.raises(WrongState, match="sees"):
            transporting.take_away(write, story.site, first, [], agent=ANNA)
        with pytest.raises(WrongState, match="is on list"):
            transporting.open_list(write, story.site, discs, to="vault", agent=ANNA, reason="x")
    all_out(story, first)
    with story.catalog.write() as write:
        transporting.receive(write, story.site, first, [], agent=ANNA)
    second = open_list(story, discs[0])
    with story.catalog.write() as write:
        transporting.take_away(write, story.site, second, [], agent=ANNA)
    assert states(story, second) == {TravelState.OUT}
    assert story.medium(discs[0]).element is None
    story.settle(naps=2)
    assert not [item for item in story.attentions() if item.startswith("missing")]


def test_what_is_needed_here_is_told_before_it_leaves(story: Story) -> None:
    discs = archived(story)
    with story.catalog.read() as read:
        one = transporting.thinner(read, discs[:1])
        both = transporting.thinner(read, discs)
        none = transporting.thinner(read, ["SIM00010"])
    assert [(item.spare_before, item.spare_after) for item in one] == [(1, 0)]
    assert [(item.spare_before, item.spare_after) for item in both] == [(1, -1)]
    assert none == []
    # What was said before is what happens.
    transport = open_list(story, discs[0])
    all_out(story, transport)
    assert [item for item in story.attentions() if item.startswith("reduced:")] == [
        f"reduced:{one[0].set_id}"
    ]
    assert "no more may be lost" in story.raised[f"reduced:{one[0].set_id}"].what


def test_a_blank_that_leaves_is_promised_to_nobody(story: Story) -> None:
    with story.catalog.read() as read:
        before = {medium.id for medium in usable_blanks(read, story.site, "bluray")}
    open_list(story, "SIM00010")
    with story.catalog.read() as read:
        assert before - {medium.id for medium in usable_blanks(read, story.site, "bluray")} == {"SIM00010"}


@pytest.mark.parametrize("seed", [1, *(pytest.param(n, marks=pytest.mark.simulate) for n in range(2, 8))])
def test_killed_anywhere_the_list_is_out_all_the_same(tmp_path: Path, seed: int) -> None:
    story = Story(tmp_path, n=1, m=1, seed=seed)
    try:
        chance = Random(seed)
        wanted = [f"SIM{number:05d}" for number in range(1, 6)]
        transport = open_list(story, *wanted)
        kills = 0
        for _ in range(40):
            if story.until_killed(chance.randrange(1, 60)):
                kills += 1
                story.crash(power_cut=chance.random() < 0.3)
                continue
            story.settle(naps=1)
            empty_ports(story)
            if states(story, transport) == {TravelState.OUT}:
                break
        assert states(story, transport) == {TravelState.OUT}
        assert kills >= 2
        with story.catalog.read() as read:
            told = [item.type for item in events.latest(read, limit=1000) if item.type == "medium left"]
            assert not media.moves_in_state(read, MoveState.MOVING)
        assert len(told) == len(wanted)
        assert not [item for item in story.raised if item.startswith("missing:")]
    finally:
        story.end()
