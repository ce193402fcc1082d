"""`archived init | serve | burn | room`: what works without a daemon.

Each command imports what it needs by itself: a burn and a room start often, and need neither catalog nor API.
"""

import json
import logging
import os
import sys
from pathlib import Path
from typing import TextIO

import click

from archived import config as configuration
from archived.byte_size import ByteSize
from archived.errors import translated
from archived.formats.bag_making import NOTICE_SIMULATED
from archived.language import _, speak_by_default, speaking_as_wished
from archived.log_lines import FORMATS, goes_to_journal, log_to
from archived.robot_kinds import STACKERS
from archived.scan_command import devices
from archived.service_manager import service_manager
from archived.settings import Config
from archived.simulated_rooms import LIBRARY, ROOMS
from archived.spoken import SpokenGroup, examples_of
from archived.wiring import paths_of, room_folders, site_on_socket
from archived.wiring_hardware import site_on_hardware
from archived.wiring_site import software
from devices.clock import SystemClock

SITE = click.option(
    "--site",
    required=True,
    envvar="ARCHIVED_SITE",
    type=click.Path(path_type=Path, file_okay=False, resolve_path=True),
    help="Folder of the site. [env: ARCHIVED_SITE]",
)


@click.group(
    cls=SpokenGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=examples_of("archived", "init --site /srv/archive", "serve --site /srv/archive"),
)
@click.version_option(software().removeprefix("archived "), prog_name="archived")
def commands() -> None:
    """archived 存档守护进程: keeps packages for decades on disk, disc and tape."""


@commands.command(
    epilog=examples_of(
        "archived",
        "init --site /srv/archive --hardware devices.toml",
        "init --site /tmp/try --disc-capacity 8MiB --speed 0",
        "init --site /tmp/try --room nimbie --speed 100",
    )
)
@SITE
@click.option("--disc-capacity", type=ByteSize(), show_default="a single-layer BD-R",
              help="Capacity of the simulated discs.")  # fmt: skip
@click.option("--speed", type=float, default=1.0, show_default=True,
              help="Simulated devices are this many times faster; 0 does not wait at all.")  # fmt: skip
@click.option("--keep-free", type=ByteSize(), default=1 << 30, show_default=True,
              help="Free space that staging never uses up.")  # fmt: skip
@click.option("--rest", "rest_s", type=float, default=30.0, show_default=True,
              help="Seconds that a thing that refused to work is left alone.")  # fmt: skip
@click.option("--room", "kind", type=click.Choice(tuple(ROOMS)), show_default=LIBRARY,
              help="The simulated room: a library, a disc robot with bins, or cabinets and a person.")  # fmt: skip
@click.option("--hardware", type=click.File(encoding="utf-8"),
              help="Make a site on the real devices whose tables stand in this file; - is standard input.")  # fmt: skip
def init(
    site: Path,
    disc_capacity: int | None,
    speed: float,
    keep_free: int,
    rest_s: float,
    kind: str | None,
    hardware: TextIO | None,
) -> None:
    """Make a site: on real devices (--hardware), or with a simulated room of one robot, 2 burners and 48 blanks."""
    from archived import founding
    from archived.formats.key_files import load_site_key

    capacity = founding.DISC_CAPACITY_BYTES if disc_capacity is None else disc_capacity
    tables = hardware.read() if hardware is not None else ""
    if hardware is not None and not tables.strip():
        raise click.UsageError(_("{name} is empty: it tells of no device").format(name=hardware.name))
    if tables and (disc_capacity is not None or speed != 1.0 or kind is not None):
        raise click.UsageError(
            _("--disc-capacity, --speed and --room are of simulated devices; they go with no --hardware")
        )
    choices = founding.Choices(capacity, speed, keep_free, rest_s, kind or LIBRARY, tables)
    config = founding.make_site(site, choices)
    if config.simulated:
        click.echo(NOTICE_SIMULATED)
    click.echo(
        _("site {site} is made: settings in {site_2}, every key explained there").format(
            site=site, site_2=site / configuration.FILE_NAME
        )
    )
    for name, pool in config.pools.items():
        click.echo(
            _(
                "staging of pool {name} 池 needs about {n} + {m} disc sizes for each set in flight, "
                "{n} for the set that gathers, and room for recalls"
            ).format(name=name, n=pool.n, m=pool.m)
        )
    key = load_site_key(paths_of(site, config).keys)
    click.echo(
        _(
            "receipts are signed by key {key_id}, fingerprint {fingerprint}; back up {folder}, and print the "
            "fingerprint where readers of your archive will find it"
        ).format(key_id=key.public.key_id, fingerprint=key.public.fingerprint, folder=site / "keys")
    )
    _say_of_single_drives(config)
    click.echo(_("next: archived serve --site {site}").format(site=site))
    if not config.simulated:
        click.echo(
            _(
                "its first look shows what the libraries hold; then: archivectl media register BARCODE... --batch NAME"
            )
        )


