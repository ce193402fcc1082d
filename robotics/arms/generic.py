"""Disc robots that take one letter for one motion: Amtren, Discmakers, MF Digital, Microboards, Kodak.

Such a robot tells nothing of its hand or its bins, and E says only that something went wrong: the status says what. An
error of a motion that says where the disc is (`SourceEmpty`) is raised only where the robot says so itself. An arm that
stands still may hold the disc, which is an unknown outcome; a disc that it misses itself is lost: ChangerBroken.
"""

from collections.abc import Callable

from devices.clock import Clock
from devices.failures import OutcomeUnknown
from devices.lines import SerialLine
from robotics.arms.generic_profiles import ACCEPT, REJECT, DriveLetters, GenericProfile
from robotics.arms.interface import ArmGeometry, ArmState, nothing_to_close
from robotics.arms.letter_talk import LetterTalk
from robotics.errors import ChangerBroken, MoveRefused, NotSupported, SourceEmpty
from robotics.model import Bin, ChangerIdentity
from robotics.wire.generic_serial import MECHANISM, StatusCode, Verdict, status_words

#: Draws the tray of a drive in and says whether a disc lies in it; None when that cannot be told.
LookIntoDrive = Callable[[int], bool | None]


class GenericArm:
    """Implements `robotics.arms.interface.DiscArm` over one serial line; `name` is how messages call it.

    `look_into` is asked where the profile says that E may only mean a low bin: the drive then decides whether a disc
    came. Without it such an E is an unknown outcome.
    """

    def __init__(
        self,
        line: SerialLine,
        profile: GenericProfile,
        clock: Clock,
        *,
        name: str = "robot",
        look_into: LookIntoDrive | None = None,
    ) -> None:
        self._profile = profile
        self._name = name
        self._look_into = look_into
        self._talk = LetterTalk(line, profile, clock, name=name)
        self._geometry = ArmGeometry(
            drives=len(profile.drives),
            bins=profile.bins,
            tells_hand=False,
            puts_in_again=all(letters.put for letters in profile.drives),
        )

    @property
    def geometry(self) -> ArmGeometry:
        """What its profile says."""
        return self._geometry

    def identify(self) -> ChangerIdentity:
        """The profile, and what the robot says to its sign-on, where it has one."""
        told = self._talk.sign_on() if self._profile.sign_on else ""
        return ChangerIdentity("generic", self._profile.name, told, "")

    def prepare(self, *, reset: bool = False) -> None:
        """Sign on where the profile says so; calibrate when the status blames the mechanism."""
        if self._profile.sign_on:
            self._talk.sign_on()
        status = self._talk.status()
        if status not in MECHANISM:
            return
        if self._profile.calibrate:
            self._talk.move(self._profile.calibrate, "calibration")
            status = self._talk.status()
        if status in MECHANISM:
            raise ChangerBroken(f"{self._name}: {status_words(status)}; it needs a person")

    def state(self) -> ArmState:
        """Its status in words. It tells nothing of hand, bins and trays."""
        status = self._talk.status()
        return ArmState(words="" if status is None else status_words(status))

    def load(self, *, bin: int, drive: int) -> None:
        """See `DiscArm`. With a profile whose E may mean a low bin, the drive may have been closed and looked into."""
        letters, pile = self._letters(drive), self._pile(bin)
        if not pile.takes:
            raise NotSupported(f"{self._name}: it takes no disc from the {pile.name} bin")
        what = f"disc from the {pile.name} bin to drive {drive}"
        if self._talk.move(letters.load, what) is Verdict.DONE:
            return
        status = self._why(what)
        if self._profile.low_fails and status not in MECHANISM:
            self._low(what, drive, status)
        elif status == StatusCode.INPUT_EMPTY:
            raise SourceEmpty(f"{self._name}: {what}: {status_words(status)}")
        else:
            raise self._failure(what, status)

    def unload(self, *, drive: int, bin: int, lifted: Callable[[], None] = nothing_to_close) -> None:
        """See `DiscArm`.

        Where one letter carries a disc from the tray into the accept bin, the robot says nothing in between: `lifted`
        is called when the disc is there.
        """
        letters, pile = self._letters(drive), self._pile(bin)
        what = f"disc from drive {drive} to the {pile.name} bin"
        if not pile.puts:
            raise NotSupported(f"{self._name}: it lays no disc into the {pile.name} bin")
        by_hand = bin == REJECT or self._profile.accept_from_hand
        self._fetch(letters.get if by_hand else letters.accept, what)
        lifted()
        if by_hand:
            self._lay_down(letters.accept if bin == ACCEPT else self._profile.reject, what)

    def put_away(self, *, bin: int) -> None:
        """See `DiscArm`. Raises SourceEmpty when the robot says that its hand feels none: it held none, or lost it."""
        pile = self._pile(bin)
        what = f"held disc to the {pile.name} bin"
        if bin == REJECT:
            letter = self._profile.reject
        elif bin == ACCEPT and self._profile.accept_from_hand:
            letter = self._profile.drives[0].accept
        else:
            raise NotSupported(f"{self._name}: it lays no disc from its hand into the {pile.name} bin")
        self._from_hand(letter, what)

    def put_on_tray(self, *, drive: int) -> None:
        """See `DiscArm`. Raises SourceEmpty when the robot says that its hand feels none: it held none, or lost it."""
        letter = self._letters(drive).put
        if not letter:
            raise NotSupported(f"{self._name}: no letter of its profile puts a held disc on a tray")
        self._from_hand(letter, f"held disc to drive {drive}")

    def _fetch(self, letter: str, what: str) -> None:
        if self._talk.move(letter, what) is Verdict.FAILED:
            status = self._why(what)
            if status == StatusCode.TRAY_EMPTY:
                raise SourceEmpty(f"{self._name}: {what}: {status_words(status)}")
            raise self._failure(what, status)

    def _lay_down(self, letter: str, what: str) -> None:
        if self._talk.move(letter, what) is Verdict.FAILED:
            raise self._failure(what, self._why(what))

    def _from_hand(self, letter: str, what: str) -> None:
        """Lay down what may be in the hand; nobody knows whether there is anything."""
        if self._talk.move(letter, what) is Verdict.FAILED:
            status = self._why(what)
            if status == StatusCode.DISC_SENSOR:
                raise SourceEmpty(f"{self._name}: {what}: {status_words(status)}; the hand has none any more")
            raise self._failure(what, status)

    def _low(self, what: str, drive: int, status: int | None) -> None:
        """E of a bin that runs low: only the drive says whether the disc came."""
        said = "no status" if status is None else status_words(status)
        there = None if self._look_into is None else self._look_into(drive)
        if there is None:
            raise OutcomeUnknown(
                f"{self._name}: {what}: it failed with {said}, and the drive does not say more"
            )
        if there:
            return
        if status == StatusCode.INPUT_EMPTY:
            raise SourceEmpty(f"{self._name}: {what}: {said}, and drive {drive} has none")
        raise MoveRefused(f"{self._name}: {what}: it gives none, its bin may run low; {said}")

    def _why(self, what: str) -> int | None:
        """The status after a motion that failed."""
        try:
            return self._talk.status()
        except OutcomeUnknown as failure:
            raise type(failure)(f"{what} failed, and it does not say why: {failure}") from failure

    def _failure(self, what: str, status: int | None) -> ChangerBroken | OutcomeUnknown:
        """The error for a motion that failed half-way.

        An arm that stands still holds the disc or has not taken it yet: `put_away` finds out. Where a disc was to be
        felt and is not, it is lost.
        """
        said = "it does not say why" if status is None else status_words(status)
        if status in (StatusCode.DISC_SENSOR, StatusCode.TRAY_EMPTY):
            return ChangerBroken(f"{self._name}: {what}: {said}; the disc is not where it was to go")
        return OutcomeUnknown(f"{self._name}: {what}: it failed, {said}; the hand may hold the disc")

    def _letters(self, drive: int) -> DriveLetters:
        if not 1 <= drive <= len(self._profile.drives):
            raise NotSupported(f"{self._name}: it has no drive {drive}")
        return self._profile.drives[drive - 1]

    def _pile(self, number: int) -> Bin:
        found = next((bin for bin in self._profile.bins if bin.number == number), None)
        if found is None:
            raise NotSupported(f"{self._name}: it has no bin {number}")
        return found
