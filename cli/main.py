"""archivectl: the command line of archived. Commands speak to the daemon over its HTTP API and nothing else."""

import errno
import os
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import click

from archived.errors import ArchivedError, Failed, Refused
from archived.language import speaking_as_wished
from archived.spoken import SpokenGroup
from cli.alerts_cmd import alerts
from cli.approvals_cmd import approvals
from cli.attention_cmd import attention
from cli.batch_cmd import batch
from cli.bins_cmd import bins
from cli.cases_cmd import cases
from cli.catalog_cmd import catalog
from cli.complaint import complain
from cli.context import Context, print_json_error
from cli.destructions_cmd import destructions
from cli.devices_cmd import devices
from cli.events_cmd import events
from cli.exit_status import INTERRUPTED
from cli.export_cmd import export, exports
from cli.help_cmd import pages
from cli.hold_cmd import hold, release_hold
from cli.hot_folders_cmd import hot_folders
from cli.identity_cmd import identify, label
from cli.images_cmd import images
from cli.keys_cmd import keys
from cli.library_cmd import drive, library
from cli.magazines_cmd import magazines
from cli.media_cmd import media
from cli.media_end_cmd import certificates, destroy, readmit
from cli.media_health_cmd import health_verbs
from cli.migrate_cmd import migrate
from cli.nouns import examples_text
from cli.packages_cmd import packages, withdraw
from cli.readers_cmd import readers
from cli.recall_cmd import recall
from cli.recalls_cmd import recalls
from cli.receipt_cmd import receipt
from cli.register_cmd import register
from cli.repair_cmd import repair
from cli.report_cmd import report
from cli.rescue_cmd import rescue
from cli.retention_cmd import retention
from cli.scan_cmd import scan, scan_media
from cli.sets_cmd import sets
from cli.simulate_ageing_cmd import age
from cli.simulate_cmd import simulate
from cli.simulate_hands_cmd import hands
from cli.simulate_tags_cmd import tag_hands
from cli.status_cmd import status
from cli.steering_cmd import allow, staging, writes
from cli.submit_cmd import submit
from cli.tasks_cmd import tasks
from cli.transport_cmd import (
    arrived,
    import_,
    list_vault,
    packed,
    return_,
    strike,
    transport,
    transports,
)
from cli.transport_cmd import (
    export as take_out,
)
from cli.vault_cmd import vault
from cli.verify_cmd import verify
from cli.watch_cmd import watch


class Program(SpokenGroup):
    """The whole program: what goes wrong becomes words and an exit code here, once."""

    def main(self, *args: Any, **options: Any) -> Any:
        with speaking_as_wished(os.environ):
            return super().main(*args, **options)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except ArchivedError as error:
            return _end(ctx, error)
        except KeyboardInterrupt:
            click.echo("interrupted; what the daemon has accepted goes on", err=True)
            ctx.exit(INTERRUPTED)
        except UnicodeEncodeError:
            return _end(
                ctx,
                Refused(
                    "an argument is not valid UTF-8; nothing was sent",
                    advice="rename it, or reach it by a link",
                ),
            )
        except OSError as error:
            if error.errno == errno.EPIPE:  # the reader of our output left; click ends quietly
                raise
            where = f"{error.filename}: " if error.filename else ""
            return _end(ctx, Failed(f"{where}{error.strerror or error}; what was complete before is kept"))


def _end(ctx: click.Context, error: ArchivedError) -> None:
    if ctx.ensure_object(Context).as_json:
        print_json_error(error.as_document())
    else:
        complain(error)
    ctx.exit(error.exit_status)


def _version() -> str:
    try:
        return version("archived")
    except PackageNotFoundError:
        return "(not installed)"


@click.group(
    cls=Program,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=examples_text(
        ("status", "submit ./0007 --fonds Z109 --series 2003 --volume 0007", "images close --all")
    )
    + "\n\nA noun alone lists. Exit codes: archivectl help exit-codes",
)
@click.option(
    "--site",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="ARCHIVED_SITE",
    help="Folder of the site; the current folder when not given. [env: ARCHIVED_SITE]",
)
@click.version_option(_version(), prog_name="archivectl")
@click.pass_context
def main(ctx: click.Context, site: Path | None) -> None:
    """Hand packages in, follow them to their discs, and bring them back."""
    context = ctx.ensure_object(Context)
    context.site = site
    ctx.call_on_close(context.close)


for _command in (
    submit, batch, hot_folders, withdraw, recall, packages, images, sets, media, cases, approvals,
    retention, destructions, repair,
    magazines, vault, library, drive, devices, readers, tasks, writes, staging, allow, recalls, status,
    attention, alerts, report, events, watch, verify, scan, migrate, simulate, catalog, keys, receipt, rescue, pages,
):  # fmt: skip
    main.add_command(_command)
for _command in (hold, release_hold, export, exports):
    catalog.add_command(_command)
for _command in bins:
    library.add_command(_command)
for _command in (age, *hands, *tag_hands):
    simulate.add_command(_command)
for _command in (register, label, identify, destroy, certificates, readmit, *health_verbs, scan_media):
    media.add_command(_command)

for _command in (list_vault, transport, transports, packed, arrived, return_, strike):
    vault.add_command(_command)
for _command in (take_out, import_):
    library.add_command(_command)

if __name__ == "__main__":
    main()