def _say_of_single_drives(config: Config) -> None:
    """A robot with one drive needs a waiver for most sets: better said before the first one."""
    for name, library in config.libraries.items():
        if library.robot in STACKERS and len(library.drives) == 1:
            m = min((pool.m for pool in config.pools.values() if pool.library == name), default=1)
            click.echo(
                _(
                    "library {name} has one drive, which reads back what it wrote: when more than {m} of a set are, "
                    "it waits for archivectl allow diversity SET --reason TEXT"
                ).format(name=name, m=m)
            )


@commands.command(epilog=examples_of("archived", "serve --site /srv/archive"))
@SITE
@click.option("--verbose", is_flag=True, help="Log every action.")
@click.option("--log-format", type=click.Choice(FORMATS), default="text", show_default=True,
              help="Lines for people or JSON lines, on standard output.")  # fmt: skip
def serve(site: Path, verbose: bool, log_format: str) -> None:
    """Serve a site in the foreground. SIGTERM drains; a second one stops at once."""
    from archived import daemon as life
    from archived import founding, room
    from archived.catalog.store import Catalog

    manager = service_manager(os.environ, os.getpid(), SystemClock().monotonic)
    journal = goes_to_journal(os.environ)
    log_to(sys.stdout, log_format, level=logging.INFO if verbose else logging.WARNING, journal=journal)
    logging.getLogger("archived.daemon").setLevel(logging.INFO)
    # What a program reads line by line must not find lines of another kind between.
    say = logging.getLogger("archived.daemon").info if log_format == "json" else click.echo
    config = configuration.load(site)
    speak_by_default(config.site.language)
    paths = paths_of(site, config)
    lock = life.lock_site(site)
    catalog = Catalog(paths.catalog)
    catalog.upgrade()
    if founding.found_again(catalog, config, site):
        say(_("the catalog of this site is gone; next: archivectl catalog rebuild --from-media"))
    founding.check_kind(catalog, config)
    founding.provide_key(catalog, config, paths, SystemClock())
    for folder in (paths.staging / "packages", paths.staging / "recipes", paths.burns, paths.recalls):
        folder.mkdir(parents=True, exist_ok=True)
    if config.simulated:
        served = room.answers(founding.room_socket(site))
        founding.provide_libraries(catalog, config, site, SystemClock(), served=served)
        say(NOTICE_SIMULATED)
        devices = site_on_socket(config, paths, room.ensure(site, paths.room))
    else:
        devices = site_on_hardware(config, paths)
    daemon = life.Daemon(
        site,
        devices,
        catalog,
        socket=founding.api_socket(site),
        simulate=lambda verb, arguments: room.control(room.ensure(site, paths.room), verb, arguments),
        manager=manager,
    )
    say(_("archived serves {site}; stop it with Ctrl-C or SIGTERM").format(site=site))
    sys.stdout.flush()
    try:
        daemon.run()
    finally:
        os.close(lock)


