"""Readers of tags and where they are, by the words of the keys of [readers]."""

from typing import Final

PN532: Final = "pn532"
YRM100: Final = "yrm100"
RDM6300: Final = "rdm6300"
PCSC: Final = "pcsc"
READER_KINDS: Final = (PN532, YRM100, RDM6300, PCSC)

#: Over the robot's hand, at an import/export slot, at the place of a magazine, at a desk for people.
PICKER: Final = "picker"
PORT: Final = "port"
BAY: Final = "bay"
HAND: Final = "hand"
READER_PLACES: Final = (PICKER, PORT, BAY, HAND)

#: Frequencies of UHF by the law of the land; `robotics.wire.yrm100_commands.Region` has their numbers by these names.
REGIONS: Final = ("china-900", "china-800", "usa", "europe", "korea")
#: What UHF readers can send with.
POWER_DBM_MIN, POWER_DBM_MAX = -9.0, 30.0
IDENTICAL_MAX: Final = 20
NEIGHBOUR_DB_MAX: Final = 60
#: What an answer has room for: one signed byte.
WEAKEST_DBM_MIN, WEAKEST_DBM_MAX = -128, 0
#: An EPC has 62 bytes at most.
MASK_BYTES_MAX: Final = 31
