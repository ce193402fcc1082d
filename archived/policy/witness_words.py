"""What witnesses said, and what to do when they disagree, in words for people."""

from collections.abc import Sequence

from archived.cases import Witness, WitnessKind
from archived.language import _, marked

NOW, WORKING_HOURS = "now", "working-hours"
#: How each kind of witness is called.
KIND_WORDS: dict[WitnessKind, str] = {
    WitnessKind.TAG: marked("tag"),
    WitnessKind.BARCODE: marked("barcode"),
    WitnessKind.VOLUME_ID: marked("volume id"),
    WitnessKind.PRINTED_LABEL: marked("printed label"),
    WitnessKind.DRIVE: marked("drive"),
    WitnessKind.SLOT: marked("slot"),
    WitnessKind.CATALOG: marked("catalog"),
}


def gravity(witnesses: Sequence[Witness]) -> str:
    """How soon a person should look: now where what stands on a medium is another than its label says."""
    read = any(witness.kind is WitnessKind.VOLUME_ID and not witness.is_absent for witness in witnesses)
    return NOW if read else WORKING_HOURS


def said(witnesses: Sequence[Witness]) -> list[str]:
    """One sentence for each."""
    return [sentence(witness) for witness in witnesses]


def sentence(witness: Witness) -> str:
    """What one witness said."""
    kind = _(KIND_WORDS[witness.kind])
    if witness.is_absent:
        return _("{kind}: nothing to be read ({by})").format(kind=kind, by=witness.by)
    if not witness.says:
        return _("{kind} {read}: known of no medium ({by})").format(
            kind=kind, read=witness.read, by=witness.by
        )
    meant = ", ".join(witness.says)
    if witness.says == (witness.read,):
        return _("{kind}: {media} ({by})").format(kind=kind, media=meant, by=witness.by)
    return _("{kind} {read}: {media} ({by})").format(kind=kind, read=witness.read, media=meant, by=witness.by)


def advice(witnesses: Sequence[Witness], case_id: str) -> str:
    """What to do about a disagreement."""
    kinds = {witness.kind for witness in witnesses if not witness.is_absent}
    close = f"archivectl cases close {case_id} --reason TEXT --medium-is MEDIUM"
    if WitnessKind.VOLUME_ID in kinds:
        return _(
            "take it in hand and compare its label with what a drive reads on it: archivectl media identify; put "
            "right what is wrong, then: {close}"
        ).format(close=close)
    if WitnessKind.TAG in kinds:
        return _(
            "take it in hand, read its tag and its label: archivectl media identify; put right what is wrong, then: "
            "{close}"
        ).format(close=close)
    return _(
        "have each of them read: archivectl media identify --fetch MEDIUM; when all are what they should be the case "
        "ends by itself, else: {close}"
    ).format(close=close)
