"""Keeps the catalogs of messages: collects what people can read, merges it into each language, compiles.

python scripts/messages.py          collect, merge and compile; new messages stand untranslated in the .po
python scripts/messages.py --check  change nothing; exit 1 when that would change anything, or a message
                                    lacks its translation
"""

import io
import sys
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from archived.__main__ import commands  # noqa: E402
from archived.language import DOMAIN, LOCALES, TRANSLATED  # noqa: E402
from archived.spoken import messages_of  # noqa: E402
from cli.main import main as archivectl  # noqa: E402

MADE_AT = datetime(2026, 1, 1, tzinfo=UTC)
SPEAKING = ("archived", "cli")
KEYWORDS = {"_": None, "marked": None, "counted": (1, 2)}
#: What click says of itself; it asks the same catalog.
CLICK = Path(__file__).with_name("messages-of-click.txt")


def collected() -> Catalog:
    """Every message that the product can show, without translations."""
    catalog = Catalog(project="archived", charset="utf-8")
    for top in SPEAKING:
        found = extract_from_dir(
            str(ROOT / top), method_map=[("**.py", "python")], keywords=KEYWORDS, comment_tags=()
        )
        for name, _line, message, _comments, _context in found:
            catalog.add(message, locations=[(f"{top}/{name}", 0)])
    for program in (commands, archivectl):
        for message in messages_of(program):
            if message:
                catalog.add(message, locations=[("help", 0)])
    for line in CLICK.read_text(encoding="utf-8").splitlines():
        one, _, many = line.partition("|")
        catalog.add((one, many) if many else one, locations=[("click", 0)])
    return catalog


def merged(language: str) -> Catalog:
    """The catalog of a language with exactly the messages that there are now."""
    path = po_path(language)
    if path.exists():
        with path.open("rb") as there:
            catalog = read_po(there, locale=language, domain=DOMAIN)
    else:
        catalog = Catalog(locale=language, domain=DOMAIN, charset="utf-8")
    catalog.update(collected(), no_fuzzy_matching=True)
    catalog.obsolete.clear()
    # A compiled catalog says when it was made; the same messages must make the same bytes.
    catalog.creation_date = catalog.revision_date = MADE_AT
    return catalog


def po_text(catalog: Catalog) -> bytes:
    """The .po file: sorted by message, without line numbers or dates, so that it changes only when words do."""
    out = io.BytesIO()
    write_po(out, catalog, width=110, no_location=True, omit_header=True, sort_output=True)
    head = f'msgid ""\nmsgstr ""\n"Language: {catalog.locale}\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n'
    return f'{head}"Plural-Forms: {catalog.plural_forms}\\n"\n\n'.encode() + out.getvalue().lstrip()


def mo_bytes(catalog: Catalog) -> bytes:
    """The compiled catalog."""
    out = io.BytesIO()
    write_mo(out, catalog)
    return out.getvalue()


def po_path(language: str) -> Path:
    return LOCALES / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def untranslated(catalog: Catalog) -> list[str]:
    """Messages that lack a translation, or whose named places differ from the original's."""
    return sorted(
        str(message.id) for message in catalog if message.id and (not _whole(message.string) or message.fuzzy)
    )


def _whole(string: object) -> bool:
    return all(string) if isinstance(string, tuple | list) else bool(string)


def main(check: bool) -> int:
    wrong = 0
    for language in TRANSLATED:
        catalog = merged(language)
        path = po_path(language)
        texts = {path: po_text(catalog), path.with_suffix(".mo"): mo_bytes(catalog)}
        stale = [file for file, data in texts.items() if not file.exists() or file.read_bytes() != data]
        lacking = untranslated(catalog)
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            for file, data in texts.items():
                file.write_bytes(data)
        total = sum(1 for message in catalog if message.id)
        print(f"{language}: {total} messages, {len(lacking)} without translation, {len(stale)} files stale")
        for message in lacking[:20]:
            print(f"  lacks: {message}")
        wrong += bool(lacking or stale)
    return wrong if check else 0


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv[1:]))
