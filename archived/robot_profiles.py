"""Which letters each disc robot on a serial line takes: known profiles, and those that a site describes itself."""

import difflib
from collections.abc import Iterator, Mapping

from archived.language import _
from archived.robot_kinds import GENERIC
from archived.settings import Config
from robotics.arms.generic_profiles import AMTREN, GenericProfile, furnished
from robotics.arms.own_profiles import ProfileMistaken, own_profiles


def profile_of(config: Config, library: str) -> GenericProfile:
    """The profile of a library whose robot is "generic"; a simulated one is an Amtren with its drives.

    Raises KeyError and ProfileMistaken for settings that were not checked.
    """
    if config.simulated:
        drives = len(config.libraries[library].drives)
        return furnished(AMTREN, drives=drives, bins=AMTREN.bins)
    return own_profiles(config.robot_profiles)[config.devices[library].profile]


def table_problems(config: Config) -> Iterator[str]:
    """What is wrong with the tables [robot_profiles]."""
    try:
        own_profiles(config.robot_profiles)
    except ProfileMistaken as mistaken:
        yield from (f"[robot_profiles] {words}" for words in mistaken.problems)


def choice_problems(config: Config, library: str) -> Iterator[str]:
    """What is wrong with the profile that the table of a robot names."""
    robot, name = config.libraries[library].robot, config.devices[library].profile
    known = _known(config)
    if robot != GENERIC:
        if name:
            yield _('profile is for robot = "generic"; a robot of kind {robot} has none').format(robot=robot)
    elif not name:
        yield _("it needs its profile: which letter means what differs by model; known are {known}").format(
            known=", ".join(known)
        )
    elif name not in known:
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.0)
        yield _("there is no robot profile {profile!r}; did you mean {near}?").format(
            profile=name, near=near[0]
        )
    elif len(known[name].drives) != len(config.libraries[library].drives):
        yield _(
            "profile {profile} has {count} drives, and the library lists {listed}: every drive that the arm passes is "
            "listed, as its tray can be in the way"
        ).format(profile=name, count=len(known[name].drives), listed=len(config.libraries[library].drives))


def _known(config: Config) -> Mapping[str, GenericProfile]:
    try:
        return own_profiles(config.robot_profiles)
    except ProfileMistaken:
        return own_profiles({})
