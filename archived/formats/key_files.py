"""The keys of a site on its disk: `<site>/keys/`.

    site-key.private.pem   mode 0600, PKCS #8; never leaves the site, is on no disc, never overwritten
    site-key.pem           its public half; on every disc
    <key id>.pem           public keys of earlier days that still count (after a restore on a new machine)

The private key is named by a link: it is there whole, or not at all. A crash right behind that leaves it without its
public half, which the next start derives from it.
"""

import os
import tempfile
from pathlib import Path

from archived.errors import ConfigurationError
from archived.formats.errors import KeyDamaged
from archived.formats.signing import PublicKey, SigningKey, new_key, public_key, signing_key
from archived.language import _
from backends.durable import sync_folder, write_durably

PRIVATE_NAME = "site-key.private.pem"
PUBLIC_NAME = "site-key.pem"


def make_site_key(folder: Path, given: SigningKey | None = None) -> tuple[SigningKey, bool]:
    """The site's key, made (or taken as `given`) when there is none yet, and whether that was now.

    Raises ConfigurationError when the private key is gone while its public half is still there, or unusable.
    """
    folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    path, public = folder / PRIVATE_NAME, folder / PUBLIC_NAME
    made = not path.exists()
    if made and public.exists():
        known = _read_public(public)
        raise ConfigurationError(
            _("{path} is gone, but {public} is still there; nothing was signed or changed").format(
                path=path, public=public
            ),
            advice=_(
                "put the private key back from your backup; if it is lost for ever, rename the public one to "
                "{name}, and the next start makes a new key"
            ).format(name=f"{known.key_id}.pem"),
        )
    if made:
        _write_private(path, given or new_key())
    key = load_site_key(folder)
    if not public.exists():
        write_durably(public, key.public.pem.decode("ascii"))
    return key, made


def load_site_key(folder: Path) -> SigningKey:
    """The key that signs for this site. Raises ConfigurationError when there is none, or others may read it."""
    path = folder / PRIVATE_NAME
    try:
        mode = path.stat().st_mode & 0o777
        pem = path.read_bytes()
    except FileNotFoundError:
        raise ConfigurationError(
            _("the site has no key to sign with: {path} is not there").format(path=path),
            advice=_("put it back from your backup, or start the daemon again, which makes a first one"),
        ) from None
    if mode & 0o077:
        raise ConfigurationError(
            _("{path} may be read by others than its owner; nothing was signed").format(path=path),
            advice=_("chmod 600 {path}").format(path=path),
        )
    try:
        return signing_key(pem)
    except KeyDamaged as error:
        raise ConfigurationError(
            _("{path}: {why}").format(path=path, why=error.message),
            advice=_("put it back from your backup"),
        ) from None


def public_keys(folder: Path) -> dict[str, PublicKey]:
    """Every public key that counts here, by its id, the site's own first. Raises ConfigurationError."""
    paths = [path for path in sorted(folder.glob("*.pem")) if path.name != PRIVATE_NAME]
    paths.sort(key=lambda path: path.name != PUBLIC_NAME)
    keys = (_read_public(path) for path in paths)
    return {key.key_id: key for key in keys}


def trust(folder: Path, key: PublicKey) -> Path:
    """Let signatures of an earlier key count from now on; harmless when they do already."""
    folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    path = folder / f"{key.key_id}.pem"
    write_durably(path, key.pem.decode("ascii"))
    return path


def _write_private(path: Path, key: SigningKey) -> None:
    descriptor, part = tempfile.mkstemp(prefix=".key-", dir=path.parent)  # mode 0600 from the first moment
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(key.pem)
            file.flush()
            os.fsync(file.fileno())
        # A link fails where a rename would overwrite.
        os.link(part, path)
    finally:
        os.unlink(part)
    sync_folder(path.parent)


def _read_public(path: Path) -> PublicKey:
    try:
        return public_key(path.read_bytes())
    except KeyDamaged as error:
        raise ConfigurationError(
            _("{path}: {why}").format(path=path, why=error.message),
            advice=_("put it back from your backup or from any disc of this archive"),
        ) from None
