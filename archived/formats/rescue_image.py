"""Part 1 of rebuild.py: what a raw copy of a disc holds, read by a file system reader of its own.

The parts are joined into one program when a disc is made (see `program`). Standard library only, Python 3.8.
"""

import binascii
import csv
import hashlib
import itertools
import json
import mmap
import os
import re
import struct

SECTOR = 2048
#: Smaller files are not looked at as images: no image of ours is that small.
SMALLEST_IMAGE = 1 << 18
EXTENTS = re.compile(rb"lba,size_bytes,path\r\n((?:\d{10},\d{15},[^\r\n\0]+\r\n)+)")


class Source:
    """Bytes of a file: stretches (offset, length) one after another; what is cut off reads as zeros."""

    def __init__(self, path, stretches):
        self.path, self.stretches, self.size = path, stretches, sum(length for _, length in stretches)

    def read(self, start, length):
        out, base = bytearray(length), 0
        with open(self.path, "rb", buffering=0) as file:
            for offset, size in self.stretches:
                first, last = max(start, base), min(start + length, base + size)
                if first < last:
                    file.seek(offset + first - base)
                    view = memoryview(out)[first - start : last - start]
                    while view:
                        count = file.readinto(view)
                        view = view[count:] if count else b""
                base += size
        return out


def is_tagged(block, *idents):
    """Does a whole descriptor of one of these kinds stand here (ECMA-167, 3/7.2)?"""
    if len(block) < 16 or struct.unpack_from("<H", block)[0] not in idents:
        return False
    crc, length = struct.unpack_from("<HH", block, 8)
    sound = binascii.crc_hqx(bytes(block[16 : 16 + length]), 0) == crc
    return sound and sum(block[:4]) + sum(block[5:16]) & 255 == block[4]


class Image:
    """One given file: what it holds (.files {path: stretches}, .folders) and says (.set, .descriptor).

    A minimal reader of UDF 2.01 without metadata partition; .bad lists what it could not read.
    """

    def __init__(self, path):
        self.path = path
        self.raw = Source(path, [(0, os.path.getsize(path))])
        self.set = self.descriptor = None
        self.files, self.folders, self.bad = {}, [], []
        if self.raw.read(0, 22) == b'{\n "magic": "archived-':
            self.files = {"set.json": self.raw.stretches}
        elif self.raw.size >= SMALLEST_IMAGE:
            last = self.raw.size // SECTOR - 1
            anchors = [self.raw.read(lba * SECTOR, SECTOR) for lba in (256, last, last - 256) if lba > 0]
            for anchor, at in itertools.product(anchors, (16, 24)):
                if is_tagged(anchor, 2) and not self.files:
                    length, lba = struct.unpack_from("<II", anchor, at)
                    sequence = range(lba, lba + min(length // SECTOR, 64))
                    self.mount([self.raw.read(lba * SECTOR, SECTOR) for lba in sequence])
            if self.bad or not self.files:
                self.files = {**self.search_extents(), **self.files}
        for name in ("set.json", "last/set.json", "descriptor.json", "last/descriptor.json"):
            if name in self.files:
                self.take(self.read(name))

    def read(self, name):
        """The bytes of a file; none where there is no such file."""
        source = Source(self.path, self.files.get(name, []))
        return bytes(source.read(0, min(source.size, self.raw.size)))

    def member(self):
        """The member of the set that lies here: parity.bin, else the whole image."""
        return Source(self.path, self.files.get("parity.bin", self.raw.stretches))

    def mount(self, volume):
        """Read the file system that these volume descriptors describe."""
        found = {ident: block for ident in (5, 6) for block in volume if is_tagged(block, ident)}
        if len(found) == 2:
            self.start = struct.unpack_from("<I", found[5], 188)[0]
            file_set = self.block(struct.unpack_from("<I", found[6], 252)[0])
            if is_tagged(file_set, 256):
                self.walk(struct.unpack_from("<I", file_set, 404)[0])

    def block(self, number):
        return self.raw.read((self.start + number) * SECTOR, SECTOR)

    def walk(self, root):
        todo, seen = [("", root)], set()
        while todo:
            path, number = todo.pop()
            entry = self.block(number)
            if number in seen or not is_tagged(entry, 261, 266):
                self.bad.append(path or "/")
                continue
            seen.add(number)
            source = Source(self.path, self.stretches(entry))
            if entry[27] != 4:
                self.files[path] = source.stretches
                continue
            self.folders.append(path)
            data = source.read(0, min(source.size, self.raw.size))
            while len(data) >= 40:
                at = 38 + struct.unpack_from("<H", data, 36)[0]
                if not is_tagged(data, 257):
                    self.bad.append(path or "/")
                    break
                if not data[18] & 0x0C:  # neither deleted nor the parent
                    letters = "latin-1" if data[at] == 8 else "utf-16-be"
                    name = bytes(data[at + 1 : at + data[19]]).decode(letters, "replace")
                    todo.append((f"{path}/{name}" if path else name, struct.unpack_from("<I", data, 24)[0]))
                data = data[at + data[19] + 3 & ~3 :]

    def stretches(self, entry):
        size, head = struct.unpack_from("<Q", entry, 56)[0], 168 if entry[0] == 5 else 208  # tag 261 or 266
        skip, length = struct.unpack_from("<II", entry, head)
        out, first = [], head + 8 + skip
        for at in range(first, min(first + length, SECTOR - 7), 16 if entry[34] & 7 == 1 else 8):
            count, number = struct.unpack_from("<II", entry, at)
            out.append(((self.start + number) * SECTOR, min(count & 0x3FFFFFFF, size)))
            size -= out[-1][1]
        return out

    def search_extents(self):
        """The map of files from an extents.csv that lies where it says; for a damaged file system."""
        with open(self.path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            for found in EXTENTS.finditer(data):
                rows = csv.reader(found[1].decode("utf-8", "replace").split("\r\n")[:-1])
                files = {row[2]: [(int(row[0]) * SECTOR, int(row[1]))] for row in rows if len(row) == 3}
                own = files.get("extents.csv"), files.get("last/extents.csv")
                if [(found.start(), len(found[0]))] in own:
                    return files
        return {}

    def take(self, text):
        """Keep a set.json or descriptor whose check holds."""
        try:
            document = json.loads(text.decode("utf-8"))
            check = document["check"].encode()
            if hashlib.sha256(text.replace(check, b"0" * 64, 1)).hexdigest().encode() == check:
                if document["version"] != 1:
                    self.bad.append(
                        f"{document['magic']} {document['version']}: a newer rebuild.py is needed"
                    )
                elif document["magic"] == "archived-set":
                    self.descriptor = self.descriptor or document
                else:
                    self.set = self.set or document
        except (ValueError, LookupError, TypeError, AttributeError):
            self.bad.append("set.json or descriptor.json")
