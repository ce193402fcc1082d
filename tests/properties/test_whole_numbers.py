"""Numbers that anybody may have written are read, or refused by ValueError: nothing else, and never out of range."""

from hypothesis import given
from hypothesis import strategies as st

from archived.formats.archive_entry import NotUnpacked
from archived.formats.tar_headers import pax_number, pax_time_ns
from archived.formats.whole_numbers import INT64_MAX, INT64_MIN, whole

NUMBERS = st.integers() | st.sampled_from([INT64_MAX, INT64_MIN, INT64_MAX + 1, INT64_MIN - 1])
TEXTS = (
    st.text()
    | NUMBERS.map(str)
    | st.sampled_from(["9" * 5000, "-" + "9" * 5000, "²", "٣", "1_0", " 1", "+1"])
)


@given(NUMBERS)
def test_every_number_of_64_bits_is_read_and_no_other(number: int) -> None:
    try:
        assert whole(str(number), least=INT64_MIN) == number
    except ValueError:
        assert not INT64_MIN <= number <= INT64_MAX


@given(TEXTS, st.sampled_from([8, 10]))
def test_any_text_is_a_number_or_a_value_error(text: str, base: int) -> None:
    try:
        found = whole(text, base=base)
    except ValueError:
        return
    assert 0 <= found <= INT64_MAX
    assert text.removeprefix("-").isascii()
    assert text.removeprefix("-").isdigit()


@given(TEXTS.map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_no_pax_record_ends_a_survey_otherwise_than_with_a_reason(value: bytes) -> None:
    for read in (pax_number, pax_time_ns):
        try:
            found = read({b"x": value}, b"x")
        except NotUnpacked:
            continue
        assert found is None or isinstance(found, int)
