"""Which media the looks of a survey want in a drive, for the robot's planner."""

from sqlalchemy import Connection

from archived.catalog import surveys
from archived.policy.mounting import Want
from archived.policy.sources import drives_to_try
from archived.stages.floor import Floor
from archived.states import LookState


def wants(read: Connection, floor: Floor) -> list[Want]:
    """Media that looks want in a drive; they come after everything that people and staging wait for."""
    up = [drive.name for drive in floor.up]
    found = []
    for look in surveys.looks_in_state(read, LookState.WANTED, LookState.LOOKING):
        medium = floor.medium(look.medium_id)
        if medium is not None:
            drives = drives_to_try(up, look.tried_in)
            where = (medium.home_element, medium.element)
            found.append(Want(medium.id, *where, "look", drives, medium.element or 0, look.asked_at))
    return found
