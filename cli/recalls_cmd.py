"""archivectl recalls: requests for bytes that are under way or were."""

from typing import Any

import click

from archived.language import _
from cli.context import Context, at
from cli.nouns import noun, verb
from cli.recalling import cancel as give_up
from cli.render import facts, items, table

recalls = noun(
    "recalls",
    "Recalls 调档: what was asked for. Alone it lists.",
    "recalls",
    "recalls R000001",
    "recalls cancel R000001",
)


@verb("list", "recalls", "recalls R000001", of=recalls)
@click.argument("recall", required=False)
def list_recalls(context: Context, recall: str | None) -> None:
    """List recalls, or show one."""
    if recall is None:
        context.answer(context.get("/v1/recalls"), _show_all)
    else:
        context.answer(context.get(at("/v1/recalls", recall)), facts)


recalls.add_command(list_recalls, "show")


def _show_all(document: Any) -> None:
    rows = [{**row, "note": row.get("waits") or row.get("note")} for row in items(document)]
    table(
        rows,
        "id",
        "state",
        "order_id",
        "package_id",
        "image_id",
        "bytes_wanted",
        "area_bytes",
        "from_staging",
        "requested_at",
        "expires_at",
        "note",
        empty=_("nothing was recalled"),
    )


@verb("cancel", "recalls cancel R000001", "recalls cancel O000001", of=recalls)
@click.argument("recall")
def cancel(context: Context, recall: str) -> None:
    """Give a recall, or all that is left of an order, up. A medium that is being read is finished with and put back."""
    if recall.startswith("O"):
        answer = context.post(at("/v1/recall-orders", recall, "cancel"))
        context.answer(answer, lambda document: table(document["recalls"], "recall", "state", "reference"))
    elif context.as_json:
        context.answer(context.post(at("/v1/recalls", recall, "cancel")), facts)
    else:
        give_up(context, recall)
