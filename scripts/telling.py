"""Lines for people: chapters, happenings in words, live progress, and a table at the end."""

import queue
import shutil
import sys
import unicodedata
from collections.abc import Callable
from typing import Any

Document = dict[str, Any]

MIB = 1 << 20


def say(line: str) -> None:
    """One line, at once."""
    _clear()
    print(line, flush=True)


def title(number: str, english: str, chinese: str) -> None:
    """The head of a chapter."""
    say("")
    say(f"── {number} ── {english} · {chinese}")


def amount(size_bytes: int) -> str:
    """Bytes for people."""
    if size_bytes >= MIB:
        return f"{size_bytes / MIB:.1f} MiB"
    return f"{size_bytes / 1024:.1f} KiB" if size_bytes >= 1024 else f"{size_bytes} bytes"


def table(rows: list[tuple[str, str]]) -> None:
    """Two columns under each other."""
    width = max(_width(left) for left, _ in rows)
    for left, right in rows:
        say(f"  {left}{' ' * (width - _width(left))}  {right}")


class Narrator:
    """Turns the daemon's events into lines, and its progress into one line that moves."""

    def __init__(self) -> None:
        self._said: dict[str, int] = {}
        self._told = 0

    def drain(self, happenings: "queue.SimpleQueue[Document]") -> None:
        """Say everything that has come meanwhile."""
        while not happenings.empty():
            self._tell(happenings.get()["items"])

    def finish(self, events_after: Callable[[int], list[Document]]) -> None:
        """Say what has happened and did not come: `events_after(number)` lists the events after a number."""
        while events := events_after(self._told):
            self._tell(events)

    def _tell(self, events: list[Document]) -> None:
        for event in events:
            self._told = max(self._told, event["id"])
            words = _words(event)
            if words:
                say(words)

    def progress(self, work: "queue.SimpleQueue[Document]") -> None:
        """Show the newest progress: a moving line on a terminal, elsewhere a line for every quarter."""
        document: Document | None = None
        while not work.empty():
            document = work.get()
        for item in (document or {}).get("items", ()):
            if not item.get("total_bytes"):
                continue
            percent = 100 * item["done_bytes"] // item["total_bytes"]
            line = f"        {item['what']}: {_bar(percent)} {percent} % of {amount(item['total_bytes'])}{_rate(item)}"
            if sys.stdout.isatty():
                _clear()
                sys.stdout.write(line[: shutil.get_terminal_size().columns - 1])
                sys.stdout.flush()
            elif percent // 25 > self._said.get(item["key"], -1):
                self._said[item["key"]] = percent // 25
                print(line, flush=True)


def _words(event: Document) -> str:
    """What is worth a line in the story; the whole record is `archivectl events`."""
    thing, detail = event["subject_id"], event["detail"]
    kind = event["type"]
    if kind == "image closed":
        return f"image {thing} closed 组盘完成: {amount(detail['bytes'])}, label {detail['label']}"
    if kind == "protection":
        return (
            f"set {thing} protected 已生成校验: parity and digests in one pass over {amount(detail['bytes'])}"
        )
    if kind == "write intent":
        return f"    burning 刻录 {thing} on disc {detail['medium']} in drive {detail['drive']} …"
    if kind == "written":
        return f"    burnt   {thing}; disc {detail['medium']} leaves drive {detail['drive']}"
    if kind == "fixity check" and "medium" in detail:
        verdict = "matched 相符" if event["outcome"] == "success" else f"{event['outcome']}"
        return f"    read    {thing} back from disc {detail['medium']} in drive {detail.get('drive', '?')}: {verdict}"
    if kind == "task opened":
        return f"    asked   {detail['medium']}: {detail['from']} → {detail['to']}, {detail['reason']}"
    if kind == "set complete":
        return f"set {thing} complete 全组完成: every member was read back after a reload"
    if event["outcome"] != "success":
        return f"    {kind} {event['subject_kind']} {thing}: {event['outcome']} {detail.get('note', '')}"
    return ""


def _bar(percent: int) -> str:
    return "█" * (percent // 5) + "░" * (20 - percent // 5)


def _rate(item: Document) -> str:
    rate, left = item.get("rate_bytes_per_s"), item.get("left_s")
    return (f", {amount(int(rate))}/s" if rate else "") + (f", {left:.0f} s left" if left else "")


def _clear() -> None:
    if sys.stdout.isatty():
        sys.stdout.write("\r\x1b[K")


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
