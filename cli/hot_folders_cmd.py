"""archivectl hot-folders: folders from which packages are taken as they become ready."""

from typing import Any

import click

from archived.language import _
from cli.context import Context, at
from cli.nouns import noun, reason_option, verb
from cli.render import facts, items, plain, reference, table

hot_folders = noun(
    "hot-folders",
    "Hot folders 监视文件夹: what is ready in them is taken by itself. Alone it lists.",
    "hot-folders",
    "hot-folders scans",
    "hot-folders check scans --dry-run",
)


@verb("list", "hot-folders", "hot-folders scans", of=hot_folders)
@click.argument("name", required=False)
def list_hot_folders(context: Context, name: str | None) -> None:
    """List hot folders, or show one: what waits in it and why, what was refused."""
    if name is None:
        context.answer(context.get("/v1/hot-folders"), _show_all)
    else:
        context.answer(context.get(at("/v1/hot-folders", name)), _show_one)


hot_folders.add_command(list_hot_folders, "show")


@verb("check", "hot-folders check scans --dry-run", of=hot_folders)
@click.argument("name")
@click.option(
    "--dry-run", is_flag=True, required=True, help="Take nothing; say what the next look would take."
)
def check(context: Context, name: str, dry_run: bool) -> None:
    """Say what the next look at a hot folder would take, refuse or leave, without reading any content."""
    context.answer(context.post(at("/v1/hot-folders", name, "check")), _show_outlook)


@verb("adopt", 'hot-folders adopt scans --reason "the share moved to a new disk"', of=hot_folders)
@click.argument("name")
@reason_option
def adopt(context: Context, name: str, reason: str) -> None:
    """Take the folder that is there now for the hot folder: until then nothing is done in another one."""
    answer = context.post(at("/v1/hot-folders", name, "adopt"), {"reason": reason})
    context.answer(
        answer,
        lambda document: click.echo(
            _("{path} is hot folder {name} from now on").format(
                path=plain(document["path"]), name=plain(document["name"])
            )
        ),
    )


@verb("cancel", "hot-folders cancel scans Z109/2003/0007", of=hot_folders)
@click.argument("name")
@click.argument("path")
def cancel(context: Context, name: str, path: str) -> None:
    """Give up the intake of one thing that is under way; it stays until it is made ready again."""
    answer = context.post(at("/v1/hot-folders", name, "cancel"), {"path": path})
    context.answer(
        answer,
        lambda document: click.echo(_("{path} is being given up").format(path=plain(document["path"]))),
    )


def _show_all(document: Any) -> None:
    table(
        items(document),
        "name", "state", "path", "ready", "originals", "waiting", "drops", "last_taken_at",
        empty=_("no hot folders; they stand in archived.toml under [hot_folders.NAME]"),
    )  # fmt: skip


def _show_one(folder: dict[str, Any]) -> None:
    facts(
        folder, "name", "state", "note", "path", "owner", "layout", "storage_class", "ready", "originals",
        "drops", "last_taken_at", "looked_at",
    )  # fmt: skip
    for key, columns in (
        ("waits", ("path", "note")),
        ("unwritten", ("path", "note")),
        ("refused", ("path", "state", "at", "rejected_as", "note")),
    ):
        if folder.get(key):
            click.echo()
            table(folder[key], *columns)
    for stray in folder.get("strays", ()):
        click.echo(_("{path} lies where only folders are expected").format(path=plain(stray)))


def _show_outlook(document: Any) -> None:
    rows = [
        {
            **item,
            "reference": reference(item) if item["reference"] else "",
            "note": "; ".join(item["reasons"]),
        }
        for item in items(document)
    ]
    table(rows, "path", "outcome", "reference", "note", empty=_("nothing is ready, and nothing waits"))
