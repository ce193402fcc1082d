"""The state that all devices of one room share: the world, the discs, the faults, the speed; kept on disk.

One file, `state.json`, is replaced and synced at every change, so whatever kills the process, the next one
finds the last world that any device has shown. Motions in flight are the only thing that can be lost.
"""

import os
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from backends.tape.densities import GENERATIONS
from devices.clock import Clock
from simulator.ageing import AgeingPlan, Wear, stretches
from simulator.cartridge import Chip, SimulatedCartridge, make_cartridge
from simulator.damage import CLUSTER_BYTES, ByteRange, merged
from simulator.disc import SimulatedDisc
from simulator.errors import RoomDamaged
from simulator.faults import Fault, Faults, Occasion
from simulator.latency import Latencies, scaled
from simulator.life import add_years, begin_life, load_ageing, save_ageing, wear_of
from simulator.plan import RANDOM_ACCESS, TRANSPORT_ADDRESS, CartridgePlan, RoomPlan
from simulator.records import Sync, load_json, replace_json, sync_directory
from simulator.world import World, furnish, restore

_PLAN, _STATE, _DISCS, _CARTRIDGES = "plan.json", "state.json", "discs", "cartridges"


def create_room(folder: Path, plan: RoomPlan, *, sync: Sync = os.fsync) -> None:
    """Furnish a new room in an empty or missing folder; raises `RoomDamaged` when a room is there already."""
    if (folder / _PLAN).exists():
        raise RoomDamaged(f"{folder} holds a room already; nothing was changed")
    (folder / (_CARTRIDGES if plan.is_tape else _DISCS)).mkdir(parents=True, exist_ok=True)
    world = furnish(plan)
    for cartridge in plan.cartridges:
        carrier = world.holding(cartridge.barcode)
        make_cartridge(folder / _CARTRIDGES / carrier, _new_chip(carrier, cartridge), sync=sync)
    replace_json(folder / _STATE, _state(world, Faults(), plan.speed), sync=sync)
    # The plan comes last: a room without it does not exist yet.
    replace_json(folder / _PLAN, plan.to_json(), sync=sync)
    sync_directory(folder.parent, sync=sync)


def read_plan(folder: Path) -> RoomPlan:
    """How the room in `folder` is furnished; raises `RoomDamaged` when there is none."""
    return RoomPlan.from_json(_required(folder / _PLAN))


