"""What the content of a submission means beside the versions that are already there. Pure."""

from collections.abc import Mapping, Sequence
from enum import Enum, unique

from archived.language import _
from archived.model import Package
from archived.policy.reasons import Reason, ReasonKind


@unique
class Content(Enum):
    """What the root digest of a submission means under its reference."""

    NEW = "new"
    SAME = "same"
    DIFFERENT = "different"


def judge_content(
    versions: Sequence[Package], root_digest: str, *, new_version: bool
) -> tuple[Content, Package | None]:
    """Whether a payload is new, is one that we have (and which), or differs from the newest one.

    A new version is compared with the newest only: going back to older content is a change too.
    """
    if not versions:
        return Content.NEW, None
    newest = max(versions, key=lambda package: package.version)
    candidates = [newest] if new_version else sorted(versions, key=lambda package: package.version)
    for package in candidates:
        if package.root_digest == root_digest:
            return Content.SAME, package
    return (Content.NEW, None) if new_version else (Content.DIFFERENT, newest)


def content_differs(newest: Package, old: Mapping[str, str], new: Mapping[str, str]) -> Reason:
    """The reason against other content under a reference that exists.

    `old` and `new` are sha256 by path, of the newest version and of the submission.
    """
    added = sorted(new.keys() - old.keys())
    removed = sorted(old.keys() - new.keys())
    changed = sorted(path for path in old.keys() & new.keys() if old[path] != new[path])
    words = _("{added_count} files added, {removed_count} removed, {changed_count} changed").format(
        added_count=len(added), removed_count=len(removed), changed_count=len(changed)
    )
    if not (added or removed or changed):
        words = _("the same files, other empty folders")
    return Reason(
        ReasonKind.CONTENT,
        _("{reference} is already there as {id} version {version}, with other content: {words}").format(
            reference=newest.reference, id=newest.id, version=newest.version, words=words
        ),
        {"package": newest.id, "added": added, "removed": removed, "changed": changed},
    )
