"""How long it takes to make a catalog of a million file rows from what discs say of themselves.

The texts of the discs are synthesized, as looks leave them in the work area of a site: 5 sets 4 + 2, 20 data images of
50 volumes of 1000 files each. Measured is everything from there to the write that ends the rebuild: parsing, the rows
of sets, packages, files and places, and their commits.
"""

import csv
import hashlib
import os
import resource
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter, process_time

from archived import founding
from archived.catalog import media, surveys
from archived.catalog.store import Catalog
from archived.config import load
from archived.formats import disc_texts
from archived.formats.descriptor import MemberRecord, SetDescriptor, encode_descriptor
from archived.formats.disc import DataDisc, Disc, DiscMember, Institution, SetIdentity, kind_at
from archived.formats.set_document import encode_set_document
from archived.model import Medium
from archived.stages import rebuilding, surveying
from archived.stages.looking import IDENTIFY, folder_of
from archived.stages.loop import InlineExecutor, Loop
from archived.stages.work import Site
from archived.states import LookEvent, LookState, MediumState, SurveyEvent, SurveyState
from archived.surveys import MediumLook
from archived.wiring import paths_of, site_in_process
from benchmarks.table import Row
from devices.clock import SimulatedClock
from erasure.chunks import ChunkTableBuilder
from simulator.room import Room

SETS, N, M, VOLUMES, FILES = 5, 4, 2, 50, 1000
AIM_S = 300.0
WHEN = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
_MIB = 1 << 20


def measure() -> list[Row]:
    """CPU seconds over the aim, less is better."""
    with tempfile.TemporaryDirectory(prefix="rebuild-") as folder:
        bench = _Bench(Path(folder))
        bench.synthesize()
        begun_cpu_s, begun_s = process_time(), perf_counter()
        bench.assemble()
        cpu_s, wall_s = process_time() - begun_cpu_s, perf_counter() - begun_s
        rows, size = bench.outcome()
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    detail = (
        f"{rows:,} files with their places on {SETS} sets {N}+{M}: {cpu_s:.0f} s of CPU of {AIM_S:.0f}, "
        f"{wall_s:.0f} s in all, catalog of {size / 1e6:.0f} MB, peak memory {peak_mib} MiB"
    )
    return [Row("rebuild of a catalog from media (less is better)", cpu_s / AIM_S, "≤ 1", detail)]


