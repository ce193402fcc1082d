"""archivectl simulate: what a person's hands do in a simulated room: take, put, carry, load bins, stick labels."""

from typing import Any

import click

from cli.context import Context
from cli.nouns import verb
from cli.simulate_cmd import act

_LIBRARY = click.option("--library", help="Of this library; needed where there are several.")
_TO_LIBRARY = click.option("--library", help="Into this library, when the medium comes from another.")


@verb("take", "simulate take SIM00003")
@click.argument("medium")
def take(context: Context, medium: str) -> None:
    """Take a medium into your hands: out of a slot, from the top of a bin, from an open tray, from the floor."""
    act(context, "take", medium=medium)


@verb(
    "put",
    "simulate put SIM00003 'cabinet 1, drawer 2, slot 6'",
    "simulate put SIM00003 input --library s1",
)
@click.argument("medium")
@click.argument("place")
@_TO_LIBRARY
def put(context: Context, medium: str, place: str, library: str | None) -> None:
    """Put a medium that you hold into PLACE, named as `archivectl simulate` names it; a bin alone means its top."""
    act(context, "put", medium=medium, place=place, library=library)


@verb(
    "carry",
    "simulate carry SIM00003 'slot 12'",
    "simulate carry V-00004 'drive B1' --library main",
)
@click.argument("medium")
@click.argument("place")
@_TO_LIBRARY
def carry(context: Context, medium: str, place: str, library: str | None) -> None:
    """Take a medium and put it into PLACE."""
    act(context, "carry", medium=medium, place=place, library=library)


@verb(
    "load-bin",
    "simulate load-bin input --blanks 10 --label s1-00041",
    "simulate load-bin input --medium s1-00007 --medium s1-00009",
)
@click.argument("bin")
@click.option("--blanks", type=click.IntRange(min=1), help="Lay so many new blanks on top.")
@click.option("--label", help="What is printed on the first of them; the others are numbered on.")
@click.option("--media-id", help="Manufacturer id of the blanks; that of the other discs when not given.")
@click.option("--medium", "media", multiple=True, help="Lay this medium on top, which you hold.")
@_LIBRARY
def load_bin(context: Context, bin: str, media: tuple[str, ...], **given: Any) -> None:
    """Lay media on top of a bin of a stacker, in this order."""
    act(context, "load-bin", bin=bin, media=list(media) or None, **given)


@verb("take-from-bin", "simulate take-from-bin accept", "simulate take-from-bin input --count 3")
@click.argument("bin")
@click.option("--count", type=click.IntRange(min=1), help="So many from the top; all when not given.")
@_LIBRARY
def take_from_bin(context: Context, bin: str, count: int | None, library: str | None) -> None:
    """Take the media of a bin into your hands, the top first."""
    act(context, "take-from-bin", bin=bin, count=count, library=library)


@verb("label", "simulate label s1-00007 s1-00107")
@click.argument("medium")
@click.argument("label")
def stick_label(context: Context, medium: str, label: str) -> None:
    """Stick another label on a medium."""
    act(context, "stick-label", medium=medium, label=label)


@verb("exchange-labels", "simulate exchange-labels SIM00003 SIM00004")
@click.argument("medium")
@click.argument("other")
def exchange_labels(context: Context, medium: str, other: str) -> None:
    """Stick each of two labels on the other medium."""
    act(context, "exchange-labels", medium=medium, other=other)


@verb("free-arm", "simulate free-arm", "simulate free-arm --library s1")
@_LIBRARY
def free_arm(context: Context, library: str | None) -> None:
    """Free the jammed arm of a stacker, and take what it holds into your hands."""
    act(context, "free-arm", library=library)


@verb("press-tray", "simulate press-tray B1")
@click.argument("drive")
def press_tray(context: Context, drive: str) -> None:
    """Press the button of a drive: its tray comes out, or goes in."""
    act(context, "press-tray", drive=drive)


#: All of these verbs; `cli.main` adds them to the noun.
hands = (
    take, put, carry, load_bin, take_from_bin, stick_label, exchange_labels, free_arm, press_tray,
)  # fmt: skip
