"""What may go wrong with the clusters of one burn, whichever way the bytes come."""

from simulator.damage import CLUSTER_BYTES, ByteRange
from simulator.disc import SimulatedDisc
from simulator.estate import Estate
from simulator.faults import Occasion


class LaserFailed(Exception):
    """The cluster that begins at `lba` cannot be written."""

    def __init__(self, lba: int) -> None:
        super().__init__(f"the cluster at sector {lba} cannot be written")
        self.lba = lba


class Laser:
    """The burning of one disc in one drive. Asked before every cluster once `must_count` said so."""

    def __init__(self, estate: Estate, *, drive: str, medium: str) -> None:
        self._estate = estate
        self._drive = drive
        self._medium = medium
        self._to_flip: list[tuple[ByteRange, int]] = []

    def must_count(self) -> bool:
        """Whether a fault waits for this burn; else clusters may be written without asking."""
        return self._estate.burn_is_threatened(drive=self._drive, medium=self._medium)

    def before_cluster(self, offset: int) -> None:
        """The cluster at this byte offset comes next; raises `LaserFailed` when it cannot be written."""
        fault = self._estate.fault(Occasion.CLUSTER, drive=self._drive, medium=self._medium)
        if fault is None:
            return
        if fault.kind == "write-error":
            raise LaserFailed(offset // 2048)
        # A few bytes in the middle of the cluster: what a digest finds and nothing else does.
        self._to_flip.append((ByteRange(offset + CLUSTER_BYTES // 2, 8), fault.seed))

    def write(self, disc: SimulatedDisc, lba: int, data: bytes) -> None:
        """Hand sectors to the disc, cluster by cluster where a fault waits; raises `LaserFailed`,
        `DiscRefused`.
        """
        view, offset = memoryview(data), lba * 2048
        while view and self.must_count():
            if offset % CLUSTER_BYTES == 0:
                self.before_cluster(offset)
            piece = view[: CLUSTER_BYTES - offset % CLUSTER_BYTES]
            disc.write(offset // 2048, piece)
            offset, view = offset + len(piece), view[len(piece) :]
        if view:
            disc.write(offset // 2048, view)

    def settle(self, disc: SimulatedDisc) -> None:
        """The burn is flushed: what was burnt wrongly is wrong on the disc from now on."""
        for piece, seed in self._to_flip:
            disc.flip((piece,), seed=seed)
        self._to_flip.clear()
