"""What the settings of people's work must hold: cabinets, and when tasks are overdue."""

from collections.abc import Iterator

from archived.language import _
from archived.robot_kinds import PERSON
from archived.settings import Config

#: Elements of a library are numbered with 16 bits, places in cabinets from 1024.
PLACES_MAX = 0xFFFF - 1024
CABINET_NAME_CHARACTERS_MAX = 40


def people_problems(config: Config) -> Iterator[str]:
    """What is wrong with cabinets and tasks, in words."""
    for key in ("recall_h", "write_h", "other_h"):
        if getattr(config.tasks, key) <= 0:
            yield _("tasks.{key} must be positive").format(key=key)
    for name, library in config.libraries.items():
        if library.robot != PERSON:
            if library.cabinets:
                yield _('library {name!r}: cabinets are for robot = "person"').format(name=name)
            continue
        if not library.cabinets:
            yield _(
                'library {name!r}: robot = "person" needs its cabinets: [libraries.{name}.cabinets."cabinet 1"]'
            ).format(name=name)
        places = 0
        for cabinet, settings in library.cabinets.items():
            places += settings.drawers * settings.slots
            if settings.drawers < 1 or settings.slots < 1:
                yield _("library {name!r}: {cabinet!r} needs at least one drawer and one slot").format(
                    name=name, cabinet=cabinet
                )
            if not (
                cabinet.isprintable() and cabinet.strip() and len(cabinet) <= CABINET_NAME_CHARACTERS_MAX
            ):
                yield _("library {name!r}: {cabinet!r} is no name that can be written on a cabinet").format(
                    name=name, cabinet=cabinet
                )
        if places > PLACES_MAX:
            yield _(
                "library {name!r}: {places} places are more than {most}; make two libraries of it"
            ).format(name=name, places=places, most=PLACES_MAX)
