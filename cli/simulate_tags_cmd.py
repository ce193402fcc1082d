"""archivectl simulate: what a person's hands do with tags in a simulated room: stick, copy, mix up, read."""

import click

from cli.context import Context
from cli.nouns import verb
from cli.simulate_cmd import act

_LIBRARY = click.option("--library", help="Of this library; needed where there are several.")


@verb("stick-tag", "simulate stick-tag SIM00003 04a1b2c3d4e5f6", 'simulate stick-tag SIM00003 ""')
@click.argument("medium")
@click.argument("uid")
def stick_tag(context: Context, medium: str, uid: str) -> None:
    """Stick a tag with that UID on a medium, or tear it off (""). The uid of another medium's tag makes a clone."""
    act(context, "stick-tag", medium=medium, uid=uid)


@verb("stick-magazine-tag", "simulate stick-magazine-tag 2 30751feb705c5904e3d50d70")
@click.argument("number", type=click.IntRange(min=1))
@click.argument("uid")
@_LIBRARY
def stick_magazine_tag(context: Context, number: int, uid: str, library: str | None) -> None:
    """Stick a tag with that UID on a magazine, or tear it off ("")."""
    act(context, "stick-magazine-tag", number=number, uid=uid, library=library)


@verb("exchange-tags", "simulate exchange-tags SIM00003 SIM00004")
@click.argument("medium")
@click.argument("other")
def exchange_tags(context: Context, medium: str, other: str) -> None:
    """Stick each of two tags on the other medium."""
    act(context, "exchange-tags", medium=medium, other=other)


@verb("exchange-magazines", "simulate exchange-magazines 1 3")
@click.argument("number", type=click.IntRange(min=1))
@click.argument("other", type=click.IntRange(min=1))
@_LIBRARY
def exchange_magazines(context: Context, number: int, other: int, library: str | None) -> None:
    """Put each of two magazines where the other was, with all that lies in them."""
    act(context, "exchange-magazines", number=number, other=other, library=library)


@verb(
    "hold-to",
    "simulate hold-to desk --medium SIM00003",
    "simulate hold-to desk --magazine 2",
    "simulate hold-to desk",
)
@click.argument("reader")
@click.option("--medium", help="Hold this medium to it.")
@click.option("--magazine", "number", type=click.IntRange(min=1), help="Hold this magazine to it.")
@_LIBRARY
def hold_to(
    context: Context, reader: str, medium: str | None, number: int | None, library: str | None
) -> None:
    """Hold a medium or a magazine to a reader at a desk; without either, take away what is held there."""
    act(context, "hold-to", reader=reader, medium=medium, number=number, library=library)


#: All of these verbs; `cli.main` adds them to the noun.
tag_hands = (stick_tag, stick_magazine_tag, exchange_tags, exchange_magazines, hold_to)
