"""set.json: which set a disc belongs to, which member it is, and who the others are (ids and labels only)."""

from dataclasses import dataclass
from typing import Any

from archived.formats.disc import Disc, DiscMember, SetIdentity
from archived.formats.errors import DiscUnplannable, DocumentDamaged
from archived.formats.rows import utc_text
from archived.formats.sealed_json import seal, unseal
from archived.language import _

MAGIC = "archived-disc"
VERSION = 1
#: The code, so that a finder of one disc can look it up. Details: FORMAT.txt.
CODE = {"name": "reed-solomon", "field_bits": 8, "polynomial": 0x11D, "generator": 2, "first_root": 0}


@dataclass(frozen=True, slots=True)
class SetDocument:
    """What a set.json says."""

    identity: SetIdentity
    #: 1-based own position.
    position: int
    closed_at: str
    institution: str
    software: str
    simulated: bool


def encode_set_document(disc: Disc) -> bytes:
    """The set.json of `disc`."""
    members = [
        {"position": m.position, "kind": m.kind, "image_id": m.image_id, "label": m.label}
        for m in disc.identity.members
    ]
    fields: dict[str, Any] = {
        "set_id": disc.identity.set_id,
        "position": disc.position,
        "kind": disc.member.kind,
        "image_id": disc.image_id,
        "label": disc.label_line,
        "closed_at": utc_text(disc.closed_at),
        "institution": disc.institution.name,
        "software": disc.software,
        "simulated": disc.simulated,
        "code": {**CODE, "n": disc.identity.n, "m": disc.identity.m},
        "members": members,
    }
    return seal(MAGIC, VERSION, fields)


def decode_set_document(text: bytes) -> SetDocument:
    """What `text` says. Raises DocumentDamaged or UnknownVersion."""
    fields = unseal(text, magic=MAGIC, version=VERSION)
    try:
        code = fields["code"]
        if {name: code[name] for name in CODE} != CODE:
            raise DocumentDamaged(_("{MAGIC}: an unknown code {code}").format(MAGIC=MAGIC, code=code))
        members = tuple(
            DiscMember(int(m["position"]), str(m["image_id"]), str(m["label"]), str(m["kind"]))
            for m in fields["members"]
        )
        identity = SetIdentity(str(fields["set_id"]), int(code["n"]), int(code["m"]), members)
        position = int(fields["position"])
        if not 1 <= position <= identity.total:
            raise DocumentDamaged(
                _("{MAGIC}: position {position} lies outside the set").format(MAGIC=MAGIC, position=position)
            )
        return SetDocument(
            identity=identity,
            position=position,
            closed_at=str(fields["closed_at"]),
            institution=str(fields["institution"]),
            software=str(fields["software"]),
            simulated=bool(fields["simulated"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError, DiscUnplannable) as error:
        raise DocumentDamaged(f"{MAGIC}: {error!r}") from None
