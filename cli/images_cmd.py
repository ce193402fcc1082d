"""archivectl images: what goes onto one disc; closing, holding, and their exact bytes."""

from pathlib import Path
from typing import Any

import click

from archived.errors import WrongState
from archived.language import _
from cli.context import Context, at
from cli.delivered import DeliveredFile
from cli.delivery import check_file, write_checked
from cli.nouns import noun, one_or_all, reason_option, verb
from cli.recalling import ask_once, cancelled_on_failure, hand_over, wait_until_ready
from cli.reconnecting import patient, stream_again
from cli.render import facts, items, plain, size, table

images = noun(
    "images",
    "Images 映像: the exact bytes of one disc each. Alone it lists.",
    "images",
    "images I000003",
    "images close --all",
    'images hold I000003 --reason "a correction is coming"',
    "images export 7K3F-3 disc3.udf",
)
FACTS = (
    "id", "state", "held", "kind", "label", "pool", "fonds", "series", "retention", "confidentiality", "set_id",
    "position", "ranges", "packages", "size_bytes", "sha256", "blake3", "xxh3", "opened_at", "closed_at",
    "close_reason",
)  # fmt: skip


@verb("list", "images", "images I000003", "images 7K3F-3", of=images)
@click.argument("image", required=False)
def list_images(context: Context, image: str | None) -> None:
    """List images, or show one by its id (I000003) or its place in a set (7K3F-3)."""
    if image is None:
        context.answer(context.get("/v1/images"), _show_all)
    else:
        context.answer(context.get(at("/v1/images", image)), show_image)


images.add_command(list_images, "show")


def _show_all(document: Any) -> None:
    rows = [{**row, "copies": _copies(row), "fill": _fill(row)} for row in items(document)]
    columns = ("id", "state", "kind", "set_id", "position", "label", "ranges", "fill", "copies", "held")
    table(rows, *columns, empty=_("no images yet"))


def _copies(image: dict[str, Any]) -> str:
    copies = image.get("copies") or []
    return ", ".join(f"{copy.get('medium', copy.get('medium_id'))} {copy['state']}" for copy in copies)


def _fill(image: dict[str, Any]) -> str:
    if image.get("size_bytes") is not None:
        return size(image["size_bytes"])
    gathered, limit = image.get("gathered_bytes"), image.get("limit_bytes")
    return f"{size(gathered)} of {size(limit)}" if gathered is not None and limit else ""


def show_image(image: dict[str, Any]) -> None:
    """One image with its copies."""
    facts(image, *FACTS)
    if image.get("state") == "open":
        click.echo(f"gathered: {_fill(image) or 'nothing yet'}")
    copies = [{"medium": copy.get("medium_id"), **copy} for copy in image.get("copies") or []]
    table(copies, "medium", "state", "role", "site", "write_drive", "verify_drive", empty=_("no copies yet"))


@verb("close", "images close I000003", "images close --all", of=images)
@click.argument("image", required=False)
@click.option("--all", "everything", is_flag=True, help="Every image that is open and not held.")
def close(context: Context, image: str | None, everything: bool) -> None:
    """Close images as they are: their packages are fixed and they wait for their set."""
    asked = context.post("/v1/images/close", {"image": one_or_all(image, everything, kind="image")})
    context.answer(asked, show_asked)


def show_asked(document: dict[str, Any]) -> None:
    """What was asked to close."""
    if not document["asked"]:
        click.echo(_("nothing is open that could be closed"))
    for thing in document["asked"]:
        click.echo(
            _("{thing} closes as soon as the daemon comes to it; see: archivectl watch").format(
                thing=plain(thing)
            )
        )


def _decide(word: str, about: str) -> None:
    @verb(word, f'images {word} I000003 --reason "as agreed with the reading room"', of=images)
    @click.argument("image")
    @reason_option
    def decide(context: Context, image: str, reason: str) -> None:
        context.answer(context.post(at("/v1/images", image, word), {"reason": reason}), show_image)

    decide.help = about


_decide("hold", "Keep an image from being closed, protected and written until it is released.")
_decide("release", "Let a held image go on its way.")


@verb("export", "images export I000003 disc3.udf", "images export 7K3F-6 parity.udf", of=images)
@click.argument("image")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--overwrite", is_flag=True, help="FILE may exist and be replaced.")
def export(context: Context, image: str, file: Path, overwrite: bool) -> None:
    """Write the exact bytes of an image, data or parity, from wherever they are, checked by sha256."""
    check_file(file, overwrite=overwrite)
    known = context.get(at("/v1/images", image))
    if not known.get("sha256") or known.get("size_bytes") is None:
        raise WrongState(
            _("image {id} is {state} and has no bytes yet; nothing was written").format(
                id=known["id"], state=known["state"]
            )
        )
    asked = ask_once(context, at("/v1/images", image, "export"))
    announced = DeliveredFile(str(file), known["size_bytes"], known["sha256"])
    with cancelled_on_failure(context, asked), patient(context):
        wait_until_ready(context, asked)
        pieces = stream_again(context, at("/v1/recalls", asked["recall"], "content"))
        write_checked(pieces, file.absolute(), announced, overwrite=overwrite)
        hand_over(context, asked["recall"])
    context.answer(
        asked,
        lambda _document: click.echo(
            _("{size_bytes} in {file}, sha256 {sha256}").format(
                size_bytes=size(announced.size_bytes), file=file, sha256=known["sha256"]
            )
        ),
    )


@verb("refreeze", "images refreeze I000007", of=images)
@click.argument("image")
def refreeze(context: Context, image: str) -> None:
    """Make a damaged recipe of a protected image again; kept only if it makes the recorded bytes."""
    answer = context.post(at("/v1/images", image) + "/refreeze", {})
    context.answer(
        answer, lambda done: click.echo(_("{image}: the recipe is right again").format(image=done["image"]))
    )
