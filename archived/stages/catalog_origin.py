"""Where the catalog comes from. One that began empty on a site that was there already knows nothing yet."""

from sqlalchemy import Connection

from archived.catalog import events, surveys
from archived.errors import Unavailable
from archived.language import _


def is_known(read: Connection) -> bool:
    """False while the catalog is empty only because the former one is gone."""
    return events.settings(read).get(surveys.ORIGIN) != surveys.EMPTY


def must_be_known(read: Connection) -> None:
    """Before anything is given a number. Raises Unavailable while the former catalog is not back."""
    if not is_known(read):
        raise Unavailable(
            _("the catalog of this site is gone and not rebuilt yet; nothing was taken in"),
            advice="archivectl catalog rebuild --from-media",
        )
