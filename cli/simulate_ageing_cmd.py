"""archivectl simulate age: years pass for the media of a simulated room, and for nothing else in it."""

import click

from cli.context import Context
from cli.nouns import verb
from cli.simulate_cmd import act


@verb("age", "simulate age --years 5", "simulate age SIM00003 SIM00004 --years 60")
@click.argument("media", nargs=-1)
@click.option(
    "--years",
    type=click.FloatRange(min=0, min_open=True, max=1000),
    required=True,
    help="How many years pass.",
)
def age(context: Context, media: tuple[str, ...], years: float) -> None:
    """Make what is written on MEDIA older at once; all media, when none is named.

    Clocks stand still meanwhile: nothing becomes due by it.
    """
    act(context, "age", years=years, media=list(media) or None)
