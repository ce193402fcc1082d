"""What a simulated robot does otherwise than SMC-3 says, each by a name that a room's plan can have. Data, no logic.

Taken from what drivers of real libraries work around; tgt is a target in user space whose changer has many of them.
"""

ONLY_ALL_KINDS, ONLY_ONE_KIND = "only-all-kinds", "only-one-kind"
NO_BARCODES, NO_SERIALS, BARCODES_OR_SERIALS = "no-barcodes", "no-serials", "barcodes-or-serials"
SERIALS_CUT, LOW_ALLOCATION, FEW_ELEMENTS = "serials-cut", "low-allocation", "few-elements"
COUNT_IGNORED, TAIL_MISSING, FIRST_WRONG, EMPTY_PAGE = (
    "count-ignored",
    "tail-missing",
    "first-wrong",
    "empty-page",
)
NO_ACCESS, SOURCE_WRONG = "no-access", "source-wrong"
NO_EXCHANGE, NO_LOCKS, NO_PORTS, RANGE_E7, RANGE_37, NO_RANGE = (
    "no-exchange",
    "no-locks",
    "no-ports",
    "range-e7",
    "range-37",
    "no-range",
)
ADDRESS_SENSE, SILENT_DOORS, TAKES_FROM_DRIVES = "address-sense", "silent-doors", "takes-from-drives"

QUIRKS: dict[str, str] = {
    ONLY_ALL_KINDS: "READ ELEMENT STATUS of one kind is refused; only all kinds at once (type 0) are told",
    ONLY_ONE_KIND: "with all kinds at once (type 0) pages overlap, so that the answer cannot be read",
    NO_BARCODES: "there is no barcode reader, and VOLTAG is refused",
    NO_SERIALS: "DVCID is refused",
    BARCODES_OR_SERIALS: "VOLTAG and DVCID are refused together, and answered one at a time",
    SERIALS_CUT: "drives are told by vendor, product and 10 characters of the serial number, and the type of this "
    "identifier is the drive's device type",
    LOW_ALLOCATION: "only the low 16 bits of an allocation length count",
    FEW_ELEMENTS: "an answer holds 4 elements at most",
    COUNT_IGNORED: "an answer holds every element from the first that was asked for, whatever their number",
    TAIL_MISSING: "the last 8 bytes of an answer are announced and do not come",
    FIRST_WRONG: "the first element in the header of an answer is wrong",
    EMPTY_PAGE: "an answer ends with a page that announces elements and no bytes",
    NO_ACCESS: "ACCESS is never set",
    SOURCE_WRONG: "every medium is said to come from the first slot",
    NO_EXCHANGE: "there is no EXCHANGE MEDIUM",
    NO_LOCKS: "there is no PREVENT ALLOW MEDIUM REMOVAL",
    NO_PORTS: "there is no OPEN/CLOSE IMPORT/EXPORT ELEMENT",
    RANGE_E7: "INITIALIZE ELEMENT STATUS WITH RANGE is E7h only",
    RANGE_37: "INITIALIZE ELEMENT STATUS WITH RANGE is 37h only",
    NO_RANGE: "there is no INITIALIZE ELEMENT STATUS WITH RANGE",
    ADDRESS_SENSE: "an element that does not exist is an invalid field (5/24/00)",
    SILENT_DOORS: "nobody is told of opened doors and import/export slots",
    TAKES_FROM_DRIVES: "media are taken from drives that did not give them out",
}
#: tgt 1.0.85 as it was seen to answer.
LIKE_TGT = (
    ONLY_ONE_KIND,
    SERIALS_CUT,
    COUNT_IGNORED,
    TAIL_MISSING,
    FIRST_WRONG,
    NO_ACCESS,
    NO_EXCHANGE,
    NO_LOCKS,
    NO_PORTS,
    RANGE_37,
    ADDRESS_SENSE,
    SILENT_DOORS,
    TAKES_FROM_DRIVES,
)
