"""archivectl rescue receipt: a receipt against nothing but discs."""

from pathlib import Path

import click

from archived.language import _
from cli.context import Context
from cli.nouns import verb
from cli.receipt_cmd import EXIT_CODES, file_argument, read_receipt, said
from cli.render import plain
from cli.rescue_run import discs_argument, opened


@verb(
    "receipt",
    "rescue receipt receipt.json disc.img",
    "rescue receipt receipt.json *.img --json",
)
@file_argument
@discs_argument
def check(context: Context, file: Path, discs: tuple[Path, ...]) -> None:
    """Check a receipt by the key and the files on these discs; no daemon and no catalog are asked.

    The key proves only that whoever made the discs signed: compare its fingerprint with that on other discs, and with
    the one that the archive has published. Exit codes as those of: archivectl receipt verify
    """
    from archived.formats.salvage_check import FileState
    from archived.formats.salvage_receipt import check_receipt, keys_of

    receipt = read_receipt(file)
    with opened(context, discs) as found:
        findings = check_receipt(receipt, found)
        fingerprints = [key.fingerprint for key in keys_of(found)]
    bad = {
        path: state.value
        for path, state in findings.files.items()
        if state in (FileState.DAMAGED, FileState.MISSING)
    }
    document = {
        "verdict": findings.verdict,
        "signature": findings.signature,
        "content": findings.content,
        "fingerprint": findings.fingerprint,
        "keys_on_the_discs": fingerprints,
        "files": len(findings.files),
        "bad": bad,
        "words": findings.words,
    }

    def show(_document: object) -> None:
        for words in findings.words:
            click.echo(plain(words))
        for path, state in bad.items():
            click.echo(f"  {state}  {plain(path)}")
        if len(fingerprints) > 1:
            click.echo(_("THE DISCS DO NOT AGREE ON THE KEY: {keys}").format(keys=", ".join(fingerprints)))
        click.echo(said(findings.verdict))

    context.answer(document, show)
    click.get_current_context().exit(EXIT_CODES[findings.verdict])
