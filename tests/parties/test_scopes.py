"""Teams and places: what both walls, and each alone, let through against an oracle that counts by hand."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from kernel.access.actor import load_actor
from kernel.access.identity import Identity
from kernel.access.session import open_session
from kernel.parties.models import ContactPoint, Party

USERS, UNITS, PARTIES, PROVINCES = 4, 3, 8, 3
user = st.integers(0, USERS - 1)
maybe_unit = st.none() | st.integers(0, UNITS - 1)
SCOPES = ("own", "team", "location")


@dataclass
class House:
    """Users in units with heads, patterns with scopes and places, parties with owners and places; all by position."""

    heads: list[int | None]
    above: list[int | None]
    member_of: list[int | None]
    patterns: list[tuple[frozenset[str], frozenset[tuple[str, int]]]]
    parties: list[tuple[int | None, int | None, int | None]]
    """Owner, province, city (0 and 1 lie in province 0, 2 in province 1)."""
    ids: dict[str, list[int]] = field(default_factory=dict)

    def team(self, who: int) -> set[int]:
        """Count by hand whose records a user reaches by his team."""
        beneath = {unit for unit, head in enumerate(self.heads) if head == who}
        while more := {unit for unit, up in enumerate(self.above) if up in beneath} - beneath:
            beneath |= more
        units = beneath | {self.member_of[who]}
        members = {each for each, unit in enumerate(self.member_of) if unit is not None and unit in units}
        heads = {self.heads[unit] for unit in beneath} - {None}
        return members | heads | {who}

    def visible(self, who: int) -> set[int]:
        """Count by hand which parties a user sees."""
        found = set()
        for number, (owner, province, city) in enumerate(self.parties):
            for scopes, places in self.patterns:
                if (
                    ("own" in scopes and owner == who)
                    or ("team" in scopes and owner in self.team(who))
                    or ("location" in scopes and {("province", province), ("city", city)} & places)
                ):
                    found.add(number)
        return found


def trees(numbers: list[int | None]) -> list[int | None]:
    """Let each unit stand beneath an earlier one, so that there is no circle."""
    return [up if up is not None and up < unit else None for unit, up in enumerate(numbers)]


place = st.tuples(st.just("province"), st.integers(0, PROVINCES - 1)) | st.tuples(
    st.just("city"), st.integers(0, 2)
)
houses = st.builds(
    House,
    heads=st.lists(st.none() | user, min_size=UNITS, max_size=UNITS),
    above=st.lists(maybe_unit, min_size=UNITS, max_size=UNITS).map(trees),
    member_of=st.lists(maybe_unit, min_size=USERS, max_size=USERS),
    patterns=st.lists(
        st.tuples(st.frozensets(st.sampled_from(SCOPES)), st.frozensets(place, max_size=3)),
        min_size=1,
        max_size=2,
    ),
    parties=st.lists(
        st.tuples(st.none() | user, st.none() | st.integers(0, PROVINCES - 1), st.none() | st.integers(0, 2)),
        min_size=PARTIES,
        max_size=PARTIES,
    ),
)
CITY_OF = (0, 0, 1)


def build(owner, house):
    """Write a house; every user holds all its patterns."""

    def run(statement, **values):
        return owner.execute(text(statement), values)

    run("DELETE FROM kernel.party")
    for table in ("pattern", "city", "province"):
        run(f"DELETE FROM kernel.{table} WHERE name LIKE 'scope %'")
    run("UPDATE kernel.user_account SET unit_id = NULL")
    run("DELETE FROM kernel.unit")
    run("DELETE FROM kernel.user_account WHERE username LIKE 'scope%'")
    ids = house.ids
    ids["user"] = [
        run(
            "INSERT INTO kernel.user_account (username, display_name) VALUES (:name, :name) RETURNING id",
            name=f"scope{number}",
        ).scalar_one()
        for number in range(USERS)
    ]
    ids["unit"] = []
    for number, (head, up) in enumerate(zip(house.heads, house.above, strict=True)):
        ids["unit"].append(
            run(
                "INSERT INTO kernel.unit (name, search_key, head_id, parent_id)"
                " VALUES (:name, :name, :head, :up) RETURNING id",
                name=f"unit {number}",
                head=None if head is None else ids["user"][head],
                up=None if up is None else ids["unit"][up],
            ).scalar_one()
        )
    for number, unit in enumerate(house.member_of):
        if unit is not None:
            run(
                "UPDATE kernel.user_account SET unit_id = :unit WHERE id = :id",
                unit=ids["unit"][unit],
                id=ids["user"][number],
            )
    country = run("SELECT min(id) FROM kernel.country").scalar_one()
    named = "name, search_key, sort_key"
    ids["province"] = [
        run(
            f"INSERT INTO kernel.province (country_id, {named}) VALUES (:up, :name, :name, :name) RETURNING id",
            up=country,
            name=f"scope {number}",
        ).scalar_one()
        for number in range(PROVINCES)
    ]
    ids["city"] = [
        run(
            f"INSERT INTO kernel.city (province_id, {named}) VALUES (:up, :name, :name, :name) RETURNING id",
            up=ids["province"][up],
            name=f"scope {number}",
        ).scalar_one()
        for number, up in enumerate(CITY_OF)
    ]
    for number, (scopes, places) in enumerate(house.patterns):
        pattern = run(
            "INSERT INTO kernel.pattern (name, title) VALUES (:name, :name) RETURNING id",
            name=f"scope {number}",
        ).scalar_one()
        for scope in scopes:
            run(
                "INSERT INTO kernel.access_grant (pattern_id, resource, action, scope)"
                " VALUES (:pattern, 'party', 'view', :scope)",
                pattern=pattern,
                scope=scope,
            )
        for kind, where in places:
            run(
                "INSERT INTO kernel.pattern_place (pattern_id, kind, place_id) VALUES (:pattern, :kind, :id)",
                pattern=pattern,
                kind=kind,
                id=ids[kind][where],
            )
        for who in ids["user"]:
            run("INSERT INTO kernel.user_pattern (user_id, pattern_id) VALUES (:u, :p)", u=who, p=pattern)
    ids["party"] = []
    for number, (whose, province, city) in enumerate(house.parties):
        party = run(
            "INSERT INTO kernel.party (kind, last_name, display_name, sort_key, search_key, search_private,"
            " owner_id, province_id, city_id) VALUES ('person', :name, :name, :name, :name, '', :owner, :province,"
            " :city) RETURNING id",
            name=f"p{number}",
            owner=None if whose is None else ids["user"][whose],
            province=None if province is None else ids["province"][province],
            city=None if city is None else ids["city"][city],
        ).scalar_one()
        ids["party"].append(party)
        run(
            "INSERT INTO kernel.contact_point (party_id, kind, value) VALUES (:party, 'email', 'a@b.example')",
            party=party,
        )


def seen(session, model, column, house):
    found = set(session.execute(select(getattr(model, column))).scalars())
    return {house.ids["party"].index(number) for number in found if number in house.ids["party"]}


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(house=houses)
def test_each_wall_shows_what_teams_and_places_reach(runtime, engines, house):
    site, policies = runtime.site, runtime.policies
    with engines.owner(site).begin() as owner:
        build(owner, house)
        actors = [load_actor(owner, number) for number in house.ids["user"]]
    for who, actor in enumerate(actors):
        expected = house.visible(who)
        with open_session(engines.owner(site), site, actor, policies) as first:
            assert seen(first, Party, "id", house) == expected, "wall 1"
            assert seen(first, ContactPoint, "party_id", house) == expected, "wall 1, children"
        with Session(engines.app(site)) as second:
            Identity(site.signing_key, actor).announce(second.connection())
            assert seen(second, Party, "id", house) == expected, "wall 2"
            assert seen(second, ContactPoint, "party_id", house) == expected, "wall 2, children"


def test_units_make_no_circle_even_past_the_pages(owner):
    first, second = (
        owner.execute(
            text("INSERT INTO kernel.unit (name, search_key) VALUES (:name, :name) RETURNING id"),
            {"name": name},
        ).scalar_one()
        for name in ("a", "b")
    )
    move = text("UPDATE kernel.unit SET parent_id = :up WHERE id = :id")
    owner.execute(move, {"id": first, "up": second})
    with pytest.raises(Exception, match="beneath itself"):
        owner.execute(move, {"id": second, "up": first})
