"""Random graphs of parties over every table that refers to them: nothing is lost, sums stay, and undoing restores all.

The tables are those of the kernel, of the clinic, of a hotel from outside that is paused, and of a plugin whose code nobody
has, made here by hand.
"""

from __future__ import annotations

import contextlib
import os
import signal
from importlib.metadata import EntryPoint

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from kernel.administration.assembly import assemble
from kernel.extension.discovery import GROUP, discover
from kernel.lifecycle.install import install
from kernel.lifecycle.restore import restore
from kernel.lifecycle.steps import Workshop
from kernel.lifecycle.switching import pause, resume
from kernel.lifecycle.uninstall import uninstall
from kernel.parties.merge import merging
from kernel.parties.merge.exact import loads
from kernel.resources.build import build_runtime
from kernel.resources.errors import Refused
from kernel.testing.users import add_user
from tests.lifecycle.hotels import OFFERS, OUTSIDE, SARA, add_party, data_hashes

GHOST = """
CREATE SCHEMA ghost;
CREATE TABLE ghost.ticket (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, amount numeric(20, 7) NOT NULL,
  holder bigint NOT NULL REFERENCES kernel.party (id) ON DELETE CASCADE,
  gift_of bigint REFERENCES kernel.party (id) ON DELETE SET NULL);
CREATE TABLE ghost.card (party_id bigint PRIMARY KEY REFERENCES kernel.party (id) ON DELETE CASCADE, points bigint);
CREATE TABLE ghost.stamp (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, amount bigint NOT NULL,
  card_id bigint NOT NULL REFERENCES ghost.card (party_id));
CREATE TABLE ghost.friend (a bigint REFERENCES kernel.party (id), b bigint REFERENCES kernel.party (id),
  PRIMARY KEY (a, b), CHECK (a <> b));
CREATE TABLE ghost.tag (party_id bigint NOT NULL REFERENCES kernel.party (id), word text NOT NULL, note text,
  UNIQUE (party_id, word));
GRANT USAGE ON SCHEMA ghost TO PUBLIC;
"""
KINDS = (
    "INSERT INTO kernel.relation_kind (code, name, reverse_name, search_key, mutual, exclusive) VALUES"
    " ('test.spouse', 's', 's', 'test.s', true, 'both'), ('test.brother', 'b', 'b', 'test.b', true, 'none'),"
    " ('test.guide', 'g', 'h', 'test.g', false, 'second')",
)
SUMS = {
    "ghost.ticket": "amount",
    "ghost.stamp": "amount",
    "ghost.card": "points",
}
KEPT_ROWS = (
    *(
        "kernel.contact_point",
        "kernel.address",
        "kernel.party_role",
        "kernel.party_group_member",
        "kernel.note",
    ),
    *("kernel.relation", "kernel.household_member"),
    *("medical.patient", "medical.appointment", "hotel.stay", "hotel.guest", "ghost.ticket", "ghost.stamp"),
)
"""Tables whose rows have a number of their own, by which they are followed."""
CLEARED = (
    *("medical.appointment", "medical.doctor", "medical.service", "medical.patient"),
    *("hotel.stay", "hotel.guest", "hotel.room", "ghost.stamp", "ghost.card", "ghost.ticket", "ghost.friend"),
    *("ghost.tag", "kernel.note", "kernel.party_pair", "kernel.party_alias", "kernel.party_merge"),
    *("kernel.party_group_member", "kernel.party_group", "kernel.party_role", "kernel.address"),
    *("kernel.relation", "kernel.household", "kernel.contact_point", "kernel.employment", "kernel.party"),
)
UNEQUAL = ("kernel.history", "kernel.party_merge", "kernel.event", "kernel.event_delivery")
"""Tables that tell of the merge and of its undoing."""


