"""Part 3 of rebuild.py: the program itself: recognise, check, report, rebuild, extract.

The parts are joined into one program when a disc is made (see `program`). Standard library only, Python 3.8.
"""

import argparse
import hashlib
import multiprocessing
import os
import re
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from archived.formats.rescue_image import SMALLEST_IMAGE, Image, Source
from archived.formats.rescue_set import Rescue

USAGE = """Rebuild the discs of an archived set from raw copies. Needs Python 3.8 or later and nothing else.

Give it raw copies of the discs of a set (image files, or folders of them; unreadable areas as zeros, or
cut off at the end). Members are recognised by content. Missing and damaged data images are written to the
folder of --out as IMAGE-ID.img and compared with their sha256; --extract also writes the files of every
whole data image, compared with its manifest. Exit code: 0 all is well or was rebuilt, 1 something cannot be
recovered (it is listed), 2 wrong use. The format is written out in FORMAT.txt."""
READ = 1 << 20
MANIFESTS = ("manifest-sha256.txt", "tagmanifest-sha256.txt", "SHA256SUMS.txt")


def say(*words):
    """Print at once, also into a pipe."""
    print(*words, flush=True)


class Progress:
    """Counts bytes of a long step and tells the terminal now and then."""

    def __init__(self, what, total):
        self.what, self.total, self.done = what, total or 1, 0
        self.began = self.shown = time.monotonic()

    def add(self, count):
        self.done, now = self.done + count, time.monotonic()
        if now - self.shown > 5:
            rate, self.shown = self.done / (now - self.began + 1e-3) / 1e6, now
            text = f"{self.what}: {100 * self.done // self.total} %, {rate:.0f} MB/s"
            print(text, file=sys.stderr, flush=True)


def rescue_set(rescue, images, options):
    """Recognise, report, rebuild. Returns (all is well, paths of whole data images)."""
    say(f"\nSet {rescue.set_id}: {rescue.n} data and {rescue.m} parity discs, any {rescue.n} rebuild all.")
    images = [image for image in images if image.raw.size >= SMALLEST_IMAGE]
    ours = [image for image in images if not image.set or belongs(image, rescue)]
    progress = Progress("checking", sum(image.member().size for image in ours))

    def judge(image):
        source = image.member()
        position = rescue.recognise(source, image.set)
        return position, source, position and rescue.inspect(position, source, progress)

    with ThreadPoolExecutor(options.processes) as pool:
        for position, source, flags in pool.map(judge, ours):
            if position:
                rescue.found[position].append((source, flags))
            else:
                say(f"  {source.path}: nothing of this set")
    report(rescue)
    whole = {}
    for position in rescue.members:
        complete = [source.path for source, flags in rescue.found[position] if all(flags)]
        if position <= rescue.n:
            whole[position] = complete[0] if complete else None
    missing = [position for position, path in whole.items() if not path]
    if missing:
        prepare(rescue, missing, options)
        lost = solve(rescue, missing, options)
        for p in missing:
            whole[p] = None if options.check else finish(rescue, p, lost[p])
        if options.check:
            for p in missing:
                say(
                    f"  {p}: "
                    + (f"chunks {ranges(lost[p])} NOT RECOVERABLE" if lost[p] else "can be rebuilt")
                )
            return not any(lost.values()), [path for path in whole.values() if path]
    return all(whole.values()), [path for path in whole.values() if path]


def belongs(image, rescue):
    """Whether a disc names this set, or its bytes name an earlier one and the set protects it anew."""
    return image.set["set_id"] == rescue.set_id or image.set["image_id"] in rescue.names


def data_of(descriptor):
    """What the data images of a set are called."""
    return {member["image_id"] for member in descriptor["members"] if member["kind"] == "data"}


def current(newest):
    """The sets that count: of two over the same images the one whose descriptor is newer."""
    return {
        set_id: descriptor
        for set_id, descriptor in newest.items()
        if not any(
            other["written_at"] > descriptor["written_at"] and data_of(other) & data_of(descriptor)
            for other in newest.values()
        )
    }


def report(rescue):
    """Say for every position what was found."""
    for position, member in sorted(rescue.members.items()):
        pairs = rescue.found[position]
        bad = [c for c in range(len(member["crcs"])) if not any(flags[c] for _, flags in pairs)]
        state = f"chunks {ranges(bad)} of 0-{len(member['crcs']) - 1} are bad" if bad else "good"
        state += "  " + ", ".join(source.path for source, _ in pairs)
        say(f"  {position}  {member['kind']:6}  {member['image_id']}  {state if pairs else 'MISSING'}")
    for position in rescue.absent:
        say(f"  {position}  data    never used: the set was closed short")


def prepare(rescue, missing, options):
    """Name the images to be written, never one that exists, and make room for them; with --check nowhere."""
    for p in missing:
        name = re.sub(r"[^\w.-]", "_", rescue.members[p]["image_id"]) + ".img"
        while os.path.exists(os.path.join(options.out, name)):
            name = "rebuilt-" + name
        rescue.outputs[p] = None if options.check else os.path.join(options.out, name + ".partial")
        if not options.check:
            os.makedirs(options.out, exist_ok=True)
            with open(rescue.outputs[p], "wb") as file:
                file.truncate(rescue.members[p]["size_bytes"])


