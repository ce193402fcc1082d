"""Signatures: what is signed is what openssl and jq can check, and nothing else passes."""

import base64
import json
import shutil
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archived.errors import ConfigurationError
from archived.formats.errors import KeyDamaged, KeyUnknown, SignatureWrong, Unsignable, Unsigned
from archived.formats.key_files import (
    PRIVATE_NAME,
    PUBLIC_NAME,
    load_site_key,
    make_site_key,
    public_keys,
    trust,
)
from archived.formats.signing import (
    canonical_bytes,
    new_key,
    public_key,
    sign,
    sign_bytes,
    signing_key,
    verify,
    verify_bytes,
)

KEY = new_key()
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(1 - (1 << 53), (1 << 53) - 1) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)
DOCUMENTS = st.dictionaries(TEXTS.filter(lambda name: name != "signature"), VALUES, max_size=6)
RECEIPT = {
    "receipt": "accepted",
    "title": "账簿 \x7f\n/🗄",
    "files": 3,
    "repeated": False,
    "bag": {"b": [], "a": None},
}


@given(document=DOCUMENTS)
def test_a_signed_document_is_right_however_its_json_was_written(document: dict[str, Any]) -> None:
    signed = sign(document, KEY)
    for text in (json.dumps(signed), json.dumps(signed, ensure_ascii=False, indent=3, sort_keys=True)):
        assert verify(json.loads(text), [new_key().public, KEY.public]) == KEY.public


@given(document=DOCUMENTS, name=TEXTS, value=VALUES)
def test_any_change_of_what_is_covered_is_found(document: dict[str, Any], name: str, value: Any) -> None:
    signed = sign(document, KEY)
    changed = {**signed, name: value}
    if canonical_bytes(changed) == canonical_bytes(signed) or name == "signature":
        return
    with pytest.raises(SignatureWrong):
        verify(changed, [KEY.public])


def test_the_mark_of_a_repetition_is_outside_the_signature() -> None:
    signed = sign(RECEIPT, KEY)
    assert verify({**signed, "repeated": True}, [KEY.public]) == KEY.public


@given(data=st.binary(max_size=100), other=st.binary(max_size=100))
def test_raw_bytes_are_signed_as_they_are(data: bytes, other: bytes) -> None:
    signature = sign_bytes(data, KEY)
    assert verify_bytes(data, signature, KEY.public)
    assert verify_bytes(other, signature, KEY.public) == (data == other)
    assert not verify_bytes(data, signature[:-1], KEY.public)


def test_jq_makes_the_canonical_bytes_and_openssl_checks_them(tmp_path: Path) -> None:
    if not shutil.which("jq") or not shutil.which("openssl"):
        pytest.skip("jq and openssl are not both here")
    receipt = tmp_path / "receipt.json"
    receipt.write_text(json.dumps(sign(RECEIPT, KEY), ensure_ascii=False, indent=2), encoding="utf-8")
    signed = subprocess.run(
        ["jq", "-acjS", "del(.signature, .repeated)", receipt], capture_output=True, check=True
    ).stdout
    assert signed == canonical_bytes(RECEIPT)
    (tmp_path / "signed").write_bytes(signed)
    (tmp_path / "key.pem").write_bytes(KEY.public.pem)
    value = json.loads(receipt.read_text(encoding="utf-8"))["signature"]["value"]
    (tmp_path / "value").write_bytes(base64.b64decode(value))
    command = "openssl pkeyutl -verify -pubin -inkey key.pem -rawin -in signed -sigfile value"
    done = subprocess.run(command.split(), cwd=tmp_path, capture_output=True, text=True)
    assert "Signature Verified Successfully" in done.stdout, done.stderr
    der = subprocess.run(
        ["openssl", "pkey", "-pubin", "-in", "key.pem", "-outform", "DER"], cwd=tmp_path, capture_output=True
    ).stdout
    summed = subprocess.run(["sha256sum"], input=der, capture_output=True).stdout.split()[0].decode()
    assert (summed, summed[:16]) == (KEY.public.fingerprint, KEY.public.key_id)


