"""Workers that send webhooks are killed again and again: everything arrives at least once, in order, under ids that stay."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
from collections.abc import Callable
from typing import Any

import pytest

from kernel.data.config import Config
from kernel.data.engines import Engines
from kernel.interfaces import delivery
from kernel.resources.build import build_runtime
from tests.interfaces.conftest import House, Receiver

POINTS = ("begun", "sent", "settling", "settled")
"""Before the request leaves; after it was answered; within the transaction that says so; after it."""


def killed(*_arguments: Any, **_options: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def dying(point: str) -> None:
    """Let this process die at a point of its first delivery."""
    sent, settle, put = delivery._sent, delivery._settle, delivery._put

    def after(function: Callable[..., Any]) -> Callable[..., Any]:
        def run(*arguments: Any, **options: Any) -> Any:
            function(*arguments, **options)
            killed()

        return run

    changes: dict[str, tuple[str, Any]] = {
        "begun": ("_sent", killed),
        "sent": ("_sent", after(sent)),
        "settling": ("_put", lambda *a, **o: killed() if o.get("state") == "done" else put(*a, **o)),
        "settled": ("_settle", after(settle)),
    }
    name, function = changes[point]
    setattr(delivery, name, function)


def work(config: Config, house: House, hook: int, point: str) -> None:
    """A worker in a process of its own."""
    engines = Engines(config)
    runtime = build_runtime(house.site, engines, isolate=False)
    runtime.clock = house.clock
    if point:
        dying(point)
    delivery.deliver(runtime, None, webhook_id=hook)  # type: ignore[arg-type]
    engines.dispose()


@pytest.mark.parametrize("seed", [3, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(10, 20))])
def test_everything_arrives_at_least_once_and_in_order(
    seed: int, house: House, receiver: Receiver, config: Config
) -> None:
    chance = random.Random(seed)
    hook = house.hook(receiver.url)
    people = [house.person(str(place)) for place in range(4)]
    receiver.answers = [500 if chance.random() < 0.2 else 200 for _each in range(40)]
    start = multiprocessing.get_context("fork")
    points = [*POINTS, *chance.choices(POINTS, k=4), *[""] * 30]
    deaths = 0
    for point in points:
        child = start.Process(target=work, args=(config, house, hook, point))
        child.start()
        child.join(60)
        deaths += child.exitcode == -signal.SIGKILL
        house.clock.advance(hours=3)
        if not house.rows("SELECT 1 FROM kernel.webhook_delivery WHERE state = 'due'"):
            break
    assert deaths >= 4
    assert house.rows("SELECT DISTINCT state FROM kernel.webhook_delivery") == [("done",)]
    arrived = list(dict.fromkeys(each["record"]["id"] for each in receiver.told))
    assert arrived == people
    ids: dict[int, set[str]] = {}
    for each in receiver.told:
        ids.setdefault(each["record"]["id"], set()).add(each["id"])
    assert all(len(found) == 1 for found in ids.values())
    order = [each["record"]["id"] for each in receiver.told]
    assert order == sorted(order, key=people.index)
