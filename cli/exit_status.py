"""What archivectl's exit codes mean. The table is data; `archivectl help exit-codes` prints it."""

from typing import Final

OK: Final = 0
UNEXPECTED: Final = 1
REFUSED: Final = 2
UNAVAILABLE: Final = 3
FAILED: Final = 4
ATTENTION_WAITING: Final = 10
ATTENTION_URGENT: Final = 11
INTERRUPTED: Final = 130

MEANINGS: Final[dict[int, str]] = {
    OK: "done as asked",
    UNEXPECTED: "a fault of archivectl itself; please report it",
    REFUSED: "refused, or the command line is wrong; nothing was taken or changed",
    UNAVAILABLE: "nothing is wrong with the request, but nobody can serve it now; try again later",
    FAILED: "something broke on the way; the message says what was kept",
    ATTENTION_WAITING: "attention only: something waits for a person",
    ATTENTION_URGENT: "attention only: something waits for a person now",
    INTERRUPTED: "interrupted at the keyboard; what the daemon has accepted goes on",
}
