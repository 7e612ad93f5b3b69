"""Making the demonstration: users, parties in bulk, then what each plugin of the edition adds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any, BinaryIO

from sqlalchemy import select

from kernel.access.actor import SYSTEM, Actor, load_actor
from kernel.access.models import Pattern, UserAccount, UserPattern
from kernel.access.users import create_user, give_patterns, set_active
from kernel.administration.demo import people
from kernel.administration.demo.contacts import make_contacts
from kernel.administration.demo.grouping import make_groups, make_segments
from kernel.administration.demo.kin import make_kin
from kernel.administration.demo.modules import demo_module
from kernel.administration.demo.noticing import read_notices
from kernel.administration.demo.posting import make_posting
from kernel.administration.demo.signins import SignIn, new_password
from kernel.administration.demo.standing import make_standing
from kernel.messages.barred import mark_samples
from kernel.parties.finding import begin_scan, find_duplicates
from kernel.parties.models import PartyGroupMember
from kernel.resources.context import Context
from kernel.resources.models import BaseValue
from kernel.resources.records import insert_many
from kernel.resources.runtime import Runtime

BATCHES = 60
"""Days on which parties came, spread over the time of `HISTORY`."""
SMALLEST, LARGEST = 20, 1000
"""Parties of one transaction."""
FIRMS = 0.12
"""The part of the parties that are organisations."""
HISTORY = timedelta(days=700)
"""How long ago the first of them came."""
MEMBERS = 0.3
"""The part of the parties that are in a group."""

Tell = Callable[[str, int, int], None]
"""Told how far something is: what, done, of how many."""


@dataclass
class Demo:
    """A demonstration in the making, as plugins get it."""

    runtime: Runtime
    administrator: Actor
    random: Random
    """The same sequence at every making."""
    persons: Sequence[int] = ()
    """Ids of some of the persons, in the order of their making."""
    sign_ins: list[SignIn] = field(default_factory=list)
    may_sign_in: bool = True
    """Whether its users may sign in: those of a demonstration may, those of sample data in a real site may not."""

    @property
    def today(self) -> date:
        """The site's day."""
        return self.runtime.clock().astimezone(self.runtime.site.time_zone).date()

    def add_user(self, username: str, display_name: str, pattern: str | None, about: str) -> int:
        """Add a user with the pattern of that name (`medical.receptionist`), None for an administrator; gives the id."""
        sign_in = SignIn(username, display_name, new_password(), about)
        with self.runtime.system_work("demonstration", "demo.users") as context:
            number = create_user(
                context.session,
                username,
                sign_in.password,
                display_name=display_name,
                is_administrator=pattern is None and self.may_sign_in,
                locale=self.runtime.site.locale,
            )
            if pattern is not None:
                wanted = select(Pattern.id).where(Pattern.name == pattern)
                give_patterns(context.session, number, [context.session.execute(wanted).scalar_one()])
            if not self.may_sign_in:
                set_active(context.session, number, False)
        if self.may_sign_in:
            self.sign_ins.append(sign_in)
        return number

    def give_pattern(self, username: str, pattern: str) -> int | None:
        """Give a user of the demonstration one more pattern, and give his id; None where there is no such user."""
        user = select(UserAccount.id).where(UserAccount.username == username)
        wanted = select(Pattern.id).where(Pattern.name == pattern)
        with self.runtime.system_work("demonstration", "demo.users") as context:
            number = context.session.scalar(user)
            if number is not None:
                held = select(UserPattern.pattern_id).where(UserPattern.user_id == number)
                kept = list(context.session.scalars(held))
                give_patterns(context.session, number, [*kept, context.session.scalars(wanted).one()])
            return number

    def base_value(self, source: str, code: str) -> int:
        """Give the id of an entry that ships with a base-data list, by its code."""
        wanted = select(BaseValue.id).where(BaseValue.list == source, BaseValue.code == code)
        with self.runtime.reading(self.administrator) as context:
            return context.session.execute(wanted).scalar_one()

    def run(self, command: str, **arguments: Any) -> Any:
        """Run a command as the administrator of the demonstration."""
        return self.runtime.execute(self.administrator, command, **arguments)

    @contextmanager
    def working(self, at: datetime | None = None) -> Iterator[Context]:
        """Give a context in which the administrator runs several commands in one transaction, at another time if wished."""
        with clock_at(self.runtime, at).writing(self.administrator, "demo") as context:
            yield context


def clock_at(runtime: Runtime, at: datetime | None) -> Runtime:
    """Give the same runtime at another time."""
    if at is None:
        return runtime
    return Runtime(
        runtime.site,
        runtime.engines,
        epoch=runtime.epoch,
        hooks=runtime.hooks,
        declared=runtime.declared,
        texts=runtime.texts,
        edition=runtime.edition,
        branding=runtime.branding,
        clock=lambda: at,
    )