@pytest.mark.parametrize(
    "value", [1.0, float("nan"), 1 << 53, "\udc80", b"x", {"\ud800": 1}, {1: 2}, [[0.5]]], ids=repr
)
def test_what_has_no_one_form_is_never_signed(value: Any) -> None:
    with pytest.raises(Unsignable):
        sign({"a": value}, KEY)


def test_what_is_wrong_with_a_signature_is_told_apart() -> None:
    signed = sign(RECEIPT, KEY)
    with pytest.raises(Unsigned):
        verify(RECEIPT, [KEY.public])
    with pytest.raises(KeyUnknown):
        verify(signed, [new_key().public])
    signature = signed["signature"]
    values = ({**signature, "value": value} for value in ("é", "AA==", "", None))
    for wrong in ("text", {}, {**signature, "algorithm": "none"}, *values):
        with pytest.raises(SignatureWrong):
            verify({**signed, "signature": wrong}, [KEY.public])
    with pytest.raises(SignatureWrong):
        verify({**signed, "files": 3.0}, [KEY.public])


def test_keys_are_read_back_from_their_pem_and_nothing_else_is() -> None:
    assert public_key(KEY.public.pem) == KEY.public
    assert signing_key(KEY.pem).public == KEY.public
    for wrong in (b"", b"-----BEGIN PUBLIC KEY-----\n", KEY.pem[:40]):
        with pytest.raises(KeyDamaged):
            public_key(wrong)
        with pytest.raises(KeyDamaged):
            signing_key(wrong)
    assert KEY.pem.decode().splitlines()[1] not in repr(KEY)


def test_a_site_gets_one_key_for_ever(tmp_path: Path) -> None:
    key, made = make_site_key(tmp_path / "keys")
    again, made_again = make_site_key(tmp_path / "keys")
    assert (made, made_again, again.public) == (True, False, key.public)
    private = tmp_path / "keys" / PRIVATE_NAME
    assert stat.S_IMODE(private.stat().st_mode) == 0o600
    assert sorted(path.name for path in (tmp_path / "keys").iterdir()) == [PUBLIC_NAME, PRIVATE_NAME]
    assert public_key((tmp_path / "keys" / PUBLIC_NAME).read_bytes()) == key.public


def test_a_crash_before_the_public_half_was_written_is_made_good(tmp_path: Path) -> None:
    key, _ = make_site_key(tmp_path)
    (tmp_path / PUBLIC_NAME).unlink()
    again, made = make_site_key(tmp_path)
    assert (again.public, made) == (key.public, False)
    assert public_keys(tmp_path) == {key.public.key_id: key.public}


def test_a_lost_private_key_is_never_replaced_silently(tmp_path: Path) -> None:
    old, _ = make_site_key(tmp_path)
    (tmp_path / PRIVATE_NAME).unlink()
    with pytest.raises(ConfigurationError, match="is gone") as raised:
        make_site_key(tmp_path)
    assert f"{old.public.key_id}.pem" in raised.value.advice
    (tmp_path / PUBLIC_NAME).rename(tmp_path / f"{old.public.key_id}.pem")
    new, made = make_site_key(tmp_path)
    assert made
    assert list(public_keys(tmp_path)) == [new.public.key_id, old.public.key_id]


def test_keys_of_earlier_days_count_once_they_are_trusted(tmp_path: Path) -> None:
    own, _ = make_site_key(tmp_path)
    for _ in range(2):
        trust(tmp_path, KEY.public)
    assert list(public_keys(tmp_path)) == [own.public.key_id, KEY.public.key_id]


def test_a_key_that_others_may_read_or_that_is_damaged_signs_nothing(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no key to sign with"):
        load_site_key(tmp_path)
    make_site_key(tmp_path)
    private = tmp_path / PRIVATE_NAME
    private.chmod(0o640)
    with pytest.raises(ConfigurationError, match="others"):
        load_site_key(tmp_path)
    private.write_bytes(b"nonsense")
    private.chmod(0o600)
    with pytest.raises(ConfigurationError, match="no Ed25519 private key"):
        load_site_key(tmp_path)
    (tmp_path / PUBLIC_NAME).write_bytes(b"nonsense")
    with pytest.raises(ConfigurationError, match="no Ed25519 public key"):
        public_keys(tmp_path)