@commands.command(
    epilog=examples_of(
        "archived",
        "restore --site /srv/archive /mnt/vault/catalog-339e2ff917630507-20261121T023000Z.jsonl.gz",
        "restore --site /srv/archive --key /media/disc/site-key.pem --set-aside /mnt/vault/EXPORT.jsonl.gz",
    )
)
@SITE
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, resolve_path=True))
@click.option("--key", type=click.Path(path_type=Path, dir_okay=False),
              help="A public key that vouches for FILE, beside those of the site; every disc carries it.")  # fmt: skip
@click.option("--set-aside", is_flag=True,
              help="Replace the present catalog though it is not empty; it is kept under another name.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print what was done as JSON.")
def restore(site: Path, file: Path, key: Path | None, set_aside: bool, as_json: bool) -> None:
    """Put an exported catalog back while no daemon serves. Nothing is written to media until all were looked at."""
    from archived import daemon as life
    from archived.restore_report import document, lines
    from archived.restoring import Wish
    from archived.restoring import restore as put_back
    from archived.wiring import site_without_devices

    config = configuration.load(site)
    speak_by_default(config.site.language)
    lock = life.lock_site(site)
    try:
        paths = paths_of(site, config)
        wish = Wish(file, key, set_aside, agent=f"uid:{os.getuid()}")
        done = put_back(
            site_without_devices(config, paths, SystemClock()),
            wish,
            lambda words: click.echo(words, err=True),
        )
    finally:
        os.close(lock)
    if as_json:
        click.echo(json.dumps(document(done, simulated=config.simulated), ensure_ascii=False, indent=2))
        return
    if config.simulated:
        click.echo(NOTICE_SIMULATED)
    for line in lines(done, site):
        click.echo(line)


@commands.command(hidden=True)
@click.argument("jobdir", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--lock", type=int, required=True, help="Inherited descriptor of the job's lock.")
def burn(jobdir: Path, lock: int) -> None:
    """Burn one job; started by the daemon, and needs it no more."""
    from archived import burn as burning

    sys.exit(burning.main(jobdir, lock))


@commands.command(
    epilog=examples_of(
        "archived",
        "service-unit --site /srv/archive > /etc/systemd/system/archived.service",
        "service-unit --site /srv/archive --user archive",
    )
)
@SITE
@click.option("--user", default="", help="The user that the daemon runs as; root when not given.")
def service_unit(site: Path, user: str) -> None:
    """Print a systemd unit that serves a site."""
    from archived.service_unit import groups_of, unit_text

    config = configuration.load(site)
    paths = [device.path for device in config.devices.values()]
    paths += [reader.path for reader in config.readers.values()]
    groups = groups_of(Path(path) for path in paths if path.startswith("/"))
    click.echo(unit_text(site, Path(sys.argv[0]).resolve(), user, groups), nl=False)


@commands.group(name="room", epilog=examples_of("archived", "room stop --site /tmp/try"))
def room_commands() -> None:
    """The simulated room, a process of its own."""


@room_commands.command(name="serve", epilog=examples_of("archived", "room serve --site /tmp/try"))
@SITE
def room_serve(site: Path) -> None:
    """Serve the room in the foreground; the daemon does it on demand."""
    from archived import room

    config = configuration.load(site)
    room.demand_simulated(config, site)
    room.run(site, room_folders(paths_of(site, config), config), config)


@room_commands.command(name="stop", epilog=examples_of("archived", "room stop --site /tmp/try"))
@SITE
def room_stop(site: Path) -> None:
    """Stop the room; a burn under way is cut off, as by a power cut."""
    from archived import room

    room.demand_simulated(configuration.load(site), site)
    click.echo(NOTICE_SIMULATED)
    click.echo(_("the room is stopped") if room.stop(site) else _("no room was running"))


commands.add_command(devices)


def main() -> None:
    """Entry point: errors in words, exit status by their kind."""
    with speaking_as_wished(os.environ):
        _run()


def _run() -> None:
    try:
        commands(standalone_mode=True)
    except Exception as raised:
        error = translated(raised)
        if error is None:
            raise
        click.echo(f"archived: {error.message}", err=True)
        if error.advice:
            click.echo(f"  next: {error.advice}", err=True)
        sys.exit(error.exit_status)


if __name__ == "__main__":
    main()
