"""States and exits of the items of a batch; `archived.states` lists them with all others."""

from enum import Enum, unique


@unique
class ItemState(Enum):
    """Of one submission in a batch."""

    NOT_TAKEN = "not_taken"  # on the list, and nothing became of it yet
    REFUSED = "refused"  # the reasons stand beside it; it can be tried again
    ACCEPTED = "accepted"  # it became a package
    REPEATED = "repeated"  # the same content was a package already


@unique
class ItemEvent(Enum):
    TAKEN = "taken"
    SAME = "same_content"
    REFUSED = "refused"


_T, _TE = ItemState, ItemEvent
#: Who submits the same batch again tries its items again. What is a package stays one, whatever comes later.
ITEM: dict[ItemState, dict[ItemEvent, ItemState]] = {
    _T.NOT_TAKEN: {_TE.TAKEN: _T.ACCEPTED, _TE.SAME: _T.REPEATED, _TE.REFUSED: _T.REFUSED},
    _T.REFUSED: {_TE.TAKEN: _T.ACCEPTED, _TE.SAME: _T.REPEATED, _TE.REFUSED: _T.REFUSED},
    _T.ACCEPTED: {_TE.TAKEN: _T.ACCEPTED, _TE.SAME: _T.ACCEPTED, _TE.REFUSED: _T.ACCEPTED},
    _T.REPEATED: {_TE.TAKEN: _T.ACCEPTED, _TE.SAME: _T.REPEATED, _TE.REFUSED: _T.REPEATED},
}
