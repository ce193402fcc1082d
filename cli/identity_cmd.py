"""archivectl media label and identify: what media are known by, and whose medium is in the hand."""

from typing import Any

import click

from archived.language import _
from cli.context import Context, at
from cli.exit_status import MEDIUM_UNKNOWN, OK, WITNESSES_DISAGREE
from cli.media_cmd import media, show_medium
from cli.nouns import verb
from cli.render import plain


@verb(
    "label",
    "media label SIM00007 --printed 0123-07",
    "media label SIM00007 --rfid 04A23FB2C15D80",
    "media label SIM00007 --reader desk",
    'media label SIM00007 --rfid ""',
    of=media,
)
@click.argument("medium")
@click.option("--printed", metavar="TEXT", help='What a person reads on it; "" takes it off the record.')
@click.option("--rfid", metavar="UID", help='Uid of its radio tag; "" takes it off the record.')
@click.option("--reader", metavar="READER", help="The reader before which it lies: its tag is put on record.")
def label(context: Context, medium: str, printed: str | None, rfid: str | None, reader: str | None) -> None:
    """Put on record what a medium is known by. A tag or label is of one medium only."""
    answer = context.post(
        at("/v1/media", medium) + "/label", {"printed": printed, "rfid": rfid, "reader": reader}
    )
    context.answer(answer, show_medium)


@verb(
    "identify",
    "media identify --reader desk",
    "media identify --rfid 04A23FB2C15D80",
    "media identify --barcode SIM00007 --label 0123-07",
    'media identify --volume "7K3F · 3 of 6 · any 4 rebuild"',
    "media identify --drive B1",
    "media identify --fetch SIM00007",
)
@click.option("--reader", metavar="READER", help="The reader before which it lies.")
@click.option("--rfid", metavar="UID", help="Uid of its radio tag.")
@click.option("--barcode", help="Its barcode.")
@click.option("--label", help="What is printed on it.")
@click.option("--volume", metavar="TEXT", help="Its volume id, as any computer shows it.")
@click.option("--drive", metavar="DRIVE", help="A drive of a library reads what lies in it.")
@click.option("--fetch", metavar="MEDIUM", help="A medium that is brought to a drive, and read there.")
def identify(
    context: Context,
    reader: str | None,
    rfid: str | None,
    barcode: str | None,
    label: str | None,
    volume: str | None,
    drive: str | None,
    fetch: str | None,
) -> None:
    """Say which medium this is, where it belongs and what is on it; witnesses that disagree open a case.

    Exits with 23 when nobody knows it, or several media may be meant, and with 24 when witnesses disagree.
    """
    read = {"reader": reader, "rfid": rfid, "barcode": barcode, "label": label, "volume": volume}
    read |= {"drive": drive, "fetch": fetch}
    document = context.post("/v1/media/identify", read)
    context.answer(document, _show_identified)
    click.get_current_context().exit(_status(document))


def _status(document: dict[str, Any]) -> int:
    if document["outcome"] == "disagree":
        return WITNESSES_DISAGREE
    return OK if document["medium"] is not None else MEDIUM_UNKNOWN


def _show_identified(document: dict[str, Any]) -> None:
    for witness in document["witnesses"]:
        click.echo(plain(witness["words"]))
    if document["medium"] is not None:
        show_medium(document["medium"])
    elif document["outcome"] == "disagree":
        click.echo(
            _("these contradict each other: archivectl cases {case}").format(case=plain(document["case"]))
        )
    elif document["candidates"]:
        click.echo(
            _("it may be any of these: {media}").format(media=", ".join(map(plain, document["candidates"])))
        )
    else:
        click.echo(_("no medium on record is known by this"))
    for case in document["open_cases"]:
        if case != document["case"]:
            click.echo(_("case {case} is open about it").format(case=plain(case)))
    for command in document["learn"]:
        click.echo(_("not on record yet: {command}").format(command=plain(command)))
