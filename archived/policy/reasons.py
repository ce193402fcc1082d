"""What stands against a submission, and the one error that says all of it. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, unique

from archived.carried_names import printable
from archived.enumeration import shown
from archived.errors import (
    ArchivedError,
    ContentDiffers,
    NotCarried,
    StagingFull,
    TooLarge,
    Unacceptable,
    Unavailable,
)
from archived.language import _, marked


@unique
class ReasonKind(Enum):
    RULE = "unacceptable"
    NAMES = "names-not-carried"
    SIZE = "too-large"
    SPACE = "staging-full"
    CONTENT = "content-differs"
    MEDIA = "unavailable"


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that stands against a submission."""

    kind: ReasonKind
    message: str
    #: The names, files or numbers that it is about, in full.
    items: Mapping[str, object] | None = None

    def as_document(self) -> dict[str, object]:
        return {"code": self.kind.value, "message": self.message, **(self.items or {})}


def broken_bag(problems: Sequence[str]) -> Reason:
    """The reason against a bag that is not what it declares."""
    problems = [printable(problem) for problem in problems]
    return Reason(
        ReasonKind.RULE,
        _("the bag is not valid, {problems_count} problems: {problems}").format(
            problems_count=len(problems), problems=shown(problems)
        ),
        {"bag": list(problems)},
    )


def refusal(reasons: Sequence[Reason], reference: str) -> ArchivedError:
    """The error that says all of these reasons; its class is theirs when they are of one kind.

    What is only a matter of waiting stays so when there are two such reasons.
    """
    kinds = {reason.kind for reason in reasons}
    if kinds == {ReasonKind.SPACE, ReasonKind.MEDIA}:
        kinds = {ReasonKind.MEDIA}
    error, advice = _ERRORS[kinds.pop()] if len(kinds) == 1 else _ERRORS[ReasonKind.RULE]
    text = "; ".join(reason.message for reason in reasons)
    detail: dict[str, object] = {}
    for reason in reasons:
        detail |= reason.items or {}
    return error(
        _("{reference} was not taken, nothing was kept: {text}").format(reference=reference, text=text),
        advice=_(advice),
        **detail,
        reasons=[reason.as_document() for reason in reasons],
    )


_ERRORS: Mapping[ReasonKind, tuple[type[ArchivedError], str]] = {
    ReasonKind.RULE: (Unacceptable, marked("put right what is listed and submit it again")),
    ReasonKind.NAMES: (
        NotCarried,
        marked("take away what is listed, or put files in its place, and submit it again"),
    ),
    ReasonKind.SIZE: (TooLarge, marked("choose one of: larger media, or several smaller volumes")),
    ReasonKind.SPACE: (
        StagingFull,
        marked("submit it again when packages have left staging; see: archivectl status"),
    ),
    ReasonKind.CONTENT: (
        ContentDiffers,
        marked("submit it with --new-version --reason TEXT if it is a correction"),
    ),
    ReasonKind.MEDIA: (
        Unavailable,
        marked(
            "archivectl media register BARCODE... --batch NAME --capacity SIZE   (or say capacity_bytes of the pool in "
            "archived.toml, and start the daemon again); then submit it again"
        ),
    ),
}
