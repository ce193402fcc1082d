"""Labels, README, manifests, rows and tables: the plain texts of a disc."""

import csv
import io
import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from importlib.resources import files

import pytest

from archived.formats.disc import (
    DataDisc,
    DiscMember,
    DiscPackage,
    Institution,
    PackageRecord,
    SetIdentity,
    StagedFile,
    kind_at,
)
from archived.formats.errors import DiscUnplannable, DocumentDamaged, UnknownVersion
from archived.formats.extents import extents_size_bytes, extents_text
from archived.formats.labels import label_line, volume_identifier
from archived.formats.manifests import bag_info, manifest_line, payload_manifest
from archived.formats.rows import csv_text, json_lines, package_row, utc_text
from archived.formats.sealed_json import seal, unseal
from archived.formats.set_document import decode_set_document, encode_set_document
from archived.formats.signing import PublicKey
from archived.formats.texts import RANGES_BYTES_MAX, format_text, readme
from erasure.coding import SetCode
from erasure.field import EXP, mul
from erasure.matrix import parity_matrix

WHEN = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
KEY = PublicKey(b"k" * 32)
RECORD = PackageRecord(
    storage_class="standard",
    pool="bluray",
    image="I000001",
    sequence=0,
    root_digest="ab" * 32,
    owner=1000,
    reason="",
    submitted_at=WHEN,
    cost_bytes=123456,
    receipt={"receipt": "accepted", "package": "P-1", "signature": {"value": "x" * 88}},
)
FILE = StagedFile("data/100%.txt", 3, 0, "packages/P-1/data/100%.txt", {"sha256": "ab" * 32})
PACKAGE = DiscPackage(
    package_id="P-1",
    reference={"fonds": "F", "series": "S", "volume": "V, 1"},
    disc_path="data/F/S/V, 1/v0001",
    version=1,
    title='Title "1"',
    retention="permanent",
    confidentiality="open",
    accepted_at=WHEN,
    files=(FILE,),
    record=RECORD,
)


def disc(**changes: object) -> DataDisc:
    members = tuple(DiscMember(p, f"I-{p}", f"L{p}", kind_at(p, 4)) for p in range(1, 7))
    found = DataDisc(
        image_id="I-3",
        label_line=label_line("7K3F", position=3, total=6, n=4),
        identity=SetIdentity("7K3F", 4, 2, members),
        position=3,
        closed_at=WHEN,
        institution=Institution("Example {Archive}", "示例档案馆", "archive@example.org"),
        software="archived 0.1.0",
        site_key=KEY,
        packages=(PACKAGE,),
        ranges=("S 001–100",),
    )
    return replace(found, **changes)  # type: ignore[arg-type]


def test_the_label_is_the_line_that_people_read() -> None:
    assert label_line("7K3F", position=3, total=6, n=4) == "7K3F · 3 of 6 · any 4 rebuild"


def test_the_volume_identifier_is_a_function_of_the_image_id() -> None:
    assert re.fullmatch("[0-9a-f]{16}", volume_identifier("I-1"))
    assert volume_identifier("I-1") == volume_identifier("I-1") != volume_identifier("I-2")


def test_readme_says_who_what_and_how_in_two_languages() -> None:
    text = readme(disc()).decode("utf-8")
    for words in (
        "Example {Archive}", "示例档案馆", "archive@example.org", "7K3F · 3 of 6 · any 4 rebuild", "I-3",
        "S 001–100", "Any 4 of the 6 discs", "其中任意 4 张", "sha256sum", "shasum", "PowerShell", "ddrescue",
        "conv=noerror,sync", "python3 -I rebuild.py", "members 5 to 6", "2026-01-02T03:04:05Z",
    ):  # fmt: skip
        assert words in text, words
    assert "SIMULATED" not in text
    assert not re.search(r"\{[a-z_]+\}", text)


def test_readme_of_a_simulated_disc_says_so_first() -> None:
    assert readme(disc(simulated=True)).decode("utf-8").startswith("SIMULATED – NOT PRESERVED\n")


def test_readme_never_cuts_ranges_silently() -> None:
    text = readme(disc(ranges=tuple(f"S {number:06}" for number in range(5000)))).decode("utf-8")
    shown = len(re.findall(r"^  S \d{6}$", text, re.MULTILINE))
    assert 0 < shown * 11 <= RANGES_BYTES_MAX
    assert f"and {5000 - shown} more" in text


def test_manifest_lines_encode_what_rfc_8493_says_and_nothing_else() -> None:
    assert manifest_line("ab", "data/a%\n\rb ü.txt") == "ab  data/a%25%0A%0Db ü.txt\n".encode()
    assert payload_manifest([PACKAGE]) == f"{'ab' * 32}  data/F/S/V, 1/v0001/data/100%25.txt\n".encode()


def test_bag_info_counts_payload_and_keeps_one_line_an_element() -> None:
    info = bag_info(disc(institution=Institution("A\nB"))).decode("utf-8").splitlines()
    assert "Payload-Oxum: 3.1" in info
    assert "Source-Organization: A B" in info
    assert "Bag-Count: 3 of 6" in info
    assert all(": " in line for line in info)


