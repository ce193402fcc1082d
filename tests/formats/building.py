"""Builds whole sets of disc images from fixed inputs, as the daemon does: master, stream, protect, master."""

import hashlib
import random
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from archived.formats.data_disc import master_data_disc
from archived.formats.descriptor import MemberRecord, SetDescriptor
from archived.formats.disc import (
    DataDisc,
    DiscMember,
    DiscPackage,
    EmptyFolder,
    Institution,
    PackageRecord,
    SetIdentity,
    StagedFile,
    kind_at,
)
from archived.formats.labels import label_line
from archived.formats.mastering import Mastered
from archived.formats.parity_disc import ParityDisc, master_parity_disc
from archived.formats.root_digest import RootDigest
from archived.formats.rows import package_row
from archived.formats.signing import SigningKey, sign
from backends.recipe import RecipeReader
from erasure.chunks import ChunkTableBuilder
from erasure.coding import SetCode
from erasure.digests import Digests, hasher

INSTITUTION = Institution("Example Archive", "示例档案馆", "archive@example.org")
WHEN = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
SOFTWARE = "archived 0.1.0"
#: Always the same: what it signs stands on frozen discs.
SITE_KEY = SigningKey(Ed25519PrivateKey.from_private_bytes(b"archived: a key for frozen tests"))
#: The member with a name that manifests have to encode.
PERCENT_POSITION = 4


#: What receipts said of the root digest when the samples of version 1.1 were frozen.
COMPUTED = (
    'sha256 over one line "<sha256>  <path>" for each payload file, paths from data/ on, sorted by their '
    'bytes, then one line "-  <path>/" for each empty folder; each line ends with LF'
)


@dataclass(frozen=True, slots=True)
class BuiltSet:
    """Images by 1-based position, and what was mastered."""

    identity: SetIdentity
    images: dict[int, Path]
    mastered: dict[int, Mastered]
    descriptor: SetDescriptor
    packages: dict[int, tuple[DiscPackage, ...]]


def identity_of(set_id: str, n: int, m: int) -> SetIdentity:
    members = tuple(
        DiscMember(p, f"{set_id}-{p:02}", label_line(set_id, position=p, total=n + m, n=n), kind_at(p, n))
        for p in range(1, n + m + 1)
    )
    return SetIdentity(set_id, n, m, members)


def digests_of(data: bytes) -> dict[str, str]:
    digests = Digests()
    digests.update(data)
    return digests.hexdigests()


