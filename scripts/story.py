"""`make run`: the whole way of a collection, told in lines: in, onto discs, read back, two discs lost, out again.

Only the installed commands are used, so that all of it could be typed. Ends with 0 when every byte came back,
1 when anything differs, 2 when there was nothing to take in.
"""

import argparse
import queue
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from collection import Volume, count, differences, disc_capacity_bytes, loose_files, volumes_of
from telling import Narrator, amount, say, table, title
from trial_site import CommandFailed, TrialSite

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
SHIPPED = EXAMPLES / "collection"
#: Who does what the machines of a room leave to people.
PERSON = EXAMPLES / "person.py"
#: What each room is, in words.
ROOMS = {
    "library": (
        "A site with a robot, two burners, 48 blanks",
        "建库：一台机械手、两台刻录机、四十八张空白盘",
    ),
    "manual": (
        "A site with a cabinet, two burners, 48 blanks, and a person with a list",
        "建库：一个柜子、两台刻录机、四十八张空白盘，和一位照单办事的人",
    ),
    "stacker": (
        "A site with a stacker on a serial line: bins, an arm, two burners, 48 blanks",
        "建库：一台串口堆叠机：料仓、机械臂、两台刻录机、四十八张空白盘",
    ),
    "nimbie": (
        "A site with a Nimbie on USB: a queue, two piles, one burner, 48 blanks",
        "建库：一台 USB 接口的 Nimbie：进盘队列、两个出盘堆、一台刻录机、四十八张空白盘",
    ),
    "aleratec": (
        "A site with an Auto Publisher LS: four bins, three burners, 48 blanks",
        "建库：一台 Auto Publisher LS：四个料仓、三台刻录机、四十八张空白盘",
    ),
}
#: git keeps no empty folders, and one belongs to the collection.
SHIPPED_EMPTY_FOLDER = SHIPPED / "1987-001 会议记录 minutes" / "空文件夹 empty"
#: Rooms whose robots see neither labels nor places.
BLIND = ("stacker", "nimbie", "aleratec")
PATIENCE_S = 1800.0

Document = dict[str, Any]


