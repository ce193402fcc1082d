"""What a person says that a medium is known by: its printed label, its radio tag. Each is of one medium only.

A tag that makes its uid up, and a uid that is another medium's already, are no identity and are refused: whoever
copies a tag would otherwise make two media one.
"""

from sqlalchemy import Connection

from archived.catalog import cages, events, media
from archived.errors import Refused, WrongState
from archived.language import _
from archived.model import Medium
from archived.policy.tags import Flaw, flaw_of
from archived.stages.work import Site

PRINTED_MAX = 64


def put_labels(
    write: Connection,
    site: Site,
    medium_id: str,
    *,
    printed: str | None = None,
    rfid: str | None = None,
    agent: str,
) -> Medium:
    """Put on record what a medium is known by; what is None stays as it is, "" takes it off the record.

    Raises:
        NotFound: there is no such medium.
        Refused: nothing to put on record, a uid that is none, or one that a tag makes up.
        WrongState: another medium has it already.
    """
    medium = media.get(write, medium_id)
    if printed is None and rfid is None:
        raise Refused(
            _("say what medium {id} is known by: --printed, --rfid or --reader").format(id=medium_id)
        )
    changes: dict[str, str | None] = {}
    if printed is not None:
        changes["printed_label"] = _free_label(write, medium_id, printed.strip())
    if rfid is not None:
        changes["rfid_uid"] = _free_tag(write, medium_id, uid_of_text(rfid) if rfid else "")
    media.update_columns(write, medium_id, **changes)
    before = {name: getattr(medium, name) for name in changes}
    subject = ("medium", medium_id)
    events.clear_attention(write, f"tag:{medium_id}")
    events.append(write, site.now(), "medium labelled", subject, agent=agent, before=before, now=changes)
    return media.get(write, medium_id)


def uid_of_text(text: str) -> str:
    """The uid of a tag as people type it (`04:A2 3F…`), in lower-case hexadecimal digits. Raises Refused."""
    uid = "".join(character for character in text.lower() if character not in " :-")
    try:
        whole = bool(uid) and len(bytes.fromhex(uid)) <= 32
    except ValueError:
        whole = False
    if not whole:
        raise Refused(
            _("{text!r} is no uid of a tag: hexadecimal digits, two for each byte").format(text=text)
        )
    return uid


def _free_tag(read: Connection, medium_id: str, uid: str) -> str | None:
    if not uid:
        return None
    owner = media.by_tag(read, uid)
    flaw = flaw_of(uid, medium_id=medium_id, owner_id=None if owner is None else owner.id)
    if flaw is not None:
        kind = WrongState if flaw.flaw is Flaw.COPIED else Refused
        raise kind(flaw.words, advice=flaw.advice)
    cage = cages.by_tag(read, uid)
    if cage is not None:
        raise WrongState(
            _("tag {uid} is that of {other} already; nothing was put on record").format(
                uid=uid, other=cage.id
            ),
            advice=f"archivectl magazines {cage.id}",
        )
    return uid


def _free_label(read: Connection, medium_id: str, printed: str) -> str | None:
    if not printed:
        return None
    if len(printed) > PRINTED_MAX or not printed.isprintable():
        raise Refused(
            _("a printed label has at most {most} characters that can be seen").format(most=PRINTED_MAX)
        )
    for other in media.listing(read):
        if other.id != medium_id and printed in (other.printed_label, other.barcode, other.id):
            raise WrongState(
                _("{printed} is what medium {other} is known by; nothing was put on record").format(
                    printed=printed, other=other.id
                ),
                advice=f"archivectl media {other.id}",
            )
    return printed
