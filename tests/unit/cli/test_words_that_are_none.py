"""What is mistyped at night is refused in words, and never answered as if all were well."""

import httpx
import pytest
from click.testing import CliRunner

from archived.api.client import Client
from archived.errors import Refused
from archived.formats.list_table import Cell
from archived.policy.media_life.purchase_rows import _flaw
from cli.main import main


def test_number_that_is_none_is_not_sent() -> None:
    client = Client.__new__(Client)

    client._http = httpx.Client(transport=httpx.MockTransport(lambda request: httpx.Response(200, json={})))
    with pytest.raises(Refused, match="none that can be counted with"):
        client.post("/v1/verify/plan", {"chunks_percent": float("nan")})


@pytest.mark.parametrize(("field", "text"), [("price", "1e999"), ("capacity", "99999999999999999999999")])
def test_price_or_size_that_no_medium_has_is_a_problem_of_its_row(field: str, text: str) -> None:
    assert _flaw(field, Cell(text))


@pytest.mark.parametrize(
    "words",
    [["verify", "run", "--all", "--seed", "", "--reason", "x"], ["report", "media", "--to", "9999-12-31"]],
)
def test_empty_seed_and_a_day_after_all_days_are_refused_before_anything_is_asked(words: list[str]) -> None:
    answer = CliRunner().invoke(main, words)
    assert answer.exit_code == 2, answer.output
