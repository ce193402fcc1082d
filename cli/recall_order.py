"""One order from request to the last file: begun, or taken up where an earlier call left it."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from archived.errors import ArchivedError, Failed, Refused, Unrecoverable
from archived.language import _, counted
from archived.names import escaped
from cli import recall_note
from cli.context import Context, at
from cli.delivered import DeliveredFile, file_of, folder_of, link_of
from cli.recall_note import Note, NotedPart
from cli.recall_part import Part, Target
from cli.recall_targets import folder_names
from cli.recalling import ask_once, hand_over
from cli.reconnecting import stream_again
from cli.waiting import wait_for

ORDERS = "/v1/recall-orders"
#: So many links that were not made are named.
LINKS_NAMED_MAX = 5
#: States in which a recall may still bring something.
LIVE = ("waiting", "requested", "ready")


def begin(context: Context, items: list[dict[str, Any]]) -> tuple[Note, dict[str, Any]]:
    """Put the order on record; the note of it, and the daemon's document."""
    asked = ask_once(context, ORDERS, items=items, dry_run=False)
    names = folder_names(asked["recalls"])
    whole = {item["package"]: not (item["paths"] or item["pieces"]) for item in _by_package(items, asked)}
    parts = {
        r["package"]: NotedPart(
            r["reference"], names[r["package"]], whole[r["package"]], r["recall"], r["recall"]
        )
        for r in asked["recalls"]
    }
    return Note(items, [asked["order"]], parts), asked


def take_up(context: Context, note: Note, items: list[dict[str, Any]], target: Target) -> dict[str, Any]:
    """Go on with what is noted: what the daemon still serves is waited for, what is missing is asked for again.

    Raises:
        Refused: something else is asked for now than was.
    """
    if items and items != note.items:
        raise Refused(
            _("{folder} holds an unfinished recall of something else; nothing was asked for").format(
                folder=target.place
            ),
            advice=_(
                "go on with it: archivectl recall --continue {option} {folder}   or name another place"
            ).format(option=target.option, folder=target.place),
        )
    live = {
        recall["recall"]
        for order in note.orders
        for recall in context.get(at(ORDERS, order))["recalls"]
        if recall["state"] in LIVE
    }
    missing = []
    for package, noted in note.parts.items():
        if target.in_any_order and (noted.done or noted.recall in live):
            continue
        part = _part(context, package, noted, noted.first_recall)
        rest = target.rest(part)
        noted.done = not rest and noted.recall not in live
        if noted.recall in live:
            continue
        if not rest:
            target.take(part, _nothing)  # folders and links, of which the daemon has nothing to give
            continue
        whole = noted.whole and len(rest) == len(part.files)
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
        asked = ask_once(context, ORDERS, items=missing, dry_run=False)
        note.orders.append(asked["order"])
        for recall in asked["recalls"]:
            note.parts[recall["package"]].recall = recall["recall"]
        if target.note is not None:
            recall_note.write(target.note, note)
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
        if target.note is not None:
            recall_note.remove(target.note)
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
        if target.note is not None and (keep or recall_note.exists(target.note)):
            recall_note.write(target.note, note)
            context.say(
                _("what arrived is kept; go on with: archivectl recall --continue {option} {folder}").format(
                    option=target.option, folder=target.place
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


def _take(context: Context, note: Note, recall_id: str, noted: NotedPart, target: Target) -> None:
    package = next(name for name, item in note.parts.items() if item is noted)
    content = at("/v1/recalls", recall_id, "content")

    def fetch(file: DeliveredFile) -> Iterator[bytes]:
        if target.note is not None:  # all paths were checked: now something is written
            recall_note.keep(target.note, note)
        bounds = {} if file.start is None else {"start": file.start, "end": file.end}
        return stream_again(context, content, path=file.path, **bounds)

    target.take(_part(context, package, noted, recall_id), fetch)
    if target.links_not_made:
        _say_links(context, target)
    hand_over(context, recall_id)
    noted.done = True
    if target.note is not None:
        recall_note.write(target.note, note)


def _part(context: Context, package: str, noted: NotedPart, recall_id: str) -> Part:
    """Everything that has to be there of one package, as the recall that brings it announces it."""
    document = context.get(at("/v1/recalls", recall_id, "files"))
    files = _files_of(document)
    if noted.first_recall != recall_id:
        # Only the rest was asked for this time; digests of pieces are known since they were gathered.
        document = context.get(at("/v1/recalls", noted.first_recall, "files"))
        now = {file.name: file for file in files}
        files = [now.get(file.name, file) for file in _files_of(document)]
    return Part(
        package,
        noted.reference,
        noted.folder,
        tuple(files),
        tuple(map(folder_of, document["directories"])),
        tuple(link_of(item) for item in document["files"] if item["kind"] == "link"),
        noted.whole,
    )


def _nothing(file: DeliveredFile) -> Iterator[bytes]:
    raise AssertionError(f"{file.name} was there a moment ago")


def _say_links(context: Context, target: Target) -> None:
    """Which links were not made, once."""
    names, target.links_not_made = target.links_not_made, ()
    context.say(
        counted(
            "{count} symbolic link leads out of {folder} and was not made: {names}; --tar - gives it as it is",
            "{count} symbolic links lead out of {folder} and were not made: {names}; --tar - gives them as they are",
            len(names),
        ).format(
            count=len(names), folder=target.place, names=", ".join(map(escaped, names[:LINKS_NAMED_MAX]))
        )
    )


def _files_of(document: dict[str, Any]) -> list[DeliveredFile]:
    return [file_of(item) for item in document["files"] if item["kind"] == "file"]


def _by_package(items: list[dict[str, Any]], asked: dict[str, Any]) -> list[dict[str, Any]]:
    """What is wanted of each package of the answer; items beyond the first name whole packages only."""
    if len(asked["recalls"]) > 1 or len(items) > 1:
        return [{"package": r["package"], "paths": [], "pieces": []} for r in asked["recalls"]]
    if not asked["recalls"]:
        raise Failed(_("the daemon put an empty order on record; nothing was written"))
    return [{**items[0], "package": asked["recalls"][0]["package"]}]
