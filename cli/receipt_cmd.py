"""archivectl receipt: whether a receipt that somebody kept is ours, and still holds."""

import json
from pathlib import Path
from typing import Any

import click

from archived.errors import Refused
from archived.language import _
from cli.context import Context
from cli.exit_status import OK, RECEIPT_OPEN, RECEIPT_WRONG
from cli.nouns import noun, verb
from cli.render import plain

EXIT_CODES = {"right": OK, "wrong": RECEIPT_WRONG, "open": RECEIPT_OPEN}

receipt = noun(
    "receipt",
    "Receipts 回执: check one by the signature of the site and by the catalog.",
    "receipt verify receipt.json",
    default="verify",
)
file_argument = click.argument("file", type=click.Path(path_type=Path, dir_okay=False))


@verb("verify", "receipt verify receipt.json", "receipt verify receipt.json --json", of=receipt)
@file_argument
def verify(context: Context, file: Path) -> None:
    """Check who signed a receipt, and whether its package is there with the same content; or a certificate.

    Exit code 0: all of it is right. 21: the signature or the content is not. 22: it could not all be checked.
    """
    found = read_receipt(file, certificates=True)
    if "certificate" in found:
        document = context.post("/v1/certificates/verify", {"certificate": found})
    else:
        document = context.post("/v1/receipts/verify", {"receipt": found})
    context.answer(document, _show)
    click.get_current_context().exit(EXIT_CODES[document["verdict"]])


def read_receipt(path: Path, *, certificates: bool = False) -> dict[str, Any]:
    """The receipt in a file, or the certificate where these are meant, too.

    Raises Refused for anything else, and for a member that stands there twice.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=_once)
    except FileNotFoundError:
        raise Refused(_("{path} is not there; nothing was checked").format(path=path)) from None
    except ValueError as error:
        raise Refused(_("{path} is no receipt: {why}").format(path=path, why=error)) from None
    kinds = {"receipt", "certificate"} if certificates else {"receipt"}
    if not isinstance(document, dict) or not kinds & set(document):
        raise Refused(
            _("{path} is no receipt").format(path=path),
            advice=_("give the JSON that archivectl submit --json printed, or the file beside a hot folder"),
        )
    return document


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError(_("a member stands in it twice"))
    return found


def _show(document: dict[str, Any]) -> None:
    for check in document["checks"]:
        click.echo(f"{check['outcome']:6} {plain(check['words'])}")
    click.echo(said(document["verdict"]))


def said(verdict: str) -> str:
    """The verdict as one sentence."""
    return {
        "right": _("The receipt holds."),
        "wrong": _("THE RECEIPT DOES NOT HOLD."),
        "open": _("Nothing contradicts the receipt, but not all of it could be checked."),
    }[verdict]
