"""Whether a receipt still says what the catalog knows. Pure: a receipt, who signed it, and what there is now."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from archived.language import _
from archived.model import Package
from archived.states import PackageState

RIGHT, WRONG, OPEN = "right", "wrong", "open"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at: RIGHT, WRONG, or OPEN where nobody can tell."""

    what: str
    outcome: str
    words: str


@dataclass(frozen=True, slots=True)
class MadeAgain:
    """A catalog that was made again, from media or from an export, or that is still gone."""

    #: When; None while it is gone.
    at: datetime | None
    #: Where what it does not know is kept: the package's own folder where it was found there, else the place to look.
    kept_in: str
    is_found: bool = False


def check_claims(
    receipt: Mapping[str, Any],
    package: Package | None,
    newest: Package | None,
    *,
    made_again: MadeAgain | None = None,
    unsafe: str = "",
) -> list[Check]:
    """What the receipt claims, against its package now.

    Args:
        newest: the newest version of the same volume.
        made_again: how the catalog came to be; None for one that was never lost.
        unsafe: why nobody may rely on the media alone for the package now, in words.
    """
    if package is None:
        return [_unknown(receipt, made_again)]
    checks = [_same(receipt, package), _state(receipt, package)]
    if newest is not None and newest.version > package.version:
        words = _("version {newest} ({package}) has taken its place; this one is kept all the same").format(
            newest=newest.version, package=newest.id
        )
        checks.append(Check("superseded", RIGHT, words))
    if unsafe and package.state is PackageState.ARCHIVED:
        words = _("the receipt holds, but keep your original for now: {why}").format(why=unsafe)
        checks.append(Check("media", RIGHT, words))
    if "notice" in receipt:
        checks.append(Check("simulated", RIGHT, str(receipt["notice"])))
    return checks


def verdict(checks: list[Check]) -> str:
    """WRONG where one check is; RIGHT where all are."""
    outcomes = {check.outcome for check in checks}
    return WRONG if WRONG in outcomes else OPEN if OPEN in outcomes else RIGHT


def _unknown(receipt: Mapping[str, Any], made_again: MadeAgain | None) -> Check:
    """A package that the catalog does not know: only one that was never lost can say that there is none."""
    name = receipt.get("package")
    given_at = _given_at(receipt)
    too_new = made_again and made_again.at and given_at and given_at > made_again.at
    if made_again is None or too_new:
        return Check("package", WRONG, _("the catalog knows no package {name}").format(name=name))
    if made_again.is_found:
        words = _(
            "the catalog was lost after this receipt was given, and does not know {name} any more; it lies in "
            "{folder}: hand it in again from there"
        )
    elif made_again.at is None:
        words = _("the catalog is gone and not rebuilt yet: whether there is a package {name} is not known")
    else:
        words = _(
            "the catalog was lost after this receipt was given, and does not know {name} any more; it may lie in "
            "{folder}, or on media that were not read"
        )
    return Check("package", OPEN, words.format(name=name, folder=made_again.kept_in))


def _given_at(receipt: Mapping[str, Any]) -> datetime | None:
    said = receipt.get("archived_at") or receipt.get("accepted_at")
    try:
        at = datetime.fromisoformat(str(said))
    except ValueError:
        return None
    return at if at.tzinfo is not None else None


def _same(receipt: Mapping[str, Any], package: Package) -> Check:
    """Reference, version, counts and content."""
    digest = receipt.get("root_digest")
    said = {
        "reference": receipt.get("reference"),
        "version": receipt.get("version"),
        "files": receipt.get("files"),
        "bytes": receipt.get("bytes"),
        "root_digest": digest.get("value") if isinstance(digest, Mapping) else None,
    }
    known = {
        "reference": {"fonds": package.fonds, "series": package.series, "volume": package.volume},
        "version": package.version,
        "files": package.file_count,
        "bytes": package.size_bytes,
        "root_digest": package.root_digest,
    }
    differing = [name for name in known if said[name] != known[name]]
    if differing:
        words = _("{package} differs from the receipt in: {names}").format(
            package=package.id, names=", ".join(differing)
        )
        return Check("content", WRONG, words)
    words = _("{package} has the content that the receipt says: root digest {digest}").format(
        package=package.id, digest=package.root_digest
    )
    return Check("content", RIGHT, words)


def _state(receipt: Mapping[str, Any], package: Package) -> Check:
    name = package.id
    if package.state is PackageState.ARCHIVED:
        return Check("state", RIGHT, _("{package} is archived").format(package=name))
    if package.state is PackageState.ACCEPTED:
        if receipt.get("receipt") == "archived":
            return Check("state", WRONG, _("{package} is accepted, not archived").format(package=name))
        words = _("{package} is accepted, and not archived yet: keep your original").format(package=name)
        return Check("state", RIGHT, words)
    if package.state is PackageState.FOUND:
        words = _(
            "{package} was found on media when the catalog was rebuilt; whether all of its set was ever read back "
            "is not known"
        ).format(package=name)
        return Check("state", OPEN, words)
    if package.state in (PackageState.FORGOTTEN, PackageState.DESTROYED):
        # The receipt was right, and two persons ended what it promises.
        words = _(
            "{package} is {state}: its retention was over, and two persons wanted it; "
            "archivectl events --subject {package}"
        ).format(package=name, state=package.state.value)
        return Check("state", OPEN, words)
    words = _("{package} is {state}: the receipt holds no more").format(
        package=name, state=package.state.value
    )
    return Check("state", WRONG, words)
