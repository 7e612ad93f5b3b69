"""Workers killed again and again while gateways misbehave: afterwards our books and theirs agree.

Each message was accepted exactly once, or it is unknown; none is lost, none accepted twice.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from kernel.data.config import Config
from kernel.data.engines import Engines
from kernel.messages import answers, results, worker
from kernel.messages.gateways import Gateway, Handed, Line, NotHandedOver, Outgoing, Receipt, Uncertain
from kernel.messages.outbox import queue_message
from kernel.resources.build import build_runtime

POINTS = ("claimed", "accepted", "recording", "recorded")
"""Before the gateway is called; after it accepted; within the transaction that says so; after it."""


UNDER_WAY = "SELECT FROM kernel.message WHERE state IN ('queued', 'sending', 'sent') LIMIT 1"


def _write(file: Path, numbers: Sequence[int]) -> None:
    with file.open("a") as stream:
        stream.writelines(f"{number}\n" for number in numbers)


def _read(file: Path) -> list[int]:
    return [int(line) for line in file.read_text().splitlines()] if file.exists() else []


@dataclass
class Provider:
    """A provider whose book is a file that outlives every worker; it refuses, or goes silent, by chance.

    A second file holds what its caller is left in doubt about: handed over, and no answer recorded.
    """

    name: str
    book: Path
    knows: bool
    chance: random.Random
    faults: bool = True
    die: str = ""

    @property
    def doubts(self) -> Path:
        return self.book.with_suffix(".doubts")

    def send(self, line: Line, messages: Sequence[Outgoing]) -> list[Receipt]:
        numbers = [each.client_id for each in messages]
        if self.die in ("claimed", "recording"):
            _write(self.doubts, numbers)
        if self.die == "claimed":
            os.kill(os.getpid(), signal.SIGKILL)
        fate = self.chance.random() if self.faults else 1
        if fate < 0.15:
            raise NotHandedOver("closed", temporary=True)
        if self.die == "accepted" or fate < 0.3:
            _write(self.doubts, numbers)
        accepted = [number for number in numbers if not (self.faults and self.chance.random() < 0.1)]
        _write(self.book, accepted)
        if self.die == "accepted":
            os.kill(os.getpid(), signal.SIGKILL)
        if fate < 0.3:
            raise Uncertain("silent")
        return [
            Receipt(client_id=each.client_id, state="sent", reference=f"{self.name}-{each.client_id}")
            if each.client_id in accepted
            else Receipt(client_id=each.client_id, state="failed", reason="not now", again=True)
            for each in messages
        ]

    def state(self, line: Line, handed: Sequence[Handed]) -> list[Receipt]:
        known = self.accepted()
        return [
            Receipt(client_id=each.client_id, state="delivered", reference=each.reference)
            for each in handed
            if known[each.client_id]
        ]

    def accepted(self) -> Counter[int]:
        return Counter(_read(self.book))

    def made(self) -> Gateway:
        return Gateway(
            name=self.name,
            title=self.name,
            channels=("sms",),
            send=self.send,
            state=self.state,
            batch=4,
            knows_client_ids=self.knows,
        )


def _work(site, config, clock, lines, point) -> None:
    """A worker process: it hands over until it has nothing to do, or dies."""
    runtime = build_runtime(site, Engines(config), isolate=False)
    runtime.clock = clock
    note = results.note_receipts

    def noting(*arguments, **options):
        note(*arguments, **options)
        if point == "recording":
            os.kill(os.getpid(), signal.SIGKILL)

    worker.results.note_receipts = noting
    hand_over = worker.hand_over

    def handing(*arguments):
        hand_over(*arguments)
        if point == "recorded":
            os.kill(os.getpid(), signal.SIGKILL)

    worker.hand_over = handing
    for line in lines:
        worker.dispatch(runtime, line)
    os._exit(0)


def kill_rounds(
    post, config: Config, folder: Path, monkeypatch, *, messages: int, rounds: int, seed: int
) -> None:
    """Queue messages, kill workers round by round, let the rest go out, and compare the books."""
    chance = random.Random(seed)
    lines = [post.line(name, position=place) for place, name in enumerate(("one", "two", "three"))]
    providers = [
        Provider(name, folder / name, knows=name == "two", chance=chance) for name in ("one", "two", "three")
    ]
    own = (answers.CONSOLE,)
    monkeypatch.setattr(answers, "gateways", lambda: (*own, *(each.made() for each in providers)))
    people = [post.person(f"شخص {place}", f"0912{place:07d}") for place in range(3)]
    with post.runtime.system_work("test", "test.queue") as context:
        for place in range(messages):
            queue_message(
                context, party_id=people[place % 3], purpose="test", occasion=str(place), text="سلام"
            )
    forked = multiprocessing.get_context("fork")
    died = 0
    for turn in range(rounds):
        point = POINTS[turn] if turn < len(POINTS) else chance.choice(POINTS)
        for provider in providers:
            provider.die = point
        child = forked.Process(target=_work, args=(post.runtime.site, config, post.clock, lines, point))
        child.start()
        child.join(60)
        died += child.exitcode == -signal.SIGKILL
        post.clock.advance(minutes=20)
        post.look_after()
        if turn == rounds - 1:
            for provider in providers:
                provider.die, provider.faults = "", False
    assert died >= rounds // 2
    for _round in range(60):
        post.look_after()
        post.work(rounds=60)
        post.clock.advance(hours=3)
        if not post.rows(UNDER_WAY):
            break
    theirs = sum((provider.accepted() for provider in providers), Counter())
    ours = {row[0]: row[1] for row in post.rows("SELECT client_id, state FROM kernel.message")}
    assert len(ours) == messages
    assert set(theirs) <= set(ours)
    assert max(theirs.values()) == 1, "accepted twice"
    assert set(ours.values()) <= {"delivered", "unknown", "failed"}
    for number, state in ours.items():
        wanted = {"delivered": {1}, "failed": {0}, "unknown": {0, 1}}[state]
        assert theirs[number] in wanted, (number, state)
    # A killed call leaves its batch of four unknown, so that ten rounds can cost forty of sixty.
    assert Counter(ours.values())["delivered"] > messages // 5, Counter(ours.values())
    unknown = {number for number, state in ours.items() if state == "unknown"}
    assert unknown, "the first worker died in the middle of a call that nobody can look up"
    assert unknown <= {number for provider in providers for number in _read(provider.doubts)}


def test_books_agree_after_workers_were_killed(post, config, tmp_path, monkeypatch):
    kill_rounds(post, config, tmp_path, monkeypatch, messages=60, rounds=10, seed=1405)


@pytest.mark.long
def test_books_agree_after_many_rounds(post, config, tmp_path, monkeypatch):
    kill_rounds(post, config, tmp_path, monkeypatch, messages=2000, rounds=150, seed=random.randrange(10**6))
