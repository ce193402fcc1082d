"""archivectl rescue: what is left of discs, without daemon and catalog. Reading only, but for what it writes out."""

from pathlib import Path
from typing import Any

import click

from archived.language import _
from cli.context import Context
from cli.nouns import noun, verb
from cli.render import plain, table
from cli.rescue_receipt_cmd import check
from cli.rescue_run import discs_argument, finish, opened, progress, report_option

rescue = noun(
    "rescue",
    "Rescue 抢救: list, check, extract and rebuild discs from raw images, devices or copied files; needs no daemon.",
    "rescue list disc.img",
    "rescue extract disc.img --to ./files",
    "rescue rebuild *.img --to ./rebuilt",
    takes_thing=False,
)


@verb("list", "rescue list disc.img", "rescue list ./copied-files --json", of=rescue)
@discs_argument
@report_option
def list_discs(context: Context, discs: tuple[Path, ...], report: Path | None) -> None:
    """Say what these discs are, and which packages they hold."""
    from archived.formats.salvage_report import disc_document

    with opened(context, discs) as found:
        documents = [disc_document(disc) for disc in found]
    well = not any(item["problems"] for item in documents)
    finish(context, {"discs": documents, "well": well}, _show_discs, report)


@verb("verify", "rescue verify disc.img", "rescue verify *.img --report report.json", of=rescue)
@discs_argument
@report_option
def verify(context: Context, discs: tuple[Path, ...], report: Path | None) -> None:
    """Check every file of these discs, and every chunk of their sets. Writes nothing."""
    from archived.formats.salvage_check import check_files, expected_digests, proven_files
    from archived.formats.salvage_report import checked_document, set_document, sets_of
    from archived.formats.salvage_tape import tape_problem

    with opened(context, discs) as found:
        total_bytes = sum(disc.member.size_bytes for disc in found)
        with progress(context, _("checking"), total_bytes) as advance:
            sets = sets_of(found, advance)
        whole = {
            id(copy.disc) for item in sets for copies in item.found.values() for copy in copies if copy.whole
        }
        documents = []
        for disc in found:
            if disc.tape is not None and (problem := tape_problem(disc.tape, disc.copy)):
                disc.problems.append(problem)
            proven = proven_files(disc) if id(disc) in whole else ()
            documents.append(checked_document(disc, check_files(disc, expected_digests(disc), proven)))
        members = [set_document(item) for item in sets]
    well = not any(item["bad"] or item["problems"] for item in documents)
    well = well and not any(member["state"] == "damaged" for item in members for member in item["members"])
    finish(context, {"discs": documents, "sets": members, "well": well}, _show_verified, report)


@verb(
    "extract",
    "rescue extract disc.img --to ./files",
    "rescue extract disc.img again.img --to ./files data/Z109/2003/0007",
    "rescue extract disc.img --to ./files --only P000001",
    of=rescue,
)
@click.argument("names", nargs=-1, required=True, metavar="DISC... [PATH...]")
@click.option(
    "--to", required=True, type=click.Path(path_type=Path, file_okay=False), help="Folder for the files."
)
@click.option(
    "--only", multiple=True, metavar="PATH", help="A path, folder, package id or reference; may be repeated."
)
@report_option
def extract(
    context: Context, names: tuple[str, ...], to: Path, only: tuple[str, ...], report: Path | None
) -> None:
    """Save the files of these discs; damaged ones as NAME.damaged. Several copies of a disc help each other.

    A name that is no path here is a path on the disc, a folder of it, a package's id or its reference.
    """
    from archived.formats.salvage_extract import extract as save
    from archived.formats.salvage_report import by_image, extracted_document

    discs = [Path(name) for name in names if Path(name).exists()]
    wanted = [*(name for name in names if not Path(name).exists()), *only]
    if not discs:
        raise click.UsageError(
            _("none of these is a disc that is here: {names}").format(names=" ".join(names))
        )
    with opened(context, tuple(discs)) as found:
        total_bytes = 0 if wanted else sum(file.size_bytes for disc in found for file in disc.files.values())
        with progress(context, _("saving"), total_bytes) as advance:
            documents = [
                extracted_document(copies, save(copies, to, wanted, advance)) for copies in by_image(found)
            ]
    saved = sum(item["saved"] for item in documents)
    well = saved > 0 and not any(item["not_saved"] or item["problems"] for item in documents)
    finish(context, {"to": str(to), "discs": documents, "well": well}, _show_extracted, report)


