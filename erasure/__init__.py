"""Reed–Solomon sets, digests and chunk tables.

This package knows bytes and positions in a set; it does not know files, discs, the catalog or time. `SetCode`
in `coding.py` is the door for encoding and rebuilding, `Locator` in `locate.py` for silently wrong members,
`Digests` in `digests.py` for checksums and `ChunkTable` in `chunks.py` for telling which parts of a member
are bad.
"""