def solve(rescue, missing, options):
    """Solve every chunk of the missing images. Returns {position: chunks that could not be recovered}."""
    lost = {p: [] for p in missing}
    progress = Progress("rebuilding", sum(rescue.members[p]["size_bytes"] for p in missing))
    with multiprocessing.Pool(options.processes, begin_work, (rescue,)) as pool:
        for c, positions, written in pool.imap(repair_chunk, range(rescue.chunks)):
            progress.add(written)
            for p in positions:
                lost[p].append(c)
    return lost


def finish(rescue, p, lost):
    """Give a rebuilt image its name if its sha256 is right. Returns its path or None."""
    path, done = rescue.outputs[p], rescue.outputs[p][: -len(".partial")]
    result = Source(path, [(0, os.path.getsize(path))])
    if all(rescue.inspect(p, result, Progress("verifying", result.size))):
        os.replace(path, done)
        say(f"  REBUILT {done}: sha256 matches")
        return done
    say(f"  NOT RECOVERABLE in {path}: chunks {ranges(lost)} of {rescue.chunk} bytes, zeros stand there")
    return None


def begin_work(rescue):
    """Give a worker process its set."""
    global RESCUE
    RESCUE = rescue


def repair_chunk(c):
    return RESCUE.repair(c)


def ranges(numbers):
    """[1, 2, 3, 7] as 1-3, 7"""
    runs = []
    for number in numbers:
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)


def read_files(image, to):
    """Hold every file of an image against its manifests, write it below `to` if given. True if all match."""
    expected = {}
    for name in MANIFESTS:
        for line in image.read(name).decode("utf-8", "replace").split("\n")[:-1]:
            digest, _, path = line.partition("  ")
            expected[re.sub("%(25|0A|0D)", lambda hit: chr(int(hit[1], 16)), path)] = digest
    bad = image.bad + [path for path in expected or MANIFESTS[:1] if path not in image.files]
    for folder in image.folders if to else ():
        os.makedirs(os.path.join(to, folder), exist_ok=True)
    for path, stretches in sorted(image.files.items()):
        digest, source, target = hashlib.sha256(), Source(image.path, stretches), os.devnull
        if to and ".." not in path.split("/"):
            target = os.path.join(to, path)
            os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(target, "wb") as file:
            for at in range(0, source.size, READ):
                data = source.read(at, min(READ, source.size - at))
                digest.update(data)
                file.write(data)
        if path in expected and expected[path] != digest.hexdigest():
            bad.append(path)
            if target != os.devnull:
                os.replace(target, target + ".damaged")
    say(f"  {image.path}: {len(image.files)} files, {len(bad)} bad", *(f"\n    BAD {path}" for path in bad))
    return not bad


def check_alone(set_id, images):
    """Without a descriptor: say who is there and hold every disc against its own manifest."""
    say(f"\nSet {set_id}: no parity disc was given. Only parity discs hold the checksums of the whole set:")
    say("nothing can be rebuilt, and each disc is compared with its own manifest only. Members:")
    here, well = {image.set["position"] for image in images}, True
    for member in images[0].set["members"]:
        there = member["position"] in here
        state = "here" if there else "MISSING"
        say(f"  {member['position']}  {member['kind']:6}  {member['image_id']}  {state}")
        well = well and (there or member["kind"] == "parity")
    for image in images:
        well = read_files(image, None) and well
    return well


def command_line():
    """The parser of the command line; it ends the program with exit code 2 on wrong use."""
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(prog="rebuild.py", description=USAGE, formatter_class=raw)
    parser.add_argument("paths", nargs="+", metavar="FOLDER_OR_IMAGE")
    parser.add_argument("--out", default="rebuilt", metavar="DIR", help="for rebuilt images: rebuilt/")
    parser.add_argument("--check", action="store_true", help="write no image, only report")
    parser.add_argument("--extract", metavar="DIR", help="write the files of whole data images below DIR")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, metavar="N")
    return parser


def main():
    """Run the program; returns its exit code."""
    parser = command_line()
    options, files = parser.parse_args(), []
    for path in options.paths:
        if not os.path.exists(path):
            parser.error(f"{path} does not exist")
        inside = [os.path.join(folder, name) for folder, _, names in os.walk(path) for name in sorted(names)]
        files += inside if os.path.isdir(path) else [path]
    images = [Image(path) for path in files]
    descriptors = sorted((i.descriptor for i in images if i.descriptor), key=lambda d: d["revision"])
    newest = {descriptor["set_id"]: descriptor for descriptor in descriptors}
    named = set().union(*map(data_of, newest.values())) if newest else set()
    newest, known = current(newest), set(newest)
    alone = [i for i in images if i.set and i.raw.size >= SMALLEST_IMAGE and i.set["set_id"] not in known]
    alone = [i for i in alone if i.set["image_id"] not in named]
    if not newest and not alone:
        parser.error("no disc image of an archived set among these files")
    well, whole = True, [image.path for image in alone]
    for set_id in sorted({image.set["set_id"] for image in alone}):
        well = check_alone(set_id, [image for image in alone if image.set["set_id"] == set_id]) and well
    for _, descriptor in sorted(newest.items()):
        good, paths = rescue_set(Rescue(descriptor), images, options)
        well, whole = well and good, whole + paths
    for image in map(Image, whole if options.extract else ()):
        name = re.sub(r"[^\w.-]", "_", image.set["image_id"] if image.set else os.path.basename(image.path))
        well = read_files(image, os.path.join(options.extract, name)) and well
    say("\nAll is well." if well else "\nSOMETHING IS MISSING OR DAMAGED: see above.")
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