class World:
    """A site with all these plugins, and somebody who may merge."""

    def __init__(self, site, engines, monkeypatch):
        for name in ("hotel", "breaker"):
            monkeypatch.syspath_prepend(str(OUTSIDE / name))
        assemble()
        found = discover((*OFFERS, EntryPoint("medical", "plugins.medical.plugin", GROUP)))
        self.workshop = Workshop(site, engines, found)
        install(self.workshop, "hotel", SARA)
        install(self.workshop, "medical", SARA)
        pause(self.workshop, "hotel", SARA)
        self.owner = engines.owner(site)
        with self.owner.begin() as connection:
            connection.execute(text(GHOST))
            for statement in KINDS:
                connection.execute(text(statement))
            self.actor = add_user(connection, "boss", administrator=True)
        self.runtime = build_runtime(site, engines, discovery=found, isolate=False)

    def run(self, command, **arguments):
        return self.runtime.execute(self.actor, command, **arguments)

    def write(self, statement, **values):
        with self.owner.begin() as connection:
            found = connection.execute(text(statement), values)
            return found.scalar() if found.returns_rows else None

    def read(self, statement):
        with self.owner.connect() as connection:
            return list(connection.execute(text(statement)))

    def look(self):
        return data_hashes(self.owner, without=UNEQUAL)

    def clear(self):
        with self.owner.begin() as connection:
            for table in CLEARED:
                connection.execute(text(f"DELETE FROM {table}"))


@pytest.fixture
def world(own_site, engines, monkeypatch):
    made = World(own_site, engines, monkeypatch)
    yield made
    made.owner.dispose()


who = st.integers(0, 3)
day = st.integers(1, 28)
few = {"max_size": 4}
graphs = st.fixed_dictionaries(
    {
        "tickets": st.lists(st.tuples(who, st.none() | who, st.decimals(0, 10**9, places=7)), **few),
        "cards": st.dictionaries(who, st.none() | st.integers(0, 3), **few),
        "stamps": st.lists(st.tuples(who, st.integers(0, 99)), **few),
        "friends": st.sets(st.tuples(who, who).filter(lambda pair: pair[0] != pair[1]), **few),
        "tags": st.dictionaries(
            st.tuples(who, st.sampled_from("xyz")), st.sampled_from([None, "a", "b"]), **few
        ),
        "members": st.sets(st.tuples(who, st.integers(0, 1)), **few),
        "points": st.sets(st.tuples(who, st.sampled_from(["+989121111111", "+989122222222"])), **few),
        "roles": st.dictionaries(
            st.tuples(who, st.sampled_from(["lead", "customer"])), st.tuples(day, day), **few
        ),
        "homes": st.dictionaries(who, st.sampled_from(["آزادی", "انقلاب"]), **few),
        "stays": st.lists(st.tuples(who, st.none() | who), **few),
        "guests": st.dictionaries(who, st.sampled_from([None, "چای", "قهوه"]), **few),
        "patients": st.dictionaries(
            who, st.tuples(st.sampled_from([None, "A+", "B+"]), st.none() | who), **few
        ),
        "visits": st.lists(st.tuples(who, day), unique_by=lambda pair: pair[1], **few),
        "notes": st.lists(who, **few),
        "bonds": st.lists(
            st.tuples(st.sampled_from(["spouse", "brother", "guide"]), who, who, day).filter(
                lambda bond: bond[1] != bond[2]
            ),
            **few,
        ),
        "households": st.lists(st.tuples(who, st.integers(0, 1), day), **few),
    }
)


