"""Whether a submission can be taken, before its content is read: every reason against it at once. Pure."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from archived.carried_names import printable, problem_with_reference
from archived.enumeration import shown
from archived.language import _, counted
from archived.model import Package
from archived.policy.reasons import Reason, ReasonKind, broken_bag
from archived.policy.submission import SubmissionRequest
from archived.policy.twins import NamesBeside, twin_reasons
from archived.settings import ClassSettings


@dataclass(frozen=True, slots=True)
class Offered:
    """What was found where the producer pointed."""

    #: Why it cannot be read at all, or empty.
    unusable: str
    files: int
    size_bytes: int
    #: (path, why) of everything that is neither file nor folder, and of links where the class takes none.
    names: tuple[tuple[str, str], ...]
    #: (path, why) of everything that cannot be read, or that the submitter may not read himself.
    unreadable: tuple[tuple[str, str], ...]
    #: What is wrong with a bag, in words.
    bag: tuple[str, ...]
    #: Upper bound of what it takes on a disc.
    cost_bytes: int
    #: What it takes in staging.
    staging_bytes: int


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the site knows that bears on the decision."""

    classes: Mapping[str, ClassSettings]
    default_class: str
    #: Acknowledged versions of the same reference, oldest first.
    versions: tuple[Package, ...]
    free_bytes: int
    keep_free_bytes: int
    #: Bytes for packages in the largest image of each pool, where that is known.
    largest_image_bytes: Mapping[str, int]
    #: References (as strings) for which a person recorded an exception.
    exceptions: frozenset[str]
    names_beside: NamesBeside = field(default_factory=NamesBeside)
    #: Pools that have no media yet, so that nobody knows what fits on them.
    unmeasured: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Verdict:
    """Taken when there is no reason against it."""

    reasons: tuple[Reason, ...]
    #: The class that applies; its pools are empty when the class does not exist.
    storage_class: str
    pools: tuple[str, ...]
    #: The version that it would become.
    version: int


def judge(request: SubmissionRequest, offered: Offered, known: Circumstances) -> Verdict:
    """Everything that can be said before the content is read."""
    name = request.storage_class or known.default_class
    settings = known.classes.get(name)
    reasons = [
        *request_reasons(request, known.classes, known.default_class),
        *_version(request, known),
        *twin_reasons(request.reference, known.names_beside),
        *_source(offered),
    ]
    pools = settings.pools if settings else ()
    reasons += _size(request, offered, known, pools)
    reasons += _space(offered, known)
    version = max((package.version for package in known.versions), default=0) + 1
    return Verdict(tuple(reasons), name, pools, version)


def request_reasons(
    request: SubmissionRequest, classes: Mapping[str, ClassSettings], default_class: str
) -> list[Reason]:
    """What stands against the words of a submission, whatever lies where it points."""
    name = request.storage_class or default_class
    return [
        *(Reason(ReasonKind.RULE, problem) for problem in reference_problems(request)),
        *_class(request, name, classes),
        *_words(request),
    ]


def reference_problems(request: SubmissionRequest) -> list[str]:
    """Why the fields of the reference cannot name folders on a disc; empty when they can."""
    fields = (("fonds", request.fonds), ("series", request.series), ("volume", request.volume))
    found = (problem_with_reference(field, value) for field, value in fields)
    return [problem for problem in found if problem]


def _class(request: SubmissionRequest, name: str, classes: Mapping[str, ClassSettings]) -> list[Reason]:
    settings = classes.get(name)
    if settings is None:
        return [
            Reason(
                ReasonKind.RULE,
                _("there is no storage class {name!r}, only {sorted}").format(
                    name=printable(name), sorted=", ".join(sorted(classes))
                ),
            )
        ]
    reasons = []
    if settings.retention_mandatory and not (request.retention or "").strip():
        reasons.append(
            Reason(ReasonKind.RULE, _("class {name} asks for a retention (--retention)").format(name=name))
        )
    if settings.confidentiality_mandatory and not (request.confidentiality or "").strip():
        reasons.append(
            Reason(
                ReasonKind.RULE,
                _("class {name} asks for a confidentiality (--confidentiality)").format(name=name),
            )
        )
    return reasons


