"""A UHF reader of the `BB … 7E` family that answers over a line: it hears the farther, the stronger it sends."""

from collections.abc import Iterator

from robotics.wire.yrm100 import Frame, FrameReader, FrameType
from robotics.wire.yrm100_commands import (
    NO_TAG_READ,
    NO_TAG_SEEN,
    UNKNOWN_COMMAND,
    WRONG_PARAMETER,
    GetPower,
    GetVersion,
    MultiPoll,
    ReadTid,
    Region,
    SetPower,
    SetRegion,
    SetSelect,
    SetSelectMode,
    SinglePoll,
    StopPolling,
    TagSeen,
    refusal_frame,
)
from simulator.line_devices import Sent
from simulator.spoilt_frames import spoilt
from simulator.tag_field import Field, TagNear

VERSIONS = ("M100 26dBm V1.0", "V2.3.5", "MagicRf")
POWER_CENTI_DBM_MAX = 2600
#: What a tag at the reader's place is heard with when it sends with 0 dBm, and what each step away takes off.
_PATH_DB, _STEP_DB = 60, 13
_WEAKEST_DBM = -72
_ANSWER_S, _TAG_S, _NOTHING_S = 0.01, 0.01, 0.03
_MAKER = bytes.fromhex("e2801170")


class Yrm100Device:
    """Implements `simulator.line_devices.LineDevice`. It keeps what it is set to until its power is taken."""

    def __init__(self, field: Field) -> None:
        self._field = field
        self._power = SetPower(POWER_CENTI_DBM_MAX)
        self.reset()

    def hear(self, data: bytes) -> Iterator[Sent]:
        """See `LineDevice`."""
        for item in self._frames.feed(data):
            if isinstance(item, Frame) and item.type is FrameType.COMMAND:
                yield from self._answered(item.command, item.parameters)

    def unasked(self) -> Iterator[Sent]:
        """See `LineDevice`. What a multiple poll finds, until it is stopped."""
        while self._polls:
            self._polls -= 1
            yield from self._polled()

    def reset(self) -> None:
        """See `LineDevice`."""
        self._frames = FrameReader()
        self._power = SetPower(POWER_CENTI_DBM_MAX)
        self._mask = b""
        self._selects = False
        self._polls = 0

    def _answered(self, command: int, parameters: bytes) -> Iterator[Sent]:
        if command == SinglePoll.COMMAND:
            yield from self._polled()
        elif command == MultiPoll.COMMAND:
            self._polls = MultiPoll.decode(parameters).times
        elif command == ReadTid.COMMAND:
            yield from self._tid_told()
        elif command == GetVersion.COMMAND:
            what = parameters[0] if parameters else 0
            yield self._said(command, bytes([what]) + VERSIONS[min(what, 2)].encode("ascii"))
        elif command == GetPower.COMMAND:
            yield self._said(command, self._power.encode())
        elif self._set(command, parameters):
            yield self._said(command, b"\x00")
        else:
            code = WRONG_PARAMETER if command in (SetPower.COMMAND, SetRegion.COMMAND) else UNKNOWN_COMMAND
            yield Sent(refusal_frame(code), _ANSWER_S)

    def _set(self, command: int, parameters: bytes) -> bool:
        """Whether it took what it was told."""
        if command == SetPower.COMMAND:
            power = SetPower.decode(parameters)
            if power.centi_dbm > POWER_CENTI_DBM_MAX:
                return False
            self._power = power
        elif command == SetSelect.COMMAND:
            self._mask = SetSelect.decode(parameters).mask
        elif command == SetSelectMode.COMMAND:
            self._selects = parameters[:1] == SetSelectMode(on=True).encode()
        elif command == StopPolling.COMMAND:
            self._polls = 0
        else:
            return command == SetRegion.COMMAND and parameters in {bytes([region]) for region in Region}
        return True

    def _polled(self) -> Iterator[Sent]:
        heard, trouble = self._heard()
        for tag, rssi_dbm in heard:
            seen = TagSeen.of(tag.uid, rssi_dbm).encode()
            if trouble == "tag-collision":
                seen = seen[:-1] + bytes([seen[-1] ^ 0xFF])
            frame = Frame(FrameType.NOTIFICATION, SinglePoll.COMMAND, seen).encode()
            yield from spoilt(Sent(frame, _TAG_S), trouble)
        if not heard:
            yield Sent(refusal_frame(NO_TAG_SEEN), _NOTHING_S)

    def _heard(self) -> tuple[list[tuple[TagNear, int]], str]:
        near, trouble = self._field()
        if trouble == "tag-missed":
            return [], trouble
        power_dbm = self._power.centi_dbm // 100
        beside = next((tag for tag in near if tag.distance), None) if trouble == "tag-neighbour" else None
        heard = []
        for tag in near:
            steps = 0 if tag is beside else tag.distance
            rssi_dbm = power_dbm - _PATH_DB - _STEP_DB * steps
            if rssi_dbm >= _WEAKEST_DBM and (not self._selects or tag.uid.startswith(self._mask)):
                heard.append((tag, rssi_dbm))
        return heard, trouble

    def _tid_told(self) -> Iterator[Sent]:
        heard, _ = self._heard()
        if not heard:
            yield Sent(refusal_frame(NO_TAG_READ), _NOTHING_S)
            return
        uid = heard[0][0].uid
        pc = TagSeen.of(uid, 0).pc
        yield self._said(ReadTid.COMMAND, ReadTid.encode_answer(pc, uid, _MAKER + uid[-8:].rjust(8, b"\0")))

    def _said(self, command: int, parameters: bytes) -> Sent:
        return Sent(Frame(FrameType.ANSWER, command, parameters).encode(), _ANSWER_S)
