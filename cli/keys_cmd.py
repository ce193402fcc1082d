"""archivectl keys: keys of sites, those that count here and those that stand on discs."""

from typing import Any

import click

from archived.language import _
from cli.context import Context
from cli.nouns import noun, reason_option, verb
from cli.render import facts, table

#: So many media are named in a line.
NAMED_MAX = 5

keys = noun(
    "keys",
    "Keys 密钥 of sites: those that count here, and those that stand on discs.",
    "keys",
    'keys trust FINGERPRINT --reason "compared with the yearbook of 2026"',
    takes_thing=False,
)


@verb("list", "keys", "keys --json", of=keys)
def list_keys(context: Context) -> None:
    """List every key that counts, or that a disc carries, with the number of discs."""
    context.answer(context.get("/v1/keys"), _show)


def _show(document: dict[str, Any]) -> None:
    rows = [
        {
            "fingerprint": item["fingerprint"],
            "trusted": item["trusted"],
            "signs": item["signs"],
            "media_count": len(item["media"]),
            "media": ", ".join(item["media"][:NAMED_MAX]) + (", …" if len(item["media"]) > NAMED_MAX else ""),
            "institution": ", ".join(item["institutions"]),
        }
        for item in document["items"]
    ]
    table(
        rows,
        "fingerprint",
        "trusted",
        "signs",
        "media_count",
        "media",
        "institution",
        empty=_("no keys are known"),
    )
    if any(not item["trusted"] for item in document["items"]):
        click.echo(
            _(
                "a key on a disc proves nothing by itself: compare its fingerprint with the one that was published"
            )
        )


@verb("trust", 'keys trust FINGERPRINT --reason "compared with the yearbook of 2026"', of=keys)
@click.argument("fingerprint")
@reason_option
def trust(context: Context, fingerprint: str, reason: str) -> None:
    """Let a key on discs count: its receipts are right, its discs are ours. Compare all 64 digits first."""
    answer = context.post("/v1/keys/trust", {"fingerprint": fingerprint, "reason": reason})
    context.answer(answer, _trusted)


def _trusted(document: dict[str, Any]) -> None:
    facts(document, "fingerprint", "trusted")
    click.echo(_("discs that carry it are taken in by: archivectl catalog check"))
