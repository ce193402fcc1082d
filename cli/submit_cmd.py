"""archivectl submit: one volume, a list of volumes, or a tree is handed in."""

from pathlib import Path
from typing import Any

import click

from archived.language import _
from cli.context import Context, Document
from cli.nouns import verb
from cli.submit_many import OF_LISTS, hand_in_many, list_request, tree_request
from cli.submit_one import hand_in


@verb(
    "submit",
    "submit ./0007 --fonds Z109 --series 2003 --volume 0007 --retention permanent --confidentiality open",
    "submit ./0007 --fonds Z109 --series 2003 --volume 0007 --retention Y30 --confidentiality open --dry-run",
    "submit ./0007 --fonds Z109 --series 2003 --volume 0007 --retention permanent --confidentiality open"
    " --wait-for archived --receipt 0007.json",
    "submit ./0007.zip --archive-names gb18030 --fonds Z109 --series 2003 --volume 0007 --retention Y10"
    " --confidentiality open",
    "submit --list ./list.xlsx --dry-run",
    "submit --list ./list.csv --layout '{volume}' --fonds Z109 --series 2003",
    "submit --list ./zips.csv --archive-names gb18030",
    "submit --recursive ./scans --layout '{fonds}/{series}/{volume}' --retention permanent"
    " --confidentiality open",
    'submit ./0007 --fonds Z109 --series 2003 --volume 0007 --new-version --reason "page 12 scanned again"',
)
@click.argument("path", type=click.Path(path_type=Path), required=False)
@click.option(
    "--list", "list_file", type=click.Path(path_type=Path), help="Hand in every volume of this CSV or .xlsx."
)
@click.option("--recursive", is_flag=True, help="Hand in every volume below PATH, by --layout.")
@click.option("--layout", default="", help="What a path says: {fonds}/{series}/{volume}, {series}-{year}, …")
@click.option(
    "--root", type=click.Path(path_type=Path), help="What the list's folders are relative to; its own folder."
)
@click.option("--sheet", default="", help="Sheet of an .xlsx with several.")
@click.option(
    "--columns", type=click.Path(path_type=Path), help='TOML file with further headings: "归档号" = "volume".'
)
@click.option("--list-retention", default="", help="Retention of the list itself, where its rows differ.")
@click.option(
    "--list-confidentiality", default="", help="Confidentiality of the list itself, where its rows differ."
)
@click.option("--fonds", default="", help="Fonds 全宗.")
@click.option("--series", default="", help="Series 目录.")
@click.option("--volume", default="", help="Volume 案卷.")
@click.option("--title", default="", help="Title 题名.")
@click.option("--storage-class", help="Storage class; the site's default when not given.")
@click.option("--retention", help="Retention 保管期限; most classes demand it.")
@click.option("--confidentiality", help="Confidentiality 密级; most classes demand it.")
@click.option(
    "--archive-names", default="", help="Encoding of names that a zip or tar does not mark: gb18030, …"
)
@click.option(
    "--wait-for", type=click.Choice(["accepted", "archived"]), default="accepted", show_default=True
)
@click.option("--new-version", is_flag=True, help="This corrects what is there; needs --reason.")
@click.option("--reason", default="", help="Why there is a new version.")
@click.option("--dry-run", is_flag=True, help="Say what would happen; take nothing.")
@click.option(
    "--receipt", "receipt_file", type=click.Path(path_type=Path), help="Write the receipt here as JSON."
)
def submit(
    context: Context,
    path: Path | None,
    list_file: Path | None,
    recursive: bool,
    wait_for: str,
    receipt_file: Path | None,
    **fields: Any,
) -> None:
    """Hand in the folder, BagIt bag or archive (zip, tar, tar.gz, tar.xz) PATH as one volume, or many volumes
    by --list or --recursive.

    The accepted receipt means: copied, synced, digested, on record; keep your original. The archived receipt
    (--wait-for archived) means: read back from every medium after a reload. The same content again gets the
    first receipt again. Ctrl-C cancels: nothing is kept, unless the receipt was out already.

    Of a list or a tree everything that is wrong is listed before anything is taken; then one volume that is
    refused stops no other. Every submission belongs to a batch, whose id is printed: archivectl batch ID. Columns
    and rules: docs/lists.md.
    """
    if fields["new_version"] and not fields["reason"]:
        raise click.UsageError(_("--new-version needs --reason TEXT"))
    if list_file is None and not recursive:
        _check_single(path, fields)
        return hand_in(
            context, path or Path(), fields, until_archived=wait_for == "archived", receipt_file=receipt_file
        )
    _check_many(path, list_file, recursive, fields)
    where, request = (
        ("tree", tree_request(path or Path(), fields))
        if list_file is None
        else ("list", list_request(list_file, fields))
    )
    return hand_in_many(
        context, where, request, until_archived=wait_for == "archived", receipt_file=receipt_file
    )


def _check_single(path: Path | None, fields: Document) -> None:
    if path is None:
        raise click.UsageError(_("Missing argument 'PATH'; or give --list FILE"))
    for name in ("fonds", "series", "volume"):
        if not fields[name]:
            raise click.UsageError(_("Missing option '--{name}'.").format(name=name))
    _refuse_options(fields, ("layout", *OF_LISTS), _("only for --list or --recursive"))


def _check_many(path: Path | None, list_file: Path | None, recursive: bool, fields: Document) -> None:
    if list_file is not None and (recursive or path is not None):
        raise click.UsageError(
            _("--list FILE stands alone: its rows say the folders, and --root where they are")
        )
    if recursive:
        if path is None:
            raise click.UsageError(_("Missing argument 'PATH': the folder whose volumes are handed in"))
        if not fields["layout"]:
            raise click.UsageError(_("--recursive needs --layout, such as '{fonds}/{series}/{volume}'"))
        _refuse_options(fields, OF_LISTS, _("only for --list"))
        _refuse_options(fields, ("archive_names",), _("for archives; the volumes of a tree are folders"))
    _refuse_options(fields, ("volume",), _("not for many volumes; each has its own"))


def _refuse_options(fields: Document, names: tuple[str, ...], why: str) -> None:
    for name in names:
        if fields[name]:
            raise click.UsageError(_("--{option} is {why}").format(option=name.replace("_", "-"), why=why))
