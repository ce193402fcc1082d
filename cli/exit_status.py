"""What archivectl's exit codes mean. The table is data; `archivectl help exit-codes` prints it."""

from typing import Final

from archived.language import marked

OK: Final = 0
UNEXPECTED: Final = 1
REFUSED: Final = 2
UNAVAILABLE: Final = 3
FAILED: Final = 4
ATTENTION_WAITING: Final = 10
ATTENTION_URGENT: Final = 11
RESCUE_INCOMPLETE: Final = 20
RECEIPT_WRONG: Final = 21
RECEIPT_OPEN: Final = 22
MEDIUM_UNKNOWN: Final = 23
WITNESSES_DISAGREE: Final = 24
SHELF_DIFFERS: Final = 25
INTERRUPTED: Final = 130

MEANINGS: Final[dict[int, str]] = {
    OK: marked("done as asked"),
    UNEXPECTED: marked("a fault of archivectl itself; please report it"),
    REFUSED: marked("refused, or the command line is wrong; nothing was taken or changed"),
    UNAVAILABLE: marked("nothing is wrong with the request, but nobody can serve it now; try again later"),
    FAILED: marked("something broke on the way; the message says what was kept"),
    ATTENTION_WAITING: marked("attention only: something waits for a person"),
    ATTENTION_URGENT: marked("attention only: something waits for a person now"),
    RESCUE_INCOMPLETE: marked(
        "rescue only: something is damaged, missing or lost; what could be saved is saved"
    ),
    RECEIPT_WRONG: marked("receipts only: the signature or the content is not right"),
    RECEIPT_OPEN: marked(
        "receipts only: nothing contradicts the receipt, but not all of it could be checked"
    ),
    MEDIUM_UNKNOWN: marked("media identify only: what was read is of no medium on record, or of several"),
    WITNESSES_DISAGREE: marked(
        "media identify only: what was read contradicts itself or the catalog; a case is open"
    ),
    SHELF_DIFFERS: marked(
        "vault walk only: something is missing, misplaced or unknown, or witnesses disagree"
    ),
    INTERRUPTED: marked("interrupted at the keyboard; what the daemon has accepted goes on"),
}
