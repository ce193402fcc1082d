"""What is ready is taken once, gets its receipts, and is left alone."""

from tests.unit.archived.hot.conftest import Hot


def test_what_has_its_marker_is_taken_and_the_receipt_lies_beside_it(hot: Hot) -> None:
    hot.volume()
    hot.volume("F1/S1/0002", ready=False)

    hot.look()

    assert [str(package.reference) for package in hot.packages()] == ["F1/S1/0001"]
    receipt = hot.document("F1/S1/0001.accepted.json")
    assert receipt["package"] == hot.packages()[0].id
    assert receipt["batch"]
    assert hot.names("F1/S1") == [
        "0001", "0001.accepted.json", "0001/empty", "0001/page.txt", "0002", "0002/empty", "0002/page.txt",
    ]  # fmt: skip
    assert hot.waits() == {"F1/S1/0002": "no marker"}
