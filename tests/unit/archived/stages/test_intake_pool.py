"""So many intakes at once and no more, each batch once at a time, and every task in its asker's language."""

import threading
from functools import partial

import pytest

from archived.errors import WrongState
from archived.language import speaking, spoken
from archived.stages.intake_pool import IntakePool


def test_no_more_run_at_once_than_there_are_places_over_all_who_ask() -> None:
    pool, lock = IntakePool(2), threading.Lock()
    now, most = [0], [0]
    together = threading.Barrier(2)

    def task() -> None:
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        together.wait(10)
        with lock:
            now[0] -= 1

    askers = [
        threading.Thread(target=partial(pool.each, [task] * 4, stopped=lambda: False)) for _ in range(2)
    ]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join(20)
    assert most == [2]


def test_nothing_begins_once_it_is_stopped_and_what_was_begun_ends() -> None:
    done: list[int] = []
    IntakePool(1).each([partial(done.append, n) for n in range(5)], stopped=lambda: len(done) == 2)
    assert done == [0, 1]


def test_a_place_comes_back_even_from_a_task_that_breaks() -> None:
    pool = IntakePool(1)

    def broken() -> None:
        raise RuntimeError("a fault")

    done: list[int] = []
    pool.each([broken, partial(done.append, 1)], stopped=lambda: False)
    assert done == [1]


def test_a_task_speaks_the_language_of_who_asked() -> None:
    heard: list[str] = []
    with speaking("zh_CN"):
        IntakePool(2).each([lambda: heard.append(spoken())], stopped=lambda: False)
    assert heard == ["zh_CN"]


def test_a_batch_is_taken_in_once_at_a_time() -> None:
    pool = IntakePool(1)
    with pool.alone("B000001"), pool.alone("B000002"), pytest.raises(WrongState, match="B000001"):
        pool.alone("B000001").__enter__()
    with pool.alone("B000001"):
        pass
