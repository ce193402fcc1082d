"""What can go wrong in this package.

ErasureError
├── BadShape           the caller passed numbers or buffers that do not fit together
├── TooManyLost        fewer members are readable than the code needs
├── KernelUntrusted    a library gave a wrong answer to a question with a known one
├── ChunkTableDamaged  stored bytes are not an intact chunk table
└── UnknownAlgorithm   a digest that neither we nor the Python installation offer
"""


class ErasureError(Exception):
    """Root of this package's errors."""


class BadShape(ErasureError):
    """The set's size, a position or a buffer's length does not fit; nothing was computed."""


class TooManyLost(ErasureError):
    """Fewer members are readable than the set has data members; only more of them help, not a retry."""


class KernelUntrusted(ErasureError):
    """An arithmetic library failed its known-answer check and must not touch an archive."""


class ChunkTableDamaged(ErasureError):
    """Stored bytes are not an intact chunk table; another copy of the descriptor has to be used."""


class UnknownAlgorithm(ErasureError):
    """No digest of that name is available on this machine."""
