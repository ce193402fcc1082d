"""How much an archive may unpack to, against what it is itself: a small file must not become a flood. Pure."""

from typing import Final

from archived.language import _
from archived.settings import ArchiveSettings

#: What unpacks to less is no flood, however well it was packed.
RATIO_FREE_BYTES: Final = 64 << 20


class Allowance:
    """Counts what an archive lists, and later what really comes out of it, against the settings of the site."""

    def __init__(self, settings: ArchiveSettings, archive_bytes: int) -> None:
        self._settings = settings
        self._archive_bytes = archive_bytes
        self._entries = 0
        self._unpacked_bytes = 0

    @property
    def entries_max(self) -> int:
        return self._settings.entries_max

    def add_entry(self, depth: int) -> str | None:
        """One more entry, so many folders deep. Returns what limit it breaks, as a sentence, or None."""
        self._entries += 1
        if self._entries > self._settings.entries_max:
            return _("the archive has more than {count} entries ([archives] entries_max)").format(
                count=self._settings.entries_max
            )
        if depth > self._settings.depth_max:
            return _("the archive has more than {count} folders in each other ([archives] depth_max)").format(
                count=self._settings.depth_max
            )
        return None

    def add_bytes(self, count: int) -> str | None:
        """So many more bytes that it unpacks to. Returns what limit they break, as a sentence, or None."""
        self._unpacked_bytes += count
        unpacked, most = self._unpacked_bytes, self._settings.bytes_max
        if most and unpacked > most:
            return _("the archive unpacks to more than {count} bytes ([archives] bytes_max)").format(
                count=most
            )
        if unpacked > RATIO_FREE_BYTES and unpacked > self._settings.ratio_max * self._archive_bytes:
            return _(
                "the archive unpacks to more than {ratio} times its own {size} bytes ([archives] ratio_max); "
                "if it is meant, unpack it and hand in the folder"
            ).format(ratio=f"{self._settings.ratio_max:g}", size=self._archive_bytes)
        return None
