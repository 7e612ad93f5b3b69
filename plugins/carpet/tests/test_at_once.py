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
from plugins.carpet.registering import CLAIMED, REGISTERED, YOURS, Outcome
from plugins.carpet.serials import serial_of
from plugins.carpet.tests.conftest import House

MANY = 8


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
    numbers = [
        house.tell("+989127770009", f"{house.serial(1)} {house.code(place)}") for place in range(2, 2 + MANY)
    ]

    def work(place: int) -> Any:
        with house.runtime.system_work("an SMS", "test.sms") as context:
            return context.run("carpet.register_by_sms", message=numbers[place])

    at_once(work)
    assert house.rows("SELECT count(*) FROM carpet.attempt WHERE who = 'sms:+989127770009'") == [(5,)]
    late = "SELECT count(*) FROM kernel.message WHERE body LIKE '%تلاش‌های نادرست%'"
    assert house.rows(late) == [(MANY - 5,)]


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


def _dying_worker(house: House, config: Config, point: str) -> None:
    """A worker that dies when it has answered some messages, before or after the commit."""
    runtime = build_runtime(house.runtime.site, Engines(config), discovery=house.runtime.hooks.discovery)
    runtime.clock = house.runtime.clock
    house.runtime = runtime
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


@pytest.mark.parametrize("size", [120, pytest.param(10_000, marks=pytest.mark.long)])
def test_a_storm_leaves_one_guarantee_for_a_serial_and_one_answer_for_a_message(
    house: House, config: Config, size: int
) -> None:
    messages = storm(house, size, size // 2)
    chance = random.Random(11)
    copies = [*messages, *chance.sample(messages, size // 3)]
    chance.shuffle(copies)
    third = len(copies) // 3

    def tell(part: list[tuple[str, str, str]]) -> None:
        for sender, text, reference in part:
            house.tell(sender, text, reference)

    for point in POINTS:
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(tell, (copies[:third][::2], copies[:third][1::2])))
        copies = copies[third:]
        child = multiprocessing.get_context("fork").Process(target=_dying_worker, args=(house, config, point))
        child.start()
        child.join(600)
        assert child.exitcode == -signal.SIGKILL
    tell(copies)
    tell(messages)
    for _round in range(4):
        house.work()
        house.pass_time(minutes=20)
    check(house, size)