@dataclass
class _Bench:
    folder: Path

    def synthesize(self) -> None:
        """A site whose catalog is gone, and the looks at its media."""
        site_folder, clock = self.folder / "site", SimulatedClock()
        founding.make_site(site_folder, founding.Choices(4 * _MIB, keep_free_bytes=1), clock)
        config = load(site_folder)
        paths = paths_of(site_folder, config)
        for name in ("", "-wal", "-shm"):
            Path(f"{paths.catalog}{name}").unlink(missing_ok=True)
        self.catalog = Catalog(paths.catalog)
        self.catalog.upgrade()
        founding.found_again(self.catalog, config, site_folder, clock)
        self.room = Room(paths.room, clock=clock)
        self.site: Site = site_in_process(config, paths, self.room, clock)
        with self.catalog.write() as write:
            self.survey_id = surveying.request_rebuild(write, self.site, agent="uid:0").id
        for number in range(SETS):
            self._set(f"7K{number:02}", number)
        with self.catalog.write() as write:
            surveys.advance_state(write, self.survey_id, SurveyEvent.ALL_SEEN)

    def assemble(self) -> None:
        loop = Loop(self.catalog, self.site, (rebuilding,), executor := InlineExecutor())
        while self._state() is not SurveyState.DONE:
            loop.turn()
            executor.run_one()

    def outcome(self) -> tuple[int, int]:
        """File rows, and bytes of the catalog."""
        with self.catalog.read() as read:
            rows = read.exec_driver_sql("SELECT count(*) FROM package_file").scalar()
            places = read.exec_driver_sql("SELECT count(*) FROM extent").scalar()
        self.catalog.close()
        self.room.close()
        if rows != SETS * N * VOLUMES * FILES or places != rows:
            raise RuntimeError(f"{rows} files and {places} places came out")
        return rows, os.stat(self.catalog.path).st_size

    def _state(self) -> SurveyState:
        with self.catalog.read() as read:
            return surveys.get(read, self.survey_id).state

    def _set(self, set_id: str, number: int) -> None:
        members = tuple(
            DiscMember(p, f"{set_id}-{p}", f"{set_id} · {p} of {N + M}", kind_at(p, N))
            for p in range(1, N + M + 1)
        )
        identity = SetIdentity(set_id, N, M, members)
        chunks = ChunkTableBuilder()
        chunks.update(bytes(_MIB))
        table = chunks.finish()
        digests = {"sha256": "a" * 64, "blake3": "b" * 64, "xxh3-128": "c" * 32}
        records = tuple(MemberRecord(member, _MIB, digests, table) for member in members)
        descriptor = SetDescriptor(set_id, N, M, records, (), 1, WHEN, "archived", True)
        for member in members:
            disc = self._disc(identity, member)
            texts = {disc_texts.SET: encode_set_document(disc)}
            if member.kind == "parity":
                texts[disc_texts.DESCRIPTOR] = encode_descriptor(descriptor)
            self._look(disc, texts, number * N + member.position - 1)

    def _disc(self, identity: SetIdentity, member: DiscMember) -> Disc:
        who = Institution(self.site.config.site.name)
        return DataDisc(
            image_id=member.image_id,
            label_line=member.label,
            identity=identity,
            position=member.position,
            closed_at=WHEN,
            institution=who,
            software="archived",
            site_key=self.site.key.public,
            simulated=True,
            packages=(),
        )

    def _look(self, disc: Disc, texts: dict[str, bytes], number: int) -> None:
        medium_id = f"D{disc.image_id}"
        medium = Medium(
            medium_id, MediumState.UNKNOWN, "unknown", medium_id, "", "", 0, "main", 5000 + number, None, None
        )
        with self.catalog.write() as write:
            media.register(write, medium)
            look = MediumLook(0, self.survey_id, medium_id, IDENTIFY, LookState.WANTED, WHEN)
            look_id = surveys.ask(write, look)
            folder = folder_of(self.site.tools.paths, surveys.get_look(write, look_id))
            folder.mkdir(parents=True)
            for name, text in texts.items():
                (folder / disc_texts.file_name(name)).write_bytes(text)
            taken = [*texts, *(self._lists(folder, disc, number) if disc.member.kind == "data" else ())]
            surveys.advance_look(write, look_id, LookEvent.BEGUN)
            finding = _finding(disc, texts[disc_texts.SET], taken)
            surveys.advance_look(write, look_id, LookEvent.FINISHED, finding=finding, ended_at=WHEN)

    def _lists(self, folder: Path, disc: Disc, number: int) -> list[str]:
        """The long lists of a data disc; returns their names."""
        with (
            (folder / disc_texts.file_name(disc_texts.PACKAGES)).open("w", encoding="utf-8") as packages,
            (folder / disc_texts.file_name(disc_texts.FILES)).open(
                "w", encoding="utf-8", newline=""
            ) as files,
            (folder / disc_texts.file_name(disc_texts.EXTENTS)).open(
                "w", encoding="utf-8", newline=""
            ) as places,
        ):
            file_rows, place_rows = csv.writer(files), csv.writer(places)
            file_rows.writerow(disc_rows_head())
            place_rows.writerow(("lba", "size_bytes", "path"))
            for volume in range(VOLUMES):
                package_id = f"P{number * VOLUMES + volume + 1:06}"
                packages.write(_package_line(disc, package_id, number, volume))
                home = f"data/Z109/{number:04}/{volume:04}/v0001"
                for page in range(FILES):
                    path = f"data/案卷 {volume:04}/第{page:05}页.tif"
                    digest = hashlib.sha256(f"{package_id}/{path}".encode()).hexdigest()
                    file_rows.writerow(
                        (package_id, path, 0, 4096, 1_700_000_000, digest, digest, digest[:32])
                    )
                    place_rows.writerow((f"{1000 + page * 2:010}", f"{4096:015}", f"{home}/{path}"))
        return [disc_texts.PACKAGES, disc_texts.FILES, disc_texts.EXTENTS]


def disc_rows_head() -> list[str]:
    """The head line of catalog/files.csv."""
    return ["package_id", "path", "is_directory", "size_bytes", "mtime_s", "sha256", "blake3", "xxh3-128"]


def _package_line(disc: Disc, package_id: str, number: int, volume: int) -> str:
    return (
        f'{{"image_id": "{disc.image_id}", "package_id": "{package_id}", "reference": {{"fonds": "Z109", '
        f'"series": "{number:04}", "volume": "{volume:04}"}}, "version": 1, "title": "案卷 {volume}", '
        f'"retention": "30", "confidentiality": "open", "accepted_at": "2026-01-02T03:04:05Z", '
        f'"disc_path": "data/Z109/{number:04}/{volume:04}/v0001", "files": {FILES}, "bytes": {FILES * 4096}, '
        f'"storage_class": "permanent", "pool": "bluray", "image": "I{number + 1:06}", "sequence": {volume}, '
        f'"root_digest": "{"d" * 64}", "owner": 1000, "reason": "", "submitted_at": "2026-01-02T03:04:05Z", '
        f'"cost_bytes": {FILES * 6000}}}\n'
    )


def _finding(disc: Disc, text: bytes, taken: list[str]) -> dict[str, object]:
    return {
        "status": "complete",
        "media_id": "SIMBDR/A01",
        "capacity_bytes": 4 * _MIB,
        "written_bytes": 2 * _MIB,
        "label": disc.label_line,
        "identifier": "0" * 16,
        "site_key": "",
        "key_known": False,
        "member": {
            "set_id": disc.identity.set_id,
            "n": disc.identity.n,
            "m": disc.identity.m,
            "position": disc.position,
            "kind": disc.member.kind,
            "image_id": disc.image_id,
            "closed_at": WHEN.isoformat(),
            "institution": disc.institution.name,
            "simulated": True,
            "sha256": hashlib.sha256(text).hexdigest(),
        },
        "taken": taken,
        "damaged": [],
        "problems": [],
    }


if __name__ == "__main__":
    print(*measure(), sep="\n")
