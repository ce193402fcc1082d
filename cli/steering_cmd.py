"""archivectl writes, staging and allow: what a person decides for the whole site."""

from pathlib import Path
from typing import Any

import click

from archived.language import _
from cli.context import Context, at
from cli.nouns import noun, one_or_all, reason_option, verb
from cli.render import facts, items, plain, table

writes = noun(
    "writes",
    "Writing 写入: alone it says whether writing is paused.",
    "writes",
    'writes pause --reason "new media batch in question"',
    'writes resume --reason "batch approved"',
    default="show",
    takes_thing=False,
)
staging = noun(
    "staging",
    "Staging 暂存区: alone it shows its use and what it needs.",
    "staging",
    "staging release P000001",
    "staging release --all",
    "staging mend P000001 /depot/Z109/2003/0007",
    default="show",
    takes_thing=False,
)
allow = noun(
    "allow",
    "Allowances 特批: what a person takes upon himself. Alone it lists.",
    "allow",
    'allow exception I000007 --reason "the drive was cleaned"',
    'allow diversity 7K3F --reason "only one magazine is left"',
    takes_thing=False,
)


@verb("show", "writes", "writes --json", of=writes)
def show_writes(context: Context) -> None:
    """Say whether writing is paused."""
    context.answer(context.get("/v1/status"), _show_paused)


def _show_paused(status: dict[str, Any]) -> None:
    paused = status.get("writes_paused")
    words = (
        f"paused: {plain(paused)}"
        if isinstance(paused, str) and paused
        else "paused"
        if paused
        else "not paused"
    )
    click.echo(_("writing is {words}").format(words=words))


def _turn(word: str, about: str, said: str) -> None:
    @verb(word, f'writes {word} --reason "as agreed"', of=writes)
    @reason_option
    def turn(context: Context, reason: str) -> None:
        context.answer(
            context.post(f"/v1/writes/{word}", {"reason": reason}), lambda _document: click.echo(said)
        )

    turn.help = about


_turn("pause", "Begin no new burn. What burns is finished.", "no new burn is begun; what burns is finished")
_turn("resume", "Burn again.", "writing goes on")


@verb("show", "staging", "staging --json", of=staging)
def show_staging(context: Context) -> None:
    """Show how full staging is and what it needs."""
    context.answer(context.get("/v1/status"), lambda status: facts(status["staging"]))


@verb("release", "staging release P000001", "staging release --all", of=staging)
@click.argument("package", required=False)
@click.option("--all", "everything", is_flag=True, help="Every package that may leave.")
def release(context: Context, package: str | None, everything: bool) -> None:
    """Remove the staged bytes of archived packages; whatever is not safe on media stays, with the reasons."""
    request = {"package": one_or_all(package, everything, kind="package")}
    context.answer(context.post("/v1/staging/release", request), _show_released)


def _show_released(document: dict[str, Any]) -> None:
    for package in document["released"]:
        click.echo(_("{package} left staging").format(package=package))
    for item in document["kept"]:
        click.echo(_("{package} stays in staging:").format(package=item["package"]))
        for reason in item["reasons"]:
            click.echo(f"  - {plain(reason)}")
    if not document["released"] and not document["kept"]:
        click.echo(_("nothing in staging could be released"))


@verb("mend", "staging mend P000001 /depot/Z109/2003/0007", of=staging)
@click.argument("package")
@click.argument("path", type=click.Path(path_type=Path))
def mend(context: Context, package: str, path: Path) -> None:
    """Put staged files right from the original at PATH; only bytes with the accepted digests are taken."""
    context.answer(
        context.post(at("/v1/packages", package) + "/mend", {"path": str(path.resolve())}), _show_mended
    )


def _show_mended(document: dict[str, Any]) -> None:
    for name in document["mended"]:
        click.echo(f"mended: {plain(name)}")
    for name in document["still_wrong"]:
        click.echo(_("still wrong: {name}").format(name=plain(name)))
    if not document["mended"] and not document["still_wrong"]:
        click.echo(_("every staged file of {package} is right").format(package=document["package"]))


@verb("list", "allow", "allow --json", of=allow)
def list_allowances(context: Context) -> None:
    """List what persons took upon themselves."""
    context.answer(context.get("/v1/allowances"), _show_allowances)


def _show_allowances(document: Any) -> None:
    table(items(document), "kind", "thing", "reason", "agent", "at", empty=_("nothing was allowed"))


def _allow(kind: str, thing: str, about: str) -> None:
    @verb(kind, f'allow {kind} {thing} --reason "decided on 12 March"', of=allow)
    @click.argument("thing")
    @reason_option
    def record(context: Context, thing: str, reason: str) -> None:
        answer = context.post("/v1/allowances", {"kind": kind, "thing": thing, "reason": reason})
        context.answer(
            answer,
            lambda _document: click.echo(
                _("on record: {kind} for {thing}, because: {reason}").format(
                    kind=kind, thing=thing, reason=reason
                )
            ),
        )

    record.help = about


_allow("exception", "I000007", "Let an image that spoiled discs be burnt on as many more.")
_allow("diversity", "7K3F", "Let a set be spread less widely than M members a magazine, batch or drive.")
