"""Media of an archived set are examined: in full, sampled, and where damage lies; what was announced happens."""

from datetime import timedelta

import pytest

from archived.care import ItemState, RunState
from archived.catalog import health
from archived.fixity import BAD, CLEAN, FULL, SAMPLED
from archived.medium_health import READ, READ_ERROR
from archived.policy.verify.sampling import chunks_to_read
from archived.states import CopyState, MediumState
from tests.simulation.conftest import Tell
from tests.simulation.examining import archived_set, begin, checks_of, items_of, plan, run_of
from tests.simulation.law import assert_law

MIB = 1 << 20


def test_a_full_run_reads_every_chunk_as_announced_and_verifies_every_copy_anew(tell: Tell) -> None:
    story, _packages = tell.on(archived_set)
    before = {copy.id: copy.verified_at for copy in story.copies()}
    story.clock.sleep(86_400)
    announced = plan(story).preview
    loads = sum("'why': 'care in" in event[5] for event in story.history())

    run = begin(story)
    story.settle()

    done = run_of(story, run)
    assert done.state is RunState.DONE
    assert done.preview["chunks"] == announced["chunks"] == done.report["chunks"]
    assert done.report["bytes"] == announced["bytes"]
    assert (done.report["examined"], done.report["clean"]) == (announced["images"], 3)
    loads = sum("'why': 'care in" in event[5] for event in story.history()) - loads
    assert loads == announced["mounts"]
    assert done.preview["finds"]["media"] == 1, "all media are read"
    for copy in story.copies():
        assert copy.state is CopyState.VERIFIED
        assert copy.verified_at - before[copy.id] >= timedelta(days=1)
        (check,) = checks_of(story, copy.medium_id)
        assert (check.how, check.outcome, check.parts) == (FULL, CLEAN, check.parts_total)
        assert check.by == "sha256, blake3, xxh3-128"
        assert story.medium(copy.medium_id).state is MediumState.GOOD
        with story.catalog.read() as read:
            assert health.listing(read, copy.medium_id, what=[READ])
    assert not story.attentions()
    assert_law(story)


def test_damage_is_found_and_located_chunk_by_chunk_and_told_to_health(tell: Tell) -> None:
    story, _packages = tell.on(archived_set)
    copy = story.copies()[0]
    story.damage(copy.medium_id, offset=MIB + 300_000, bytes=70_000)

    run = begin(story)
    story.settle()

    found = run_of(story, run).report
    assert (found["clean"], found["bad_items"]) == (2, 1)
    (named,) = found["bad"]
    assert (named["medium"], named["chunks"]) == (copy.medium_id, "1")
    assert "1 chunks cannot be read and 0 differ" in named["words"]
    assert story.copy_of(copy.image_id, CopyState.SUSPECT).id == copy.id
    assert story.medium(copy.medium_id).state is MediumState.SUSPECT
    (check,) = checks_of(story, copy.medium_id)
    assert (check.outcome, check.bad) == (BAD, (1,))
    with story.catalog.read() as read:
        (entry,) = health.listing(read, copy.medium_id, what=[READ_ERROR])
    assert entry.detail["chunk"] == 1
    assert entry.value == 64
    assert entry.reader


@pytest.mark.parametrize("seed", ["auditor", "another"])
def test_a_sample_reads_exactly_the_chunks_that_its_seed_draws(tell: Tell, seed: str) -> None:
    story, _packages = tell.on(archived_set)
    terms = {"how": "sampled", "chunks_percent": 30.0, "seed": seed}
    announced = plan(story, **terms).preview

    for _again in range(2):
        run = begin(story, **terms)
        story.settle()
        report = run_of(story, run).report
        assert report["chunks"] == announced["chunks"] == run.preview["chunks"]
        assert announced["seed"] == seed
    for copy in story.copies():
        first, second = checks_of(story, copy.medium_id)
        assert (first.how, first.outcome, first.seed) == (
            SAMPLED,
            CLEAN,
            f"{seed}/{copy.medium_id}/{copy.image_id}",
        )
        assert (first.seed, first.parts) == (second.seed, second.parts)
        drawn = chunks_to_read(
            first.parts_total,
            how=SAMPLED,
            percent=30,
            edges=False,
            seed=seed,
            name=f"{copy.medium_id}/{copy.image_id}",
        )
        assert len(drawn) == first.parts


def test_a_sample_that_finds_damage_reads_the_rest_too_so_that_all_of_it_is_located(tell: Tell) -> None:
    story, _packages = tell.on(archived_set)
    copy = story.copies()[0]
    name = f"{copy.medium_id}/{copy.image_id}"
    total = -(-(story.image(copy.image_id).size_bytes or 0) // MIB)
    (drawn,) = chunks_to_read(total, how=SAMPLED, percent=30, edges=False, seed="s", name=name)
    other = (drawn + 1) % total
    for number in (drawn, other):
        story.damage(copy.medium_id, offset=number * MIB + 100_000, bytes=2048)

    run = begin(story, how="sampled", chunks_percent=30.0, seed="s", media=(copy.medium_id,))
    story.settle()

    (item,) = items_of(story, run)
    assert item.state is ItemState.DONE
    (check,) = checks_of(story, copy.medium_id)
    assert check.outcome == BAD
    assert check.bad == tuple(sorted((drawn, other)))
    assert check.parts == check.parts_total