class Story:
    """What has happened so far; one method a chapter."""

    def __init__(self, collection: Path, home: Path, room: str) -> None:
        self.collection = collection
        self.room = room
        self.home = home
        self.site = TrialSite(home / "site")
        self.taken: dict[str, Volume] = {}
        self.left_out: dict[str, frozenset[str]] = {}
        self.refused: list[Volume] = []
        self.different: dict[str, list[str]] = {}
        self.proven: list[tuple[str, str]] = []

    def open(self, volumes: list[Volume]) -> None:
        title("1", *ROOMS[self.room])
        capacity = disc_capacity_bytes(volumes)
        devices = ("--room", self.room, "--disc-capacity", str(capacity), "--speed", "0")
        self.site.make(*devices, "--keep-free", "64MiB", "--rest", "0.5")
        pid = self.site.start()
        say(f"site {self.site.folder}, discs of {amount(capacity)}, any 2 of 6 may be lost (4+2)")
        say(f"daemon: process {pid}; the simulated room is a process of its own")
        if self.room != "library":
            self.site.walk(PERSON)
            say("a person does what `archivectl tasks` asks for: examples/person.py, by the same commands")

    def hand_in(self, volumes: list[Volume]) -> None:
        title("2", f"{len(volumes)} volumes are handed in", "移交进馆")
        for name in loose_files(self.collection):
            say(f"skipped: {name} is not a folder; every folder is one volume 案卷")
        for volume in volumes:
            try:
                receipt = self.site.ask("submit", str(volume.folder), *_options(volume))
            except CommandFailed as error:
                self._refuse(volume, error)
                continue
            self.taken[receipt["package"]] = volume
            self.left_out[receipt["package"]] = frozenset(receipt["left_out"])
            made = "made into a bag" if receipt["bag"]["made_here"] else "a bag already, valid"
            say(
                f"accepted 已接收 {receipt['package']}  {volume.reference}: {receipt['files']} files, "
                f"{amount(receipt['bytes'])}, {made}, root {receipt['root_digest']['value'][:12]}…"
            )
            for name in receipt["left_out"]:
                say(f"    left out, as its receipt says 未收，回执中已注明: {name}")
        if self.taken:
            say(
                "an accepted receipt says: copied, synced, three digests taken — and keep your original for now"
            )

    def _refuse(self, volume: Volume, error: CommandFailed) -> None:
        if error.status != 2:
            raise error
        self.refused.append(volume)
        say(f"refused 未接收  {volume.reference}, and nothing of it was kept:")
        for reason in error.reasons:
            say(f"    {reason}")

    def to_disc(self) -> None:
        title("3", "Packed, protected, burnt, read back in the other burner", "组盘、校验、刻录、换机回读")
        narrator = Narrator()
        happenings = self.site.follow("events", "--follow", "--after", "0")
        work = self.site.follow("watch")
        self.site.ask("images", "close", "--all")
        self._tell_until(lambda: not self._waiting_to_pack(), narrator, happenings, work)
        self.site.ask("sets", "close", "--all")
        if self.room == "nimbie":
            self._take_upon_oneself()
        self._tell_until(self._all_archived, narrator, happenings, work)
        self.site.stop_following()
        narrator.finish(lambda told: self.site.items("events", "--after", str(told)))

    def _take_upon_oneself(self) -> None:
        """One drive writes and reads back: that all discs of a set depend on it is for a person to allow."""
        until = time.monotonic() + PATIENCE_S
        while not (sets := self.site.items("sets")) and time.monotonic() < until:
            time.sleep(0.3)
        for item in sets:
            self.site.ask("allow", "diversity", item["id"], "--reason", "this robot has one drive")
            say(f"allowed 特许: all of set {item['id']} may depend on one drive; set and receipts say so")

    def _tell_until(
        self,
        holds: Callable[[], bool],
        narrator: Narrator,
        happenings: "queue.SimpleQueue[Document]",
        work: "queue.SimpleQueue[Document]",
    ) -> None:
        until = time.monotonic() + PATIENCE_S
        while not holds():
            if time.monotonic() > until:
                raise CommandFailed("archivectl attention", 3, str(self.site.items("attention")))
            pause_until = time.monotonic() + 1.0
            while time.monotonic() < pause_until:
                narrator.drain(happenings)
                narrator.progress(work)
                time.sleep(0.1)

    def _waiting_to_pack(self) -> bool:
        """Whether any package is not in a closed image yet."""
        open_images = {i["id"] for i in self.site.items("images") if i["state"] in ("open", "closing")}
        packages = self.site.items("packages")
        return any(not p["images"] or open_images & set(p["images"].values()) for p in packages)

    def _all_archived(self) -> bool:
        packages = self.site.ask("status")["packages"]
        return set(packages) <= {"archived"}

    def receipts(self) -> None:
        title("4", "Archived: every disc of every set was read back and matched", "已归档：各盘均已回读核对")
        for package in sorted(self.taken):
            receipt = self.site.ask("packages", package)["archived_receipt"]
            own = [medium for medium in receipt["media"] if medium["holds_this_package"]]
            for medium in own:
                say(
                    f"archived 已归档 {package}  {self.taken[package].reference}: disc {medium['medium']}  "
                    f"[{medium['label']}], burnt in {medium['written_in']}, read in {medium['verified_in']}"
                )
        sets = self.site.items("sets")
        discs = sum(len(item["members"]) for item in sets)
        self.proven.append(
            (
                f"{len(self.taken)} volumes on {discs} discs in {len(sets)} set(s)",
                "archived receipts name the media",
            )
        )
        self.proven.append(
            (f"{discs} of {discs} discs read whole after a reload", "digests and every chunk equal")
        )

    def release_staging(self) -> None:
        title("5", "Staging lets go: from now on the discs are all there is", "释放暂存：此后只剩光盘")
        answer = self.site.ask("staging", "release", "--all")
        say(f"{len(answer['released'])} packages left staging, {len(answer['kept'])} are kept there")

    def lose_two(self) -> None:
        title("6", "Two discs of one set are lost", "同组两张光盘遗失")
        chosen = max(self.site.items("sets"), key=lambda item: (len(item["members"]), item["id"]))
        data = [member for member in chosen["members"] if member["kind"] == "data"]
        parity = [member for member in chosen["members"] if member["kind"] == "parity"]
        lost = {
            member["copies"][0]["medium"]: f"{member['label']} ({member['kind']})"
            for member in [*data, *parity][: chosen["m"]]
        }
        if self.room in BLIND:
            self._take_out_of_bins(list(lost))
        for medium, words in lost.items():
            self.site.ask("simulate", "lose", medium)
            if self.room in BLIND:
                self.site.ask("media", "lost", medium, "--reason", "not in the bin any more")
            say(f"disc {medium} is gone: {words}")
        self.site.ask("library", "inventory")
        self.proven.append(
            (f"{chosen['m']} discs of set {chosen['id']} lost", "the other members rebuild them")
        )

    def _take_out_of_bins(self, lost: list[str]) -> None:
        """Nobody sees into a bin: a person empties it, says so, and lays back all but what is lost."""
        for pile in self.site.ask("library")["libraries"][0]["bins"]:
            there = [one["medium"] for one in sorted(pile["media"], key=lambda one: one["element"])]
            if not set(lost) & set(there):
                continue
            self.site.ask("library", "empty", "main", "--bin", pile["name"])
            self.site.ask("simulate", "take-from-bin", pile["name"])
            kept = [medium for medium in there if medium not in lost]
            if kept:
                hands = [word for medium in kept for word in ("--medium", medium)]
                self.site.ask("simulate", "load-bin", pile["name"], *hands)
                self.site.ask("library", "load", "main", "--bin", pile["name"], "--media", ",".join(kept))
            say(
                f"a person looked through the bin {pile['name']}: {len(there)} discs were in it, {len(kept)} are"
            )

    def bring_back(self) -> None:
        title(
            "7",
            "Everything is recalled and compared bit for bit with what was handed in",
            "全部调档，逐位比对",
        )
        files = size_bytes = 0
        ways = {package: self.site.ask("recall", package, "--dry-run")["way"] for package in self.taken}
        everything = self.home / "recalled"
        if self.room == "nimbie":
            self.site.ask("library", "empty", "main", "--bin", "input")
            self.site.ask("simulate", "take-from-bin", "input")
            say(
                "a person takes the blanks out of the queue: what is brought would come out behind all of them"
            )
        # One order, so that each disc is fetched once.
        self.site.ask("recall", *sorted(self.taken), "--to", str(everything))
        for package, volume in sorted(self.taken.items()):
            way = ways[package]
            target = everything / _folder_name(volume.reference) if len(self.taken) > 1 else everything
            found = differences(volume, target, self.left_out[package])
            number, length = count(volume, self.left_out[package])
            files, size_bytes = files + number, size_bytes + length
            if found:
                self.different[package] = found
            verdict = "DIFFERS 不一致" if found else "identical 一致"
            through = {"set": "rebuilt from the set 由组重建", "disc": "from its disc 取自本盘"}.get(way, way)
            say(f"{verdict}  {package}  {volume.reference}: {number} files, {amount(length)}, {through}")
            for words in found:
                say(f"    {words}")
        same = "DIFFERENT" if self.different else "bit for bit the same"
        self.proven.append((f"{files} files, {amount(size_bytes)} came back", same))

    def close(self, *, keep: bool) -> None:
        title("8", "What was shown", "小结")
        if self.refused:
            self.proven.append(
                (f"{len(self.refused)} volumes refused", "; ".join(v.reference for v in self.refused))
            )
        table(self.proven)
        self._how_to_look_around(keep=keep)

    def _how_to_look_around(self, *, keep: bool) -> None:
        folder = self.site.folder
        title("9", "How to look around", "接下来可以看什么")
        if keep:
            say(f"still serving, as asked: daemon process {self.site.pid} and its room; stop them with")
            say(f"    kill {self.site.pid}; .venv/bin/archived room stop --site {folder}")
        else:
            self.site.stop()
            say("daemon and room are stopped; no process is left. Start again with")
            say(f"    .venv/bin/archived serve --site {folder}")
        say(f"    export ARCHIVED_SITE={folder}")
        for command in ("status", "packages", "sets", "media", "attention", "events", "simulate show"):
            say(f"    .venv/bin/archivectl {command}")
        say(f"what was recalled lies in {self.home / 'recalled'}")
        say(f"when you have seen enough: rm -r {self.home} {self.site.run_directory}")


