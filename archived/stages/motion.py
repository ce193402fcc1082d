"""One motion of the robot as an action: planned, ordered, taken up again, or home from its hand."""

from dataclasses import dataclass, replace

from archived.language import _
from archived.model import Medium, Move
from archived.policy.mounting import MovePlan, SlotView
from archived.sessions.mount import Carry
from archived.stages.cleaning_asked import cleans
from archived.stages.floor import Floor
from archived.stages.work import Action, Order, drive_lane, robot_lane

#: The stage that carries motions out: `archived.stages.moving`.
STAGE = "moving"


@dataclass(frozen=True, slots=True)
class Motion:
    """One motion with its record."""

    carry: Carry
    why: str
    move_id: int = 0
    order: Order | None = None


def free_slots(floor: Floor) -> list[SlotView]:
    """Slots into which a medium may be put: none that is in doubt; one of a case only for the media of the case."""
    taken = {medium.element for medium in floor.media}
    taken |= set(floor.doubtful)
    return [
        SlotView(element, magazine, floor.frozen.get(element))
        for element, magazine in floor.slots.items()
        if element not in taken
    ]


def motion_of(floor: Floor, step: MovePlan) -> Motion:
    """What was planned, with all that the robot and the drives at both ends need to know."""
    by_element = {drive.element: drive.name for drive in floor.drives}
    medium = floor.medium(step.medium_id)
    task = Carry(
        library=floor.library,
        medium_id=step.medium_id,
        barcode=medium.barcode if medium else None,
        source=step.source,
        destination=step.destination,
        from_drive=by_element.get(step.source),
        to_drive=by_element.get(step.destination),
        cleaning=medium is not None and cleans(medium),
    )
    return Motion(task, step.why)


def put_down(floor: Floor, medium: Medium) -> list[Action]:
    """The robot stopped with a disc in its hand: it goes home before anything else moves."""
    slots = free_slots(floor)
    free = sorted(slot.element for slot in slots if slot.only is None or medium.id in slot.only)
    if medium.element is None or not free:
        return []
    home = medium.home_element if medium.home_element in free else free[0]
    plan_ = MovePlan(medium.id, medium.element, home, _("left in the robot's hand"))
    return [moving_action(floor, motion_of(floor, plan_))]


def resumed_motion(floor: Floor, move: Move) -> Motion:
    """A motion that is on record, and not known to be over."""
    plan_ = MovePlan(move.medium_id, move.source, move.destination, move.why)
    return replace(motion_of(floor, plan_), move_id=move.id)


def moving_action(floor: Floor, motion: Motion, *, resumed: bool = False) -> Action:
    """The action that holds the robot and the drives at both ends."""
    drives = [name for name in (motion.carry.from_drive, motion.carry.to_drive) if name is not None]
    lanes = (robot_lane(floor.library), *(drive_lane(name) for name in drives))
    return Action(STAGE, f"move {motion.carry.medium_id}", lanes, motion, resumed)


def ordered_motion(floor: Floor, order: Order) -> Action:
    """The action of an order; with the order as its task when the medium is not in the library any more."""
    medium = floor.medium(order.medium_id)
    if medium is None or medium.element is None:
        return Action(STAGE, f"order {order.medium_id}", (), order)
    step = MovePlan(order.medium_id, medium.element, order.destination, _("ordered by a person"))
    return moving_action(floor, replace(motion_of(floor, step), order=order))
