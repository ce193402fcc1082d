"""What can be wrong with the things that stand on a disc."""

from archived.errors import Failed


class FormatError(Failed):
    """Root of everything that formats say no to."""

    code = "format"


class DocumentDamaged(FormatError):
    """A set.json or descriptor.json is torn, edited or contradicts itself; nothing of it may be used."""

    code = "document-damaged"


class UnknownVersion(FormatError):
    """A document of a version that this release does not know; a newer release wrote it."""

    code = "unknown-version"


class DiscUnplannable(FormatError):
    """A disc cannot be described as asked (an id too long, a position outside the set, a path used twice)."""

    code = "disc-unplannable"


class KeyDamaged(FormatError):
    """Bytes that should be a key are none."""

    code = "key-damaged"


class Unsignable(FormatError):
    """A document without a canonical form: a fraction, a huge number, a text that is none."""

    code = "unsignable"


class BadSignature(FormatError):
    """Root of what a signature can be besides right."""

    code = "signature"


class Unsigned(BadSignature):
    """There is no signature; nothing can be said about who wrote the document."""

    code = "unsigned"


class KeyUnknown(BadSignature):
    """It is signed by a key that nobody here knows."""

    code = "key-unknown"


class SignatureWrong(BadSignature):
    """The document or its signature was changed."""

    code = "signature-wrong"
