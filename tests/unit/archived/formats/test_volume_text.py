"""The volume id that is on record is the one that a drive reads."""

from hypothesis import given
from hypothesis import strategies as st

from archived.formats.labels import volume_text
from backends.optical.udf.descriptors import dstring
from backends.optical.udf.parsing import text_of

LINES = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=200)


@given(line=LINES | st.text("7K3F·全", max_size=200))
def test_a_line_is_on_record_as_it_is_read_off_the_disc(line: str) -> None:
    assert volume_text(line) == text_of(dstring(line, 128))
    assert line.startswith(volume_text(line))
