"""One order from request to the last file: begun, or taken up where an earlier call left it."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from uuid import uuid4

from archived.errors import AnswerBroken, ArchivedError, Failed, Refused, Unrecoverable, WrongState
from archived.language import _, counted
from archived.names import escaped
from cli import recall_note
from cli.context import Context, at
from cli.delivered import DeliveredFile, file_of, folder_of, link_of
from cli.recall_note import Note, NotedPart
from cli.recall_targets import FolderTarget, Part, Target, folder_names
from cli.reconnecting import call_again, stream_again
from cli.waiting import wait_for

ORDERS = "/v1/recall-orders"
#: So many links that were not made are named.
LINKS_NAMED_MAX = 5
#: States in which a recall may still bring something.
LIVE = ("waiting", "requested", "ready")


def begin(context: Context, items: list[dict[str, Any]]) -> tuple[Note, dict[str, Any]]:
    """Put the order on record; the note of it, and the daemon's document."""
    asked = _ask(context, items)
    names = folder_names(asked["recalls"])
    whole = {item["package"]: not (item["paths"] or item["pieces"]) for item in _by_package(items, asked)}
    parts = {
        r["package"]: NotedPart(
            r["reference"], names[r["package"]], whole[r["package"]], r["recall"], r["recall"]
        )
        for r in asked["recalls"]
    }
    return Note(items, [asked["order"]], parts), asked


def take_up(
    context: Context, note: Note, items: list[dict[str, Any]], target: FolderTarget
) -> dict[str, Any]:
    """Go on with what is noted: what the daemon still serves is waited for, what is missing is asked for again.

    Raises:
        Refused: something else is asked for now than was.
    """
    if items and items != note.items:
        raise Refused(
            _("{folder} holds an unfinished recall of something else; nothing was asked for").format(
                folder=target.folder
            ),
            advice=_("go on with it: archivectl recall --continue --to DIR   or name another folder"),
        )
    live = {
        recall["recall"]
        for order in note.orders
        for recall in context.get(at(ORDERS, order))["recalls"]
        if recall["state"] in LIVE
    }
    missing = []
    for package, part in note.parts.items():
        if part.done or part.recall in live:
            continue
        files = _files(context, part.first_recall)
        rest = [file for file in files if not target.has(part.folder, file)]
        if not rest:
            part.done = True
            continue
        whole = part.whole and len(rest) == len(files)
        missing.append(
            {
                "reference": package,
                "version": None,
                "paths": [] if whole else [file.path for file in rest if file.start is None],
                "pieces": [
                    {"path": file.path, "start": file.start, "end": file.end}
                    for file in rest
                    if file.start is not None
                ],
            }
        )
    asked: dict[str, Any] = {"recalls": [], "orders": note.orders}
    if missing:
        asked = _ask(context, missing)
        note.orders.append(asked["order"])
        for recall in asked["recalls"]:
            note.parts[recall["package"]].recall = recall["recall"]
        recall_note.write(target.folder, note)
    return asked


def bring(context: Context, note: Note, target: Target) -> None:
    """Wait for every part and hand it to the target, each as soon as it is ready.

    Raises:
        Unrecoverable: some of it cannot be brought; the rest was.
    """
    failed: list[str] = []
    pending = note.pending
    said: set[str] = set()

    def look() -> dict[str, Any] | None:
        return _next(context, note, pending, target, said)

    while pending:
        now = wait_for(context, look)
        part = note.parts[pending.pop(now["recall"])]
        if now["state"] != "ready":
            words = now.get("note") or _("no reason is recorded")
            failed.append(f"{part.reference}: {now['recall']} {now['state']}: {words}")
            continue
        _take(context, note, now["recall"], part, target)
    if not failed:
        target.end()
        if isinstance(target, FolderTarget):
            recall_note.remove(target.folder)
        return
    listed = "; ".join(failed[:10])
    if len(failed) == len(note.parts):
        raise Unrecoverable(
            _("nothing could be brought back: {reasons}; nothing was written").format(reasons=listed),
            advice=_("see what is damaged or missing: archivectl attention"),
        )
    raise Unrecoverable(
        _(
            "{number} of {total} packages could not be brought back: {reasons}; the others are in {place}"
        ).format(number=len(failed), total=len(note.parts), reasons=listed, place=target.words()),
        advice=_("see what is damaged or missing: archivectl attention"),
    )


