"""Whether a receipt still says what the catalog knows. Pure: a receipt, who signed it, and what there is now."""

from collections.abc import Mapping
from dataclasses import dataclass
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


def check_claims(receipt: Mapping[str, Any], package: Package | None, newest: Package | None) -> list[Check]:
    """What the receipt claims, against its package now; `newest` is the newest version of the same volume."""
    if package is None:
        name = receipt.get("package")
        return [Check("package", WRONG, _("the catalog knows no package {name}").format(name=name))]
    checks = [_same(receipt, package), _state(receipt, package)]
    if newest is not None and newest.version > package.version:
        words = _("version {newest} ({package}) has taken its place; this one is kept all the same").format(
            newest=newest.version, package=newest.id
        )
        checks.append(Check("superseded", RIGHT, words))
    if "notice" in receipt:
        checks.append(Check("simulated", RIGHT, str(receipt["notice"])))
    return checks


def verdict(checks: list[Check]) -> str:
    """WRONG where one check is; RIGHT where all are."""
    outcomes = {check.outcome for check in checks}
    return WRONG if WRONG in outcomes else OPEN if OPEN in outcomes else RIGHT


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
    words = _("{package} is {state}: the receipt holds no more").format(
        package=name, state=package.state.value
    )
    return Check("state", WRONG, words)
