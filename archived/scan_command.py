"""`archived devices scan`: what `archivectl devices scan` runs, for the command line touches no devices itself.

Prints one JSON document, of what was found or of the error. It needs neither a site nor a daemon.
"""

import json
import sys
from pathlib import Path
from typing import Any

import click

from archived.chap_secrets import read_secret
from archived.errors import DeviceTrouble, Refused, translated
from archived.language import _
from archived.scan.found import Scan
from archived.scan.report import report
from archived.spoken import SpokenGroup, examples_of
from devices.failures import DeviceFailure
from devices.transports.iscsi import Chap

PORT = 3260


@click.group(name="devices", cls=SpokenGroup, hidden=True)
def devices() -> None:
    """Changers and drives, without a site."""


@devices.command(
    hidden=True, epilog=examples_of("archived", "devices scan", "devices scan --portal 10.0.0.5:3260")
)
@click.option(
    "--portal", default="", help="Look behind this iSCSI portal, HOST:PORT, and not at this machine."
)
@click.option("--target", default="", help="Only this target of the portal, by its iSCSI name.")
@click.option("--initiator", default="", help="Our iSCSI name, where the portal lets only known names in.")
@click.option("--chap-user", default="", help="User by which we prove who we are to the portal.")
@click.option("--chap-secret-file", default="", help="File of mode 0600 with the secret of that user.")
def scan(portal: str, target: str, initiator: str, chap_user: str, chap_secret_file: str) -> None:
    """Print what was found as JSON; started by archivectl."""
    try:
        secret = str(Path(chap_secret_file).absolute()) if chap_secret_file else ""
        access = {"initiator": initiator, "chap_user": chap_user, "chap_secret_file": secret}
        found = _scanned(portal, target, access)
        _print(report(found, **(access if portal else {})))
    except Exception as raised:
        error = _unanswered(portal, raised) if isinstance(raised, DeviceFailure) else translated(raised)
        if error is None:
            raise
        _print(error.as_document())
        sys.exit(error.exit_status)


def _scanned(portal: str, target: str, access: dict[str, str]) -> Scan:
    from archived.wiring_scan import machine_scanned, portal_scanned

    if not portal:
        for option, value in {"--target": target, **_options(access)}.items():
            if value:
                raise Refused(
                    _("{option} is about an iSCSI portal, and none is named").format(option=option),
                    advice=_("name it: --portal HOST:PORT"),
                )
        return machine_scanned()
    if bool(access["chap_user"]) != bool(access["chap_secret_file"]):
        raise Refused(_("--chap-user and --chap-secret-file go together"))
    chap = (
        Chap(access["chap_user"], read_secret(Path(access["chap_secret_file"])))
        if access["chap_user"]
        else None
    )
    return portal_scanned(with_port(portal), target=target, initiator=access["initiator"], chap=chap)


def _unanswered(portal: str, failure: DeviceFailure) -> DeviceTrouble:
    return DeviceTrouble(
        _("{portal} could not be scanned: {failure}").format(portal=portal, failure=failure),
        advice=_(
            "check address and port, whether the target lets this initiator in (--initiator), and CHAP "
            "(--chap-user, --chap-secret-file)"
        ),
    )


def _options(access: dict[str, str]) -> dict[str, str]:
    return {f"--{name.replace('_', '-')}": value for name, value in access.items()}


def with_port(portal: str) -> str:
    """ "HOST:PORT", with the port of iSCSI where none is named; IPv6 addresses stand in brackets."""
    return portal if portal.rpartition(":")[2].isdecimal() and portal[-1:] != "]" else f"{portal}:{PORT}"


def _print(document: dict[str, Any]) -> None:
    text = json.dumps(document, ensure_ascii=False)
    click.echo(text.encode("utf-8", "backslashreplace").decode("utf-8"))