def stage_package(staging: Path, *, volume: str, files: dict[str, bytes], title: str = "") -> DiscPackage:
    """Write a small bag into staging and describe it as the catalog would."""
    package_id = f"P-{volume}"
    manifest = "".join(f"{hashlib.sha256(d).hexdigest()}  data/{p}\n" for p, d in sorted(files.items()))
    contents = {"bagit.txt": b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"}
    contents |= {"manifest-sha256.txt": manifest.encode()}
    contents |= {f"data/{path}": data for path, data in sorted(files.items())}
    staged = []
    for path, data in contents.items():
        source = f"packages/{package_id}/{path}"
        (staging / source).parent.mkdir(parents=True, exist_ok=True)
        (staging / source).write_bytes(data)
        staged.append(StagedFile(path, len(data), 1_700_000_000, source, digests_of(data)))
    return DiscPackage(
        package_id=package_id,
        reference={"fonds": "全宗1", "series": "S1", "volume": volume},
        disc_path=f"data/全宗1/S1/{volume}/v0001",
        version=1,
        title=title or f"案卷 {volume}",
        retention="permanent",
        confidentiality="open",
        accepted_at=WHEN,
        files=tuple(staged),
        record=_record(package_id, volume, staged),
        empty_folders=(EmptyFolder("data/empty", 1_700_000_001),),
    )


def _record(package_id: str, volume: str, staged: list[StagedFile]) -> PackageRecord:
    root = RootDigest()
    for file in sorted(staged, key=lambda file: file.path.encode()):
        if file.path.startswith("data/"):
            root.add_file(file.path, file.digests["sha256"])
    root.add_empty_folder("data/empty")
    payload = [file.size_bytes for file in staged if file.path.startswith("data/")]
    receipt = {
        "notice": "SIMULATED – NOT PRESERVED",
        "receipt": "accepted",
        "package": package_id,
        "reference": {"fonds": "全宗1", "series": "S1", "volume": volume},
        "version": 1,
        "files": len(payload),
        "bytes": sum(payload),
        "root_digest": {"algorithm": "sha256", "value": root.hexdigest(), "computed": COMPUTED},
        "bag": {"manifests": {f.path: f.digests["sha256"] for f in staged if f.path.startswith("manifest")}},
        "repeated": False,
    }
    return PackageRecord(
        storage_class="standard",
        pool="bluray",
        image=f"I{int(volume):06}",
        sequence=0,
        root_digest=root.hexdigest(),
        owner=1000,
        reason="",
        submitted_at=WHEN,
        cost_bytes=200_000,
        receipt=sign(receipt, SITE_KEY),
    )


def stream(recipe: Path, staging: Path, image: Path) -> None:
    buffer = bytearray(1 << 20)
    with (
        RecipeReader(recipe, staging, check="blake3", hasher=lambda: hasher("blake3")) as reader,
        image.open("wb") as out,
    ):
        while count := reader.readinto(memoryview(buffer)):
            out.write(buffer[:count])


def record_of(member: DiscMember, path: Path) -> MemberRecord:
    data = path.read_bytes()
    table = ChunkTableBuilder()
    table.update(data)
    return MemberRecord(member, len(data), digests_of(data), table.finish())


def build_set(
    root: Path,
    *,
    n: int,
    m: int,
    set_id: str = "7K3F",
    present: int | None = None,
    payload_bytes: tuple[int, ...] = (),
    simulated: bool = True,
) -> BuiltSet:
    """A whole set below `root`: `present` data images (default n) with random payload."""
    staging = root / "staging"
    staging.mkdir(parents=True)
    identity = identity_of(set_id, n, m)
    common = {"identity": identity, "closed_at": WHEN, "institution": INSTITUTION, "software": SOFTWARE}
    common |= {"simulated": simulated, "site_key": SITE_KEY.public}
    images, mastered, packages = {}, {}, {}
    present = present or n
    for member in identity.members[:present]:
        p = member.position
        noise = random.Random(p).randbytes(payload_bytes[p - 1] if payload_bytes else 3000 * p)
        files = {"note 笔记.txt": f"volume {p}\n".encode(), ".hidden": b"", "scan.bin": noise}
        if p == PERCENT_POSITION:
            files["100%.txt"] = b"percent\n"
        packages[p] = (stage_package(staging, volume=f"{p:03}", files=files),)
        disc = DataDisc(
            image_id=member.image_id, label_line=member.label, position=p, packages=packages[p],
            ranges=(f"S1 {p:03}–{p:03}",), **common,
        )  # fmt: skip
        mastered[p] = master_data_disc(disc, root / f"{p}.recipe")
        images[p] = root / f"{member.image_id}.img"
        stream(root / f"{p}.recipe", staging, images[p])

    blocks = [images[p].read_bytes() for p in range(1, present + 1)]
    length = max(map(len, blocks))
    parity = [bytearray(length) for _ in range(m)]
    SetCode(n, m, present=present).encode(blocks, parity, length)
    records = [record_of(identity.members[p - 1], images[p]) for p in images]
    for r, data in enumerate(parity):
        (staging / f"parity-{r}.bin").write_bytes(data)
        records.append(record_of(identity.members[n + r], staging / f"parity-{r}.bin"))
    descriptor = SetDescriptor(
        set_id, n, m, tuple(records), tuple(range(present + 1, n + 1)), 1, WHEN, SOFTWARE, simulated
    )
    rows = tuple(package_row(identity.members[p - 1].image_id, k) for p, own in packages.items() for k in own)
    for member in identity.members[n:]:
        p = member.position
        disc = ParityDisc(
            image_id=member.image_id, label_line=member.label, position=p, descriptor=descriptor,
            parity_source=f"parity-{p - n - 1}.bin", rows=rows, **common,
        )  # fmt: skip
        mastered[p] = master_parity_disc(disc, root / f"{p}.recipe")
        images[p] = root / f"{member.image_id}.img"
        stream(root / f"{p}.recipe", staging, images[p])
    return BuiltSet(identity, images, mastered, descriptor, packages)
