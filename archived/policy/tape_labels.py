"""Whether the label on a tape is that of the cartridge that the catalog means: pure.

A barcode can be printed twice. The UUID in the label cannot: once the catalog knows it, it decides. Until then (a
blank, a cartridge from before it was on record) the label must be of this institution and of this kind of room.
"""

from dataclasses import dataclass

from archived.language import _


@dataclass(frozen=True, slots=True)
class Named:
    """A cartridge as its label names it, or as the catalog does."""

    #: UUID of the label; "" when the catalog does not know it.
    uuid: str
    #: "" for none.
    barcode: str
    institution: str
    simulated: bool


def why_another(meant: Named, said: Named) -> str:
    """Why `said` by a label is not the cartridge that is `meant`, in words; empty when it is."""
    if meant.simulated != said.simulated:
        words = _("the label on the tape in {barcode} is from a simulated room, and this archive is none")
        if meant.simulated:
            words = _("the label on the tape in {barcode} is of a real archive, and this room is simulated")
        return words.format(barcode=meant.barcode)
    if said.barcode and meant.barcode and said.barcode != meant.barcode:
        words = _("the tape in {barcode} says that it is {said}")
        return words.format(barcode=meant.barcode, said=said.barcode)
    if meant.uuid and meant.uuid != said.uuid:
        words = _("the tape in {barcode} is another cartridge with the same barcode: {said}, not {meant}")
        return words.format(barcode=meant.barcode, said=said.uuid, meant=meant.uuid)
    if not meant.uuid and meant.institution != said.institution:
        words = _("the tape in {barcode} was labelled by {said!r}, not by {meant!r}")
        return words.format(barcode=meant.barcode, said=said.institution, meant=meant.institution)
    return ""
