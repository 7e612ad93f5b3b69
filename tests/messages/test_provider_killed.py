"""A provider and workers killed in turn, over HTTP and through a real adapter: its book, a file, agrees with ours."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import socket
import time
from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

from kernel.data.config import Config
from kernel.messages import answers
from kernel.messages.outbox import queue_message
from kernel.testing.simulators import Accepted, Fault, KavenegarSimulator
from kernel.testing.simulators.server import book_in
from plugins.kavenegar import plugin as kavenegar
from tests.messages.test_killed import _work

MESSAGES, LATER, ROUNDS = 40, 12, 8
OPEN = "SELECT FROM kernel.message WHERE state IN ('queued', 'sending', 'sent') LIMIT 1"
FORKED = multiprocessing.get_context("fork")


@dataclass
class Mortal(KavenegarSimulator):
    """Dies after it has written so many lines into its book, before it answers."""

    lives: int = 10**6

    def accept(self, *told: Any) -> Accepted:
        made = super().accept(*told)
        self.lives -= 1
        if self.lives == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return made


def _provide(port: int, book: Any, lives: int, faults: list[Fault]) -> None:
    made = Mortal(port=port, kept=book, lives=lives, slow=0.1)
    made.faults.extend(faults)
    made.states.update({entry.reference: 10 for entry in made.book})
    with made:
        time.sleep(600)


def provider(port: int, book: Any, lives: int = 10**6, faults: list[Fault] | None = None) -> Any:
    """Run a provider as a process of its own, and wait until it listens."""
    process = FORKED.Process(target=_provide, args=(port, book, lives, faults or []))
    process.start()
    until = time.monotonic() + 30
    while socket.socket().connect_ex(("127.0.0.1", port)):
        assert time.monotonic() < until
        time.sleep(0.02)
    return process


def number_of(place: int) -> str:
    return f"+98912{place:07d}"


def queue(post: Any, places: range) -> None:
    with post.runtime.system_work("test", "test.queue") as context:
        for place in places:
            queue_message(
                context, address=number_of(place), purpose="test", occasion="x", text=f"سلام {place}"
            )


def test_books_agree_after_worker_and_provider_were_killed(post, config: Config, tmp_path, monkeypatch):
    chance = random.Random(1405)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    book = tmp_path / "book"
    gateway = replace(next(iter(kavenegar.gateways())), name="mortal", batch=6)
    own = answers.gateways()
    monkeypatch.setattr(answers, "gateways", lambda: (*own, gateway))
    sealed = {"key": post.runtime.site.sealer.seal(KavenegarSimulator.key)}
    address = {"address": f"http://127.0.0.1:{port}"}
    line = post.line("mortal", gateway="kernel.mortal", settings=address, secrets=sealed)
    queue(post, range(MESSAGES))
    for _turn in range(ROUNDS):
        running = provider(port, book, chance.randint(2, 9), [chance.choice(list(Fault))])
        point = chance.choice(["", "recording", "recorded"])
        child = FORKED.Process(target=_work, args=(post.runtime.site, config, post.clock, [line], point))
        child.start()
        child.join(60)
        running.kill()
        running.join()
        post.clock.advance(minutes=20)
        post.look_after()
    queue(post, range(MESSAGES, MESSAGES + LATER))
    running = provider(port, book)
    try:
        for _round in range(60):
            post.look_after()
            post.work(rounds=60)
            running.kill()
            running.join()
            running = provider(port, book)  # it tells of what it accepted that it has arrived
            post.clock.advance(hours=3)
            if not post.rows(OPEN):
                break
    finally:
        running.kill()
        running.join()
    theirs = Counter(f"+98{entry.to[1:]}" for entry in book_in(book))
    ours = {row[0]: row[1] for row in post.rows("SELECT address, state FROM kernel.message")}
    assert len(ours) == MESSAGES + LATER
    assert set(theirs) <= set(ours)
    assert max(theirs.values()) == 1, "accepted twice"
    wanted = {"delivered": {1}, "unknown": {0, 1}, "failed": {0}}
    assert not [(number, state) for number, state in ours.items() if theirs[number] not in wanted[state]]
    assert {ours[number_of(place)] for place in range(MESSAGES, MESSAGES + LATER)} == {"delivered"}, (
        "kept from sending"
    )