class Estate:
    """Opened state of one room. Safe for many threads; nobody sleeps while holding `lock`."""

    def __init__(
        self,
        folder: Path,
        *,
        clock: Clock,
        latencies: Latencies | None = None,
        sync: Sync = os.fsync,
        log: Callable[[str], None] = lambda line: None,
    ) -> None:
        self.plan = read_plan(folder)
        self.clock = clock
        self.latencies = latencies or Latencies()
        self.lock = threading.RLock()
        self.log = log
        self._folder = folder
        self._sync = sync
        stored = _required(folder / _STATE)
        self._world = _after_power_on(self.plan, restore(self.plan, stored["world"]))
        self._faults = Faults(stored["faults"])
        self._speed: float = stored["speed"]
        self._held: dict[str, SimulatedDisc] = {}
        self._held_cartridges: dict[str, SimulatedCartridge] = {}
        self._ageing = load_ageing(folder)
        self._wears: dict[str, Wear] = {}
        self._save()

    @property
    def world(self) -> World:
        return self._world

    @property
    def speed(self) -> float:
        return self._speed

    @speed.setter
    def speed(self, speed: float) -> None:
        with self.lock:
            self._speed = speed
            self._save()

    @property
    def armed_faults(self) -> tuple[Fault, ...]:
        with self.lock:
            return tuple(self._faults)

    def change(self, motion: Callable[[World], World]) -> World:
        """Replace the world by what `motion` makes of it; durable when this returns, unchanged when it
        raises.
        """
        with self.lock:
            self._world = motion(self._world)
            self._save()
            return self._world

    def wait(self, seconds: float) -> None:
        """Let the time pass that a device needs, at the room's speed. Not to be called with `lock` held."""
        pause_s = scaled(seconds, self._speed)
        if pause_s > 0:
            self.clock.sleep(pause_s)

    def arm(self, fault: Fault) -> str:
        """Prepare a fault and describe it; raises `ControlRefused`."""
        with self.lock:
            kind = self._faults.arm(fault)
            self._save()
            return kind.description

    def disarm(self) -> None:
        with self.lock:
            self._faults.disarm()
            self._save()

    def fault(
        self, *occasions: Occasion, drive: str | None = None, medium: str | None = None
    ) -> Fault | None:
        """Count an occasion and give the fault that happens on it, if one does.

        Counts are saved when a fault is armed or happens: a server that is killed between counts anew.
        """
        with self.lock:
            if not len(self._faults):
                return None
            happening = self._faults.take(*occasions, drive=drive, medium=medium)
            if happening is not None:
                self._save()
        if happening is not None:
            self.log(f"fault {happening.kind} happens{_where(drive, medium)}")
        return happening

    def burn_is_threatened(self, *, drive: str, medium: str) -> bool:
        with self.lock:
            return self._faults.threaten_burn(drive=drive, medium=medium)

    def disc(self, carrier: str) -> SimulatedDisc:
        """The disc of a carrier, the same object for everybody until it is put away."""
        with self.lock:
            if carrier not in self._held:
                self._held[carrier] = SimulatedDisc(
                    self.medium_folder(carrier),
                    capacity_sectors=self.plan.capacity_sectors,
                    unwritten_reads=self.plan.unwritten_reads,
                    sync=self._sync,
                )
                self._let_age(carrier)
            return self._held[carrier]

    def cartridge(self, carrier: str) -> SimulatedCartridge:
        """The cartridge of a carrier, the same object for everybody until it is put away."""
        with self.lock:
            if carrier not in self._held_cartridges:
                self._held_cartridges[carrier] = SimulatedCartridge(
                    self.medium_folder(carrier), sync=self._sync
                )
                self._let_age(carrier)
            return self._held_cartridges[carrier]

    def add_cartridge(self, carrier: str, plan: CartridgePlan) -> None:
        """Make a new cartridge, before its carrier comes into the world."""
        make_cartridge(self.medium_folder(carrier), _new_chip(carrier, plan), sync=self._sync)

    def medium_folder(self, carrier: str) -> Path:
        """Where the files of a medium are, which exist once something was written on it."""
        return self._folder / (_CARTRIDGES if self.plan.is_tape else _DISCS) / carrier

    def written(self, carrier: str, drive: str, *, anew: bool = False) -> None:
        """A drive has put something on a medium, which ages from then on; `anew`: what was on it is gone."""
        label = self._world.carriers[carrier].barcode
        with self.lock:
            self._wears.pop(carrier, None)
        begin_life(self.medium_folder(carrier), label, drive, self.clock.now(), sync=self._sync, anew=anew)

    def wear(self, carrier: str) -> Wear | None:
        """What its years have done to a medium until it was taken in hand; None when nothing is on it.

        Units are the clusters of a disc, or the blocks and filemarks of a cartridge.
        """
        with self.lock:
            medium = self.cartridge(carrier) if self.plan.is_tape else self.disc(carrier)
            if carrier not in self._wears:
                folder, now = self.medium_folder(carrier), self.clock.now()
                found = wear_of(folder, self._ageing, now, units=_units(medium))
                if found is None:
                    return None
                self._wears[carrier] = found
            return self._wears[carrier]

    @property
    def ageing(self) -> AgeingPlan:
        """How the media of this room age."""
        return self._ageing

    def set_ageing(self, plan: AgeingPlan) -> None:
        """Have media age by this plan; what is bad already stays bad."""
        with self.lock:
            self._ageing = plan
            self._wears.clear()
            save_ageing(self._folder, plan, sync=self._sync)

    def age(self, carrier: str, years: float) -> bool:
        """Make a medium older at once, in a drive as well; False when nothing is on it."""
        with self.lock:
            aged = add_years(self.medium_folder(carrier), years, sync=self._sync)
            if aged:
                self.cartridge(carrier) if self.plan.is_tape else self.disc(carrier)
                self._wears.pop(carrier, None)
                self._let_age(carrier)
            return aged

    def _let_age(self, carrier: str) -> None:
        """What its years have made unreadable of a medium in hand is so from now on. Called with `lock` held."""
        wear = self.wear(carrier)
        if wear is None or not wear.bad:
            return
        cartridge = self._held_cartridges.get(carrier)
        if cartridge is not None:
            for first, count in stretches(wear.bad - cartridge.unreadable):
                cartridge.make_unreadable(first, count)
            return
        disc = self._held[carrier]
        ranges = [
            ByteRange(first * CLUSTER_BYTES, count * CLUSTER_BYTES) for first, count in stretches(wear.bad)
        ]
        if merged([*disc.unreadable, *ranges]) != disc.unreadable:
            disc.make_unreadable(tuple(ranges))

    def put_away(self, carrier: str) -> None:
        """Close the files of a medium that left its drive."""
        with self.lock:
            held = (self._held.pop(carrier, None), self._held_cartridges.pop(carrier, None))
            self._wears.pop(carrier, None)
        for medium in held:
            if medium is not None:
                medium.release()

    def close(self) -> None:
        with self.lock:
            for carrier in (*self._held, *self._held_cartridges):
                self.put_away(carrier)

    def _save(self) -> None:
        replace_json(self._folder / _STATE, _state(self._world, self._faults, self._speed), sync=self._sync)


