"""The main job in any room: submit, burn a set, read it back, lose as many discs as parity covers, recall."""

from pathlib import Path

from archived.catalog import events
from archived.model import Allowance
from archived.stages import registration, stacking
from archived.states import CopyState, RecallState
from simulator.plan import BY_PERSON
from tests.simulation.harness import Story
from tests.simulation.law import assert_law
from tests.simulation.person import AGENT, Person

LIBRARY = "main"


class MainJob:
    """One collection of n volumes, each of which fills a disc, in a room of this kind."""

    def __init__(self, folder: Path, kind: str, *, n: int, m: int) -> None:
        self.story = Story(folder, kind=kind, n=n, m=m)
        # What lies in bins has no barcodes: somebody reads the label and types it.
        self.person = Person(self.story, "typed" if self.has_bins else "barcode")
        self.n, self.m = n, m
        self.packages: list[str] = []
        if self.has_bins:
            self._keep_blanks(n + m + 2)

    @property
    def has_bins(self) -> bool:
        return self.story.room.estate.plan.is_stacker

    def _keep_blanks(self, count: int) -> None:
        """Somebody takes most blanks out again: what is brought to a queue comes out behind all that are in it."""
        story = self.story
        pile = next(one for one in story.room.estate.plan.bins if one.takes)
        with story.catalog.write() as write:
            out = stacking.take_from_bin(write, story.site, LIBRARY, pile.name, agent=AGENT)
        story.control("take-from-bin", bin=pile.name, count=len(out) - count)
        with story.catalog.write() as write:
            stacking.put_in_bin(write, story.site, LIBRARY, pile.name, out[:count], agent=AGENT)

    def archive(self) -> None:
        """Every disc of the set is burnt and read back; one drive alone is allowed to, when it has to be."""
        self.packages = self.story.submit_set(self.n)
        self.story.close_everything()
        self.person.settle()
        if len(self.story.room.estate.plan.drives) == 1:
            self.allow_one_drive()
        self.person.settle(self.story.all_archived)
        self.person.settle()
        assert self.story.all_archived(), self.story.attentions()
        assert_law(self.story)

    def allow_one_drive(self) -> None:
        """archivectl allow diversity: until then nothing is read back, and a person is asked."""
        story = self.story
        asked = [item.what for key, item in story.attentions().items() if key.startswith("judge:")]
        assert any("archivectl allow diversity" in words for words in asked), story.attentions()
        assert not story.all_archived()
        with story.catalog.write() as write:
            for item in story.sets():
                events.allow(write, Allowance("diversity", item.id, "one drive", AGENT, story.clock.now()))

    def lose(self) -> list[str]:
        """m data discs are gone, or fewer when there are not so many; a person says so where nobody sees it."""
        story = self.story
        images = [story.image_of(package) for package in self.packages][: self.m]
        lost = [story.copy_of(image.id).medium_id for image in images]
        if self.has_bins:
            self._take_out_of_bins(lost)
        elif story.room.estate.plan.robot == BY_PERSON:
            for medium in lost:
                story.lose(medium)
                story.settle()
            self._say_lost([medium for medium in lost if story.medium(medium).element is None])
        else:
            for medium in lost:
                story.lose(medium)
            story.settle()
        assert_law(story)
        return lost

    def _take_out_of_bins(self, lost: list[str]) -> None:
        """Somebody empties the bins in which they lie, and lays back what is not lost."""
        story = self.story
        for pile in story.room.estate.plan.bins:
            if not any((story.medium(medium).element or 0) in pile for medium in lost):
                continue
            with story.catalog.write() as write:
                out = stacking.take_from_bin(write, story.site, LIBRARY, pile.name, agent=AGENT)
            assert story.control("take-from-bin", bin=pile.name)["media"] == out[::-1]
            kept = [medium for medium in out if medium not in lost]
            if kept:
                story.control("load-bin", bin=pile.name, media=kept)
                with story.catalog.write() as write:
                    stacking.put_in_bin(write, story.site, LIBRARY, pile.name, kept, agent=AGENT)
        for medium in lost:
            story.harmed.add(medium)
            story.control("lose", medium=medium)
        self._say_lost(lost)
        story.settle()

    def _say_lost(self, lost: list[str]) -> None:
        for medium in lost:
            with self.story.catalog.write() as write:
                registration.give_up(write, self.story.site, medium, agent=AGENT, reason="burnt in a fire")

    def bring_back(self) -> None:
        """Nothing is left in staging; every byte comes back from the discs that are left."""
        story = self.story
        for package in self.packages:
            story.forget_staging(package)
        recalls = {package: story.recall(package) for package in self.packages}
        self.person.settle(lambda: all(self._ready(recall) for recall in recalls.values()))
        for package, recall in recalls.items():
            story.assert_given_back(package, recall)
        self.person.settle()
        assert_law(story)

    def _ready(self, recall: str) -> bool:
        return self.story.get_recall(recall).state is RecallState.READY

    def read_back_elsewhere(self) -> list[bool]:
        """Of each verified copy, whether another drive read it than wrote it."""
        return [copy.write_drive != copy.verify_drive for copy in self.story.copies(CopyState.VERIFIED)]
