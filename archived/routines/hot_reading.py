"""What a thing in a hot folder says of itself: its place, its sidecar, and bag-info.txt when it is a bag."""

from archived.errors import Unacceptable
from archived.formats.bag_tags import DECLARATION_NAME, INFO_NAMES, read_tags
from archived.language import _
from archived.policy.archive_names import without_archive_suffix
from archived.policy.hot_description import Description, describe
from archived.policy.hot_names import SIDECAR
from archived.policy.layout import FIELDS
from archived.routines.hot_opening import Place
from archived.routines.hot_tree import HotTree


def description_of(tree: HotTree, place: Place, path: str) -> Description:
    """What is to be handed in, or everything that stands against asking for it."""
    problems: list[str] = []
    said: dict[str, str] = {}
    if place.layout is not None:
        try:
            found = place.layout.read(without_archive_suffix(path))
            said = {field: getattr(found, field) for field in FIELDS if field in place.layout.names}
        except Unacceptable as error:
            problems.append(error.message)
    sidecar = None
    try:
        sidecar = tree.document(path + SIDECAR)
    except ValueError as error:
        problems.append(_("its package.json cannot be read: {why}").format(why=error))
    except OSError as error:
        problems.append(_("its package.json cannot be read: {why}").format(why=error.strerror))
    if problems:
        return Description(None, tuple(problems))
    return describe(
        place.root / path, place.settings, place=said, sidecar=sidecar, bag_info=_bag_info(tree, path)
    )


def _bag_info(tree: HotTree, path: str) -> list[tuple[str, str]]:
    """Labels and values of a bag's bag-info.txt. What is wrong with it is said by the intake, which reads it too."""
    try:
        if tree.status(f"{path}/{DECLARATION_NAME}") is None:
            return []
        for name in INFO_NAMES:
            data = tree.small_file(f"{path}/{name}")
            if data is not None:
                return read_tags(data.decode("utf-8-sig"), strict=False)[0]
    except (OSError, ValueError):
        return []
    return []
