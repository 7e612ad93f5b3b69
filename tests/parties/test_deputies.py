"""Deputies: what both walls, and each alone, let through on each day, against an oracle that counts by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from kernel.access.actor import load_actor
from kernel.access.deputies import ACTIONS, personal
from kernel.access.identity import Identity
from kernel.access.session import allowed, open_session
from kernel.parties.models import ContactPoint, Party

USERS, PARTIES, DAYS = 4, 6, 6
BEGINNING = date(2026, 3, 18)
"""Three days before Nowruz: the periods lie across a change of year."""
RIGHTS = ("view", "edit", "delete", "export", "create")
SCOPES = ("own", "team", "location", "all")
user = st.integers(0, USERS - 1)
day = st.integers(0, DAYS - 1)


@dataclass
class House:
    """Users with their grants, parties with owners, deputies with days; all by position."""

    grants: list[frozenset[tuple[str, str]]]
    """Right and scope, for each user."""
    active: list[bool]
    owners: list[int | None]
    deputies: list[tuple[int, int, int, int, bool]]
    """Absent user, deputy, first and last day, whether it was withdrawn."""

    def absent(self, who: int, right: str, today: int) -> set[int]:
        """Count by hand for whom a user stands in, in a right."""
        if right not in ACTIONS:
            return set()
        return {
            other
            for other, deputy, since, until, withdrawn in self.deputies
            if deputy == who
            and other != who
            and since <= today <= max(since, until)
            and not withdrawn
            and self.active[other]
            and {(right, "own"), (right, "team"), (right, "all")} & self.grants[other]
        }

    def reached(self, who: int, right: str, today: int) -> set[int]:
        """Count by hand with which parties a user may do something; nobody stands in a unit or a place here."""
        mine = self.grants[who]
        found = set()
        for number, owner in enumerate(self.owners):
            whose = owner == who and {(right, "own"), (right, "team")} & mine
            if (right, "all") in mine or whose or (owner in self.absent(who, right, today)):
                found.add(number)
        return found


houses = st.builds(
    House,
    grants=st.lists(
        st.frozensets(st.tuples(st.sampled_from(RIGHTS), st.sampled_from(SCOPES)), max_size=6),
        min_size=USERS,
        max_size=USERS,
    ),
    active=st.lists(st.sampled_from([True, True, True, False]), min_size=USERS, max_size=USERS),
    owners=st.lists(st.none() | user, min_size=PARTIES, max_size=PARTIES),
    deputies=st.lists(
        st.tuples(user, user, day, day, st.sampled_from([False, False, True])).filter(
            lambda each: each[0] != each[1]
        ),
        min_size=2,
        max_size=6,
    ),
)


def build(owner, house):
    """Write a house; gives the numbers of users and parties."""

    def run(statement, **values):
        return owner.execute(text(statement), values)

    run("DELETE FROM kernel.party")
    run("DELETE FROM kernel.pattern WHERE name LIKE 'deputy %'")
    run("DELETE FROM kernel.user_account WHERE username LIKE 'deputy%'")
    users = []
    for number, grants in enumerate(house.grants):
        name = f"deputy {number}"
        users.append(
            run(
                "INSERT INTO kernel.user_account (username, display_name, active) VALUES (:n, :n, :a) RETURNING id",
                n=name.replace(" ", ""),
                a=house.active[number],
            ).scalar_one()
        )
        pattern = run(
            "INSERT INTO kernel.pattern (name, title) VALUES (:n, :n) RETURNING id", n=name
        ).scalar_one()
        run("INSERT INTO kernel.user_pattern (user_id, pattern_id) VALUES (:u, :p)", u=users[-1], p=pattern)
        for right, scope in grants:
            run(
                "INSERT INTO kernel.access_grant (pattern_id, resource, action, scope)"
                " VALUES (:p, 'party', :r, :s)",
                p=pattern,
                r=right,
                s=scope,
            )
    for absent, deputy, since, until, withdrawn in house.deputies:
        run(
            "INSERT INTO kernel.deputy (user_id, deputy_id, since, until, named_at, named_by, withdrawn_at)"
            " VALUES (:a, :d, :s, :u, now(), 0, CASE WHEN :w THEN now() END)",
            a=users[absent],
            d=users[deputy],
            s=BEGINNING + timedelta(days=since),
            u=BEGINNING + timedelta(days=max(since, until)),
            w=withdrawn,
        )
    parties = []
    for number, whose in enumerate(house.owners):
        party = run(
            "INSERT INTO kernel.party (kind, last_name, display_name, sort_key, search_key, search_private, owner_id)"
            " VALUES ('person', :n, :n, :n, :n, '', :o) RETURNING id",
            n=f"p{number}",
            o=None if whose is None else users[whose],
        ).scalar_one()
        parties.append(party)
        run(
            "INSERT INTO kernel.contact_point (party_id, kind, value) VALUES (:p, 'mobile', '+989121111111')",
            p=party,
        )
    return users, parties


def seen(session, parties):
    found = set(session.execute(select(Party.id)).scalars())
    assert set(session.execute(select(ContactPoint.party_id)).scalars()) == found
    return {number for number, party in enumerate(parties) if party in found}


def changed_past_wall_one(actor, runtime, engines, parties):
    """Try to change each party with row security alone, and give those that it let through."""
    with Session(engines.app(runtime.site)) as session:
        Identity(runtime.site.signing_key, actor).announce(session.connection())
        done = session.execute(text("UPDATE kernel.party SET note = 'x' RETURNING id")).scalars().all()
        session.rollback()
    return {number for number, party in enumerate(parties) if party in set(done)}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(house=houses, today=day)
def test_both_walls_and_each_alone_let_through_what_was_counted(house, today, runtime, engines, site):
    check(house, today, runtime, engines, site)


@pytest.mark.long
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(house=houses, today=day)
def test_both_walls_in_many_houses(house, today, runtime, engines, site):
    check(house, today, runtime, engines, site)


def test_a_value_that_stands_in_a_statement_twice_for_one_is_not_put_in_twice_for_another(
    runtime, engines, site
):
    # The team of the first stands among what he sees and in what he edits; of the third the same statement has two values.
    house = House(
        grants=[
            frozenset({("view", "all"), ("view", "team"), ("edit", "team")}),
            frozenset({("edit", "own")}),
            frozenset({("view", "all"), ("view", "team")}),
            frozenset(),
        ],
        active=[True] * USERS,
        owners=[0, 1, 2, 1, None, None],
        deputies=[(1, 2, 0, 0, False), (1, 3, 0, 0, False)],
    )
    check(house, 0, runtime, engines, site)


def check(house, today, runtime, engines, site):
    with engines.owner(site).begin() as owner:
        users, parties = build(owner, house)
        load = partial(
            load_actor, owner, today=BEGINNING + timedelta(days=today), records=personal(runtime.policies)
        )
        actors = {who: load(users[who]) for who in range(USERS) if house.active[who]}
    for who, actor in actors.items():
        visible = house.reached(who, "view", today)
        with runtime.reading(actor) as context:
            assert seen(context.session, parties) == visible
            for right in ("edit", "delete"):
                rows = context.session.execute(
                    select(Party.id).where(allowed(context.session, Party, right))
                ).scalars()
                found = {parties.index(number) for number in rows}
                assert found == house.reached(who, right, today) & visible
            for right in ("export", "create"):
                assert actor.may("party", right) == any(held == right for held, _scope in house.grants[who])
        with Session(engines.app(site)) as session:
            Identity(site.signing_key, actor).announce(session.connection())
            assert seen(session, parties) == visible, "row security alone"
        with open_session(engines.owner(site), site, actor, runtime.policies) as session:
            assert seen(session, parties) == visible, "criteria alone"
        assert (
            changed_past_wall_one(actor, runtime, engines, parties)
            == house.reached(who, "edit", today) & visible
        )


def test_a_forged_setting_makes_nobody_a_deputy(runtime, engines, site):
    house = House(
        [frozenset({("view", "own")})] * USERS,
        [True] * USERS,
        [0, 1, 2, 3, None, None],
        [(0, 1, 0, 1, False)],
    )
    with engines.owner(site).begin() as owner:
        users, parties = build(owner, house)
        actor = load_actor(owner, users[1], today=BEGINNING, records=personal(runtime.policies))
        late = load_actor(
            owner, users[1], today=BEGINNING + timedelta(days=2), records=personal(runtime.policies)
        )
    assert [each.user_id for each in actor.deputy_of] == [users[0]]
    assert late.deputy_of == ()
    with Session(engines.app(site)) as session:
        Identity(site.signing_key, actor).announce(session.connection())
        assert seen(session, parties) == {0, 1}
        signed = session.execute(text("SELECT current_setting('peyvand.deputy')")).scalar_one()
        forged = signed.replace(f".d{users[0]}.", f".d{users[0]},{users[2]}.")
        session.execute(text("SELECT set_config('peyvand.deputy', :t, true)"), {"t": forged})
        with pytest.raises(Exception, match="not signed"):
            seen(session, parties)
    with Session(engines.app(site)) as session:
        Identity(site.signing_key, late).announce(session.connection())
        assert seen(session, parties) == {1}
        other = load_other(engines, site, users[3])
        Identity(site.signing_key, other).announce(session.connection())
        session.execute(text("SELECT set_config('peyvand.deputy', :t, true)"), {"t": signed})
        assert seen(session, parties) == {3}, "a setting that was signed for somebody else"


def load_other(engines, site, number):
    with engines.owner(site).begin() as owner:
        return load_actor(owner, number)
