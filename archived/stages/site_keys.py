"""Keys of sites: those that count here, and those that stand on discs; and letting one of the latter count.

A key on a disc proves only that whoever made the disc also signed, so none counts because it was found, on however
many discs. A person compares its fingerprint with the one that the archive published, and says so by name; then
receipts that it signed are right, and discs that carry it are this archive's own.
"""

from dataclasses import dataclass

from sqlalchemy import Connection

from archived.catalog import events, surveys
from archived.catalog.events import Attention
from archived.catalog.store import Catalog
from archived.errors import NotFound, WrongState
from archived.formats.errors import KeyDamaged
from archived.formats.key_files import public_keys, trust
from archived.formats.signing import PublicKey, public_key
from archived.language import _, counted
from archived.policy.rebuilding import Difference
from archived.stages.work import Site

ATTENTION = "keys-unknown"
FINGERPRINT_DIGITS = 64


@dataclass(frozen=True, slots=True)
class KnownKey:
    """One key, with what is known of it."""

    fingerprint: str
    #: Whether its signatures, and discs that carry it, are this archive's.
    counts: bool
    #: Whether this site signs with it.
    signs: bool = False
    #: Media that carry it, by the last look at each.
    media: tuple[str, ...] = ()
    #: Whom these media say they belong to.
    institutions: tuple[str, ...] = ()

    @property
    def key_id(self) -> str:
        return self.fingerprint[:16]


def keys_of(read: Connection, site: Site) -> list[KnownKey]:
    """Keys that count, this site's own first, then those that only discs carry, most discs first."""
    counting = {key.fingerprint: key for key in public_keys(site.tools.paths.keys).values()}
    media, institutions = dict[str, list[str]](), dict[str, set[str]]()
    for look in surveys.latest_looks(read):
        key = _key_on(look.finding)
        if key is not None:
            carriers = media.setdefault(key.fingerprint, [])
            if look.medium_id not in carriers:
                carriers.append(look.medium_id)
            named = (look.finding.get("member") or {}).get("institution")
            institutions.setdefault(key.fingerprint, set()).update({str(named)} if named else ())
    own = site.key.public.fingerprint
    found = [
        KnownKey(
            name,
            name in counting,
            name == own,
            tuple(media.get(name, ())),
            tuple(sorted(institutions.get(name, ()))),
        )
        for name in {*counting, *media}
    ]
    return sorted(found, key=lambda key: (not key.signs, not key.counts, -len(key.media), key.fingerprint))


def tell_of_unknown_keys(write: Connection, site: Site) -> None:
    """Put up for a person that discs carry keys which do not count here, or take it down."""
    unknown = [key for key in keys_of(write, site) if not key.counts]
    if not unknown:
        events.clear_attention(write, ATTENTION)
        return
    number = sum(len(key.media) for key in unknown)
    words = counted(
        "{number} medium carries a key that does not count here: {keys}",
        "{number} media carry keys that do not count here: {keys}",
        number,
    )
    listed = ", ".join(f"{key.key_id} ({len(key.media)})" for key in unknown)
    attention = Attention(
        ATTENTION,
        "working-hours",
        words.format(number=number, keys=listed),
        _("they are set aside: never written, and nothing that they say is believed"),
        _("archivectl keys   (was one of them yours: archivectl keys trust FINGERPRINT --reason TEXT)"),
        site.now(),
    )
    events.raise_attention(write, attention)


def unknown_keys(read: Connection, site: Site) -> list[Difference]:
    """One difference for each key that discs carry and that does not count here."""
    found = []
    for key in keys_of(read, site):
        if key.counts:
            continue
        what = counted(
            "{number} medium carries the key {fingerprint}, which does not count here: {media}",
            "{number} media carry the key {fingerprint}, which does not count here: {media}",
            len(key.media),
        ).format(number=len(key.media), fingerprint=key.fingerprint, media=", ".join(key.media))
        advice = _("if it was yours: archivectl keys trust {fingerprint} --reason TEXT").format(
            fingerprint=key.fingerprint
        )
        found.append(Difference("key-unknown", key.key_id, what, advice))
    return found


def trust_found(catalog: Catalog, site: Site, fingerprint: str, *, agent: str, reason: str) -> KnownKey:
    """Let a key that stands on discs count from now on. Harmless when it does already.

    The file is durable before the catalog says so; a crash in between leaves a key that counts and looks that do not
    know it yet: the same command again puts that right.

    Raises:
        NotFound: no disc that was looked at carries it.
        WrongState: it is not given in full, so nobody can have compared it.
    """
    wanted = "".join(fingerprint.split()).replace(":", "").lower()
    if len(wanted) != FINGERPRINT_DIGITS:
        raise WrongState(
            _("{fingerprint} is not a whole fingerprint of {digits} digits; no key was trusted").format(
                fingerprint=fingerprint, digits=FINGERPRINT_DIGITS
            ),
            advice=_(
                "archivectl keys   (compare all of it with the fingerprint that your archive published)"
            ),
        )
    with catalog.read() as read:
        on_discs = (_key_on(look.finding) for look in surveys.latest_looks(read))
        key = next((key for key in on_discs if key is not None and key.fingerprint == wanted), None)
    if key is None:
        raise NotFound(
            _("no disc that was looked at carries the key {fingerprint}; no key was trusted").format(
                fingerprint=wanted
            ),
            advice="archivectl keys",
        )
    if key.fingerprint not in {known.fingerprint for known in public_keys(site.tools.paths.keys).values()}:
        trust(site.tools.paths.keys, key)
    with catalog.write() as write:
        looks = [look for look in surveys.latest_looks(write) if _key_on(look.finding) == key]
        for look in looks:
            surveys.tell_finding(write, look.id, {**look.finding, "key_known": True})
        subject = ("key", key.key_id)
        events.append(
            write,
            site.now(),
            "key trusted",
            subject,
            agent=agent,
            reason=reason,
            fingerprint=wanted,
            media=len(looks),
        )
        tell_of_unknown_keys(write, site)
        return next(known for known in keys_of(write, site) if known.fingerprint == wanted)


def _key_on(finding: object) -> PublicKey | None:
    """The key that a look found; None where there is none, or none that can be used."""
    pem = str(finding.get("site_key_pem") or "") if isinstance(finding, dict) else ""
    try:
        return public_key(pem.encode("ascii", "replace")) if pem else None
    except KeyDamaged:
        return None