def _words(request: SubmissionRequest) -> list[Reason]:
    fields = {
        "title": request.title,
        "retention": request.retention or "",
        "confidentiality": request.confidentiality or "",
        "reason": request.reason,
    }
    return [
        Reason(
            ReasonKind.RULE,
            _("{field} holds a line break, a control character or broken text").format(field=field),
        )
        for field, text in fields.items()
        if any(unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp") for letter in text)
    ]


def _version(request: SubmissionRequest, known: Circumstances) -> list[Reason]:
    if not request.new_version:
        return []
    reasons = []
    if not request.reason.strip():
        reasons.append(Reason(ReasonKind.RULE, _("a new version needs a reason (--reason TEXT)")))
    if not known.versions:
        reasons.append(
            Reason(
                ReasonKind.RULE, _("there is no version of it yet; submit the first without --new-version")
            )
        )
    return reasons


def _source(offered: Offered) -> list[Reason]:
    if offered.unusable:
        return [Reason(ReasonKind.RULE, offered.unusable)]
    reasons = []
    if offered.names:
        names = [f"{path}: {why}" for path, why in offered.names]
        reasons.append(
            Reason(
                ReasonKind.NAMES,
                counted(
                    "{count} thing cannot be taken: {names}",
                    "{count} things cannot be taken: {names}",
                    len(names),
                ).format(count=len(names), names=shown(names)),
                {"names": [{"path": path, "why": why} for path, why in offered.names]},
            )
        )
    if offered.unreadable:
        closed = [f"{path}: {why}" for path, why in offered.unreadable]
        reasons.append(
            Reason(
                ReasonKind.RULE,
                _("{closed_count} files or folders cannot be read: {closed}").format(
                    closed_count=len(closed), closed=shown(closed)
                ),
                {"unreadable": [{"path": path, "why": why} for path, why in offered.unreadable]},
            )
        )
    if offered.bag:
        reasons.append(broken_bag(offered.bag))
    if offered.files == 0:
        reasons.append(Reason(ReasonKind.RULE, _("it holds no file at all")))
    return reasons


def _size(
    request: SubmissionRequest, offered: Offered, known: Circumstances, pools: Sequence[str]
) -> list[Reason]:
    reasons = []
    for pool in pools:
        if pool in known.unmeasured:
            words = _("pool {pool} has no media yet, and nothing says how large they will be")
            reasons.append(Reason(ReasonKind.MEDIA, words.format(pool=pool), {"pool": pool}))
            continue
        largest = known.largest_image_bytes.get(pool)
        if largest is None or offered.cost_bytes <= largest:
            continue
        words = _(
            "it takes up to {cost_bytes} bytes on a disc, and the largest image of pool {pool} holds {largest}; a "
            "volume is never cut"
        )
        if str(request.reference) in known.exceptions:
            words = _(
                "it takes up to {cost_bytes} bytes on a disc, and the largest image of pool {pool} holds {largest}; a "
                "volume is never cut, and an exception on record makes no disc larger"
            )
        reasons.append(
            Reason(
                ReasonKind.SIZE,
                words.format(cost_bytes=offered.cost_bytes, pool=pool, largest=largest),
                {
                    "pool": pool,
                    "cost_bytes": offered.cost_bytes,
                    "largest_image_bytes": largest,
                    "choices": [
                        _("larger media in pool {pool}").format(pool=pool),
                        _("a storage class whose pools have larger media"),
                        _("several smaller volumes, each with its own reference"),
                    ],
                },
            )
        )
    return reasons


def _space(offered: Offered, known: Circumstances) -> list[Reason]:
    usable = known.free_bytes - known.keep_free_bytes
    if offered.staging_bytes <= usable:
        return []
    return [
        Reason(
            ReasonKind.SPACE,
            _(
                "staging needs {staging_bytes} bytes for it and has {max} to give "
                "({keep_free_bytes} are kept free)"
            ).format(
                staging_bytes=offered.staging_bytes, max=max(usable, 0), keep_free_bytes=known.keep_free_bytes
            ),
            {"needed_bytes": offered.staging_bytes, "usable_bytes": max(usable, 0)},
        )
    ]
