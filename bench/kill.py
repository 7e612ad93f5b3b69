"""Everything killed again and again while 2,000 messages go out: afterwards the providers' books and ours must agree.

`peyvand serve` runs as it does for a user, three simulated providers run beside it with their books in files. A thousand
messages are written through the page, each sent again with its form until it is acknowledged; a thousand are one sending,
prepared in the background. Meanwhile web server, its processes, workers, the schedule, providers and the database are
killed by SIGKILL at random moments. What only waits (back-offs, rests, leases of dead processes) is made due at once.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import psutil
import psycopg
from sqlalchemy import insert

from bench.measure import plain
from bench.provider import SIMULATORS
from bench.serving import Served, free_port, serving
from bench.site import Bench, bench_site
from bench.visitor import Visitor
from kernel.access.actor import SYSTEM
from kernel.data.site_store import SiteStore
from kernel.extension.discovery import discover
from kernel.lifecycle.install import install
from kernel.lifecycle.steps import Workshop
from kernel.messages import quiet
from kernel.messages.inbound.doors import hashed
from kernel.messages.inbound.models import LineDoor
from kernel.messages.kinds import active_kinds
from kernel.messages.models import SenderLine
from kernel.resources.build import build_runtime
from kernel.testing.simulators.server import Accepted, book_in

T = TypeVar("T")
SINGLE = 1000
"""Messages written one by one."""
MANY = 1000
"""Recipients of the sending."""
ROUNDS = 60
FAULTS = 0.35
"""The share of requests that meet a fault of the provider."""
SENDER = "30001234"
FIRST = 9_120_000_000
"""The first number of the sending."""
SETTLING = 1800.0
"""Seconds that everything may take to go out once nothing is killed any more."""
TARGETS = (
    "web",
    "web process",
    "worker",
    "its child",
    "schedule",
    "worker-long",
    "provider",
    "database",
    "backend",
)


@dataclass
class Providers:
    """The simulated providers, each a process of its own."""

    folder: Path
    hook: str
    chance: random.Random
    ports: dict[str, int] = field(default_factory=lambda: {name: free_port() for name in SIMULATORS})
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, name: str, share: float = FAULTS) -> None:
        """Start one of them."""
        told = [name, str(self.ports[name]), str(self.folder), str(self.chance.randrange(10**9)), str(share)]
        hooks = [self.hook] if name == "kavenegar" else []
        command = [sys.executable, "-m", "bench.provider", *told, *hooks]
        self.running[name] = subprocess.Popen(command, stderr=subprocess.DEVNULL)

    def kill(self, name: str) -> None:
        """Kill one of them."""
        self.running[name].kill()
        self.running[name].wait()

    def books(self) -> Counter[tuple[str, str]]:
        """How often each text was accepted for each number, by all of them together."""
        entries: list[Accepted] = []
        for name in SIMULATORS:
            entries += book_in(self.folder / f"{name}.book")
        return Counter((each.to, each.text) for each in entries)


@dataclass
class Scene:
    """The site, what serves it, the providers; and what was killed how often."""

    bench: Bench
    served: Served
    providers: Providers
    chance: random.Random
    killed: Counter[str] = field(default_factory=Counter)

    def execute(self, statement: str, *values: object) -> list[tuple[object, ...]]:
        """Run a statement as the owner; a database that was just killed is waited for."""
        while True:
            try:
                with self.bench.owner_connection() as connection:
                    found = connection.execute(statement, values or None)
                    return found.fetchall() if found.description else []
            except psycopg.OperationalError:
                time.sleep(0.2)

    def strike(self, target: str) -> None:
        """Kill something, and let what was lost with it be due."""
        now = datetime.now(UTC)
        if target == "provider":
            name = self.chance.choice(list(SIMULATORS))
            self.providers.kill(name)
            time.sleep(self.chance.random())
            self.providers.start(name)
        else:
            found = self._find(target)
            if not found:
                return
            with suppress(psutil.NoSuchProcess):
                os.kill(self.chance.choice(found), signal.SIGKILL)
        self.killed[target] += 1
        if target in ("worker", "its child", "worker-long"):
            self.end_leases(now)

    def _find(self, target: str) -> list[int]:
        if target == "database":
            pid = (self.bench.config.home / "postgres/data/postmaster.pid").read_text().split("\n")[0]
            return [int(pid)]
        if target == "backend":
            statement = "SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'peyvand bench app'"
            return [int(str(row[0])) for row in self.execute(statement)]
        with suppress(psutil.NoSuchProcess):
            heads = {self._kind(each): each for each in self.served.process.children()}
            head = heads.get(
                {"web process": "web", "its child": "worker", "schedule": "worker"}.get(target, target)
            )
            if head is None:
                return []
            below = head.children()
            match target:
                case "web process":
                    return [each.pid for each in below]
                case "its child" | "schedule":
                    beats = [each.pid for each in below if _is_schedule(each.pid)]
                    return (
                        beats
                        if target == "schedule"
                        else [each.pid for each in below if each.pid not in beats]
                    )
            return [head.pid]
        return []

    @staticmethod
    def _kind(process: psutil.Process) -> str:
        line = " ".join(process.cmdline())
        return "web" if "gunicorn" in line else "worker-long" if "long@" in line else "worker"

    def end_leases(self, killed: datetime) -> None:
        """Let the leases end that a dead worker held: those that were given before it was killed."""
        given = killed + timedelta(minutes=5)
        for statement in (
            "UPDATE kernel.message SET leased_until = now() WHERE state = 'sending' AND leased_until < %s",
            "UPDATE kernel.message_line SET busy_until = now() WHERE busy_until < %s",
            "UPDATE kernel.work SET due_at = now() WHERE state = 'running' AND due_at < %s",
        ):
            self.execute(statement, given)
        lost = "UPDATE kernel.job_run SET started_at = started_at - interval '2 min' WHERE state = 'running'"
        self.execute(f"{lost} AND started_at < %s", killed)
        self.execute("UPDATE kernel.job SET leased_until = NULL")

    def hurry(self) -> None:
        """Let what waits for its time be due: back-offs, rests of lines, questions, messages that the broker lost."""
        for statement in (
            "UPDATE kernel.message SET due_at = now() WHERE state = 'queued' AND due_at > now()",
            "UPDATE kernel.message SET ask_at = now() WHERE ask_at > now()",
            "UPDATE kernel.message_line SET rests_until = now() WHERE rests_until > now()",
            "UPDATE kernel.work SET due_at = now() WHERE state = 'due' AND due_at > now() + interval '5 s'",
            "UPDATE kernel.job SET leased_until = NULL, due_at = LEAST(due_at, now()) WHERE name LIKE 'kernel.messages%'",
        ):
            self.execute(statement)


def _is_schedule(pid: int) -> bool:
    """Say whether a process below a worker is its schedule: it alone has no pipe, but closes what it was forked with."""
    with suppress(OSError):
        links = [each for each in Path(f"/proc/{pid}/fd").iterdir() if int(each.name) > 2]
        return not any(str(each.readlink()).startswith(("pipe:", "socket:")) for each in links)
    return False


def run(parties: int) -> Iterator[str]:
    """Give the lines of the table."""
    seed = int(os.environ.get("PEYVAND_BENCH_SEED", random.randrange(10**6)))
    rounds = int(os.environ.get("PEYVAND_BENCH_ROUNDS", ROUNDS))
    chance = random.Random(seed)
    with bench_site(SINGLE) as bench, scene(bench, chance) as made:
        begin = time.monotonic()
        queueing = Queueing(made)
        queueing.start()
        for _round in range(rounds):
            time.sleep(chance.uniform(0.3, 4))
            made.strike(chance.choice(TARGETS))
            made.hurry()
        struck = time.monotonic() - begin
        for name in SIMULATORS:
            made.providers.kill(name)
            made.providers.start(name, 0)
        settle(made, queueing)
        whole = time.monotonic() - begin
        yield f"{SINGLE + MANY:,} messages over three providers with faults, {rounds} rounds of kill -9, seed {seed}"
        yield plain("    killed meanwhile, in", f"{struck:.0f} s")
        for target, count in made.killed.most_common():
            yield plain(f"        {target}", str(count))
        yield plain("    until nothing was under way", f"{whole:.0f} s")
        yield plain("    forms that were sent again", str(queueing.again))
        yield from compared(made)


@contextmanager
def scene(bench: Bench, chance: random.Random) -> Iterator[Scene]:
    """Install the adapters, make lines over simulated providers, and serve the site."""
    for plugin in SIMULATORS:
        install(Workshop(bench.site, bench.engines, discover()), plugin, SYSTEM("bench"))
    bench.site = SiteStore(bench.config).load("bench")
    bench.runtime = build_runtime(bench.site, bench.engines)
    values = {quiet.FROM: "00:00", quiet.UNTIL: "00:00"}
    with bench.engines.owner(bench.site).begin() as owner:
        for key, value in values.items():
            owner.exec_driver_sql(
                "INSERT INTO kernel.setting (key, value) VALUES (%s, to_jsonb(%s::text))"
                " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                (key, value),
            )
    with serving(bench) as served:
        hook = f"http://127.0.0.1:{served.port}/in/bench-secret"
        providers = Providers(bench.config.home, hook, chance)
        try:
            for name in SIMULATORS:
                _line(bench, providers, name)
                providers.start(name)
            yield Scene(bench, served, providers, chance)
        finally:
            for name in providers.running:
                providers.kill(name)


def _line(bench: Bench, providers: Providers, name: str) -> None:
    simulator = SIMULATORS[name]
    secret = "password" if name == "melipayamak" else "key"
    values = {
        "name": name,
        "gateway": f"{name}.sms",
        "channel": "sms",
        "sender": SENDER,
        "position": list(SIMULATORS).index(name),
        "settings": {"address": f"http://127.0.0.1:{providers.ports[name]}", "username": "clinic"},
        "secrets": {secret: bench.site.sealer.seal(simulator.key)},
    }
    with bench.engines.owner(bench.site).begin() as owner:
        number = owner.execute(insert(SenderLine).values(values).returning(SenderLine.id)).scalar_one()
        if name == "kavenegar":
            owner.execute(insert(LineDoor).values(line_id=number, secret_hash=hashed("bench-secret")))


class Queueing(threading.Thread):
    """Queues all messages as people do, and does each step again until the server says that it is done."""

    def __init__(self, made: Scene) -> None:
        super().__init__(daemon=True)
        self.made = made
        self.again = 0
        self.failure: BaseException | None = None

    def run(self) -> None:
        """Do it."""
        try:
            self._queue()
        except BaseException as failure:
            self.failure = failure
            raise

    def _queue(self) -> None:
        made = self.made
        visitor = self._until_done(lambda: Visitor(made.served.port, made.served.host, "head"))
        with made.bench.runtime.reading(SYSTEM("bench")) as context:
            kind = next(each.id for each in active_kinds(context) if not each.advertising)
        last = FIRST + MANY - 1
        words = {
            "channel": "sms",
            "kind_id": str(kind),
            "language": "fa",
            "subject": "",
            "name": "",
            "planned_at": "",
        }
        whom = {"source": '{"range": ["", ""]}', "first": f"0{FIRST}", "last": f"0{last}"}
        sending = {**words, **whom, "body": "سلام از ما"}
        where = self._until_done(lambda: visitor.post("/outbox/sendings/new", sending))
        parties = [
            row[0] for row in made.execute("SELECT id FROM kernel.party WHERE mobile IS NOT NULL ORDER BY id")
        ]
        assert len(parties) >= SINGLE
        for place, party in enumerate(parties[:SINGLE]):
            if place == SINGLE // 4:
                self._begin(visitor, where)
            form = {**words, "body": f"پیام {place}", "party": str(party), "token": f"bench-{place}"}
            self._until_done(lambda form=form: visitor.post("/outbox/write", form, before="در صف قرار گرفته"))  # type: ignore[misc]

    def _begin(self, visitor: Visitor, where: str) -> None:
        """Wait until the sending is ready, and begin it."""
        number = int(where.rstrip("/").rsplit("/", 1)[1].split("?")[0])
        while True:
            [(state,)] = self.made.execute("SELECT state FROM kernel.sending WHERE id = %s", number)
            if state == "running":
                return
            assert state in ("preparing", "ready"), state
            if state == "ready":
                with suppress(OSError, AssertionError):
                    visitor.post(f"/outbox/sendings/{number}/start", {"count": str(MANY)})
            time.sleep(0.5)

    def _until_done(self, step: Callable[[], T]) -> T:
        while True:
            try:
                return step()
            except OSError:
                self.again += 1
                time.sleep(0.3)


def settle(made: Scene, queueing: Queueing) -> None:
    """Wait until everything is queued and nothing is under way."""
    until = time.monotonic() + SETTLING
    open_ = "SELECT count(*) FROM kernel.message WHERE state IN ('prepared', 'queued', 'sending')"
    asked = "SELECT count(*) FROM kernel.message WHERE state = 'unknown' AND ask_at IS NOT NULL"
    looked = 0
    while True:
        assert time.monotonic() < until, made.execute("SELECT state, count(*) FROM kernel.message GROUP BY 1")
        if queueing.failure is not None:
            raise queueing.failure
        made.hurry()
        time.sleep(2)
        waits = queueing.is_alive() or made.execute(open_)[0][0]
        # Of what the provider does not know it is asked again for three days; here a few times must do.
        looked = 0 if waits else looked + 1
        if not waits and (looked > 15 or not made.execute(asked)[0][0]):
            return


def compared(made: Scene) -> Iterator[str]:
    """Compare the books, and say what was found; anything that does not agree is an error."""
    theirs = made.providers.books()
    rows = made.execute("SELECT address, body, state, reason FROM kernel.message WHERE state <> 'left_out'")
    ours = {
        (f"0{str(address)[3:]}", str(body)): (str(state), str(reason))
        for address, body, state, reason in rows
    }
    wrong = [f"twice: {key}" for key, count in theirs.items() if count > 1]
    wrong += [f"not ours: {key}" for key in theirs if key not in ours]
    wanted = {"sent": {1}, "delivered": {1}, "failed": {0}, "unknown": {0, 1}}
    wrong += [
        f"{state}: {key} {theirs[key]}"
        for key, (state, _why) in ours.items()
        if theirs[key] not in wanted[state]
    ]
    wrong += [f"no evidence: {key}" for key, (state, why) in ours.items() if state == "unknown" and not why]
    states = Counter(state for state, _why in ours.values())
    if len(ours) != SINGLE + MANY or len(rows) != len(ours):
        wrong.append(f"{len(rows)} messages to {len(ours)} recipients")
    for state, count in states.most_common():
        yield plain(f"    {state}", str(count))
    there = sum(theirs[key] for key, (state, _why) in ours.items() if state == "unknown")
    yield plain("    of the unknown ones the provider has", str(there))
    reasons = Counter(why for state, why in ours.values() if state in ("unknown", "failed"))
    for why, count in reasons.most_common():
        yield plain(f"        {why[:90]}", str(count))
    yield plain("    lost, twice, or otherwise wrong", str(len(wrong)), "0", not wrong)
    for line in wrong[:20]:
        yield f"        {line}"
