"""What every reader of tags does, on a real one: ARCHIVED_TEST_READER=pn532:/dev/ttyUSB0. It is only asked.

Kinds are those of [readers]; what stands behind `pcsc:` is how the system calls the reader.
"""

from collections.abc import Iterator

import pytest

from archived.config import parse
from archived.settings_text import template
from archived.wiring_readers import readers_on_lines
from devices.clock import SystemClock
from robotics.readers.interface import TagReader
from tests.hardware.real_devices import READER, named

pytestmark = pytest.mark.hardware

_DEVICES = "".join(
    f'[devices.{name}]\npath = "/dev/none{name}"\nserial = "{name}"\n' for name in ("main", "B1", "B2")
)


@pytest.fixture
def reader() -> Iterator[TagReader]:
    kind, _, path = named(READER).partition(":")
    room = template(speed=0, keep_free_bytes=1).replace('room = "simulated"', 'room = "hardware"')
    table = f'[readers.r]\nkind = "{kind}"\nplace = "hand"\nlibrary = "main"\npath = "{path}"\n'
    placed = readers_on_lines(parse(room + _DEVICES + table), SystemClock())["r"]
    yield placed.reader
    placed.reader.close()


def test_it_says_who_it_is_again_and_again(reader: TagReader, capsys: pytest.CaptureFixture[str]) -> None:
    first = reader.identify()
    assert first.product
    assert reader.identify() == first
    with capsys.disabled():
        print(f"\n{first}")


def test_two_looks_see_the_same_tags(reader: TagReader, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = reader.read(), reader.read()
    assert {tag.uid for tag in first if tag.fixed} == {tag.uid for tag in second if tag.fixed}
    with capsys.disabled():
        print(f"\n{first}")
