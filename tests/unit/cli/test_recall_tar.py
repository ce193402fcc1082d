"""Recalled files as a tar: the same bytes each time, and what an interruption left is gone on with."""

import io
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from archived.errors import AnswerBroken, Failed, Refused
from cli import reconnecting
from cli.delivered import DeliveredFile, DeliveredFolder, DeliveredLink
from cli.recall_part import Part
from cli.recall_tar import TarFileTarget, TarTarget

from .conftest import FakeClient, Run
from .test_recall_targets import digest, document, sent, two

__all__ = ["two"]


def part(files: dict[str, bytes], **more: Any) -> Part:
    listed = tuple(DeliveredFile(p, len(d), digest(d), 1_500_000_001_000_000_007) for p, d in files.items())
    return Part("P1", "F/S/1", "", listed, more.get("directories", ()), more.get("links", ()), whole=True)


def test_a_tar_holds_names_times_folders_and_links_exactly_and_is_the_same_each_time() -> None:
    files = {"data/页 " + "x" * 300: b"1", "data/caf\udce9": b"22", "data/empty": b""}
    links = (DeliveredLink("data/link", "../some/wh\udcffere"),)
    streams = []
    for order in (list(files), list(reversed(files))):
        out = io.BytesIO()
        target = TarTarget(out)
        target.take(
            part(
                {name: files[name] for name in order}, directories=(DeliveredFolder("data/空"),), links=links
            ),
            lambda file: iter((files[file.path][:1], files[file.path][1:])),
        )
        target.end()
        streams.append(out.getvalue())

    assert streams[0] == streams[1]
    with tarfile.open(fileobj=io.BytesIO(streams[0]), errors="surrogateescape") as tar:
        assert {m.name: tar.extractfile(m).read() for m in tar if m.isfile()} == files  # type: ignore[union-attr]
        assert tar.getmember("data/空").isdir()
        assert tar.getmember("data/link").linkname == "../some/wh\udcffere"
        assert {(m.uid, m.gid, m.uname) for m in tar} == {(0, 0, "")}
        assert tar.getmember("data/empty").pax_headers["mtime"] == "1500000001.000000007"


@pytest.mark.parametrize("arrived", [b"SECOND", b"short", b""])
def test_a_tar_of_which_a_file_differs_has_no_end(arrived: bytes) -> None:
    out = io.BytesIO()
    target = TarTarget(out)
    with pytest.raises(Failed, match="the tar ends here and is of no use"):
        target.take(part({"data/b": b"second"}), lambda file: iter((arrived,)))
    assert not out.getvalue().endswith(bytes(1024))


def test_a_terminal_gets_no_tar() -> None:
    class Screen(io.BytesIO):
        def isatty(self) -> bool:
            return True

    with pytest.raises(Refused, match="standard output is a terminal"):
        TarTarget(Screen()).check()


# ---- a file, and going on with it

FILES = {"data/a": b"first" * 300, "data/b": b"", "data/c": b"third" * 200, "data/页": b"x" * 512}


def parts() -> list[Part]:
    """Two packages with folders, files and a link."""
    folders, links = (DeliveredFolder("data/空"),), (DeliveredLink("data/z", "a"),)
    files = tuple(DeliveredFile(name, len(data), digest(data), 5) for name, data in FILES.items())
    return [
        Part(f"P{number}", f"F/S/{number}", f"F_S_{number}", files, folders, links, whole=True)
        for number in (1, 2)
    ]


def whole_tar() -> bytes:
    out = io.BytesIO()
    target = TarTarget(out)
    for part_ in parts():
        target.take(part_, lambda file: iter((FILES[file.path],)))
    target.end()
    return out.getvalue()


def gone_on_with(file: Path, left: bytes) -> list[str]:
    """A later call finds `left` of a tar; what it fetches until the tar is whole."""
    partial = file.with_name(f".archived-recall-{file.name}.part")
    partial.write_bytes(left)
    target = TarFileTarget(file, overwrite=False, going_on=True)
    target.check()
    asked = [f"{p.package}:{missing.path}" for p in parts() for missing in target.rest(p)]
    fetched: list[str] = []

    def fetch(part_: Part, wanted: DeliveredFile) -> Iterator[bytes]:
        fetched.append(f"{part_.package}:{wanted.path}")
        return iter((FILES[wanted.path],))

    for part_ in parts():
        target.take(part_, lambda wanted, part_=part_: fetch(part_, wanted))  # type: ignore[misc]
    target.end()
    assert sorted(fetched) == sorted(asked)
    assert not partial.exists()
    return asked


@pytest.mark.parametrize("harm", ["cut off", "a wrong byte", "something else behind it"])
def test_whatever_is_left_of_a_tar_the_whole_one_comes_of_it_and_only_the_rest_is_fetched(
    tmp_path: Path, harm: str
) -> None:
    whole = whole_tar()
    before = 2 * len(FILES) + 1
    for number, at in enumerate(range(0, len(whole) + 1, 331)):
        rest = {
            "cut off": b"",
            "a wrong byte": b"\xff" + whole[at + 1 :],
            "something else behind it": b"?" * 99,
        }
        file = tmp_path / f"{number}.tar"
        asked = gone_on_with(file, whole[:at] + rest[harm])
        assert file.read_bytes() == whole
        assert len(asked) <= before, "more is there, less is asked for"
        before = len(asked)
    assert before == 0


