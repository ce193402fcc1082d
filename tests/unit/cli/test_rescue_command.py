"""archivectl rescue and receipt: no daemon for the one, one question for the other, and exit codes that say it."""

import json
import shutil
from pathlib import Path

import pytest

from tests.formats.building import BuiltSet, build_set

from .conftest import FakeClient, Run


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> BuiltSet:
    return build_set(tmp_path_factory.mktemp("built"), n=2, m=1)


@pytest.fixture
def copies(built: BuiltSet, tmp_path: Path, daemon: FakeClient, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Raw copies 1.img to 3.img in the working folder."""
    monkeypatch.chdir(tmp_path)
    for position, image in built.images.items():
        shutil.copy(image, tmp_path / f"{position}.img")
    return tmp_path


def test_listing_names_discs_and_packages_and_asks_no_daemon(
    copies: Path, run: Run, daemon: FakeClient
) -> None:
    said = run("rescue", "list", "1.img", "2.img")
    assert said.exit_code == 0
    for words in ("7K3F · 1 of 3 · any 2 rebuild", "全宗1/S1/002", "P-001"):
        assert words in said.stdout
    assert "SIMULATED" in said.stderr
    assert not daemon.calls


def test_verifying_says_what_is_damaged_and_the_report_has_it_all(copies: Path, run: Run) -> None:
    assert run("rescue", "verify", "1.img", "2.img", "3.img").exit_code == 0
    data = bytearray((copies / "2.img").read_bytes())
    at = data.find(b"volume 2\n")
    data[at] ^= 1
    (copies / "2.img").write_bytes(data)
    result = run("rescue", "verify", "1.img", "2.img", "3.img", "--report", "report.json", "--json")
    assert result.exit_code == 20
    report = json.loads((copies / "report.json").read_text(encoding="utf-8"))
    assert report == json.loads(result.stdout)
    (bad,) = [file for disc in report["discs"] for file in disc["bad"]]
    assert (bad["path"], bad["state"]) == ("data/全宗1/S1/002/v0001/data/note 笔记.txt", "damaged")
    assert [member["state"] for member in report["sets"][0]["members"]] == ["whole", "damaged", "whole"]


def test_a_missing_disc_is_rebuilt_and_its_files_are_extracted(
    copies: Path, run: Run, built: BuiltSet
) -> None:
    (copies / "1.img").unlink()
    assert run("rescue", "rebuild", ".", "--dry-run").exit_code == 0
    assert not (copies / "new").exists()
    assert run("rescue", "rebuild", ".", "--to", "new").exit_code == 0
    assert (copies / "new/7K3F-01.img").read_bytes() == built.images[1].read_bytes()
    said = run("rescue", "extract", "new/7K3F-01.img", "--to", "files", "P-001")
    assert said.exit_code == 0, said.output
    assert (copies / "files/7K3F-01/data/全宗1/S1/001/v0001/data/note 笔记.txt").read_bytes() == b"volume 1\n"
    assert not (copies / "files/7K3F-01/README.txt").exists()


def test_what_cannot_be_rebuilt_or_found_ends_with_its_exit_code(copies: Path, run: Run) -> None:
    for position in (1, 2):
        (copies / f"{position}.img").unlink()
    lost = run("rescue", "rebuild", ".", "--to", "new")
    assert (lost.exit_code, "cannot be rebuilt" in lost.stdout) == (20, True)
    assert run("rescue", "extract", "3.img", "--to", "files", "--only", "P-777").exit_code == 20
    assert run("rescue", "extract", "nowhere.img", "--to", "files").exit_code == 2
    assert run("rescue", "rebuild", "3.img").exit_code == 2
    shutil.rmtree(copies / "new")
    (copies / "3.img").unlink()
    (copies / "text.txt").write_text("no disc")
    assert run("rescue", "list", ".").exit_code == 2
    for verb in ("list", "verify"):
        said = run("rescue", verb, "text.txt")
        assert (said.exit_code, "no disc of an archived set" in said.stderr) == (2, True)


def test_a_receipt_is_checked_by_the_discs_alone(copies: Path, run: Run, daemon: FakeClient) -> None:
    run("rescue", "extract", "2.img", "--to", "files", "catalog/receipts.jsonl")
    receipt = copies / "files/7K3F-02/catalog/receipts.jsonl"
    right = run("rescue", "receipt", str(receipt), "1.img", "2.img")
    assert (right.exit_code, "The receipt holds." in right.stdout) == (0, True)
    assert run("rescue", "receipt", str(receipt), "1.img").exit_code == 22
    receipt.write_text(
        receipt.read_text(encoding="utf-8").replace('"version": 1', '"version": 2'), encoding="utf-8"
    )
    wrong = run("rescue", "receipt", str(receipt), "2.img", "--json")
    assert (wrong.exit_code, json.loads(wrong.stdout)["signature"]) == (21, "wrong")
    assert not daemon.calls


@pytest.mark.parametrize(("verdict", "code"), [("right", 0), ("wrong", 21), ("open", 22)])
def test_a_receipt_is_sent_to_the_daemon_and_its_verdict_is_the_exit_code(
    verdict: str, code: int, copies: Path, run: Run, daemon: FakeClient
) -> None:
    (copies / "receipt.json").write_text('{"receipt": "accepted", "package": "P000001"}', encoding="utf-8")
    checks = [{"what": "signature", "outcome": verdict, "words": "the signature is so"}]
    daemon.answers["POST /v1/receipts/verify"] = {"verdict": verdict, "checks": checks}
    said = run("receipt", "verify", "receipt.json")
    assert (said.exit_code, "the signature is so" in said.stdout) == (code, True)
    assert daemon.asked("POST", "/v1/receipts/verify") == [
        {"receipt": {"receipt": "accepted", "package": "P000001"}}
    ]


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"receipt": 1, "files": 1, "files": 2}', "\udcff"], ids=ascii
)
def test_what_is_no_receipt_is_not_sent(text: str, copies: Path, run: Run, daemon: FakeClient) -> None:
    (copies / "receipt.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    assert run("receipt", "verify", "receipt.json").exit_code == 2
    assert run("receipt", "verify", "nowhere.json").exit_code == 2
    assert not daemon.calls
