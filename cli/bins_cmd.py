"""archivectl library load and empty: what people put into the bins of a disc robot, and take out of them."""

import re
import uuid
from pathlib import Path
from typing import Any

import click

from archived.byte_size import ByteSize
from archived.language import _, counted
from cli.context import Context, at
from cli.nouns import reason_option, verb
from cli.render import plain

#: No bin has more places.
DISCS_MAX = 256
DIGITS_MAX = 18
_RANGE = re.compile(r"(?P<head>.*?)(?P<number>\d+)")


class Labels(click.ParamType[list[str]]):
    """A..B with the same text before the number, or a file with one label a line, from the bottom up."""

    name = "A..B|FILE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> list[str]:
        first, dots, last = str(value).partition("..")
        if dots:
            return self._between(first, last, param, ctx)
        try:
            lines = Path(value).read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            self.fail(_("{path} cannot be read: {error}").format(path=value, error=error), param, ctx)
        return [line.strip() for line in lines if line.strip()]

    def _between(
        self, first: str, last: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> list[str]:
        one, other = _RANGE.fullmatch(first), _RANGE.fullmatch(last)
        if one is None or other is None or one["head"] != other["head"]:
            self.fail(_("{first}..{last} is no range of labels").format(first=first, last=last), param, ctx)
        begin, end, width = (
            int(one["number"][:DIGITS_MAX]),
            int(other["number"][:DIGITS_MAX]),
            len(one["number"]),
        )
        if max(len(one["number"]), len(other["number"])) > DIGITS_MAX or not 0 <= end - begin < DISCS_MAX:
            self.fail(_("{first}..{last} is no range of labels").format(first=first, last=last), param, ctx)
        return [f"{one['head']}{number:0{width}d}" for number in range(begin, end + 1)]


@verb(
    "load",
    "library load s1 --bin input --blanks 25 --pool bluray --batch 2026-03",
    "library load s1 --bin input --blanks 3 --pool bluray --batch 2026-03 --labels A0101..A0103",
    "library load s1 --bin input --media s1-00007,s1-00008",
)
@click.argument("name", metavar="LIBRARY")
@click.option("--bin", "bin_name", required=True, help="The bin that they were put into.")
@click.option("--blanks", type=click.IntRange(min=1, max=DISCS_MAX), help="So many new blanks were put in.")
@click.option("--pool", default="", help="The pool that the blanks are for.")
@click.option(
    "--batch", default="", help="What they were bought with: media bought together may fail together."
)
@click.option(
    "--labels", type=Labels(), help="What is printed on the blanks, from the bottom up; their ids by default."
)
@click.option(
    "--media-id", default="", help="Manufacturer id; that of most media of this kind when not given."
)
@click.option("--capacity", type=ByteSize(), help="Capacity of a blank, such as 25GB.")
@click.option(
    "--media", help="Media that are known, in the order in which they lie, from the bottom up: ID,ID,..."
)
def load(
    context: Context,
    name: str,
    bin_name: str,
    blanks: int | None,
    pool: str,
    batch: str,
    labels: list[str] | None,
    media_id: str,
    capacity: int | None,
    media: str | None,
) -> None:
    """Say what was put into a bin of disc robot LIBRARY, on top of what lies there."""
    request = {
        "blanks": blanks or 0,
        "pool": pool,
        "batch": batch,
        "labels": labels or [],
        "media_id": media_id,
        "capacity_bytes": capacity,
        "media": [item.strip() for item in (media or "").split(",") if item.strip()],
        "key": uuid.uuid4().hex if blanks else "",
    }
    context.answer(context.post(at("/v1/library", name, "bins", bin_name, "load"), request), _show_loaded)


def _show_loaded(document: dict[str, Any]) -> None:
    loaded = [plain(item) for item in document["loaded"]]
    words = counted(
        "{number} medium lies on top of bin {bin} of library {library}: {media}",
        "{number} media lie on top of bin {bin} of library {library}, from the bottom up: {media}",
        len(loaded),
    )
    named = {"bin": plain(document["bin"]), "library": plain(document["library"])}
    click.echo(words.format(number=len(loaded), media=", ".join(loaded), **named))


@verb(
    "empty",
    "library empty s1 --bin accept",
    "library empty s1 --bin accept --to vault",
)
@click.argument("name", metavar="LIBRARY")
@click.option("--bin", "bin_name", required=True, help="The bin that everything was taken out of.")
@click.option(
    "--to",
    default="",
    help="A library of cabinets, in whose free places they lie now in that order; or words that say where they are.",
)
def empty(context: Context, name: str, bin_name: str, to: str) -> None:
    """Say that everything was taken out of a bin of disc robot LIBRARY."""
    context.answer(context.post(at("/v1/library", name, "bins", bin_name, "empty"), {"to": to}), _show_taken)


def _show_taken(document: dict[str, Any]) -> None:
    taken = [plain(item) for item in document["taken"]]
    named = {"bin": plain(document["bin"]), "library": plain(document["library"])}
    if not taken:
        click.echo(_("nothing was on record in bin {bin} of library {library}").format(**named))
        return
    words = counted(
        "{number} medium was taken out of bin {bin} of library {library}: {media}",
        "{number} media were taken out of bin {bin} of library {library}, from the bottom up: {media}",
        len(taken),
    )
    click.echo(words.format(number=len(taken), media=", ".join(taken), **named))


@verb("resume", 'library resume s1 --disc in-place --reason "the arm was jammed, and is free"')
@click.argument("name", metavar="LIBRARY")
@click.option(
    "--disc",
    type=click.Choice(["in-place", "elsewhere"]),
    help="Whether the disc that was lost sight of still lies where the robot was to take it from.",
)
@reason_option
def resume(context: Context, name: str, disc: str | None, reason: str) -> None:
    """Say that you looked at disc robot LIBRARY, which stood: it is reset, looked at, and goes on."""
    answer = context.post(at("/v1/library", name, "resume"), {"reason": reason, "disc": disc})
    context.answer(answer, lambda _document: click.echo(_("library {name} goes on").format(name=name)))


#: Verbs of the noun `library`.
bins = (load, empty, resume)
