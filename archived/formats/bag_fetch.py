"""fetch.txt: files that a bag leaves elsewhere (RFC 8493, section 2.2.3). Pure; nothing is ever fetched here."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from archived.formats.bag_findings import Findings
from archived.formats.bag_manifests import PAYLOAD, Manifest
from archived.formats.bag_paths import decode_path, problem_with_form, way_out
from archived.formats.bag_text import lines_of
from archived.language import _

FETCH_NAME: Final = "fetch.txt"
_LINE = re.compile(r"(\S+)[ \t]+(\d{1,18}|-)[ \t]+(.+)", re.DOTALL | re.ASCII)


@dataclass(frozen=True, slots=True)
class Wanted:
    """One line of fetch.txt."""

    path: str
    #: As it declares, or None for '-'.
    size_bytes: int | None


def read_fetch(text: str, findings: Findings, *, is_rfc: bool) -> list[Wanted]:
    """The files that fetch.txt lists; what cannot be one is told and left out."""
    wanted: list[Wanted] = []
    for number, line in enumerate(lines_of(text), start=1):
        if not line.strip():
            continue
        found = _LINE.fullmatch(line)
        if found is None:
            findings.refuse(_("fetch.txt: line {number} is not 'URL LENGTH PATH'").format(number=number))
            continue
        path = decode_path(found[3], is_rfc=is_rfc).removeprefix("./")
        if why := way_out(path):
            findings.refuse(
                _("fetch.txt: line {number}: {path} leads out of the bag: {why}").format(
                    number=number, path=path, why=why
                )
            )
        elif why := problem_with_form(path):
            findings.refuse(
                _("fetch.txt: line {number}: {path} is no path of a file: {why}").format(
                    number=number, path=path, why=why
                )
            )
        elif not path.startswith(PAYLOAD):
            findings.refuse(
                _("fetch.txt: line {number}: {path} is not below data/").format(number=number, path=path)
            )
        else:
            wanted.append(Wanted(path, None if found[2] == "-" else int(found[2])))
    return wanted


def check_fetch(
    wanted: Sequence[Wanted],
    files: Mapping[str, int],
    manifests: Sequence[Manifest],
    findings: Findings,
    *,
    is_rfc: bool,
) -> None:
    """A bag whose listed files are all there is whole; one that still waits for some is refused, each named."""
    for item in wanted:
        if item.path not in files:
            findings.refuse(
                _(
                    "{path} is still to be fetched (fetch.txt), and nothing is fetched here; submit a complete bag"
                ).format(path=item.path)
            )
        elif item.size_bytes is not None and item.size_bytes != files[item.path]:
            findings.warn(
                _("fetch.txt gives {path} {declared} bytes, it has {there}").format(
                    path=item.path, declared=item.size_bytes, there=files[item.path]
                )
            )
        for manifest in manifests:
            if item.path not in manifest.entries:
                findings.rule(
                    _("fetch.txt lists {path}, and {manifest} does not").format(
                        path=item.path, manifest=manifest.name
                    ),
                    binding=is_rfc,
                )
    if wanted and all(item.path in files for item in wanted):
        findings.warn(_("the bag has a fetch.txt, all of whose files are there; it is kept as it is"))
