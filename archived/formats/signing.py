"""Signatures: Ed25519 (RFC 8032) over canonical JSON or raw bytes, checked by hand with openssl and jq.

The canonical bytes of a document are its JSON without the members `signature` and `repeated` of its top level:

- members of every object in the order of their Unicode code points, no space between anything, no line end;
- pure ASCII: every other character, DEL too, as \\uXXXX with lower-case digits, those beyond U+FFFF as two of
  them; \\" \\\\ \\b \\t \\n \\f \\r for these seven; a slash stays as it is;
- numbers are integers of at most 2^53 - 1 in size; no fractions, no text with lone surrogates.

That is what `jq -acjS 'del(.signature, .repeated)'` prints, and Python's `json.dumps(…, sort_keys=True,
separators=(",", ":"))`. What is signed is exactly these bytes. By hand: docs/receipts.md.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from archived.formats.errors import KeyDamaged, KeyUnknown, SignatureWrong, Unsignable, Unsigned
from archived.language import _

ALGORITHM = "Ed25519"
#: Members of a document that its signature does not cover.
UNSIGNED_MEMBERS = ("signature", "repeated")
#: How the signed bytes are made, printed in every signature.
CANONICAL = "ASCII JSON, sorted, no spaces, without the members signature and repeated"
#: Digits of a key's id: the beginning of its fingerprint.
KEY_ID_DIGITS = 16
_INTEGER_MAX = (1 << 53) - 1


@dataclass(frozen=True, slots=True)
class PublicKey:
    """An Ed25519 public key. Equal keys have equal `raw` bytes (32 of them)."""

    raw: bytes

    @property
    def pem(self) -> bytes:
        """SubjectPublicKeyInfo as PEM (RFC 8410), as openssl reads it."""
        return _public(self).public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    @property
    def fingerprint(self) -> str:
        """sha256 of the key's DER form: `openssl pkey -pubin -in site-key.pem -outform DER | sha256sum`."""
        der = _public(self).public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return hashlib.sha256(der).hexdigest()

    @property
    def key_id(self) -> str:
        """The first sixteen digits of the fingerprint."""
        return self.fingerprint[:KEY_ID_DIGITS]


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key; it never shows itself in a message."""

    private: Ed25519PrivateKey = field(repr=False)

    @property
    def public(self) -> PublicKey:
        return PublicKey(self.private.public_key().public_bytes_raw())

    @property
    def pem(self) -> bytes:
        """PKCS #8 as PEM, not encrypted: the file's mode protects it."""
        return self.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def new_key() -> SigningKey:
    """A new key pair from the system's randomness."""
    return SigningKey(Ed25519PrivateKey.generate())


def signing_key(pem: bytes) -> SigningKey:
    """The private key that a PEM holds. Raises KeyDamaged."""
    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyDamaged(_("these bytes are no Ed25519 private key in PEM form"))
    return SigningKey(key)


def public_key(pem: bytes) -> PublicKey:
    """The public key that a PEM holds. Raises KeyDamaged."""
    try:
        key = load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise KeyDamaged(_("these bytes are no Ed25519 public key in PEM form"))
    return PublicKey(key.public_bytes_raw())


def canonical_bytes(document: Mapping[str, Any]) -> bytes:
    """What is signed of a document (see above). Raises Unsignable for what has no canonical form."""
    covered = {name: value for name, value in document.items() if name not in UNSIGNED_MEMBERS}
    _check(covered)
    return json.dumps(covered, sort_keys=True, separators=(",", ":")).encode("ascii")


def sign(document: Mapping[str, Any], key: SigningKey) -> dict[str, Any]:
    """The document with its member `signature`. Raises Unsignable."""
    signature = sign_bytes(canonical_bytes(document), key)
    return {
        **document,
        "signature": {
            "algorithm": ALGORITHM,
            "key_id": key.public.key_id,
            "covers": CANONICAL,
            "value": base64.b64encode(signature).decode("ascii"),
        },
    }


def verify(document: Mapping[str, Any], keys: Iterable[PublicKey]) -> PublicKey:
    """The one of `keys` that signed the document.

    Raises:
        Unsigned: it has no signature.
        KeyUnknown: none of `keys` is the one that it names.
        SignatureWrong: the document, or its signature, is not what was signed.
    """
    signature = document.get("signature")
    if signature is None:
        raise Unsigned(_("the document is not signed"))
    if not isinstance(signature, Mapping) or signature.get("algorithm") != ALGORITHM:
        raise SignatureWrong(_("its signature is of a kind that is not known here"))
    named = str(signature.get("key_id"))
    key = next((key for key in keys if key.key_id == named), None)
    if key is None:
        raise KeyUnknown(_("it is signed by key {key_id}, which is not known here").format(key_id=named))
    try:
        value = base64.b64decode(str(signature.get("value")).encode("ascii"), validate=True)
        covered = canonical_bytes(document)
    except (Unsignable, binascii.Error, UnicodeEncodeError, RecursionError):
        raise SignatureWrong(_("its signature cannot be read; it was changed")) from None
    if not verify_bytes(covered, value, key):
        raise SignatureWrong(
            _("its signature by key {key_id} does not hold; it was changed").format(key_id=named)
        )
    return key


def sign_bytes(data: bytes, key: SigningKey) -> bytes:
    """The 64 bytes of the signature of raw bytes."""
    return key.private.sign(data)


def verify_bytes(data: bytes, signature: bytes, key: PublicKey) -> bool:
    """Whether `signature` is that of `data` by `key`."""
    try:
        _public(key).verify(signature, data)
    except InvalidSignature:
        return False
    return True


def _public(key: PublicKey) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(key.raw)


def _check(value: Any) -> None:
    """Raise Unsignable for anything that two JSON programs could print in two ways."""
    if isinstance(value, Mapping):
        for name, item in value.items():
            if not isinstance(name, str):
                raise Unsignable(_("member {name!r} is not named by text").format(name=name))
            _check(name)
            _check(item)
    elif isinstance(value, list | tuple):
        for item in value:
            _check(item)
    elif isinstance(value, str):
        if any(0xD800 <= ord(letter) <= 0xDFFF for letter in value):
            raise Unsignable(_("{text!r} is no text: it holds bytes that are not UTF-8").format(text=value))
    elif isinstance(value, int):
        if abs(value) > _INTEGER_MAX:
            raise Unsignable(_("{number} is too large for a signed document").format(number=value))
    elif value is not None:
        raise Unsignable(_("{value!r} has no one form in JSON").format(value=value))