def draw(world, graph):
    """Write the graph; gives the numbers of the parties."""
    with world.owner.begin() as connection:
        ids = [add_party(connection, f"رضایی {number}") for number in range(4)]
        doctor = add_party(connection, "پزشک")

        def put(table, **values):
            names = ", ".join(values)
            places = ", ".join(f":{name}" for name in values)
            returning = (
                " RETURNING id"
                if table in ("kernel.party_group", "hotel.room", "medical.doctor", "medical.service")
                else ""
            )
            found = connection.execute(
                text(f"INSERT INTO {table} ({names}) VALUES ({places}){returning}"), values
            )
            return found.scalar() if returning else None

        groups = [
            put("kernel.party_group", kind="person", name=f"g{n}", search_key=f"g{n}", path=f".{n}.")
            for n in range(2)
        ]
        for holder, gift, amount in graph["tickets"]:
            put(
                "ghost.ticket", holder=ids[holder], gift_of=None if gift is None else ids[gift], amount=amount
            )
        for holder, points in graph["cards"].items():
            put("ghost.card", party_id=ids[holder], points=points)
        for holder, amount in graph["stamps"]:
            if holder in graph["cards"]:
                put("ghost.stamp", card_id=ids[holder], amount=amount)
        for a, b in graph["friends"]:
            put("ghost.friend", a=ids[a], b=ids[b])
        for (holder, word), note in graph["tags"].items():
            put("ghost.tag", party_id=ids[holder], word=word, note=note)
        for member, group in graph["members"]:
            put("kernel.party_group_member", party_id=ids[member], group_id=groups[group])
        for holder, value in graph["points"]:
            put("kernel.contact_point", party_id=ids[holder], kind="mobile", value=value)
        for (holder, role), (since, length) in graph["roles"].items():
            connection.execute(
                text(
                    "INSERT INTO kernel.party_role (party_id, role, since, until) VALUES"
                    " (:party, :role, date '2025-01-01' + CAST(:since AS integer),"
                    "  date '2025-01-01' + CAST(:until AS integer))"
                ),
                {"party": ids[holder], "role": role, "since": since, "until": since + length},
            )
        for holder, street in graph["homes"].items():
            put("kernel.address", party_id=ids[holder], street=street, is_main=True)
        for place, (guest, payer) in enumerate(graph["stays"]):
            room = put("hotel.room", number=str(place), night_price=1)
            put(
                "hotel.stay",
                room_id=room,
                guest_id=ids[guest],
                payer_id=None if payer is None else ids[payer],
                arrival="2025-01-01",
                departure="2025-01-02",
            )
        for holder, likes in graph["guests"].items():
            put("hotel.guest", party_id=ids[holder], likes=likes)
        for holder, (blood, number) in graph["patients"].items():
            put(
                "medical.patient", party_id=ids[holder], blood_group=blood, file_number=number and str(number)
            )
        key = put("medical.doctor", party_id=doctor, name="پزشک", search_key="x", sort_key="x")
        service = put("medical.service", title="معاینه", minutes=15, search_key="x", sort_key="x")
        for patient, start in graph["visits"]:
            put(
                "medical.appointment",
                doctor_id=key,
                patient_id=ids[patient],
                service_id=service,
                starts_at=f"2025-01-{start:02} 08:00+00",
                ends_at=f"2025-01-{start:02} 08:15+00",
            )
        homes = [
            connection.execute(
                text(
                    "INSERT INTO kernel.household (name, search_key, sort_key) VALUES ('h', 'h', 'h') RETURNING id"
                )
            ).scalar()
            for _number in range(2)
        ]
        for member, home, since in graph["households"]:
            where_allowed(
                connection,
                "INSERT INTO kernel.household_member (person_id, household_id, since, until)"
                " VALUES (:person, :home, date '2025-01-01' + :since, date '2025-01-05' + :since)",
                {"person": ids[member], "home": homes[home], "since": since},
            )
        for kind, first, second, since in graph["bonds"]:
            where_allowed(
                connection,
                "INSERT INTO kernel.relation (kind_id, first_id, second_id, since, until)"
                " SELECT id, :first, :second, date '2025-01-01' + :since, date '2025-01-05' + :since"
                " FROM kernel.relation_kind WHERE code = :kind",
                {"kind": f"test.{kind}", "first": ids[first], "second": ids[second], "since": since},
            )
        for holder in graph["notes"]:
            put("kernel.note", root="kernel.party", root_id=ids[holder], body="یادداشت")
    return ids


def where_allowed(connection, statement, values):
    """Write a row unless a constraint forbids it."""
    with contextlib.suppress(IntegrityError), connection.begin_nested():
        connection.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
        connection.execute(text(statement), values)


def numbers(world):
    return {table: {row[0] for row in world.read(f"SELECT id FROM {table}")} for table in KEPT_ROWS}


def sums(world):
    return {
        table: world.read(f"SELECT coalesce(sum({name}), 0) FROM {table}")[0][0]
        for table, name in SUMS.items()
    }


def choices_for(world, kept, dropped):
    """Answer what must be chosen."""
    return {"medical.blood_group": "kept", "medical.file_number": "dropped"}


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(graph=graphs)
def test_nothing_is_lost_and_undo_restores_everything(world, graph):
    merge_and_undo(world, graph)


@pytest.mark.long
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(graph=graphs)
def test_nothing_is_lost_in_many_graphs(world, graph):
    merge_and_undo(world, graph)


