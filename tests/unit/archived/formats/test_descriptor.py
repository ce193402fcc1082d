"""The set descriptor: what is written is read again, and whatever else is refused."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archived.formats.descriptor import MemberRecord, SetDescriptor, decode_descriptor, encode_descriptor
from archived.formats.disc import DiscMember, kind_at
from archived.formats.errors import DocumentDamaged, FormatError, UnknownVersion
from archived.formats.sealed_json import seal, unseal
from erasure.chunks import ChunkTable, ChunkTableBuilder
from erasure.matrix import power_of

WHEN = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def table_of(size_bytes: int) -> ChunkTable:
    builder = ChunkTableBuilder()
    builder.update(bytes(size_bytes))
    return builder.finish()


def record(position: int, n: int, size_bytes: int) -> MemberRecord:
    member = DiscMember(position, f"I-{position}", f"label “{position}”", kind_at(position, n))
    return MemberRecord(member, size_bytes, {"sha256": f"{position:064x}"}, table_of(size_bytes))


def descriptor_of(n: int, m: int, sizes: list[int]) -> SetDescriptor:
    data = [record(p, n, size) for p, size in enumerate(sizes, start=1)]
    parity = [record(n + 1 + r, n, max(sizes)) for r in range(m)]
    absent = tuple(range(len(sizes) + 1, n + 1))
    return SetDescriptor("7K3F", n, m, (*data, *parity), absent, 1, WHEN, "archived 0.1.0", True)


@given(
    n=st.integers(1, 9),
    m=st.integers(1, 4),
    sizes=st.lists(st.integers(1, 3 << 20), min_size=1, max_size=9),
    revision=st.integers(1, 99),
    retired=st.lists(st.text(min_size=1, max_size=12), max_size=4),
)
def test_what_is_written_is_read_again(
    n: int, m: int, sizes: list[int], revision: int, retired: list[str]
) -> None:
    descriptor = replace(descriptor_of(n, m, sizes[:n]), revision=revision, retired=tuple(retired))
    assert decode_descriptor(encode_descriptor(descriptor)) == descriptor


def test_powers_are_those_of_the_code() -> None:
    descriptor = descriptor_of(4, 2, [1, 2, 3])
    powers = [descriptor.power(position) for position in range(1, 7)]
    assert powers == [2, 3, 4, 5, 1, 0]
    assert powers == [power_of(index, 4, 2) for index in range(6)]


@given(place=st.integers(0, 100_000), change=st.integers(1, 255))
def test_any_changed_byte_is_noticed(place: int, change: int) -> None:
    text = bytearray(encode_descriptor(descriptor_of(2, 1, [5, 6])))
    text[place % len(text)] ^= change
    with pytest.raises(FormatError):
        decode_descriptor(bytes(text))


@given(length=st.integers(0, 100_000))
def test_a_torn_descriptor_is_refused(length: int) -> None:
    text = encode_descriptor(descriptor_of(2, 1, [5, 6]))
    with pytest.raises(DocumentDamaged):
        decode_descriptor(text[: length % len(text) - 1])


def altered(**changes: object) -> bytes:
    fields = unseal(encode_descriptor(descriptor_of(3, 2, [5, 6])), magic="archived-set", version=1)
    return seal("archived-set", 1, {**fields, **changes})


@pytest.mark.parametrize(
    "changes",
    [
        {"absent": []},
        {"absent": [1]},
        {"absent": ["3"]},
        {"revision": 0},
        {"revision": True},
        {"set_id": ""},
        {"members": []},
        {"members": None},
        {"chunk_bytes": 4096},
        {"written_at": "yesterday"},
        {"simulated": "no"},
        {"code": {"name": "reed-solomon", "field_bits": 8, "polynomial": 0x11B, "n": 3, "m": 2}},
        {"code": None},
    ],
    ids=str,
)
def test_a_well_sealed_contradiction_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(DocumentDamaged):
        decode_descriptor(altered(**changes))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("power", 9), ("position", 2), ("kind", "parity"), ("kind", "spare"), ("size_bytes", 7),
        ("size_bytes", 0), ("digests", {}), ("digests", {"sha256": "XY"}), ("digests", {"blake3": "00" * 32}),
        ("crc32", "!!!!"), ("crc32", ""), ("xxh3", "AAAA"), ("image_id", ""), ("image_id", 7),
        ("label", "x" * 97), ("label", "a\nb"),
    ],
)  # fmt: skip
def test_a_member_that_cannot_be_is_refused(field: str, value: object) -> None:
    fields = unseal(encode_descriptor(descriptor_of(3, 2, [5, 6])), magic="archived-set", version=1)
    fields["members"][0][field] = value
    with pytest.raises(DocumentDamaged):
        decode_descriptor(seal("archived-set", 1, fields))


def test_an_unknown_version_is_refused_by_name() -> None:
    fields = unseal(encode_descriptor(descriptor_of(3, 2, [5, 6])), magic="archived-set", version=1)
    with pytest.raises(UnknownVersion, match="version 2"):
        decode_descriptor(seal("archived-set", 2, fields))


def test_other_documents_are_no_descriptor() -> None:
    for text in (b"", b"[]", b"{}", b"\xff", json.dumps({"magic": "archived-disc", "version": 1}).encode()):
        with pytest.raises(DocumentDamaged):
            decode_descriptor(text)


def test_a_record_is_found_by_position() -> None:
    descriptor = descriptor_of(3, 2, [5, 6])
    assert descriptor.record(4).member.kind == "parity"
    with pytest.raises(KeyError):
        descriptor.record(3)
