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
INTERRUPTED: Final = 130

MEANINGS: Final[dict[int, str]] = {
    OK: marked("done as asked"),
    UNEXPECTED: marked("a fault of archivectl itself; please report it"),
    REFUSED: marked("refused, or the command line is wrong; nothing was taken or changed"),
    UNAVAILABLE: marked("nothing is wrong with the request, but nobody can serve it now; try again later"),
    FAILED: marked("something broke on the way; the message says what was kept"),
    ATTENTION_WAITING: marked("attention only: something waits for a person"),
    ATTENTION_URGENT: marked("attention only: something waits for a person now"),
    INTERRUPTED: marked("interrupted at the keyboard; what the daemon has accepted goes on"),
}