def make_demo(runtime: Runtime, parties: int, tell: Tell) -> list[SignIn]:
    """Fill a new site: users, about `parties` parties, and what its plugins add. Gives the sign-ins."""
    system = SYSTEM("demonstration")
    demo = Demo(runtime, system, Random(people.SEED))  # noqa: S311 - invented data, the same at every start
    number = demo.add_user("admin", "مدیر سامانه", None, "همه‌چیز را می‌بیند · sees and does everything")
    with runtime.reading(system) as context:
        demo.administrator = load_actor(context.session, number)
    pattern = "edition.own-contacts"
    owners = [
        demo.add_user("sales", "نگین فروزان", pattern, "فقط مخاطبان خود را می‌بیند · sees own contacts only"),
        demo.add_user("sales2", "کیان بهشتی", pattern, "فقط مخاطبان خود را می‌بیند · sees own contacts only"),
        number,
        number,
    ]
    _fill(demo, parties, owners, tell)
    make_posting(demo)
    return demo.sign_ins


def make_samples(runtime: Runtime, parties: int, administrator: Actor) -> None:
    """Fill a real site with invented parties and what its plugins add, to try things on; their users cannot sign in."""
    demo = Demo(runtime, administrator, Random(people.SEED), may_sign_in=False)  # noqa: S311 - invented data
    _fill(demo, parties, [administrator.user_id or 0], lambda _what, _done, _of: None)


def _fill(demo: Demo, parties: int, owners: Sequence[int], tell: Tell) -> None:
    demo.persons = _make_parties(demo, parties, owners, tell)
    make_standing(demo)
    make_kin(demo)
    make_contacts(demo)
    make_segments(demo)
    _search_duplicates(demo)
    for plugin in sorted(demo.runtime.plugins):
        _make_plugin(demo, plugin, tell)
    read_notices(demo)


def _make_parties(demo: Demo, parties: int, owners: Sequence[int], tell: Tell) -> list[int]:
    firms = round(parties * FIRMS)
    made: list[int] = []
    kinds = (("organisation", people.organisation, firms), ("person", people.person, parties - firms))
    lists = _lists(demo.runtime)
    done = 0
    for kind, invent, count in kinds:
        groups = make_groups(demo, kind)
        size = max(SMALLEST, min(count // BATCHES, LARGEST))
        for start in range(0, count, size):
            indexes = range(start, min(start + size, count))
            at = _came(demo, start / count)
            values = [invent(index, owners, lists, demo.today) for index in indexes]
            ids = _store(clock_at(demo.runtime, at), kind, values, groups, demo.random)
            if kind == "person" and len(made) < LARGEST:
                made += ids
            done += len(ids)
            tell("parties", done, parties)
    return made


def _search_duplicates(demo: Demo) -> None:
    """Search for duplicates once, so that their page shows some."""
    with demo.runtime.system_work("demonstration", "party.find_duplicates") as context:
        scan = begin_scan(context, whole=True)
    find_duplicates(demo.runtime, Unwatched(), scan=scan)


class Unwatched:
    """Progress of work that nobody waits for."""

    def report(self, done: int, total: int) -> None:
        """Nobody looks."""

    def stopped(self) -> bool:
        """Nobody stops it."""
        return False

    def keep(self, content: BinaryIO, name: str, media_type: str) -> None:
        """Nobody fetches it."""

    def say(self, **result: Any) -> None:
        """Nobody listens."""


def _came(demo: Demo, share: float) -> datetime:
    """Give a moment in working hours, the later the larger the share of those who came before."""
    day = demo.today - HISTORY * (1 - share)
    hours = timedelta(hours=9, minutes=demo.random.randrange(0, 420))
    midnight = datetime.combine(day, time(), demo.runtime.site.time_zone)
    return min(midnight + hours, demo.runtime.clock())


def _store(
    runtime: Runtime, kind: str, values: Sequence[dict[str, Any]], groups: Sequence[int], chance: Random
) -> Sequence[int]:
    resource = runtime.resource(kind)
    if resource.bulk_create is None:
        raise TypeError(f"{kind} has no bulk form")
    with runtime.system_work("demonstration", f"{kind}.create") as context:
        ids = resource.bulk_create(context, values)
        members = [
            {"party_id": number, "group_id": chance.choice(groups)}
            for number in ids
            if chance.random() < MEMBERS
        ]
        insert_many(context, PartyGroupMember, members)
        mark_samples(context, ids)
    return ids


def _lists(runtime: Runtime) -> dict[str, Sequence[int]]:
    with runtime.reading(SYSTEM("demonstration")) as context:
        rows = context.session.execute(select(BaseValue.list, BaseValue.id).order_by(BaseValue.id))
        found: dict[str, list[int]] = {}
        for row in rows:
            found.setdefault(row.list, []).append(row.id)
    return dict(found)


def _make_plugin(demo: Demo, plugin: str, tell: Tell) -> None:
    module = demo_module(demo.runtime, plugin)
    if module is None:
        return
    tell(plugin, 0, 1)
    module.make(demo)
    tell(plugin, 1, 1)
