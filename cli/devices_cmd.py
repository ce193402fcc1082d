"""archivectl devices: what changers and drives there are, before a site or a daemon is.

Devices are asked by a process of `archived`, never by archivectl itself.
"""

import json
import subprocess
import sys
from typing import Any

import click

from archived.errors import DeviceTrouble, Failed, error_of
from archived.language import _
from cli.context import Context
from cli.nouns import noun, verb
from cli.render import plain, table

devices = noun(
    "devices",
    "Devices 设备: changers and drives of this machine or behind an iSCSI portal. Alone it scans.",
    "devices",
    "devices scan --portal 10.0.0.5:3260",
    default="scan",
    takes_thing=False,
)


@verb(
    "scan",
    "devices scan",
    "devices scan --toml",
    "devices scan --portal 10.0.0.5 --chap-user archive --chap-secret-file /etc/archived/chap",
    of=devices,
)
@click.option(
    "--portal", default="", help="Look behind this iSCSI portal, HOST:PORT, and not at this machine."
)
@click.option("--target", default="", help="Only this target of the portal, by its iSCSI name.")
@click.option("--initiator", default="", help="Our iSCSI name, where the portal lets only known names in.")
@click.option("--chap-user", default="", help="User by which we prove who we are to the portal.")
@click.option("--chap-secret-file", default="", help="File of mode 0600 with the secret of that user.")
@click.option("--toml", "as_toml", is_flag=True, help="Print only the settings, for archived.toml.")
def scan(context: Context, as_toml: bool, **wanted: str) -> None:
    """List changers and drives, which drive stands in which changer, and the settings for them.

    Needs neither a site nor a daemon, and moves and writes nothing. What a running daemon works with is shown as
    far as the kernel knows it.
    """
    document = _scanned([f"--{name.replace('_', '-')}={value}" for name, value in wanted.items() if value])
    if not as_toml or context.as_json:
        context.answer(document, _show)
        return
    if not document["settings"]:
        raise DeviceTrouble(
            _("what was found cannot be set up; no settings were made"),
            advice="archivectl devices scan",
            notes=document["notes"],
        )
    click.echo(document["settings"], nl=False)


def _scanned(options: list[str]) -> dict[str, Any]:
    """What the process that asks devices found. Raises its error."""
    done = subprocess.run(
        [sys.executable, "-P", "-m", "archived", "devices", "scan", *options],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        check=False,
    )
    try:
        document: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        raise Failed(
            _("the scan ended with status {status} and without an answer; nothing was changed").format(
                status=done.returncode
            )
        ) from None
    if done.returncode:
        raise error_of(document)
    return document


def _show(document: dict[str, Any]) -> None:
    rows = [
        {
            **row,
            "product": " ".join(filter(None, (row["vendor"], row["product"], row["revision"]))),
            "note": "; ".join(_remarks(row)),
        }
        for row in document["devices"]
    ]
    table(rows, "name", "kind", "product", "serial", "device", "note")
    names = {row["device"]: row["name"] or row["device"] for row in document["devices"]}
    elements = [
        {**row, "changer": names[row["changer"]], "drive": names.get(row["drive"], "")}
        for row in document["elements"]
    ]
    if elements:
        table(elements, "changer", "element", "serial", "drive", "how")
    for row in document["devices"]:
        if row["advice"]:
            click.echo(
                _("{device}: next: {advice}").format(device=plain(row["device"]), advice=plain(row["advice"]))
            )
    for note in document["notes"]:
        click.echo(plain(note))
    if document["settings"]:
        click.echo(
            "\n" + _("settings for archived.toml; archivectl devices scan --toml prints them alone:") + "\n"
        )
        click.echo(document["settings"], nl=False)


def _remarks(row: dict[str, Any]) -> list[str]:
    found = []
    if row["second_way_to"]:
        found.append(_("a second way to {device}").format(device=row["second_way_to"]))
    if row["problem"]:
        found.append(row["problem"])
    if row["kind"] == "changer" and not row["problem"]:
        found.append(
            _("{slots} slots, {ports} import/export slots").format(
                slots=row["slot_count"], ports=row["port_count"]
            )
        )
    if row["also"]:
        found.append(_("also {nodes}").format(nodes=", ".join(row["also"])))
    return found