def test_a_tar_in_a_file_is_that_of_standard_output_and_has_its_name_when_it_is_whole(
    run: Run, two: FakeClient, tmp_path: Path
) -> None:
    streamed = run("recall", "F/S/1", "F/S/2", "--tar", "-")
    filed = run("recall", "F/S/1", "F/S/2", "--tar", str(tmp_path / "a.tar"))
    again = run("recall", "F/S/1", "F/S/2", "--tar", str(tmp_path / "a.tar"))

    assert (streamed.exit_code, filed.exit_code, again.exit_code) == (0, 0, 2)
    assert [path.name for path in tmp_path.iterdir()] == ["a.tar"]
    assert (tmp_path / "a.tar").read_bytes() == streamed.stdout_bytes
    assert "a.tar exists; it was not touched" in again.stderr


def test_a_tar_that_was_interrupted_goes_on_behind_the_last_right_member(
    run: Run, two: FakeClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = run("recall", "F/S/1", "F/S/2", "--tar", "-").stdout_bytes
    stream, file = two.stream, tmp_path / "a.tar"

    def interrupted(path: str, /, **params: Any) -> Iterator[bytes]:
        if path.startswith("/v1/recalls/R2") and params["path"] == "data/b":
            yield b"sec"
            raise KeyboardInterrupt
        yield from stream(path, **params)

    monkeypatch.setattr(two, "stream", interrupted)
    first = run("recall", "F/S/1", "F/S/2", "--tar", str(file))
    left = sorted(path.name for path in tmp_path.iterdir())
    refused = run("recall", "F/S/1", "--tar", str(file))
    monkeypatch.setattr(two, "stream", stream)
    over = [{"recall": f"R{n}", "state": "cancelled", "package": f"P00000{n}"} for n in (1, 2)]
    again = {"recall": "R3", "package": "P000002", "reference": "F/S/2", "state": "ready", "waits": ""}
    two.answers |= {
        "GET /v1/recall-orders/O1": {"recalls": over},
        "POST /v1/recall-orders": {"order": "O2", "recalls": [again], "files": 1, "bytes": 6},
        "GET /v1/recall-orders/O2": {"recalls": [again]},
        "GET /v1/recalls/R3/files": document("R3", {"data/b": b"second"}, whole=False),
        "POST /v1/recalls/R3/delivered": {},
    }
    two.calls.clear()
    went_on = run("recall", "--continue", "--tar", str(file))

    assert first.exit_code == 130
    assert f"archivectl recall --continue --tar {file}" in first.stderr
    assert left == [".archived-recall-a.tar.json", ".archived-recall-a.tar.part"]
    assert refused.exit_code == 2
    assert "holds an unfinished recall" in refused.stderr
    assert went_on.exit_code == 0, went_on.output
    assert sent(two) == [[{"reference": "P000002", "version": None, "paths": ["data/b"], "pieces": []}]]
    assert file.read_bytes() == whole
    assert [path.name for path in tmp_path.iterdir()] == ["a.tar"]


def test_one_that_ended_before_its_note_was_removed_is_found_whole_and_no_other_file_is_touched(
    tmp_path: Path,
) -> None:
    file = tmp_path / "a.tar"
    gone_on_with(file, b"")
    target = TarFileTarget(file, overwrite=False, going_on=True)
    target.check()
    assert [target.rest(part_) for part_ in parts()] == [[], []]
    target.end()
    assert file.read_bytes() == whole_tar()

    file.write_bytes(b"mine")
    target = TarFileTarget(file, overwrite=False, going_on=True)
    target.check()
    with pytest.raises(Refused, match="it was not touched"):
        target.rest(parts()[0])
    assert file.read_bytes() == b"mine"


def test_a_stream_that_breaks_goes_on_at_the_byte_where_it_was(
    run: Run, two: FakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconnecting, "PAUSE_S", 0.0)
    whole = run("recall", "F/S/1", "F/S/2", "--tar", "-").stdout_bytes
    stream = two.stream
    two.calls.clear()

    def breaking(path: str, /, **params: Any) -> Iterator[bytes]:
        for piece in stream(path, **params):
            yield piece[:2]
            if len(piece) > 2:
                raise AnswerBroken("cut")

    monkeypatch.setattr(two, "stream", breaking)
    broken = run("recall", "F/S/1", "F/S/2", "--tar", "-")
    assert broken.exit_code == 0, broken.stderr
    assert broken.stdout_bytes == whole
    assert [s.get("skip", 0) for how, _, s in two.calls if how == "STREAM"] == [0, 2, 4, 0, 2, 4] * 2


def test_two_broken_answers_at_the_same_byte_end_a_tar_without_its_end(
    run: Run, two: FakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconnecting, "PAUSE_S", 0.0)

    def broken(path: str, /, **params: Any) -> Iterator[bytes]:
        yield b"fi"[params.get("skip", 0) :]
        raise AnswerBroken("the daemon found its bytes changed")

    monkeypatch.setattr(two, "stream", broken)
    result = run("recall", "F/S/1", "F/S/2", "--tar", "-")
    assert result.exit_code == 4
    assert not result.stdout_bytes.endswith(bytes(1024))
