"""Names as text and back: nothing of a name is ever lost, whatever its bytes are."""

import csv
import io
import json
import os
import unicodedata

from hypothesis import example, given
from hypothesis import strategies as st

from archived.names import escaped, raw, unescaped

#: What a file system can have as a path: any bytes but NUL.
RAW = st.binary(min_size=1, max_size=40).map(lambda data: data.replace(b"\0", b"\1"))


@given(RAW)
@example(b"%41")
@example(b"%")
@example("e\u0301/é/\u202e.exe".encode())
@example(b"\xe4\xbd")
def test_escaping_keeps_every_byte(name: bytes) -> None:
    assert raw(unescaped(escaped(os.fsdecode(name)))) == name


@given(RAW)
def test_what_is_escaped_stands_on_one_line_of_any_document(name: bytes) -> None:
    text = escaped(os.fsdecode(name))
    assert not any(unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp") for letter in text)
    assert json.loads(json.dumps(text, ensure_ascii=False).encode()) == text
    out = io.StringIO()
    csv.writer(out).writerow([text])
    assert next(csv.reader([out.getvalue().rstrip("\r\n")])) == [text]


@given(RAW, RAW)
def test_two_names_never_have_one_escape(one: bytes, other: bytes) -> None:
    assert (escaped(os.fsdecode(one)) == escaped(os.fsdecode(other))) == (one == other)


def test_most_names_are_their_own_escape() -> None:
    for name in ("data/第一页.tif", "a b, c.txt", "~$x", "é", "e\u0301"):
        assert escaped(name) == unescaped(name) == name


@given(st.text(max_size=30))
def test_unescaping_never_fails_and_what_it_gives_has_an_escape(text: str) -> None:
    name = unescaped("".join(letter for letter in text if not "\ud800" <= letter <= "\udfff"))
    assert unescaped(escaped(name)) == name