def test_rows_are_the_same_in_csv_and_json() -> None:
    rows = [package_row("I-3", PACKAGE)]
    (from_csv,) = csv.DictReader(io.StringIO(csv_text(rows).decode("utf-8"), newline=""))
    from_json = json.loads(json_lines(rows))
    assert from_csv.pop("reference") == "fonds=F; series=S; volume=V, 1"
    assert from_json.pop("reference") == {"fonds": "F", "series": "S", "volume": "V, 1"}
    assert from_csv == {key: str(value) for key, value in from_json.items()}


def test_times_are_printed_in_utc() -> None:
    east = datetime(2026, 1, 2, 8, 0, 0, tzinfo=timezone(timedelta(hours=8)))
    assert utc_text(east) == "2026-01-02T00:00:00Z"


def test_the_table_of_extents_has_a_size_known_before_its_numbers() -> None:
    paths = ["a.txt", 'b,"c".txt', "数据/d"]
    table = extents_text([(352, 5, paths[0]), ((1 << 32) - 1, 10**14, paths[1]), (0, 0, paths[2])])
    assert len(table) == extents_size_bytes(paths)
    rows = list(csv.reader(io.StringIO(table.decode("utf-8"), newline="")))
    assert [row[2] for row in rows[1:]] == paths
    assert [int(row[0]) for row in rows[1:]] == [352, (1 << 32) - 1, 0]


def test_set_json_is_read_again_and_names_other_members_by_id_only() -> None:
    text = encode_set_document(disc(simulated=True))
    document = decode_set_document(text)
    assert (document.identity, document.position, document.simulated) == (disc().identity, 3, True)
    assert b"Title" not in text
    with pytest.raises(DocumentDamaged):
        decode_set_document(text.replace(b"I-4", b"I-5", 1))


def test_set_json_of_another_version_or_code_is_refused() -> None:
    fields = unseal(encode_set_document(disc()), magic="archived-disc", version=1)
    with pytest.raises(UnknownVersion):
        decode_set_document(seal("archived-disc", 7, fields))
    for field, value in (("position", 7), ("members", fields["members"][1:]), ("code", {"name": "xor"})):
        with pytest.raises(DocumentDamaged):
            decode_set_document(seal("archived-disc", 1, {**fields, field: value}))


@pytest.mark.parametrize(
    "changes",
    [
        {"position": 0}, {"position": 7}, {"position": 2}, {"image_id": "I-4"}, {"image_id": "x" * 65},
        {"label_line": ""}, {"label_line": "a\tb"}, {"software": "x" * 65},
        {"closed_at": datetime(2026, 1, 1)},
    ],
)  # fmt: skip
def test_a_disc_that_contradicts_its_set_cannot_be_made(changes: dict[str, object]) -> None:
    with pytest.raises(DiscUnplannable):
        disc(**changes)


def test_a_set_has_all_its_members_in_order() -> None:
    members = disc().identity.members
    for wrong in (members[:-1], (*members[1:], members[0]), ()):
        with pytest.raises(DiscUnplannable):
            SetIdentity("7K3F", 4, 2, wrong)
    with pytest.raises(DiscUnplannable):
        SetIdentity("7K3F", 250, 6, members)


def test_known_answers_of_the_format_page_are_those_of_the_code() -> None:
    page = format_text().decode("utf-8")
    for n, m in ((4, 2), (8, 2), (10, 4)):
        rows = [" ".join(f"{value:02x}" for value in row) for row in parity_matrix(n, m)]
        assert f"position {n + 1}: {rows[0]}" in page
        parity = [bytearray(1) for _ in range(m)]
        SetCode(n, m).encode([bytes([value]) for value in range(1, n + 1)], parity, 1)
        assert f"{n} + {m}: {' '.join(byte.hex() for byte in parity)}" in page
    assert (mul(2, 0x80), mul(0x53, 0xCA), EXP[8], EXP[254]) == (0x1D, 0x8F, 0x1D, 0x8E)
    assert "2 * 0x80 = 0x1d.  0x53 * 0xca = 0x8f.  EXP[8] = 0x1d.  EXP[254] = 0x8e." in page


def test_the_formula_of_the_format_page_is_the_code() -> None:
    n, m = 5, 3
    power = {p: (m + p - 1 if p <= n else m - 1 - (p - n - 1)) for p in range(1, n + m + 1)}
    x = {p: EXP[p_power] for p, p_power in power.items()}

    def factor(e: int, i: int, unknown: list[int]) -> int:
        out = 1
        for g in unknown:
            if g != e:
                inverse = next(v for v in range(1, 256) if mul(v, x[e] ^ x[g]) == 1)
                out = mul(out, mul(x[i] ^ x[g], inverse))
        return out

    parity = list(range(n + 1, n + m + 1))
    found = [[factor(e, i, parity) for i in range(1, n + 1)] for e in parity]
    assert found == [list(row) for row in parity_matrix(n, m)]


def test_the_lines_of_the_disc_pages_fit_a_terminal() -> None:
    for name in ("FORMAT.txt", "readme.txt"):
        text = (files("archived.formats") / name).read_text(encoding="utf-8")
        assert max(map(len, text.splitlines())) <= 100
