"""Cases: witnesses to where or what a medium is that contradict each other. Values, states and their exits."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum, unique


@unique
class WitnessKind(Enum):
    """Who speaks for what lies somewhere."""

    TAG = "tag"  # a radio tag, as a reader read it
    BARCODE = "barcode"  # the label, as a robot or a scanner read it
    VOLUME_ID = "volume-id"  # what stands on the medium itself: the drive read it
    PRINTED_LABEL = "printed-label"  # what a person read off the medium
    DRIVE = "drive"  # a drive knows which medium it loaded
    SLOT = "slot"  # the place itself: only one medium is at home there
    CATALOG = "catalog"  # what is on record


#: What a medium bears itself. The others only tell what was expected.
BORNE = (WitnessKind.TAG, WitnessKind.BARCODE, WitnessKind.VOLUME_ID, WitnessKind.PRINTED_LABEL)


@dataclass(frozen=True, slots=True)
class Witness:
    """One witness to what lies in a place, or is in somebody's hand."""

    kind: WitnessKind
    #: What was read, as it was read; of DRIVE, SLOT and CATALOG a medium. "": nothing was there to be read.
    read: str
    #: Media that this can mean: one as a rule, several for copies of one image; () when the catalog knows none.
    says: tuple[str, ...]
    #: "robot:LIB", "reader:NAME", "drive:NAME", "uid:1000" or "catalog".
    by: str
    at: datetime

    @property
    def is_absent(self) -> bool:
        """Whether it says nothing at all: that is no disagreement."""
        return not self.read


@unique
class CaseState(Enum):
    OPEN = "open"  # nothing is written to its media, and the robot leaves its place alone
    CLOSED = "closed"  # a person said what is so, or a new look found everybody agreeing


@unique
class CaseEvent(Enum):
    CLOSED = "closed"


CASE: dict[CaseState, dict[CaseEvent, CaseState]] = {
    CaseState.OPEN: {CaseEvent.CLOSED: CaseState.CLOSED},
    CaseState.CLOSED: {},
}
#: Ways in which a case is closed.
BY_PERSON, BY_LOOK = "person", "look"


@dataclass(frozen=True, slots=True)
class Case:
    """One disagreement, from the look that found it to its end."""

    id: str
    state: CaseState
    #: Media that somebody said it is.
    media: tuple[str, ...]
    #: The places concerned; None and () for a medium at a hand station.
    library: str | None
    elements: tuple[int, ...]
    #: "now" | "working-hours"
    urgency: str
    opened_at: datetime
    #: What each one said, in the order in which it was heard; those heard since are added.
    witnesses: tuple[Witness, ...]
    #: What to do, in words.
    to_do: str
    closed_at: datetime | None = None
    #: "archived" or "uid:1000"; "" while it is open.
    closed_by: str = ""
    #: "person" | "look" | ""
    how: str = ""
    reason: str = ""
    #: What a person said that it is.
    medium_is: str | None = None