@contextmanager
def given_up_on_failure(context: Context, note: Note, target: Target, *, keep: bool) -> Iterator[None]:
    """Whatever goes wrong inside, Ctrl-C too: the daemon may forget what it gathered, unless it is to be kept.

    What has arrived stays, and a note with it, so that --continue goes on.
    """
    try:
        yield
    except BaseException:
        if isinstance(target, FolderTarget) and (keep or recall_note.exists(target.folder)):
            recall_note.write(target.folder, note)
            context.say(
                _("what arrived is kept; go on with: archivectl recall --continue {option} {folder}").format(
                    option=target.option, folder=target.folder
                )
            )
        if keep:
            context.say(_("the daemon goes on with it; archivectl recalls shows how far it is"))
            raise
        context.again = None
        for order in note.orders:
            with suppress(ArchivedError):
                context.post(at(ORDERS, order, "cancel"))
                context.say(
                    _("recall order {order} was cancelled; nothing on any medium has changed").format(
                        order=order
                    )
                )
        raise


def _ask(context: Context, items: list[dict[str, Any]]) -> dict[str, Any]:
    """Put an order on record. It has a key, so that it may be sent again when the answer was lost."""
    order = {"items": items, "dry_run": False, "key": uuid4().hex}

    def send() -> dict[str, Any]:
        answer: dict[str, Any] = context.post(ORDERS, order)
        return answer

    try:
        return send()
    except AnswerBroken:
        return call_again(context, send)


def _next(
    context: Context, note: Note, pending: dict[str, str], target: Target, said: set[str]
) -> dict[str, Any] | None:
    """The next recall of which something can be told: ready, or over. For a stream the first pending one only."""
    recalls = {r["recall"]: r for order in note.orders for r in context.get(at(ORDERS, order))["recalls"]}
    for recall_id in pending:
        recall: dict[str, Any] = recalls[recall_id]
        if recall["state"] not in ("waiting", "requested"):
            return recall
        if recall.get("waits") and recall_id not in said:
            said.add(recall_id)
            context.say(f"{recall_id}: {recall['waits']}")
        if not target.in_any_order:
            return None
    return None


def _take(context: Context, note: Note, recall_id: str, part: NotedPart, target: Target) -> None:
    package = next(name for name, item in note.parts.items() if item is part)
    document = context.get(at("/v1/recalls", recall_id, "files"))
    files = _files_of(document)
    if part.first_recall != recall_id:
        # Only the rest was asked for this time; digests of pieces are known since they were gathered.
        document = context.get(at("/v1/recalls", part.first_recall, "files"))
        now = {file.name: file for file in files}
        files = [now.get(file.name, file) for file in _files_of(document)]
    content = at("/v1/recalls", recall_id, "content")

    def fetch(file: DeliveredFile) -> Iterator[bytes]:
        if isinstance(target, FolderTarget):  # all paths were checked: now something is written
            recall_note.keep(target.folder, note)
        bounds = {} if file.start is None else {"start": file.start, "end": file.end}
        return stream_again(context, content, path=file.path, **bounds)

    target.take(
        Part(
            package,
            part.reference,
            part.folder,
            tuple(files),
            tuple(map(folder_of, document["directories"])),
            tuple(link_of(item) for item in document["files"] if item["kind"] == "link"),
            part.whole,
        ),
        fetch,
    )
    if isinstance(target, FolderTarget) and target.links_not_made:
        _say_links(context, target)
    _hand_over(context, recall_id)
    part.done = True
    if isinstance(target, FolderTarget):
        recall_note.write(target.folder, note)


def _say_links(context: Context, target: FolderTarget) -> None:
    """Which links were not made, once."""
    names, target.links_not_made = target.links_not_made, ()
    context.say(
        counted(
            "{count} symbolic link leads out of {folder} and was not made: {names}; --tar - gives it as it is",
            "{count} symbolic links lead out of {folder} and were not made: {names}; --tar - gives them as they are",
            len(names),
        ).format(
            count=len(names), folder=target.folder, names=", ".join(map(escaped, names[:LINKS_NAMED_MAX]))
        )
    )


def _hand_over(context: Context, recall_id: str) -> None:
    """Say that everything arrived. An answer that was lost on the way may have been given."""

    def say() -> None:
        with suppress(WrongState):
            context.post(at("/v1/recalls", recall_id, "delivered"))

    call_again(context, say)


def _files(context: Context, recall_id: str) -> list[DeliveredFile]:
    return _files_of(context.get(at("/v1/recalls", recall_id, "files")))


def _files_of(document: dict[str, Any]) -> list[DeliveredFile]:
    return [file_of(item) for item in document["files"] if item["kind"] == "file"]


def _by_package(items: list[dict[str, Any]], asked: dict[str, Any]) -> list[dict[str, Any]]:
    """What is wanted of each package of the answer; items beyond the first name whole packages only."""
    if len(asked["recalls"]) > 1 or len(items) > 1:
        return [{"package": r["package"], "paths": [], "pieces": []} for r in asked["recalls"]]
    if not asked["recalls"]:
        raise Failed(_("the daemon put an empty order on record; nothing was written"))
    return [{**items[0], "package": asked["recalls"][0]["package"]}]
