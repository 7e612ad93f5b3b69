"""Workers killed while they fetch and answer: what a provider gives out once is stored once, and answered at most once."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable
from typing import Any

import pytest

from kernel.data.config import Config
from kernel.data.engines import Engines
from kernel.jobs import store
from kernel.messages.inbound import answering, batches, once, polling
from kernel.resources.build import build_runtime
from tests.extension.making import Maker
from tests.inbound.conftest import LINE, Begin, Inbox
from tests.inbound.test_answering import ANSWERS

MANY = 12


def die(*_arguments: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def after(function: Callable[..., Any]) -> Callable[..., Any]:
    """Die when a function has done something."""

    def dying(*arguments: Any, **options: Any) -> Any:
        found = function(*arguments, **options)
        if found != 0:
            die()
        return found

    return dying


POINTS: dict[str, Callable[[], None]] = {
    "kept as it came": lambda: setattr(once, "_kept", after(once._kept)),
    "read": lambda: setattr(once, "_read", after(once._read)),
    "in the midst of storing": lambda: setattr(batches, "take", after(batches.take)),
    "stored": lambda: setattr(polling, "store_batches", after(polling.store_batches)),
    "before it is ended": lambda: setattr(polling, "_end", die),
    "answered, not committed": lambda: setattr(answering, "_answer", after(answering._answer)),
    "answered": lambda: setattr(store, "end_work", die),
}


def _work(inbox: Inbox, config: Config, line: int, point: str) -> None:
    """A worker: it fetches and does what is due, until it has nothing to do, or dies at the point."""
    runtime = build_runtime(inbox.runtime.site, Engines(config), discovery=inbox.runtime.hooks.discovery)
    runtime.clock = inbox.clock
    inbox.runtime = runtime
    POINTS[point]()
    polling.fetch(runtime, line)
    inbox.work()
    os._exit(0)


@pytest.mark.parametrize("point", POINTS)
def test_nothing_is_lost_and_nothing_answered_twice(
    maker: Maker, begin: Begin, config: Config, point: str
) -> None:
    maker.make("birds", ANSWERS % "birds")
    inbox = begin()
    provider, line = inbox.provider("kavenegar")
    for place in range(MANY):
        provider.receive(f"0912111{place:04d}", LINE, "سوال")
    forked = multiprocessing.get_context("fork")
    child = forked.Process(target=_work, args=(inbox, config, line, point))
    child.start()
    child.join(60)
    assert child.exitcode == -signal.SIGKILL
    inbox.clock.advance(minutes=20)
    inbox.fetch(line)
    for _round in range(3):
        inbox.work()
        inbox.clock.advance(minutes=10)
    assert inbox.rows("SELECT count(*), count(DISTINCT raw_sender) FROM kernel.inbound") == [(MANY, MANY)]
    assert inbox.rows("SELECT count(*) FROM kernel.inbound_batch") == [(0,)]
    assert inbox.rows("SELECT DISTINCT state FROM kernel.inbound") == [("answered",)]
    answers = "SELECT count(*), count(DISTINCT occasion) FROM kernel.message WHERE purpose = 'kernel.answer'"
    assert inbox.rows(answers) == [(MANY, MANY)]
