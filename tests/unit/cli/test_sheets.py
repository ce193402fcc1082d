"""Lists to walk with: every medium has a box, nothing comes from outside, nothing of a label acts on the page."""

from html.parser import HTMLParser
from pathlib import Path

from cli.sheets import BOX, html_sheet, text_sheet
from tests.unit.cli.conftest import FakeClient, Run

ROWS = [
    {"medium": "SIM00001", "carries": "7K3F · 3 of 6", "place": "柜 1"},
    {"medium": "<script>x</script>", "carries": "", "place": "a\x1b[2J"},
]
COLUMNS = ("medium", "carries", "place")


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))


def test_a_page_stands_alone_and_shows_each_medium_with_a_box() -> None:
    page = html_sheet("Transport list TR00001", {"to_words": "Depot <North>"}, ROWS, COLUMNS)
    tags = Tags()
    tags.feed(page)
    names = [tag for tag, _attrs in tags.seen]
    assert page.count(BOX) == 2
    assert not {"script", "link", "img", "iframe"} & set(names)
    assert not any({"src", "href"} & set(attrs) for _tag, attrs in tags.seen)
    assert "Depot &lt;North&gt;" in page
    assert "\x1b" not in page


def test_columns_of_the_text_stand_under_each_other_whatever_the_script() -> None:
    lines = text_sheet("Vault list", {}, ROWS, COLUMNS).splitlines()
    rows = [line for line in lines if line.startswith(BOX)]
    assert len(rows) == 2
    assert "\x1b" not in "".join(lines)
    assert sum("____" in line for line in lines) == 2


def test_a_list_is_written_to_a_file_that_is_not_there_yet(
    run: Run, daemon: FakeClient, tmp_path: Path
) -> None:
    daemon.answers["GET /v1/vault"] = {"items": [ROWS[0]], "library": ""}
    target = tmp_path / "vault.html"
    assert run("vault", "list", "--html", "--output", str(target)).exit_code == 0
    assert "SIM00001" in target.read_text(encoding="utf-8")
    again = run("vault", "list", "--output", str(target))
    assert (again.exit_code, "exists" in again.output) == (2, True)
