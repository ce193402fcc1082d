"""Media that a look found and the catalog did not know, told to whoever has to say what they are.

A few are named one by one. Many at once, as in a library that is new, are one thing to do.
"""

from collections.abc import Sequence

from sqlalchemy import Connection

from archived.catalog import events, media
from archived.catalog.events import Attention
from archived.language import _
from archived.model import Medium
from archived.policy.cartridge_labels import CLEANING
from archived.stages.work import Site
from archived.states import MediumState

#: More than so many in one look are told together.
NAMED_MAX = 8
_SHOWN = 3


def name_strangers(write: Connection, site: Site, library: str, found: Sequence[tuple[int, str]]) -> None:
    """Tell of the media of one look, as (element, barcode)."""
    if len(found) > NAMED_MAX:
        _together(write, site, library)
        return
    for element, barcode in found:
        events.raise_attention(
            write,
            Attention(
                f"stranger:{barcode}",
                "working-hours",
                _("medium {barcode} in element {element} of library {library} is not in the catalog").format(
                    barcode=barcode, element=element, library=library
                ),
                _("it is set aside: never written, never read"),
                _(
                    "take it out, or, if it is a new blank: archivectl media register {barcode} --batch NAME"
                ).format(barcode=barcode),
                site.now(),
            ),
        )
    recount_strangers(write, site, library)


def recount_strangers(write: Connection, site: Site, library: str) -> None:
    """Some of many may be registered by now, or taken out."""
    if any(item.id == f"strangers:{library}" for item in events.attentions(write)):
        _together(write, site, library)


def _together(write: Connection, site: Site, library: str) -> None:
    barcodes = [str(medium.barcode) for medium in _unsaid(write, library)]
    if not barcodes:
        events.clear_attention(write, f"strangers:{library}")
        return
    events.raise_attention(
        write,
        Attention(
            f"strangers:{library}",
            "working-hours",
            _("{count} media of library {library} are not in the catalog, such as {barcodes}").format(
                count=len(barcodes), library=library, barcodes=", ".join(barcodes[:_SHOWN])
            ),
            _("they are set aside: never written, never read"),
            _(
                "take out what is not yours; new blanks: archivectl media register {barcode} ... --batch NAME"
            ).format(barcode=barcodes[0]),
            site.now(),
        ),
    )


def _unsaid(read: Connection, library: str) -> list[Medium]:
    """Media in the library of which nobody said anything yet."""
    return [
        medium
        for medium in media.listing(read, MediumState.QUARANTINED)
        if medium.library == library
        and medium.element is not None
        and medium.kind != CLEANING
        and not medium.batch
        and not media.copies_on(read, medium.id)
    ]
