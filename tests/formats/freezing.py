"""Makes a new frozen sample: `python -m tests.formats.freezing NAME N M`. Never one that exists.

A sample is never made again: when the format gains a version, a sample with a new name is added beside it.
"""

import hashlib
import sys
import tarfile
import tempfile
from pathlib import Path

from tests.formats.building import BuiltSet, build_set

SAMPLES = Path(__file__).parent / "samples"
#: What the samples of version 1 were built from; changing it does not change them, it breaks their test.
SAMPLE_PAYLOAD_BYTES = (300, 5000)


def build_sample(root: Path, n: int, m: int) -> BuiltSet:
    return build_set(root, n=n, m=m, set_id=f"S{n}{m}", payload_bytes=SAMPLE_PAYLOAD_BYTES)


def freeze_sample(name: str, n: int, m: int) -> Path:
    """Write samples/NAME.tar.xz and NAME.sha256."""
    target = SAMPLES / f"{name}.tar.xz"
    if target.exists():
        raise SystemExit(f"{target} is frozen; give the new sample a new name")
    with tempfile.TemporaryDirectory() as folder:
        images = build_sample(Path(folder) / "set", n, m).images.values()
        with tarfile.open(target, "x:xz") as archive:
            for image in images:
                archive.add(image, image.name)
        sums = [f"{hashlib.sha256(image.read_bytes()).hexdigest()}  {image.name}\n" for image in images]
        (SAMPLES / f"{name}.sha256").write_text("".join(sums), encoding="utf-8")
    return target


if __name__ == "__main__":
    print(freeze_sample(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