@verb(
    "rebuild",
    "rescue rebuild *.img --to ./rebuilt",
    "rescue rebuild ./images --dry-run",
    of=rescue,
)
@discs_argument
@click.option("--to", type=click.Path(path_type=Path, file_okay=False), help="Folder for rebuilt images.")
@click.option(
    "--parity", is_flag=True, help="Rebuild missing parity files too (parity.bin, not the disc around it)."
)
@click.option("--dry-run", is_flag=True, help="Only say what could be rebuilt.")
@report_option
def rebuild(
    context: Context,
    discs: tuple[Path, ...],
    to: Path | None,
    parity: bool,
    dry_run: bool,
    report: Path | None,
) -> None:
    """Rebuild missing and damaged data images of a set from the rest of it.

    Copied files of a disc are laid where extents.csv says they were: what of them matches the checksums is used.
    """
    from archived.formats import salvage_rebuild
    from archived.formats.salvage_report import rebuilt_document, set_document, sets_of

    if (to is None) != dry_run:
        raise click.UsageError(_("say --to DIR, or --dry-run"))
    documents = []
    with opened(context, discs) as found:
        with progress(context, _("checking"), sum(disc.member.size_bytes for disc in found)) as advance:
            sets = sets_of(found, advance)
        for item in sets:
            wanted = item.wanted(parity=parity)
            total_bytes = 2 * sum(item.record(position).size_bytes for position in wanted)
            with progress(context, _("rebuilding"), total_bytes) as advance:
                results = (
                    salvage_rebuild.can_be_rebuilt(item, wanted, advance)
                    if to is None
                    else salvage_rebuild.rebuild(item, wanted, to, advance)
                )
            documents.append(set_document(item) | {"rebuilt": [rebuilt_document(one) for one in results]})
    if not documents:
        context.say(
            _("no parity disc is among these: only parity discs hold the checksums that a set is rebuilt by")
        )
    well = bool(documents) and all(one["whole"] for item in documents for one in item["rebuilt"])
    finish(context, {"sets": documents, "dry_run": dry_run, "well": well}, _show_rebuilt, report)


rescue.add_command(check)


def _show_discs(document: dict[str, Any]) -> None:
    table(document["discs"], "path", "set", "position", "holds", "label", "files", "bytes", "closed_at")
    for disc in document["discs"]:
        if disc["packages"]:
            click.echo(f"\n{plain(disc['path'])}")
            table(disc["packages"], "package", "reference", "version", "title", "files", "bytes", "image")
        _problems(disc)


def _show_verified(document: dict[str, Any]) -> None:
    for item in document["sets"]:
        _show_members(item)
    for disc in document["discs"]:
        click.echo(
            _(
                "{path}: {good} files are good, {bad} are damaged or missing, {unjudged} have no digest"
            ).format(
                path=plain(disc["path"]),
                good=disc["good"],
                bad=len(disc["bad"]),
                unjudged=len(disc["unjudged"]),
            )
        )
        for file in disc["bad"]:
            click.echo(f"  {file['state']}  {plain(file['path'])}")
        _problems(disc)


def _show_extracted(document: dict[str, Any]) -> None:
    for disc in document["discs"]:
        click.echo(
            _("{image}: {saved} files are saved, {left} are not").format(
                image=plain(disc["image"] or disc["paths"][0]),
                saved=disc["saved"],
                left=len(disc["not_saved"]),
            )
        )
        for file in disc["not_saved"]:
            click.echo(f"  {file['state']}  {plain(file['path'])}  {plain(file['why'])}".rstrip())
        _problems(disc)


def _show_rebuilt(document: dict[str, Any]) -> None:
    for item in document["sets"]:
        _show_members(item)
        for one in item["rebuilt"]:
            chunks = ", ".join(map(str, one["lost_chunks"]))
            if not one["whole"]:
                words = _("{position}: chunks {chunks} of 1048576 bytes cannot be rebuilt; {path}").format(
                    position=one["position"], chunks=chunks, path=plain(one["path"] or "–")
                )
            elif one["path"] is None:
                words = _("{position}: can be rebuilt").format(position=one["position"])
            else:
                words = _("{position}: rebuilt as {path}; its sha256 is right").format(
                    position=one["position"], path=plain(one["path"])
                )
            click.echo(words)
        if not item["rebuilt"]:
            click.echo(_("set {set}: nothing needs to be rebuilt").format(set=plain(item["set"])))


def _show_members(item: dict[str, Any]) -> None:
    click.echo(
        _("set {set}: {n} data and {m} parity discs, any {n} rebuild all").format(
            set=plain(item["set"]), n=item["n"], m=item["m"]
        )
    )
    rows = [{**member, "bad": len(member["bad_chunks"])} for member in item["members"]]
    table(rows, "position", "kind", "image", "state", "bad", "chunks")


def _problems(disc: dict[str, Any]) -> None:
    for problem in disc["problems"]:
        click.echo(f"  ! {plain(problem)}")
