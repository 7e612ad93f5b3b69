"""Limits on guessing: wrong tries are rows, so that they count across processes, and tries of one sender come one by one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, func, select

from kernel.api import Context
from plugins.carpet.models import Attempt
from plugins.carpet.terms import terms_of

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
KEPT = timedelta(days=30)
"""How long wrong tries are remembered."""
LONGEST = 80


def alone(system: Context, name: str) -> None:
    """Wait until nobody else is at work under a name, and hold it until the transaction ends."""
    key = func.hashtextextended(f"carpet {name}", 0)
    system.session.execute(select(func.pg_advisory_xact_lock(key)))


@dataclass(frozen=True)
class Guard:
    """Who tries, and how often he may be wrong within which time."""

    who: str
    most: int
    within: timedelta

    def lock(self, system: Context) -> None:
        """Let nobody else try under this name until the transaction ends."""
        alone(system, self.who)

    def spent(self, system: Context) -> bool:
        """Say whether no more is looked at for now."""
        wrong = select(func.count()).where(Attempt.who == self.who, Attempt.at > system.now - self.within)
        return system.session.execute(wrong).scalar_one() >= self.most

    def note(self, system: Context) -> None:
        """Write a wrong try down."""
        system.session.add(Attempt(who=self.who, at=system.now))
        system.session.flush()


def of_sender(system: Context, sender: str) -> Guard:
    """The limit of a telephone number."""
    return Guard(f"sms:{sender}"[:LONGEST], terms_of(system.runtime).tries_of_sender, DAY)


def of_network(system: Context, address: str) -> Guard:
    """The limit of a network address."""
    return Guard(f"net:{address}"[:LONGEST], terms_of(system.runtime).tries_of_network, HOUR)


def of_user(system: Context, user_id: int) -> Guard:
    """The limit of a user, such as a dealer's."""
    return Guard(f"user:{user_id}", terms_of(system.runtime).tries_of_network, HOUR)


def of_serial(system: Context, serial: str) -> Guard:
    """The limit of a serial, whoever tries it; the caller holds the serial's row."""
    return Guard(f"serial:{serial}"[:LONGEST], terms_of(system.runtime).tries_of_serial, DAY)


def forget(system: Context) -> int:
    """Delete wrong tries of long ago; gives how many."""
    old = delete(Attempt).where(Attempt.at < system.now - KEPT).returning(Attempt.id)
    return len(system.session.execute(old).scalars().all())
