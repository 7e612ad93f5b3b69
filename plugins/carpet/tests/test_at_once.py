"""What many do at once, over connections of their own: a serial has one guarantee, and a message one answer."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import insert, select

from kernel.data.config import Config
from kernel.data.engines import Engines
from kernel.jobs import run as jobs
from kernel.messages.inbound import answering as kernel_answering
from kernel.resources.build import build_runtime
from kernel.resources.errors import CommandError
from plugins.carpet import codes
from plugins.carpet.models import Batch, Scratch, Serial
from plugins.carpet.outcomes import CLAIMED, REGISTERED, YOURS, Outcome
from plugins.carpet.serials import serial_of
from plugins.carpet.tests.conftest import House

MANY = 5
"""As many as one process has connections."""
AT_ONCE = 50
"""Messages that a gateway hands over together."""


def at_once(work: Callable[[int], Any], many: int = MANY) -> list[Any]:
    """Do work in threads that begin together; gives answers, or what was refused."""
    gate = Barrier(many)

    def one(place: int) -> Any:
        gate.wait()
        try:
            return work(place)
        except CommandError as error:
            return error

    with ThreadPoolExecutor(many) as pool:
        return list(pool.map(one, range(many)))


def test_a_serial_is_registered_once_however_many_try(house: House) -> None:
    def work(place: int) -> Outcome:
        found: Outcome = house.run(
            "carpet.register",
            serial=house.serial(1),
            code=house.code(1),
            last_name="خریدار",
            mobile=f"0912777{place:04d}",
        )
        return found

    kinds = sorted(found.kind for found in at_once(work))
    assert kinds == [CLAIMED] * (MANY - 1) + [REGISTERED]
    assert len(house.guarantees()) == 1
    assert len(house.disputes()) == MANY - 1


def test_web_and_sms_at_once_make_one_guarantee_and_one_party(house: House) -> None:
    numbers = [house.tell("+989127770000", f"{house.serial(1)} {house.code(1)} {word}") for word in "abcd"]

    def work(place: int) -> str:
        if place % 2:
            values = {"serial": house.serial(1), "code": house.code(1), "last_name": "خریدار"}
            with house.runtime.system_work("the form", "test.form") as context:
                answer = context.run(
                    "carpet.register_by_web", network=f"10.0.0.{place}", mobile="09127770000", **values
                )
                return str(answer.outcome.kind)
        with house.runtime.system_work("an SMS", "test.sms") as context:
            return str(context.run("carpet.register_by_sms", message=numbers[place // 2]))

    found = at_once(work)
    assert all(each in (REGISTERED, YOURS, "True") for each in found), found
    assert len(house.guarantees()) == 1
    assert house.rows("SELECT count(*) FROM kernel.party WHERE mobile = '+989127770000'") == [(1,)]
    assert house.disputes() == []


def test_messages_with_the_same_carpets_in_other_orders_do_not_wait_in_a_circle(house: House) -> None:
    places = list(range(1, 8))
    numbers = []
    for turn in range(MANY):
        random.Random(turn).shuffle(places)
        text = "\n".join(f"{house.serial(place)} {house.code(place)}" for place in places)
        numbers.append(house.tell(f"+98912888{turn:04d}", text))

    def work(place: int) -> Any:
        with house.runtime.system_work("an SMS", "test.sms") as context:
            return context.run("carpet.register_by_sms", message=numbers[place])

    assert at_once(work) == [True] * MANY
    assert len(house.guarantees()) == 7


def test_wrong_tries_at_once_are_all_counted(house: House) -> None:
    house.set(tries_of_sender=3)
    numbers = [
        house.tell("+989127770009", f"{house.serial(1)} {house.code(place)}") for place in range(2, 2 + MANY)
    ]

    def work(place: int) -> Any:
        with house.runtime.system_work("an SMS", "test.sms") as context:
            return context.run("carpet.register_by_sms", message=numbers[place])

    at_once(work)
    assert house.rows("SELECT count(*) FROM carpet.attempt WHERE who = 'sms:+989127770009'") == [(3,)]
    late = "SELECT count(*) FROM kernel.message WHERE body LIKE '%تلاش‌های نادرست%'"
    assert house.rows(late) == [(MANY - 3,)]


@pytest.mark.parametrize("limit", ["network", "serial", "user"])
def test_wrong_tries_at_once_end_with_the_limit(house: House, limit: str) -> None:
    house.set(**{f"tries_of_{'serial' if limit == 'serial' else 'network'}": 3})

    def work(place: int) -> Any:
        values = {"serial": house.serial(1), "code": house.code(place + 2), "last_name": "حدس"}
        values["mobile"] = f"0912777{place:04d}"
        if limit == "user":
            return house.run("carpet.register", house.dealer_user, **values)
        with house.runtime.system_work("the form", "test.form") as context:
            network = f"10.0.0.{place if limit == 'serial' else 1}"
            return context.run("carpet.register_by_web", network=network, **values)

    at_once(work)
    who = {"network": "net:10.0.0.1", "serial": f"serial:{house.serial(1)}"}
    who["user"] = f"user:{house.dealer_user.user_id}"
    assert house.rows(f"SELECT count(*) FROM carpet.attempt WHERE who = '{who[limit]}'") == [(3,)]


def test_staff_and_sms_for_one_buyer_and_the_same_cards_do_not_wait_in_a_circle(house: House) -> None:
    text = "\n".join(f"{house.serial(place)} {house.code(place)}" for place in range(1, 6))
    number = house.tell("+989127770000", text)

    def work(place: int) -> Any:
        if place == 0:
            with house.runtime.system_work("an SMS", "test.sms") as context:
                return context.run("carpet.register_by_sms", message=number)
        values = {"last_name": "خریدار", "mobile": "09127770000"}
        return house.run("carpet.register", serial=house.serial(place), code=house.code(place), **values).kind

    found = at_once(work)
    assert set(found) <= {True, REGISTERED, YOURS}
    assert len(house.guarantees()) == 5
    assert house.disputes() == []
    assert house.rows("SELECT count(*) FROM kernel.party WHERE mobile = '+989127770000'") == [(1,)]


# --- the storm


def die(*_arguments: object, **_options: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def storm(house: House, messages: int, cards: int) -> list[tuple[str, str, str]]:
    """Make cards with known codes, and messages about them: wrong ones, several carpets in one, many from one sender."""
    known = {place: codes.mark_of(f"{place:08d}") for place in range(1, min(cards, 40) + 1)}
    marks = [known[place % len(known) + 1] for place in range(cards)]
    batch = house.run("carpet.make_batch", model=house.models[0], produced_on="2026-09-01", count=cards)
    with house.runtime.system_work("known codes", "test.codes") as context:
        rows = select(Serial.id, Serial.place).where(Serial.batch_id == batch)
        values = [
            {"serial_id": row.id, "mark": marks[row.place - 1]} for row in context.session.execute(rows)
        ]
        context.session.execute(insert(Scratch), values)
        number = int(context.session.get_one(Batch, batch).number)
    chance = random.Random(7)
    told = []
    for place in range(messages):
        wanted = chance.sample(range(1, cards + 1), chance.choice((1, 1, 1, 2, 3)))
        wrong = chance.random() < 0.1
        pairs = [(serial_of(number, each), f"{(each - 1) % len(known) + 1 + wrong:08d}") for each in wanted]
        text = "\n".join(
            f"{code} {serial}" if place % 2 else f"سریال {serial} کد {code}" for serial, code in pairs
        )
        told.append((f"+98913{chance.randrange(messages // 2):07d}", text, f"ref-{place}"))
    return told


def check(house: House, messages: int) -> None:
    """One guarantee for a serial, one answer for a message, none of them empty."""
    assert house.rows("SELECT count(*) FROM kernel.inbound WHERE state <> 'answered'") == [(0,)]
    assert house.rows("SELECT count(*), count(DISTINCT reference) FROM kernel.inbound") == [
        (messages, messages)
    ]
    answers = "SELECT count(*), count(DISTINCT occasion) FROM kernel.message WHERE purpose = 'kernel.answer'"
    assert house.rows(answers) == [(messages, messages)]
    ((made, serials),) = house.rows("SELECT count(*), count(DISTINCT serial_id) FROM carpet.guarantee")
    assert made == serials > 0
    state = "SELECT count(*) FROM carpet.serial WHERE state = 'registered'"
    assert house.rows(state) == [(made,)]
    twice = "SELECT mobile FROM kernel.party WHERE mobile IS NOT NULL GROUP BY 1 HAVING count(*) > 1"
    assert house.rows(twice) == []


def _apart(house: House, config: Config) -> None:
    """Give a process that was forked connections of its own."""
    runtime = build_runtime(house.runtime.site, Engines(config), discovery=house.runtime.hooks.discovery)
    runtime.clock = house.runtime.clock
    house.runtime = runtime


def in_processes(many: int, target: Callable[..., None], *arguments: Any) -> list[int | None]:
    """Run something in several processes at once; gives how each ended."""
    forked = multiprocessing.get_context("fork")
    children = [forked.Process(target=target, args=(*arguments, place)) for place in range(many)]
    for child in children:
        child.start()
    for child in children:
        child.join(3_000)
    return [child.exitcode for child in children]


def _worker(house: House, config: Config, _place: int) -> None:
    _apart(house, config)
    house.work()
    os._exit(0)


def _dying_worker(house: House, config: Config, point: str, _place: int) -> None:
    """A worker that dies when it has answered some messages, before or after the commit."""
    _apart(house, config)
    target, name = POINTS[point]
    own, left = getattr(target, name), [5]

    def dying(*arguments: Any, **options: Any) -> Any:
        found = own(*arguments, **options)
        left[0] -= 1
        if not left[0]:
            die()
        return found

    setattr(target, name, dying)
    house.work()
    os._exit(0)


POINTS: dict[str, tuple[Any, str]] = {
    "answered, not committed": (kernel_answering, "_answer"),
    "committed": (jobs, "deliver"),
}


@pytest.mark.parametrize(("size", "workers"), [(60, 1), pytest.param(10_000, 4, marks=pytest.mark.long)])
def test_a_storm_leaves_one_guarantee_for_a_serial_and_one_answer_for_a_message(
    house: House, config: Config, size: int, workers: int
) -> None:
    messages = storm(house, size, size // 2)
    chance = random.Random(11)
    copies = [*messages, *chance.sample(messages, size // 3)]
    chance.shuffle(copies)
    third = len(copies) // 3

    def tell(part: list[tuple[str, str, str]]) -> None:
        for first in range(0, len(part), AT_ONCE):
            house.tell_all(part[first : first + AT_ONCE])

    for point in POINTS:
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(tell, (copies[:third][::2], copies[:third][1::2])))
        copies = copies[third:]
        assert in_processes(1, _dying_worker, house, config, point) == [-signal.SIGKILL]
    tell(copies)
    tell(messages)
    if workers > 1:
        assert in_processes(workers, _worker, house, config) == [0] * workers
    for _round in range(4):
        house.work()
        house.pass_time(minutes=20)
    check(house, size)


# --- one serial, many senders


def _registering(house: House, config: Config, numbers: list[int], many: int, place: int) -> None:
    """A process that answers its share of the messages, in several threads."""
    _apart(house, config)

    def work(message: int) -> None:
        with house.runtime.system_work("an SMS", "test.sms") as context:
            context.run("carpet.register_by_sms", message=message)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, numbers[place::many]))
    os._exit(0)


@pytest.mark.parametrize(("senders", "processes"), [(16, 2), pytest.param(200, 5, marks=pytest.mark.long)])
def test_one_serial_that_many_senders_register_over_several_processes_has_one_owner(
    house: House, config: Config, senders: int, processes: int
) -> None:
    text = f"{house.serial(1)} {house.code(1)}"
    numbers = [house.tell(f"+98912999{place:04d}", text) for place in range(senders)]
    ended = in_processes(processes, _registering, house, config, numbers, processes)
    assert ended == [0] * processes
    assert len(house.guarantees()) == 1
    assert len({dispute.party_id for dispute in house.disputes()}) == len(house.disputes()) == senders - 1
    answers = house.rows(
        "SELECT body, count(*) FROM kernel.message WHERE purpose = 'kernel.answer' GROUP BY 1"
    )
    assert sorted(count for _body, count in answers) == [1, senders - 1]