def _units(medium: SimulatedDisc | SimulatedCartridge) -> int:
    """How many clusters or blocks are written on a medium."""
    if isinstance(medium, SimulatedCartridge):
        return medium.objects
    return medium.written_bytes // CLUSTER_BYTES


def _new_chip(carrier: str, plan: CartridgePlan) -> Chip:
    return Chip(
        generation=plan.generation,
        serial=f"SIMTAPE{carrier}",
        capacity_bytes=plan.capacity_bytes or GENERATIONS[plan.generation].capacity_bytes,
        worm=plan.worm,
        cleaning=plan.cleaning,
        write_protected=plan.write_protected,
    )


def _state(world: World, faults: Faults, speed: float) -> dict[str, object]:
    return {"world": world.to_json(), "faults": faults.to_json(), "speed": speed}


def _required(path: Path) -> Any:
    if not path.exists():
        raise RoomDamaged(f"{path} is missing; this folder holds no room")
    return load_json(path)


def _after_power_on(plan: RoomPlan, world: World) -> World:
    """The robot empties its hand, and no drive remembers that somebody locked its tray."""
    for address, drive in world.drives.items():
        world = world.with_drive(address, replace(drive, removal_prevented=False))
    # The arm of a stacker keeps what it holds, and a person his.
    return world if plan.robot != RANDOM_ACCESS else with_empty_hand(plan, world)


def with_empty_hand(plan: RoomPlan, world: World) -> World:
    """The world after the robot put what it holds back where it fetched it, else into the first free slot."""
    name = world.at(TRANSPORT_ADDRESS)
    if name is None:
        return world
    source, slots = world.carriers[name].source, plan.slot_addresses
    if source is not None and source in slots and world.free_element(range(source, source + 1)) is not None:
        return world.moved(TRANSPORT_ADDRESS, source)
    free = world.free_element(plan.slot_addresses)
    return world if free is None else world.moved(TRANSPORT_ADDRESS, free)


def _where(drive: str | None, medium: str | None) -> str:
    return "".join(f", {kind} {name}" for kind, name in (("drive", drive), ("medium", medium)) if name)
