"""What can be wrong with the things that stand on a disc."""


class FormatError(Exception):
    """Root of the errors of `archived.formats`. Catch a leaf where you can act."""


class DocumentDamaged(FormatError):
    """A set.json or descriptor.json is torn, edited or contradicts itself; nothing of it may be used."""


class UnknownVersion(FormatError):
    """A document of a version that this release does not know; a newer release wrote it."""


class DiscUnplannable(FormatError):
    """A disc cannot be described as asked (an id too long, a position outside the set, a path used twice)."""
