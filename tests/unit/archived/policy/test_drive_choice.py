"""The other burner verifies, whenever there is one."""

from archived.policy.drive_choice import choose_verify_drive, drives_for


def test_the_other_burner_is_preferred() -> None:
    choice = choose_verify_drive("B1", ["B1", "B2", "B3"], [], 2)
    assert choice.allowed == ("B2", "B3")
    assert choice.drive == "B2"


def test_the_writing_drive_verifies_when_it_is_alone_and_few_depend_on_it() -> None:
    assert choose_verify_drive("B1", ["B1"], [("B1", "B1"), ("B1", "B2")], 2).drive == "B1"


def test_no_more_than_m_members_may_depend_on_one_drive() -> None:
    pairs = [("B1", "B1"), ("B1", "B1")]
    assert not drives_for(pairs, ("B1", "B1"), 2)
    assert drives_for(pairs, ("B2", "B2"), 2)
    assert drives_for(pairs, ("B1", "B2"), 2)
    choice = choose_verify_drive("B1", ["B1"], pairs, 2, set_id="7K3F")
    assert choice.drive is None
    assert "archivectl allow diversity 7K3F --reason" in choice.refusal


def test_a_waiver_lets_one_drive_do_it_all() -> None:
    assert choose_verify_drive("B1", ["B1"], [("B1", "B1")] * 5, 2, waived=True).drive == "B1"


def test_members_not_yet_written_or_verified_count_for_nothing() -> None:
    assert drives_for([(None, None), ("B1", None)], ("B1", "B1"), 1)
    assert drives_for([(None, None)], (None, None), 1)


def test_with_no_drive_up_the_answer_is_words() -> None:
    choice = choose_verify_drive("B1", [], [], 2)
    assert choice.drive is None
    assert "no drive is up" in choice.refusal


def test_a_disc_that_no_drive_of_ours_wrote_may_be_read_anywhere() -> None:
    assert choose_verify_drive(None, ["B1", "B2"], [], 2).allowed == ("B1", "B2")
