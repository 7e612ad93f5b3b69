"""Limits on guessing: wrong tries are rows, so that they count across processes, and tries of one sender come one by one.

Whoever tries has a limit of his own: a telephone number, a network address, a user. So has a serial, whoever tries it;
and so have all telephones together and all addresses together, against guesses from many sides. Who is limited is told
by what, and until when.

The kernel's count of wrong tries at open pages (`wrong_try`) serves another end: it is written in a transaction of its own,
in one row for each page and house. These are written with the answer, or not at all where it is undone, and as rows of their
own, so that nobody who guesses waits for another at the sum of all.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import ColumnElement, delete, func, select

from kernel.api import Context, LazyText, _, clock, house_of, language_of
from plugins.carpet.models import Attempt
from plugins.carpet.terms import terms_of

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
KEPT = 2 * DAY
"""How long wrong tries are remembered: longer than any limit looks back."""
LONGEST = 80
OF_SENDER = _(
    "There were too many wrong tries from your number, so nothing more is looked at for now. "
    "Please send it again after %(when)s, or call us."
)
OF_NETWORK = _(
    "There were too many wrong tries from your network address, so nothing more is looked at for now. "
    "Please try again after %(when)s, or call us."
)
OF_USER = _("There were too many wrong tries; try again after %(when)s.")
OF_ALL = _(
    "Too many wrong tries come in from all sides just now, so nothing more is looked at. "
    "Please try again after %(when)s, or call us."
)


def alone(system: Context, name: str) -> None:
    """Wait until nobody else is at work under a name, and hold it until the transaction ends."""
    key = func.hashtextextended(f"carpet {name}", 0)
    system.session.execute(select(func.pg_advisory_xact_lock(key)))


@dataclass(frozen=True)
class Limit:
    """How often tries under a name, or under all names that begin so, may be wrong within which time."""

    who: str
    most: int
    within: timedelta
    words: LazyText = OF_USER
    """What is told to whom it stops."""
    all: bool = False

    def spent(self, system: Context) -> bool:
        """Say whether no more is looked at for now."""
        return self.left(system) <= 0

    def left(self, system: Context) -> int:
        """Give how many wrong tries are left."""
        wrong = select(Attempt.id).where(self._counts(system)).limit(self.most).subquery()
        return self.most - int(system.session.execute(select(func.count()).select_from(wrong)).scalar_one())

    def refusal(self, system: Context) -> LazyText:
        """Say by what limit one is stopped, and until when: when the oldest of the tries that fill it counts no more."""
        oldest = (
            select(Attempt.at).where(self._counts(system)).order_by(Attempt.at.desc()).offset(self.most - 1)
        )
        filled = system.session.execute(oldest.limit(1)).scalar_one_or_none() or system.now
        until = filled + self.within + timedelta(minutes=1)
        when = clock.format_instant(until, system.time_zone, "short", language_of(system.locale))
        return replace(self.words, params=(("when", when),))

    def note(self, system: Context) -> None:
        """Write a wrong try down."""
        system.session.add(Attempt(who=self.who, at=system.now))
        system.session.flush()

    def _counts(self, system: Context) -> ColumnElement[bool]:
        named = Attempt.who.startswith(self.who, autoescape=True) if self.all else Attempt.who == self.who
        return (Attempt.at > system.now - self.within) & named


@dataclass(frozen=True)
class Guard:
    """The limit of whoever tries, and that of all who try in the same way."""

    own: Limit
    whole: Limit | None = None

    def lock(self, system: Context) -> None:
        """Let nobody else try under this name until the transaction ends."""
        alone(system, self.own.who)

    def stopped(self, system: Context) -> LazyText | None:
        """Give the words for whom nothing more is looked at for now; None for everybody else."""
        return next((limit.refusal(system) for limit in self._limits if limit.spent(system)), None)

    def left(self, system: Context) -> int:
        """Give how many wrong tries are left."""
        return min(limit.left(system) for limit in self._limits)

    @property
    def _limits(self) -> tuple[Limit, ...]:
        return (self.own,) if self.whole is None else (self.own, self.whole)

    def note(self, system: Context, tries: int = 1) -> None:
        """Write wrong tries down."""
        for _wrong in range(tries):
            self.own.note(system)


def _of_all(system: Context, way: str) -> Limit:
    return Limit(way, terms_of(system.runtime).tries_of_all, HOUR, OF_ALL, all=True)


def of_sender(system: Context, sender: str) -> Guard:
    """The limits of a telephone number."""
    own = Limit(f"sms:{sender}"[:LONGEST], terms_of(system.runtime).tries_of_sender, DAY, OF_SENDER)
    return Guard(own, _of_all(system, "sms:"))


def of_network(system: Context, address: str) -> Guard:
    """The limits of a network address that registers."""
    return Guard(_of_address(system, "net", address), _of_all(system, "net:"))


def of_looking(system: Context, address: str) -> Guard:
    """The limit of a network address that asks for the state of carpets; what it learns there is no secret."""
    return Guard(_of_address(system, "look", address))


def _of_address(system: Context, way: str, address: str) -> Limit:
    who = f"{way}:{house_of(address)}"[:LONGEST]
    return Limit(who, terms_of(system.runtime).tries_of_network, HOUR, OF_NETWORK)


def of_user(system: Context, user_id: int) -> Guard:
    """The limit of a user, such as a dealer's; what strangers try does not stop him."""
    return Guard(Limit(f"user:{user_id}", terms_of(system.runtime).tries_of_network, HOUR))


def of_serial(system: Context, serial: str) -> Limit:
    """The limit of a serial, whoever tries it; the caller holds the serial's row."""
    return Limit(f"serial:{serial}"[:LONGEST], terms_of(system.runtime).tries_of_serial, DAY)


def forget(system: Context) -> int:
    """Delete wrong tries of long ago; gives how many."""
    old = delete(Attempt).where(Attempt.at < system.now - KEPT).returning(Attempt.id)
    return len(system.session.execute(old).scalars().all())
