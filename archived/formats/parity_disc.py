"""A parity disc: parity.bin, and everything that is known about its set."""

from dataclasses import dataclass
from pathlib import Path

from archived.formats.descriptor import SetDescriptor, encode_descriptor
from archived.formats.disc import Disc
from archived.formats.errors import DiscUnplannable
from archived.formats.mastering import Contents, Mastered, Staged, freeze, own_texts
from archived.formats.rows import PackageRow, csv_text, json_lines
from archived.language import _
from backends.optical.master import FileSource

SUMS_NAME = "SHA256SUMS.txt"
PARITY_PATH = "parity.bin"


@dataclass(frozen=True, slots=True, kw_only=True)
class ParityDisc(Disc):
    """One parity file in its wrapper, with all that is needed to rebuild the set."""

    descriptor: SetDescriptor
    #: parity.bin relative to the staging root.
    parity_source: str
    #: Rows of every package in the set.
    rows: tuple[PackageRow, ...] = ()


def master_parity_disc(disc: ParityDisc, recipe_path: Path) -> Mastered:
    """Freeze `disc`: write its recipe. parity.bin is referred to by the digests that the descriptor holds.

    Raises DiscUnplannable when the descriptor is not that of this disc and set.
    """
    descriptor = disc.descriptor
    same_set = (descriptor.set_id, descriptor.n, descriptor.m) == (
        disc.identity.set_id, disc.identity.n, disc.identity.m,
    )  # fmt: skip
    if not same_set or disc.member.kind != "parity":
        raise DiscUnplannable(
            _("image {image_id} is no parity disc of set {set_id}").format(
                image_id=disc.image_id, set_id=descriptor.set_id
            )
        )
    record = descriptor.record(disc.position)
    if record.member.image_id != disc.image_id:
        raise DiscUnplannable(
            _("the descriptor has {image_id} where {image_id_2} is mastered").format(
                image_id=record.member.image_id, image_id_2=disc.image_id
            )
        )
    parity = Staged(
        disc_path=PARITY_PATH,
        mtime_s=disc.closed_s,
        source=FileSource(disc.parity_source, 0, record.size_bytes, record.digests),
        package_id=None,
        path=PARITY_PATH,
    )
    contents = Contents(
        front=front_texts(disc),
        repeated=("set.json", "descriptor.json"),
        payload=[parity],
        sums_name=SUMS_NAME,
        sums_of_payload=True,
    )
    return freeze(disc, recipe_path, contents)


def front_texts(disc: ParityDisc) -> dict[str, bytes]:
    """Everything generated but extents.csv and the checksums, in the order of the disc."""
    return {
        **own_texts(disc),
        "descriptor.json": encode_descriptor(disc.descriptor),
        "catalog/packages.csv": csv_text(disc.rows),
        "catalog/packages.jsonl": json_lines(disc.rows),
    }
