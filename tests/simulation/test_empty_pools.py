"""A pool without media: what is handed in waits for the first blanks when it is known how large they will be."""

from archived.policy.submission import SubmissionRequest
from archived.stages import admission, registration
from archived.states import MediumState, PackageState
from tests.simulation.conftest import Tell
from tests.simulation.harness import MIB, POOL, Story
from tests.simulation.throwing_away import keep_blanks


def limits(story: Story) -> admission.Limits:
    request = SubmissionRequest(story.folder, "F1", "S1", "0001", title="")
    return admission.limits_for(request, catalog=story.catalog, site=story.site)


def forget_all_media(story: Story) -> None:
    with story.catalog.write() as write:
        for table in ("medium_history", "medium"):
            write.exec_driver_sql(f"DELETE FROM {table}")


def test_without_any_medium_and_any_word_about_them_nobody_knows_what_fits(tell: Tell) -> None:
    story = tell()
    known = limits(story).largest_image_bytes[POOL]
    forget_all_media(story)

    assert limits(story).unmeasured == {POOL}

    story.configure({"capacity_bytes": str(int(2.5625 * MIB))})
    story.crash()
    assert limits(story).unmeasured == frozenset()
    assert limits(story).largest_image_bytes[POOL] == known


def test_a_pool_that_ran_out_of_media_goes_by_those_that_it_had(tell: Tell) -> None:
    story = tell()
    before = limits(story)
    with story.catalog.write() as write:
        write.exec_driver_sql("UPDATE medium SET state = 'lost'")

    after = limits(story)

    assert (after.unmeasured, after.largest_image_bytes) == (frozenset(), before.largest_image_bytes)


def test_media_of_which_nobody_knows_the_capacity_make_no_disc_small(tell: Tell) -> None:
    story = tell()
    before = limits(story).largest_image_bytes
    with story.catalog.write() as write:
        one = story.media(MediumState.BLANK)[0].id
        write.exec_driver_sql("UPDATE medium SET capacity_bytes = 0 WHERE id = ?", (one,))

    assert limits(story).largest_image_bytes == before


def test_packages_wait_for_the_first_blanks(tell: Tell) -> None:
    story = tell(settings={"capacity_bytes": str(int(2.5625 * MIB))})
    keep_blanks(story, 5)
    media_id = story.media(MediumState.BLANK)[0].media_id
    forget_all_media(story)
    ids = story.submit_set(2)
    story.close_everything()
    assert {story.package(package_id).state for package_id in ids} == {PackageState.ACCEPTED}

    story.look()
    story.settle()
    for number, medium in enumerate(story.media(MediumState.QUARANTINED)):
        with story.catalog.write() as write:
            registration.register_blanks(
                write,
                story.site,
                [medium.id],
                pool=POOL,
                batch=f"batch {number}",
                media_id=media_id,
                capacity_bytes=None,
                agent="uid:1000",
            )
    story.settle()

    assert story.all_archived()
