"""A site whose only robot is a stacker, in one process: what lies in its bins was put there by a person."""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import delete

from archived.catalog import tables
from archived.catalog.store import Catalog
from archived.config import load
from archived.sessions.drive_trays import DriveTrays
from archived.sessions.tools import SitePaths
from archived.stages import blank_loading, halting, stacking
from archived.stages.work import Site
from archived.wiring import paths_of
from archived.wiring_rooms import MEDIA_ID
from robotics.changers.stacker import StackerChanger
from robotics.model import Bin, BinOrder
from simulator.estate import create_room
from simulator.plan import CLUSTER_SECTORS, TRANSPORT_ADDRESS, DiscPlan, RoomPlan, standard_drives
from tests.simulation.harness import MIB, Story
from tests.simulation.mechanical_arm import MechanicalArm

LIBRARY = "main"
INPUT = Bin(1, "input", 1024, 50, BinOrder.LIFO, takes=True, puts=False)
ACCEPT = Bin(2, "accept", 1280, 50, BinOrder.LIFO, takes=False, puts=True)
REJECT = Bin(3, "reject", 1536, 10, BinOrder.LIFO, takes=False, puts=True)
#: An input bin into which discs can be laid back.
BOTH_WAYS = replace(INPUT, puts=True)
PLAIN = (INPUT, ACCEPT, REJECT)


class StackerStory(Story):
    """One stacker with so many blanks in its input bin, of which the catalog knows nothing before they are loaded."""

    def __init__(
        self,
        folder: Path,
        *,
        bins: Sequence[Bin] = PLAIN,
        drives: int = 1,
        blanks: int = 6,
        tells_hand: bool = True,
        puts_in_again: bool = False,
        n: int = 1,
        m: int = 1,
        settings: Mapping[str, str] | None = None,
        **more: Any,
    ) -> None:
        self._bins, self._drive_count, self._blanks = tuple(bins), drives, blanks
        self._tells_hand, self._puts_in_again = tells_hand, puts_in_again
        names = ", ".join(f'"B{number}"' for number in range(1, drives + 1))
        robot = {"robot": '"generic"', "drives": f"[{names}]"}
        super().__init__(folder, n=n, m=m, settings={**robot, **(settings or {})}, **more)

    def _open_rooms(self) -> None:
        self._make_a_stacker()
        super()._open_rooms()

    def _make_a_stacker(self) -> None:
        """The room of this story, in place of the one that was founded."""
        config = load(self.site_folder)
        paths = paths_of(self.site_folder, config)
        if (paths.room / "stacker").exists():
            return
        shutil.rmtree(paths.room)
        discs = tuple(DiscPlan(f"{LIBRARY}-{k:05d}", MEDIA_ID, k) for k in range(1, self._blanks + 1))
        plan = RoomPlan(
            library=LIBRARY,
            drives=standard_drives(self._drive_count),
            slots=0,
            magazine_slots=1,
            import_export_slots=0,
            capacity_sectors=41 * CLUSTER_SECTORS,
            discs=discs,
            robot="generic",
            bins=self._bins,
        )
        create_room(paths.room, plan)
        (paths.room / "stacker").touch()
        catalog = Catalog(paths.catalog)
        with catalog.write() as write:
            for table in (tables.medium_history, tables.medium, tables.drive):
                write.execute(delete(table))
        catalog.close()

    def wired(self, paths: SitePaths) -> Site:
        plain = super().wired(paths)
        drives = [(f"B{k}", plain.tools.drives[f"B{k}"]) for k in range(1, self._drive_count + 1)]
        mechanism = self.room.mechanism
        assert mechanism is not None
        arm = MechanicalArm(
            mechanism,
            tells_hand=self._tells_hand,
            puts_in_again=self._puts_in_again,
            step=lambda name: self.fuse.step(name),
        )
        trays = DriveTrays(drives, plain.tools.burner)
        changer = StackerChanger(arm, trays, self.clock, name=LIBRARY)
        return replace(plain, tools=replace(plain.tools, changers={LIBRARY: changer}))

    def load_blanks(self, *counts: int, **more: Any) -> list[str]:
        """A person says what he put in, each of `counts` of another purchase batch, from the bottom up."""
        ids: list[str] = []
        for number, count in enumerate(counts, start=1):
            said: dict[str, Any] = {"pool": "bluray", "batch": f"batch-{number}", "agent": "uid:1000"}
            said |= {"capacity_bytes": int(2.5625 * MIB), **more}
            with self.catalog.write() as write:
                ids += blank_loading.load_blanks(write, self.site, LIBRARY, "input", count, **said)
        return ids

    def somebody_looks(self) -> None:
        """A person finds the disc that was lost sight of, says where it lies, and lets the robot go on."""
        lost = [medium.id for medium in self.media() if medium.element is None]
        disc = halting.ELSEWHERE
        for medium_id in lost:
            address = self.room.estate.world.carriers[self.room.carrier(medium_id)].address
            if address == TRANSPORT_ADDRESS:
                self.room.estate.change(lambda world: world.moved(TRANSPORT_ADDRESS, REJECT.first))
                address = self.room.estate.world.carriers[self.room.carrier(medium_id)].address
            pile = next((one for one in self._bins if address is not None and address in one), None)
            if pile is not None and pile.takes and len(lost) == 1:
                disc = halting.IN_PLACE
            elif pile is not None:
                with self.catalog.write() as write:
                    stacking.put_in_bin(write, self.site, LIBRARY, pile.name, [medium_id], agent="uid:1000")
        with self.catalog.write() as write:
            reason = "it was looked at"
            halting.resume(write, self.site, LIBRARY, agent="uid:1000", reason=reason, disc=disc)
