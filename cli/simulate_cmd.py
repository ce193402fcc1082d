"""archivectl simulate: reaching into a simulated room. Refused by any other."""

from typing import Any

import click

from archived.byte_size import ByteSize
from archived.language import _
from cli.context import Context
from cli.nouns import noun, verb
from cli.render import facts, rows_of

simulate = noun(
    "simulate",
    "The simulated room 模拟库房: look in, lose, damage, break. Alone it shows the room.",
    "simulate",
    "simulate lose SIM00003",
    "simulate damage SIM00004 --percent 5 --seed 7",
    "simulate fault write-error --drive B1 --after 20",
    "simulate carry SIM00003 'slot 12'",
    "simulate speed unlimited",
    default="show",
    takes_thing=False,
)


def act(context: Context, verb_name: str, **arguments: Any) -> None:
    """Carry one verb out in the room, with what is given of its arguments, and show what came of it."""
    given = {name: value for name, value in arguments.items() if value is not None}
    context.answer(context.post("/v1/simulate", {"verb": verb_name, **given}), _show)


def _show(document: dict[str, Any]) -> None:
    # In the room, ranges are places on a disc, not volumes on a label.
    answer = {("places" if key == "ranges" else key): value for key, value in document["answer"].items()}
    facts(answer)
    rows_of(answer)


@verb("show", "simulate", "simulate show --json", of=simulate)
def show(context: Context) -> None:
    """Show where every disc of the room really is, its drives, and the faults that are armed."""
    act(context, "show")


@verb("lose", "simulate lose SIM00003", of=simulate)
@click.argument("medium")
def lose(context: Context, medium: str) -> None:
    """Take a disc away for ever."""
    act(context, "lose", medium=medium)


@verb(
    "damage",
    "simulate damage SIM00004 --percent 5 --seed 7",
    "simulate damage SIM00004 --offset 1MiB --bytes 64KiB --kind silent",
    "simulate damage S02001L8 --block 3 --blocks 12",
    of=simulate,
)
@click.argument("medium")
@click.option("--offset", type=ByteSize(), help="Where the damage begins, in bytes.")
@click.option("--bytes", "length", type=ByteSize(), help="How long it is.")
@click.option("--block", type=int, help="Of a cartridge instead: the first block, counted with filemarks.")
@click.option("--blocks", type=int, help="How many of its blocks; one when not given.")
@click.option("--percent", type=float, help="Instead: this share of what is written, scattered.")
@click.option("--seed", type=int, help="Chooses the places; the same seed, the same places.")
@click.option(
    "--kind", type=click.Choice(["unreadable", "silent"]), help="Unreadable, or wrong without a word."
)
def damage(
    context: Context,
    medium: str,
    offset: int | None,
    length: int | None,
    block: int | None,
    blocks: int | None,
    percent: float | None,
    seed: int | None,
    kind: str | None,
) -> None:
    """Spoil part of a disc or a cartridge."""
    stretch = {"offset": offset, "bytes": length}
    on_tape = {"block": block, "blocks": blocks}
    ways = [any(value is not None for value in way.values()) for way in (stretch, on_tape)]
    if sum(ways) + (percent is not None) > 1:
        raise click.UsageError(_("say one of: --percent, --offset with --bytes, --block with --blocks"))
    act(context, "damage", medium=medium, percent=percent, seed=seed, kind=kind, **stretch, **on_tape)


@verb(
    "fault",
    "simulate fault robot-timeout",
    "simulate fault write-error --drive B1 --after 20",
    "simulate fault cartridge-stuck --drive T1",
    "simulate fault drive-hang --drive T1 --after 60 --times 3",
    of=simulate,
)
@click.argument("name")
@click.option("--drive", help="Only in this drive.")
@click.option("--medium", help="Only with this disc.")
@click.option("--library", help="Only in this library; needed where several could have it.")
@click.option("--after", type=int, help="Let so many occasions pass first.")
@click.option("--times", type=int, help="How often it happens; once when not given.")
@click.option("--seed", type=int, help="Decides where the fault has a choice.")
def fault(
    context: Context,
    name: str,
    drive: str | None,
    medium: str | None,
    library: str | None,
    after: int | None,
    times: int | None,
    seed: int | None,
) -> None:
    """Arm the fault NAME; `archivectl simulate faults` lists them."""
    narrowed = {"drive": drive, "medium": medium, "library": library}
    act(context, "fault", name=name, after=after, times=times, seed=seed, **narrowed)


@verb("faults", "simulate faults", of=simulate)
def faults(context: Context) -> None:
    """List the faults that can be armed."""
    context.answer(context.post("/v1/simulate", {"verb": "faults"}), _show_faults)


def _show_faults(document: dict[str, Any]) -> None:
    for name, description in document["answer"].items():
        click.echo(f"{name}: {description}")


@verb("disarm", "simulate disarm", of=simulate)
def disarm(context: Context) -> None:
    """Take back every fault that has not happened yet."""
    act(context, "disarm")


@verb("speed", "simulate speed 100", "simulate speed unlimited", of=simulate)
@click.argument("speed")
def set_speed(context: Context, speed: str) -> None:
    """Divide the times of robot and drives by SPEED."""
    act(context, "speed", speed=speed)


@verb(
    "insert",
    "simulate insert SIM00099",
    "simulate insert 000123L8 --library tl1 --media-id lto-8",
    "simulate insert CLN002L1 --library tl1 --media-id cleaning",
    of=simulate,
)
@click.argument("medium")
@click.option(
    "--media-id",
    default="SIMBDR/A01",
    show_default=True,
    help="Manufacturer id of the blank disc; of a cartridge lto-8, lto-8-worm, cleaning …",
)
@click.option("--library", help="Into this library; needed where there are several.")
def insert(context: Context, medium: str, media_id: str, library: str | None) -> None:
    """Lay a new blank disc or cartridge into a free import/export slot."""
    act(context, "insert", medium=medium, media_id=media_id, library=library)


@verb("magazine", "simulate magazine 2 --out", "simulate magazine 2 --back", of=simulate)
@click.argument("number", type=click.IntRange(min=1))
@click.option(
    "--out/--back", "out", required=True, help="Take it out with all that is in it, or put it back."
)
@click.option("--library", help="Of this library; needed where there are several.")
def magazine(context: Context, number: int, out: bool, library: str | None) -> None:
    """Take a magazine out, or put it back."""
    act(context, "magazine", number=number, present=not out, library=library)


@verb("protect", "simulate protect S02001L8", "simulate protect S02001L8 --off", of=simulate)
@click.argument("medium")
@click.option("--off", is_flag=True, help="Let it be written again.")
def protect(context: Context, medium: str, off: bool) -> None:
    """Move the tab of a cartridge: no drive writes to it any more."""
    act(context, "protect", medium=medium, protected=not off)


@verb("raw", "simulate raw SIM00003", of=simulate)
@click.argument("medium")
def raw(context: Context, medium: str) -> None:
    """Say where the bytes of a disc lie, for copying it raw, and which of them a drive could not read."""
    act(context, "raw", medium=medium)