def merge_and_undo(world, graph):
    world.clear()
    kept, dropped, *_others = draw(world, graph)
    before, rows, totals = world.look(), numbers(world), sums(world)
    try:
        summary = world.run(
            "party.merge",
            kept=kept,
            dropped=dropped,
            choices=choices_for(world, kept, dropped) | {"last_name": "kept"},
        )
    except Refused:
        event("refused")
        assert world.look() == before
        return
    event("merged")
    ((log,),) = world.read("SELECT operations FROM kernel.party_merge WHERE undone_at IS NULL")
    given_up = {}
    for operation in loads(log):
        if operation["do"] == "drop" and "id" in operation["row"]:
            given_up.setdefault(operation["table"], set()).add(operation["row"]["id"])
    for table, present in numbers(world).items():
        assert present | given_up.get(table, set()) >= rows[table], table
        assert not present & given_up.get(table, set()), table
    assert sums(world) == totals
    assert world.read(f"SELECT FROM kernel.party WHERE id = {dropped}") == []
    world.run("party.undo_merge", merge_id=summary.merge_id)
    assert world.look() == before


def test_killed_anywhere_nothing_has_happened(world, monkeypatch):
    kept, dropped, *_others = draw(
        world,
        {
            name: []
            for name in (
                *("tickets", "stamps", "friends", "members", "points", "stays", "visits", "notes"),
                *("bonds", "households"),
            )
        }
        | {name: {} for name in ("cards", "tags", "roles", "homes", "guests", "patients")}
        | {"tickets": [(1, 0, 5), (1, None, 7)], "cards": {1: 3}, "stamps": [(1, 4)]},
    )
    before = world.look()
    for point in ("plugins asked", "led over", "finished"):
        world.runtime.engines.dispose(world.runtime.site.name)
        child = os.fork()
        if child == 0:
            try:
                monkeypatch.setattr(
                    merging,
                    "reached",
                    lambda passed, point=point: passed == point and os.kill(os.getpid(), signal.SIGKILL),
                )
                world.run("party.merge", kept=kept, dropped=dropped, choices={"last_name": "kept"})
            finally:
                os._exit(1)
        assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL, point
        assert world.look() == before
    world.run("party.merge", kept=kept, dropped=dropped, choices={"last_name": "kept"})
    assert world.read("SELECT DISTINCT holder FROM ghost.ticket") == [(kept,)]
    assert world.read("SELECT party_id, points FROM ghost.card") == [(kept, 3)]
    assert world.read("SELECT card_id FROM ghost.stamp") == [(kept,)]


def test_an_archive_follows_a_merge_that_came_after_it(world):
    kept, dropped = (world.write(PERSON) for _number in range(2))
    room = world.write("INSERT INTO hotel.room (number, night_price) VALUES ('9', 1) RETURNING id")
    world.write(
        "INSERT INTO hotel.stay (room_id, guest_id, arrival, departure)"
        " VALUES (:room, :guest, date '2025-01-01', date '2025-01-03')",
        room=room,
        guest=dropped,
    )
    world.write("INSERT INTO hotel.guest (party_id, likes) VALUES (:id, 'tea')", id=dropped)
    resume(world.workshop, "hotel", SARA)
    archive = uninstall(world.workshop, "hotel", SARA).archive
    world.runtime = build_runtime(
        world.workshop.site, world.workshop.engines, discovery=world.workshop.discovery, isolate=False
    )
    world.run("party.merge", kept=kept, dropped=dropped)
    restored = restore(world.workshop, archive.name, SARA)
    assert restored.followed == {"guest": 1, "stay": 1}
    assert world.read("SELECT guest_id FROM hotel.stay") == [(kept,)]
    assert world.read("SELECT party_id FROM hotel.guest") == [(kept,)]


@pytest.mark.parametrize(("points", "words"), [((3, 4), "contradict"), ((3, 3), "to be added")])
def test_a_contradiction_in_a_table_of_nobody_is_refused_in_words(world, points, words):
    kept, dropped = (world.write(PERSON) for _number in range(2))
    for number, held in zip((kept, dropped), points, strict=True):
        world.write("INSERT INTO ghost.card (party_id, points) VALUES (:id, :points)", id=number, points=held)
    before = world.look()
    with pytest.raises(Refused, match=words):
        world.run("party.merge", kept=kept, dropped=dropped)
    assert world.look() == before


PERSON = (
    "INSERT INTO kernel.party (kind, last_name, display_name, sort_key, search_key, search_private)"
    " VALUES ('person', 'x', 'x', 'x', 'x|', '') RETURNING id"
)
