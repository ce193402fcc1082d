"""archivectl packages and withdraw: what was handed in, and taking it back."""

from typing import Any

import click

from archived.language import _
from archived.states import PackageState
from cli.context import Context, at
from cli.nouns import noun, reason_option, verb
from cli.render import facts, items, moment, table

packages = noun(
    "packages",
    "Packages 档案包: what was handed in, and what it waits for. Alone it lists.",
    "packages",
    "packages --state accepted",
    "packages P000001 --files",
    "packages Z109/2003/0007",
)
FACTS = (
    "id", "state", "waits_for", "fonds", "series", "volume", "version", "title", "reason", "storage_class",
    "retention", "confidentiality", "file_count", "size_bytes", "root_digest", "images", "staged", "owner",
    "submitted_at", "accepted_at", "archived_at",
)  # fmt: skip


@verb("list", "packages", "packages --state accepted", "packages P000001 --files", of=packages)
@click.argument("package", required=False)
@click.option(
    "--state", type=click.Choice([state.value for state in PackageState]), help="Only those in this state."
)
@click.option("--files", is_flag=True, help="With one package: its files too.")
def list_packages(context: Context, package: str | None, state: str | None, files: bool) -> None:
    """List packages, or show one by its id or reference (FONDS/SERIES/VOLUME, @VERSION)."""
    if package is None:
        context.answer(context.get("/v1/packages", state=state), _show_all)
    else:
        context.answer(context.get(at("/v1/packages", package), files=1 if files else None), _show_one)


packages.add_command(list_packages, "show")


def _show_all(document: Any) -> None:
    table(
        items(document),
        *(
            "id",
            "state",
            "fonds",
            "series",
            "volume",
            "version",
            "title",
            "file_count",
            "size_bytes",
            "waits_for",
        ),
        empty=_("no packages; hand one in with: archivectl submit --help"),
    )


def _show_one(package: dict[str, Any]) -> None:
    facts(package, *FACTS)
    archived = package.get("archived_receipt")
    if archived:
        click.echo(
            _("\narchived receipt of {archived_at}:").format(archived_at=moment(archived["archived_at"]))
        )
        media = archived["media"]
        table(
            media, *(k for k in ("set", "position", "medium", "label", "role") if any(k in m for m in media))
        )
    if isinstance(package.get("files"), list):
        files = [{**f, "path": f["path"] + "/"} if f["is_directory"] else f for f in package["files"]]
        table(files, "path", "size_bytes", "sha256", empty=_("no files"))


@verb("withdraw", 'withdraw P000001 --reason "handed in by mistake"')
@click.argument("package")
@reason_option
def withdraw(context: Context, package: str, reason: str) -> None:
    """Take a package back, as long as no disc of its set has been begun.

    From a closed image this voids the unwritten images of that set, which close again under new ids.
    """
    context.answer(context.post(at("/v1/packages", package, "withdraw"), {"reason": reason}), _show_withdrawn)


def _show_withdrawn(document: dict[str, Any]) -> None:
    package = document["package"]
    name = package["id"] if isinstance(package, dict) else package
    click.echo(_("{name} was withdrawn; nothing of it was on any disc").format(name=name))
    for key, kind in (("voided_images", "image"), ("voided_sets", "set")):
        for thing in document.get(key) or ():
            click.echo(
                _("  {kind} {thing} was voided; its other packages close again under a new id").format(
                    kind=kind, thing=thing
                )
            )
