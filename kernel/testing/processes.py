"""Commands in several processes at once, as web processes and workers run them: each with connections of its own."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

from kernel.access.actor import Actor
from kernel.data.config import Config
from kernel.data.engines import Engines
from kernel.data.site import Site
from kernel.resources.build import build_runtime
from kernel.resources.errors import CommandError

Call = tuple[str, Mapping[str, Any]]
"""A command and its arguments."""
LONGEST = 600
"""Seconds after which a process that does not answer fails the test."""


def in_processes(
    site: Site, config: Config, actor: Actor, now: datetime, work: Sequence[Sequence[Call]]
) -> list[Any]:
    """Run each list of commands in a process of its own, all of its commands at once; gives the answers, in their order.

    A refusal is given as its words. The processes begin together, once each has its runtime.
    """
    forked = multiprocessing.get_context("fork")
    gate, answers = forked.Barrier(len(work)), forked.Queue()

    def child(place: int, calls: Sequence[Call]) -> None:
        runtime = build_runtime(site, Engines(config), isolate=False)
        runtime.clock = lambda: now
        gate.wait(LONGEST)
        with ThreadPoolExecutor(max(1, len(calls))) as pool:
            one: Callable[[Call], Any] = lambda call: _answer(runtime.execute, actor, call)  # noqa: E731
            answers.put((place, list(pool.map(one, calls))))
        answers.close()
        answers.join_thread()
        os._exit(0)

    children = [forked.Process(target=child, args=each) for each in enumerate(work)]
    for each in children:
        each.start()
    found = dict(answers.get(timeout=LONGEST) for _each in children)
    for each in children:
        each.join(LONGEST)
    return [answer for place in range(len(work)) for answer in found[place]]


def _answer(execute: Callable[..., Any], actor: Actor, call: Call) -> Any:
    name, arguments = call
    try:
        return execute(actor, name, **arguments)
    except CommandError as error:
        return str(error)