def _folder_name(reference: str) -> str:
    """What archivectl calls the folder of a volume among those of one order."""
    return "".join(c if c.isalnum() or c in "-_. ()" else "_" for c in reference).strip(". ")


def _options(volume: Volume) -> list[str]:
    return [
        *("--fonds", volume.fonds, "--series", volume.series, "--volume", volume.volume),
        *("--title", volume.title, "--retention", volume.retention),
        *("--confidentiality", volume.confidentiality),
    ]


def tell(collection: Path, home: Path, room: str, *, keep: bool) -> int:
    """The story; returns the exit status."""
    if collection == SHIPPED:
        SHIPPED_EMPTY_FOLDER.mkdir(exist_ok=True)
    volumes = volumes_of(collection)
    if not volumes:
        say(f"{collection} has no sub-folders; every sub-folder is taken as one volume 案卷")
        return 2
    story = Story(collection, home, room)
    ended_well = False
    try:
        story.open(volumes)
        story.hand_in(volumes)
        if not story.taken:
            say("nothing was accepted, so there is nothing to go on with")
            return 2
        story.to_disc()
        story.receipts()
        story.release_staging()
        story.lose_two()
        story.bring_back()
        story.close(keep=keep)
        ended_well = True
    finally:
        if not (keep and ended_well):
            story.site.stop()
    return 1 if story.different else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument(
        "collection", nargs="?", type=Path, default=SHIPPED, help="each sub-folder is a volume"
    )
    parser.add_argument("--room", choices=sorted(ROOMS), default="library", help="what moves the discs")
    parser.add_argument("--keep", action="store_true", help="leave daemon and room running")
    arguments = parser.parse_args()
    print("SIMULATED – NOT PRESERVED   模拟环境，并未真正保存", flush=True)
    if not arguments.collection.is_dir():
        say(f"{arguments.collection} is not a folder")
        return 2
    home = Path(tempfile.mkdtemp(prefix="archived-story-"))
    try:
        return tell(arguments.collection.resolve(), home, arguments.room, keep=arguments.keep)
    except CommandFailed as error:
        say(f"the story ends here: {error}")
        say(f"the daemon's words are in {home / 'site' / 'daemon.log'}")
        return 1
    except KeyboardInterrupt:
        shutil.rmtree(home, ignore_errors=True)
        return 130


if __name__ == "__main__":
    sys.exit(main())
