"""A UHF reader of the `BB … 7E` family behind a serial line: tags of magazines, EPC Gen2.

UHF sees far: the tags of neighbours, too. So it sends weakly, asks only for tags of a mask, believes what it read
several times alike, and leaves out what is weak.
"""

from dataclasses import dataclass
from typing import NoReturn

from devices.clock import Clock
from devices.failures import OutcomeUnknown, TransportTimeout, WireDamaged
from devices.lines import SerialLine, SerialSettings
from robotics.errors import ReaderRefused
from robotics.readers.interface import ReaderIdentity, Tag, TagKind
from robotics.readers.listening import Listener
from robotics.wire.yrm100 import Damaged, Frame, FrameReader, FrameType, Item, SiblingFrame, encode_sibling
from robotics.wire.yrm100_commands import (
    NO_TAG_SEEN,
    REFUSED,
    Command,
    GetPower,
    GetVersion,
    Region,
    SetPower,
    SetRegion,
    SetSelect,
    SetSelectMode,
    SinglePoll,
    StopPolling,
    TagSeen,
    command_frame,
    error_words,
)

SETTINGS = SerialSettings(baud=115200)
#: What these readers can send with.
POWER_DBM_MIN, POWER_DBM_MAX = -9.0, 30.0
#: A power that is told back is rounded.
_POWER_SLACK_CENTI_DBM = 100
#: In a poll nobody says which tag was the last.
_QUIET_S = 0.08
_HARDWARE, _SOFTWARE = 0, 1


@dataclass(frozen=True, slots=True)
class UhfManners:
    """How carefully it reads.

    A tag counts when it was read `identical` times in at most twice as many polls. `mask` is how the EPCs of our tags
    begin; others do not answer. Tags that are heard more weakly than `weakest_dbm`, or more than `neighbour_db` weaker
    than the strongest, are those of neighbours: the first tells one also where it is alone. `region` None leaves the
    frequencies as they are set in the reader.
    """

    power_dbm: float = 15.0
    identical: int = 3
    mask: bytes = b""
    weakest_dbm: int = -55
    neighbour_db: int = 10
    region: Region | None = None


