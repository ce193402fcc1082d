"""What a rescue found, as one document for people and programs: discs, sets with their members, files."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from archived.formats.descriptor import SetDescriptor
from archived.formats.salvage_check import Checked, FileState
from archived.formats.salvage_disc import PARITY_PATH, SalvagedDisc
from archived.formats.salvage_extract import WELL, Extracted
from archived.formats.salvage_rebuild import Rebuilt
from archived.formats.salvage_set import Advance, SalvagedSet
from archived.names import escaped

Document = dict[str, Any]


def sets_of(discs: Sequence[SalvagedDisc], advance: Advance) -> list[SalvagedSet]:
    """Every set that a descriptor on these discs describes, with each disc judged by its chunk tables.

    Of two sets over the same images the newest descriptor wins: the other one was given up, and its parity with it.
    """
    newest: dict[str, SetDescriptor] = {}
    for disc in discs:
        found = disc.descriptor
        if found and (found.set_id not in newest or newest[found.set_id].revision < found.revision):
            newest[found.set_id] = found
    salvaged = [SalvagedSet(item) for _, item in sorted(newest.items()) if not _superseded(item, newest)]
    for item in salvaged:
        item.take(discs, advance)
    return salvaged


def _superseded(item: SetDescriptor, newest: Mapping[str, SetDescriptor]) -> bool:
    """Whether a newer descriptor protects images of this set anew."""
    mine = {record.member.image_id for record in item.members if record.member.kind == "data"}
    return any(
        other.written_at > item.written_at
        and any(record.member.kind == "data" and record.member.image_id in mine for record in other.members)
        for other in newest.values()
    )


def by_image(discs: Sequence[SalvagedDisc]) -> list[list[SalvagedDisc]]:
    """Copies of the same disc together; one that does not say what it is stands alone."""
    groups: dict[str, list[SalvagedDisc]] = {}
    for number, disc in enumerate(discs):
        groups.setdefault(disc.image_id or f"?{number}", []).append(disc)
    return list(groups.values())


def disc_document(disc: SalvagedDisc) -> Document:
    """One disc as it was found."""
    document = disc.document
    return {
        "path": str(disc.path),
        "kind": "folder" if disc.is_folder else "image",
        "set": disc.set_id,
        "position": document.position if document else None,
        "image": disc.image_id,
        "holds": "parity" if PARITY_PATH in disc.files else "data",
        "label": document.identity.members[document.position - 1].label if document else "",
        "institution": document.institution if document else "",
        "closed_at": document.closed_at if document else None,
        "simulated": bool(document and document.simulated),
        "key": disc.key.fingerprint if disc.key else "",
        "files": len(disc.files),
        "bytes": sum(file.size_bytes for file in disc.files.values()),
        "packages": [
            {
                "package": row.package_id,
                "reference": "/".join(value for _, value in row.reference),
                "version": row.version,
                "title": row.title,
                "path": row.disc_path,
                "files": row.files,
                "bytes": row.size_bytes,
                "image": row.image_id,
            }
            for row in disc.packages()
        ],
        "problems": list(disc.problems),
    }


def set_document(salvaged: SalvagedSet) -> Document:
    """A set and what is left of each member."""
    descriptor = salvaged.descriptor
    members = []
    for record in descriptor.members:
        position, copies = record.member.position, salvaged.found[record.member.position]
        bad = salvaged.bad_chunks(position)
        state = "whole" if salvaged.whole(position) else "missing" if not copies else "damaged"
        members.append(
            {
                "position": position,
                "kind": record.member.kind,
                "image": record.member.image_id,
                "label": record.member.label,
                "state": state,
                "chunks": len(record.chunks),
                "bad_chunks": bad,
                "copies": [
                    {"path": str(copy.disc.path), "good_chunks": sum(copy.good), "whole": copy.whole}
                    for copy in copies
                ],
            }
        )
    return {
        "set": descriptor.set_id,
        "n": descriptor.n,
        "m": descriptor.m,
        "absent": list(descriptor.absent),
        "simulated": descriptor.simulated,
        "members": members,
    }


def checked_document(disc: SalvagedDisc, checked: Iterable[Checked]) -> Document:
    """The files of a disc by what became of them; those that are good are only counted."""
    found = list(checked)
    return {
        "path": str(disc.path),
        "good": sum(item.state is FileState.GOOD for item in found),
        "bad": [
            {"path": escaped(item.path), "state": item.state.value}
            for item in found
            if item.state in (FileState.DAMAGED, FileState.MISSING)
        ],
        "unjudged": [escaped(item.path) for item in found if item.state is FileState.UNJUDGED],
        "problems": list(disc.problems),
    }


def extracted_document(copies: Sequence[SalvagedDisc], extracted: Iterable[Extracted]) -> Document:
    """What was saved from the copies of one disc, and everything that was not."""
    found = list(extracted)
    return {
        "image": copies[0].image_id,
        "paths": [str(disc.path) for disc in copies],
        "saved": sum(item.state in WELL for item in found),
        "bytes": sum(item.size_bytes for item in found if item.state in WELL),
        "not_saved": [
            {"path": item.path, "state": item.state, "why": item.why}
            for item in found
            if item.state not in WELL
        ],
        "problems": [problem for disc in copies for problem in disc.problems],
    }


def rebuilt_document(rebuilt: Rebuilt) -> Document:
    """What became of one member that was to be rebuilt."""
    return {
        "position": rebuilt.position,
        "image": rebuilt.image_id,
        "whole": rebuilt.is_whole,
        "lost_chunks": list(rebuilt.lost),
        "path": str(rebuilt.path) if rebuilt.path else None,
    }
