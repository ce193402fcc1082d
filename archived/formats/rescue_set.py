"""Part 2 of rebuild.py: the code word and its chunks, solved with integers and translation tables alone.

The parts are joined into one program when a disc is made (see `program`). Standard library only, Python 3.8.
"""

import base64
import hashlib
import itertools
import struct
import zlib

from archived.formats.rescue_image import SECTOR

BLOCK = 1 << 16
#: Powers of 2 in GF(2^8) with the polynomial 0x11d, twice round and more so that sums need no remainder.
EXP = [1]
for _ in range(509):
    EXP.append(EXP[-1] << 1 ^ (0x11D if EXP[-1] & 0x80 else 0))
LOG = {value: power for power, value in enumerate(EXP[:255])}
#: TIMES[a][b] = a * b; bytearray.translate multiplies a block by a.
TIMES = [bytes(EXP[LOG[a] + LOG[b]] if a and b else 0 for b in range(256)) for a in range(256)]


class Rescue:
    """One set: its descriptor, and .found {position: [(source, one flag a chunk, 1 = good)]}.

    .outputs {position: path} are the images to be written, or None where they are only tried.
    """

    def __init__(self, descriptor):
        self.set_id, self.absent = descriptor["set_id"], descriptor["absent"]
        self.chunk = descriptor["chunk_bytes"]
        self.n, self.m = descriptor["code"]["n"], descriptor["code"]["m"]
        self.members = {member["position"]: member for member in descriptor["members"]}
        for member in self.members.values():
            crcs = base64.b64decode(member["crc32"])
            member["crcs"] = struct.unpack(f"<{len(crcs) // 4}I", crcs)
        self.longest = max(member["size_bytes"] for member in self.members.values())
        self.chunks = -(-self.longest // self.chunk)
        self.found, self.outputs = {p: [] for p in self.members}, {}
        self.names = {member["image_id"]: position for position, member in self.members.items()}
        powers = [*range(self.m, self.m + self.n), *range(self.m - 1, -1, -1)]
        self.x = {i + 1: EXP[power] for i, power in enumerate(powers)}

    def span(self, position, c):
        """How many bytes of chunk `c` the member really has; the rest counts as zeros."""
        return min(self.chunk, max(0, self.members[position]["size_bytes"] - c * self.chunk))

    def recognise(self, source, said):
        """The position that the disc says it has, else that whose checksum one of its chunks has, or None."""
        if said and said["image_id"] in self.names:
            return self.names[said["image_id"]]
        for c in range(self.chunks):
            data = source.read(c * self.chunk, self.chunk)
            for position in self.members:
                part = data[: self.span(position, c)]
                if any(part) and zlib.crc32(part) == self.members[position]["crcs"][c]:
                    return position
        return None

    def inspect(self, position, source, progress):
        """One flag a chunk. None is good where every checksum matches but the sha256 of all does not."""
        member, digest, good = self.members[position], hashlib.sha256(), bytearray()
        for c, crc in enumerate(member["crcs"]):
            data = source.read(c * self.chunk, self.span(position, c))
            digest.update(data)
            good.append(zlib.crc32(data) == crc)
            progress.add(len(data))
        forged = all(good) and digest.hexdigest() != member["digests"]["sha256"]
        return bytes(len(good)) if forged else bytes(good)

    def known(self, c):
        """{position: source, or None where its bytes are zeros by definition} for chunk `c`."""
        out = dict.fromkeys(self.absent)
        for position in self.members:
            good = [source for source, flags in self.found[position] if flags[c : c + 1] == b"\1"]
            if good or not self.span(position, c):
                out[position] = good[0] if good else None
        return out

    def pieces(self, c):
        """[[start, length, known]] that cover chunk `c`: one if whole chunks are enough, else sector runs.

        In a bad chunk a sector that is not zero is taken for good, a zero one only when nothing better is
        left; the checksum of the result decides.
        """
        known, length = self.known(c), min(self.chunk, self.longest - c * self.chunk)
        suspects = {p: [s for s, _ in pairs] for p, pairs in self.found.items() if pairs and p not in known}
        if len(known) >= self.n or len(known) + len(suspects) < self.n:
            return [[0, length, known]]
        data = {s: s.read(c * self.chunk, length) for sources in suspects.values() for s in sources}
        runs = []
        for start in range(0, length, SECTOR):
            choice, zeros = dict(known), []
            for p, sources in suspects.items():
                live = [s for s in sources if any(data[s][start : start + SECTOR])]
                choice.update({p: live[0]} if live else {})
                zeros += [] if live else [p]
            while len(choice) < self.n:
                choice[zeros.pop()] = None
            if not runs or runs[-1][2] != choice:
                runs.append([start, 0, choice])
            runs[-1][1] += min(SECTOR, length - start)
        return runs

    def decode(self, offset, length, known, wanted):
        """{e: bytes} by c_e = sum of c_i * p(X_i) / p(X_e) over n known i (FORMAT.txt, section 4)."""
        use = sorted(known, key=lambda i: (known[i] is not None, i))[: self.n]
        gone = [self.x[i] for i in self.x if i not in use]
        rows, out = {}, {e: bytearray(length) for e in wanted}
        for e, i in itertools.product(wanted, use):
            others = [x for x in gone if x != self.x[e]]
            rows[e, i] = EXP[sum(LOG[x ^ self.x[i]] - LOG[x ^ self.x[e]] for x in others) % 255]
        for start in range(0, length, BLOCK):
            size, sums = min(BLOCK, length - start), dict.fromkeys(wanted, 0)
            for i in use:
                room = self.members[i]["size_bytes"] - offset - start if known[i] else 0
                if room > 0:
                    data = known[i].read(offset + start, min(size, room))
                    for e in wanted:
                        scaled = data if rows[e, i] == 1 else data.translate(TIMES[rows[e, i]])
                        sums[e] ^= int.from_bytes(scaled, "little")
            for e in wanted:
                out[e][start : start + size] = sums[e].to_bytes(size, "little")
        return out

    def repair(self, c):
        """Write chunk `c` of every output. Returns (c, positions that were not recovered, bytes written)."""
        known, lost = self.known(c), []
        wanted, begin = [p for p in self.outputs if p not in known], c * self.chunk
        result = {p: known[p].read(begin, self.span(p, c)) for p in self.outputs if known.get(p)}
        pieces = self.pieces(c) if wanted else []
        if any(len(choice) < self.n for _, _, choice in pieces):
            pieces, lost, wanted = [], wanted, []
        result.update({p: bytearray() for p in wanted})
        for start, length, choice in pieces:
            solved = self.decode(begin + start, length, choice, [p for p in wanted if p not in choice])
            for p in wanted:
                kept = choice.get(p)
                found = kept.read(begin + start, length) if kept else bytearray(length)
                result[p] += solved.get(p, found)
        for p, data in result.items():
            del data[self.span(p, c) :]
            if zlib.crc32(data) != self.members[p]["crcs"][c]:
                lost.append(p)
            elif self.outputs[p] and any(data):
                with open(self.outputs[p], "r+b", buffering=0) as file:
                    file.seek(begin)
                    file.write(data)
        return c, lost, sum(map(len, result.values()))
