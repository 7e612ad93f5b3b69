"""Numbers without gaps and without doubles, whoever asks and whoever gives up."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from kernel.data.series import next_number


def test_each_series_and_period_counts_for_itself(owner):
    assert [next_number(owner, "invoice") for _ in range(3)] == [1, 2, 3]
    assert next_number(owner, "contract") == 1
    assert [next_number(owner, "invoice", "1405") for _ in range(2)] == [1, 2]
    assert next_number(owner, "invoice", "1406") == 1
    assert next_number(owner, "invoice") == 4


def test_a_new_series_may_begin_elsewhere(owner):
    assert [next_number(owner, "file", first=1000) for _ in range(2)] == [1000, 1001]


def test_a_number_rolled_back_is_given_again(site, engines):
    with engines.owner(site).connect() as connection:
        with connection.begin():
            assert next_number(connection, "invoice") == 1
        with connection.begin() as given_up:
            assert next_number(connection, "invoice") == 2
            given_up.rollback()
        with connection.begin():
            assert next_number(connection, "invoice") == 2


@pytest.mark.parametrize("known", [True, False])
def test_many_at_once_get_every_number_once(site, engines, known):
    engine = engines.owner(site)
    if known:
        with engine.begin() as connection:
            next_number(connection, "invoice", first=0)
    workers, each = 6, 12
    together = threading.Barrier(workers)

    def take(worker: int) -> list[int]:
        kept = []
        with engine.connect() as connection:
            together.wait()
            for turn in range(each):
                with connection.begin() as transaction:
                    number = next_number(connection, "invoice")
                    if (worker + turn) % 3 == 0:
                        transaction.rollback()
                    else:
                        kept.append(number)
        return kept

    with ThreadPoolExecutor(workers) as pool:
        numbers = [number for kept in pool.map(take, range(workers)) for number in kept]
    assert sorted(numbers) == list(range(1, len(numbers) + 1))
    assert len(numbers) == workers * each * 2 // 3