class Yrm100Reader:
    """Implements `robotics.readers.interface.TagReader`. It is set up by the first question."""

    def __init__(
        self,
        line: SerialLine,
        clock: Clock,
        *,
        name: str = "reader",
        manners: UhfManners | None = None,
        answer_s: float = 1.0,
    ) -> None:
        self._line = line
        self._heard: Listener[Item] = Listener(line, FrameReader(), clock)
        self._name = name
        self._manners = manners or UhfManners()
        self._answer_s = answer_s
        self._ready = False

    def identify(self) -> ReaderIdentity:
        """See `TagReader`. When nothing comes it is asked in the words of the other family, too, which nobody speaks
        here.
        """
        try:
            hardware = GetVersion.decode_answer(self._ask(GetVersion(_HARDWARE)))
        except TransportTimeout:
            self._look_for_sibling()
            raise
        return ReaderIdentity(hardware, GetVersion.decode_answer(self._ask(GetVersion(_SOFTWARE))))

    def read(self) -> tuple[Tag, ...]:
        """See `TagReader`."""
        try:
            if not self._ready:
                self._set_up()
            seen, polls, damaged = self._polled()
        except OutcomeUnknown:
            self._ready = False
            raise
        enough = {epc: rssi for epc, rssi in seen.items() if len(rssi) >= self._manners.identical}
        if not enough:
            if damaged:
                raise WireDamaged(
                    f"{self._name}: {damaged} of {polls} polls came damaged, and no tag was sure"
                )
            return ()
        strongest = max(max(rssi) for rssi in enough.values())
        least = max(self._manners.weakest_dbm, strongest - self._manners.neighbour_db)
        near = [Tag(epc.hex(), TagKind.UHF, max(rssi)) for epc, rssi in enough.items() if max(rssi) >= least]
        return tuple(sorted(near, key=lambda tag: (-(tag.rssi_dbm or 0), tag.uid)))

    def close(self) -> None:
        """See `TagReader`."""
        self._ready = False
        self._line.close()

    def _set_up(self) -> None:
        manners = self._manners
        self._line.write(command_frame(StopPolling()))  # somebody may have left it polling
        self._heard.next(self._heard.deadline(self._answer_s))
        if manners.region is not None:
            self._tell(SetRegion(manners.region))
        wanted = SetPower(round(manners.power_dbm * 100))
        self._tell(wanted)
        power = SetPower.decode(self._ask(GetPower()))
        if power.centi_dbm > wanted.centi_dbm + _POWER_SLACK_CENTI_DBM:
            raise ReaderRefused(
                f"{self._name}: the reader sends with {power.centi_dbm / 100:g} dBm, and was told "
                f"{manners.power_dbm:g}: it would read the tags of neighbours"
            )
        if manners.mask:
            self._tell(SetSelect(manners.mask))
        self._tell(SetSelectMode(on=bool(manners.mask)))
        self._ready = True

    def _polled(self) -> tuple[dict[bytes, list[int]], int, int]:
        """How strongly each EPC was read, in each poll that had it; how many polls there were; how many damaged."""
        seen: dict[bytes, list[int]] = {}
        damaged = 0
        for poll in range(1, 2 * self._manners.identical + 1):
            found, whole = self._poll()
            damaged += not whole
            for epc, rssi in found.items():
                seen.setdefault(epc, []).append(rssi)
            sure = all(len(rssi) == poll for rssi in seen.values()) and (seen or not damaged)
            if sure and poll >= self._manners.identical:
                break
        return seen, poll, damaged

    def _poll(self) -> tuple[dict[bytes, int], bool]:
        """What one poll read, and whether all that came was whole. Raises TransportTimeout when nothing came."""
        self._heard.begin_anew()
        self._line.write(command_frame(SinglePoll()))
        found: dict[bytes, int] = {}
        whole = True
        item = self._heard.next(self._heard.deadline(self._answer_s))
        if item is None and not self._heard.half_heard():
            raise TransportTimeout(f"{self._name}: the reader did not answer a poll")
        if item is None:
            return found, False
        while item is not None:
            self._refuse_sibling(item)
            if not isinstance(item, Frame) or not self._note(item, found):
                whole = False
            elif item.type is FrameType.ANSWER:
                break
            item = self._heard.next(self._heard.deadline(_QUIET_S))
        return found, whole

    def _note(self, frame: Frame, found: dict[bytes, int]) -> bool:
        """Note the tag that a frame of a poll tells; False when it is damaged. Raises ReaderRefused."""
        if frame.command == REFUSED:
            code = frame.parameters[0] if frame.parameters else 0
            if code != NO_TAG_SEEN:
                self._refuse(code)
        elif frame.type is FrameType.NOTIFICATION:
            try:
                seen = TagSeen.decode(frame.parameters)
            except WireDamaged:
                return False
            if not seen.intact:  # damaged in the air
                return False
            found[seen.epc] = max(seen.rssi_dbm, found.get(seen.epc, seen.rssi_dbm))
        return True

    def _tell(self, command: Command) -> None:
        """Set something; the reader says 0 when it is set."""
        said = self._ask(command)
        if said[:1] not in (b"", b"\x00"):
            self._refuse(said[0])

    def _ask(self, command: Command) -> bytes:
        """The parameters of the answer. Asks a second time when the first answer was damaged: that changes nothing."""
        try:
            return self._once(command)
        except WireDamaged:
            return self._once(command)

    def _once(self, command: Command) -> bytes:
        self._heard.begin_anew()
        self._line.write(command_frame(command))
        deadline_s = self._heard.deadline(self._answer_s)
        while (item := self._heard.next(deadline_s)) is not None:
            if isinstance(item, Damaged):
                raise WireDamaged(f"{self._name}: the answer to command {command.COMMAND:02x}h came damaged")
            if isinstance(item, SiblingFrame):
                self._refuse_sibling(item)
            elif item.type is FrameType.ANSWER and item.command == command.COMMAND:
                return item.parameters
            elif item.type is FrameType.ANSWER and item.command == REFUSED:
                self._refuse(item.parameters[0] if item.parameters else 0)
        if self._heard.half_heard():
            raise WireDamaged(
                f"{self._name}: the answer to command {command.COMMAND:02x}h ended in the middle"
            )
        raise TransportTimeout(f"{self._name}: the reader did not answer command {command.COMMAND:02x}h")

    def _look_for_sibling(self) -> None:
        self._heard.begin_anew()
        self._line.write(encode_sibling(FrameType.COMMAND, GetVersion.COMMAND, bytes([_SOFTWARE])))
        deadline_s = self._heard.deadline(self._answer_s)
        while (item := self._heard.next(deadline_s)) is not None:
            self._refuse_sibling(item)

    def _refuse_sibling(self, item: Item) -> None:
        if isinstance(item, SiblingFrame):
            raise ReaderRefused(
                f"{self._name}: this reader is of the family with a CRC-16 behind its frames (RED, SC, RCP), which is "
                "not spoken here; use one of the YRM100, M100 or QM100 family"
            )

    def _refuse(self, code: int) -> NoReturn:
        raise ReaderRefused(f"{self._name}: the reader refused: {error_words(code)}")


__all__ = ["POWER_DBM_MAX", "POWER_DBM_MIN", "SETTINGS", "UhfManners", "Yrm100Reader"]
