"""Erasing a person: nothing of him is left anywhere, nobody else's rows change, and the seals still verify."""

from __future__ import annotations

import io
import os
import time
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, event, example, given, settings
from sqlalchemy import text

from kernel.access.actor import SYSTEM
from kernel.data.files import FileStore
from kernel.lifecycle.seals.sealing import set_seals
from kernel.lifecycle.seals.verifying import verify
from kernel.parties.erasing.commands import erase_files
from kernel.parties.erasing.planning import plan_of
from kernel.resources.build import build_runtime
from kernel.resources.errors import Forbidden, Invalid, NotFound, Refused
from kernel.testing.users import add_user
from tests.parties.merge.test_graphs import draw, graphs, world

__all__ = ["world"]

MARK = "zqxvj"
NUMBERS = ("9129876501", "9129876502", "2187654321", "0499370899")
"""Telephone numbers and the national code of the erased person, as they stand in the database."""
TABLES = (
    "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE c.relkind = 'r' AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema' ORDER BY 1, 2"
)
COLUMNS = (
    "SELECT a.attname FROM pg_constraint k JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]"
    " WHERE k.contype = 'f' AND k.confrelid = 'kernel.party'::regclass AND k.conrelid = CAST(:t AS regclass)"
)
REMEMBERING = (
    *("kernel.redaction", "kernel.erasure", "kernel.history", "kernel.seal", "kernel.audit_entry"),
    *("kernel.attachment", "kernel.import_row", "kernel.import_run", "kernel.user_value_key"),
)
NAMED_BESIDES = {"ghost.ticket": ("holder", "gift_of"), "hotel.stay": ("guest_id", "payer_id")}
"""Tables whose rows are somebody's and may name another person: the two columns."""
TOLD = (
    "kernel.erasure",
    "kernel.redaction",
    "kernel.audit_entry",
    "kernel.work",
    "kernel.event",
    "kernel.seal",
)


def seal(world):
    with world.runtime.writing(SYSTEM("test"), "seal") as context:
        set_seals(context)


def breaks(world):
    return verify(world.owner, datetime.now(UTC)).breaks


def fill(world, victim, others):
    """Write the marks of the victim into everything that there is, by commands and past them; others get marks of theirs."""
    key, run = add_field(world), world.run
    values = {
        "first_name": f"{MARK}a",
        "last_name": f"{MARK}b",
        "father_name": f"{MARK}c",
        "mobile": f"0{NUMBERS[0]}",
        "phone": f"0{NUMBERS[2]}",
        "email": f"{MARK}@example.org",
        "website": f"https://{MARK}.example.org",
        "national_code": NUMBERS[3],
        "note": f"{MARK}d",
        "form_of_address": f"{MARK}e",
        key: f"{MARK}f",
    }
    parts = {
        "contacts": [{"kind": "mobile", "value": f"0{NUMBERS[1]}", "label": f"{MARK}g"}],
        "addresses": [{"street": f"{MARK}h", "postal_code": "1591634311"}],
        "consents": [{"covers_health": "1", "covers_faith": "1", "how": "verbal", "note": f"{MARK}i"}],
    }
    facets = {
        "health": {"illnesses": f"{MARK}j"},
        "faith": {"interests": f"{MARK}k"},
        "facts": {"times": f"{MARK}l", "preferences": f"{MARK}m"},
        "medical": {"allergies": f"{MARK}n", "insurance_number": f"{MARK}o"},
    }
    run("record.edit", resource="person", record_id=victim, values=values, parts=parts, facets=facets)
    run(
        "record.edit",
        resource="person",
        record_id=victim,
        values={"father_name": f"{MARK}p", key: f"{MARK}q"},
    )
    run("note.add", resource="person", record_id=victim, body=f"{MARK}r")
    run("attachment.add", resource="person", record_id=victim, stream=io.BytesIO(MARK.encode()), name="a.txt")
    run("note.add", resource="person", record_id=others[0], body="از دیگری")
    run("attachment.add", resource="person", record_id=others[0], stream=io.BytesIO(b"other"), name="b.txt")
    world.write("UPDATE medical.appointment SET note = :m WHERE patient_id = :p", m=f"{MARK}s", p=victim)
    world.write(
        "INSERT INTO kernel.note (root, root_id, body) SELECT 'medical.appointment', id, :m FROM medical.appointment"
        " WHERE patient_id = :p",
        m=f"{MARK}t",
        p=victim,
    )
    world.write(
        "UPDATE kernel.relation SET note = :m WHERE :p IN (first_id, second_id)", m=f"{MARK}u", p=victim
    )
    world.write("UPDATE medical.patient SET file_number = :m WHERE party_id = :p", m=f"{MARK}v", p=victim)
    store = FileStore(world.runtime.site.files)
    content = store.put(io.BytesIO(f"name,x\n{MARK},1\n".encode()), max_bytes=999).hash
    run_id = world.write(
        "INSERT INTO kernel.import_run (resource, file_name, content_hash, state) VALUES ('person', 'x.csv', :h, 'done')"
        " RETURNING id",
        h=content,
    )
    world.write(
        "INSERT INTO kernel.import_row (run_id, number, outcome, record_id, fingerprint) VALUES (:r, 2, 1, :p, :m)",
        r=run_id,
        p=victim,
        m=f"{MARK}w",
    )
    world.write(
        "INSERT INTO kernel.import_row (run_id, number, outcome, values, problems) VALUES"
        " (:r, 3, 3, CAST(:mine AS jsonb), '[]'), (:r, 4, 3, '[\"سعید\", \"۰۹۱۲۰۰۰۰۰۰۰\"]', '[]')",
        r=run_id,
        mine=f'["{MARK}a {MARK}b", "۰۹۱۲ ۹۸۷ ۶۵ ۰۱"]',
    )


def add_field(world):
    """Give the key of a field that the administrator has defined, made once for the site."""
    if not hasattr(world, "key"):
        number = world.run(
            "user_field.save",
            kind="text",
            values={"title": "رمز", "title_en": "Code", "resources": ["person"], "unique_values": "1"},
            options=[],
            field_id=None,
            version=None,
        )
        world.key = world.read(f"SELECT key FROM kernel.user_field WHERE id = {number}")[0][0]
        old = world.runtime
        world.runtime = build_runtime(old.site, old.engines, discovery=old.hooks.discovery, isolate=False)
    return world.key


def begin(world):
    """Take away what an example before may have left."""
    world.clear()
    for table in REMEMBERING:
        world.write(f"DELETE FROM {table}")
    for path in world.runtime.site.files.rglob("*"):
        if path.is_file() and len(path.name) == 64:
            path.unlink()


def dump(world, without=()):
    """Give all rows of all tables as text, by table."""
    found = {}
    with world.owner.connect() as connection:
        for schema, name in connection.execute(text(TABLES)).all():
            table = f"{schema}.{name}"
            if table not in without:
                found[table] = sorted(connection.execute(text(f"SELECT t::text FROM {table} t")).scalars())
    return found


def left_of(world):
    """Give the tables and files in which anything of the person is left."""
    marks = (MARK, *NUMBERS)
    left = [
        (table, row)
        for table, rows in dump(world).items()
        for row in rows
        if any(mark in row for mark in marks)
    ]
    root = world.runtime.site.files
    for path in root.rglob("*"):
        if path.is_file() and MARK.encode() in path.read_bytes():
            left.append((str(path), "file"))
    return left


def others_rows(world, victim):
    """Give the rows that are not the person's, by table."""
    found = {}
    with world.owner.connect() as connection:
        for schema, name in connection.execute(text(TABLES)).all():
            table = f"{schema}.{name}"
            if table in TOLD:
                continue
            keys = list(connection.execute(text(COLUMNS), {"t": table}).scalars())
            keys += ["id"] if table == "kernel.party" else []
            mine = [f"t.{key} IS DISTINCT FROM :v" for key in keys]
            if table in ("kernel.note", "kernel.attachment"):
                mine = [
                    "NOT (root = 'kernel.party' AND root_id = :v OR root = 'medical.appointment' AND root_id IN"
                    " (SELECT id FROM medical.appointment WHERE patient_id = :v))"
                ]
            if table == "kernel.history":
                mine = ["root_id <> :v"]
            row = "t"
            if table in NAMED_BESIDES:  # what is somebody else's stays, and only forgets the person
                owner, other = NAMED_BESIDES[table]
                mine = [f"{owner} <> :v"]
                row = (
                    f"jsonb_set(to_jsonb(t), '{{{other}}}', coalesce(to_jsonb(nullif({other}, :v)), 'null'))"
                )
            if table in ("kernel.import_row", "kernel.import_run"):
                mine = ["to_jsonb(t)->>'number' = '4'"]
            if table == "kernel.household":
                mine = [
                    "EXISTS (SELECT FROM kernel.household_member m WHERE m.household_id = t.id AND m.person_id <> :v)"
                    " OR NOT EXISTS (SELECT FROM kernel.household_member m WHERE m.household_id = t.id)"
                ]
            if table in ("kernel.user_value_key", "kernel.relation_hold"):
                continue
            condition = " AND ".join(f"({each})" for each in mine) or "true"
            rows = connection.execute(
                text(f"SELECT {row}::text FROM {table} t WHERE {condition}"), {"v": victim}
            )
            found[table] = sorted(rows.scalars())
    return found


def age_files(world):
    """Let all stored files be old enough to be removed at once."""
    then = time.time() - 3600
    for path in world.runtime.site.files.rglob("*"):
        if path.is_file():
            os.utime(path, (then, then))


free = graphs.map(lambda graph: {**graph, "friends": set(), "tags": {}, "stamps": [], "stays": []})


NOBODY_HAS_ANYTHING = {
    **dict.fromkeys(("tickets", "stamps", "stays", "visits", "notes", "bonds", "households"), ()),
    **{key: {} for key in ("cards", "tags", "roles", "homes", "guests", "patients")},
    **{key: set() for key in ("friends", "members", "points")},
}
GIVEN_TO_ANOTHER = {**NOBODY_HAS_ANYTHING, "tickets": ((0, 0, 5), (3, 0, 7)), "stays": ((2, 0),)}


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(graph=GIVEN_TO_ANOTHER)
@given(graph=graphs | free)
def test_nothing_of_the_person_is_left_and_others_stay_as_they_are(world, graph):
    erase_in_graph(world, graph)


@pytest.mark.long
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(graph=graphs | free)
def test_nothing_is_left_in_many_graphs(world, graph):
    erase_in_graph(world, graph)


def erase_in_graph(world, graph):
    begin(world)
    victim, *others = draw(world, graph)
    fill(world, victim, others)
    seal(world)
    before, others_before = dump(world), others_rows(world, victim)
    with world.runtime.reading(world.actor) as context:
        plan = plan_of(context, victim)
    assert dump(world) == before
    if plan.obstacles:
        with pytest.raises(Refused):
            world.run("party.erase", party_id=victim, confirmed=victim)
        assert dump(world) == before
        event("refused")
        return
    world.run("party.erase", party_id=victim, confirmed=victim)
    age_files(world)
    erase_files(world.runtime, None)
    assert left_of(world) == []
    assert others_rows(world, victim) == others_before
    assert breaks(world) == []
    seal(world)
    assert breaks(world) == []
    kept = any(patient == 0 for patient, _day in graph["visits"])
    state = world.read(f"SELECT display_name, binned_at IS NULL FROM kernel.party WHERE id = {victim}")
    assert [tuple(row) for row in state] == [(f"شخص پاک‌شده {victim}", kept)] or [
        tuple(row) for row in state
    ] == [(world.runtime.translate(state[0][0]), kept)]
    event("erased")


def person(world):
    number = world.run(
        "record.create", resource="person", values={"last_name": f"{MARK}b", "mobile": f"0{NUMBERS[0]}"}
    )
    seal(world)
    return number


def test_it_is_a_right_of_its_own_asks_for_the_number_and_is_told(world):
    number = person(world)
    with world.owner.begin() as connection:
        grants = {("party", action): "all" for action in ("view", "edit", "delete", "purge")}
        desk = add_user(connection, "desk", grants)
        own = add_user(connection, "own", {("party", "view"): "all", ("party", "erase"): "own"})
        blind = add_user(connection, "blind", {("party", "view"): "own", ("party", "erase"): "own"})
    for actor, refusal in ((desk, Forbidden), (own, Forbidden), (blind, NotFound)):
        with pytest.raises(refusal):
            world.runtime.execute(actor, "party.erase", party_id=number, confirmed=number)
    with pytest.raises(Invalid):
        world.run("party.erase", party_id=number, confirmed=number + 1)
    assert world.read(f"SELECT last_name FROM kernel.party WHERE id = {number}")[0][0] == f"{MARK}b"
    world.run("party.erase", party_id=number, confirmed=number)
    ((told,),) = world.read("SELECT detail FROM kernel.audit_entry WHERE what = 'party.erase'")
    assert told["redacted"] > 0
    assert MARK not in str(told)
    history = world.read(f"SELECT action, changes FROM kernel.history WHERE root_id = {number} ORDER BY id")
    assert history[-1].action == "erase"
    assert history[0].changes["last_name"] == [None, "•••"]


def test_the_seals_find_what_an_erasure_did_not_do(world):
    number = person(world)
    world.run("party.erase", party_id=number, confirmed=number)
    seal(world)
    assert breaks(world) == []
    history = world.read(f"SELECT id FROM kernel.history WHERE root_id = {number} ORDER BY id")[0][0]
    other = world.run("record.create", resource="person", values={"last_name": "راد"})
    seal(world)
    entry = world.read(f"SELECT id FROM kernel.history WHERE root_id = {other} ORDER BY id")[0][0]
    forged = (
        f'UPDATE kernel.history SET changes = \'{{"last_name": [null, "x"]}}\' WHERE id = {history}',
        f"UPDATE kernel.history SET action = 'edit' WHERE id = {history}",
        f"UPDATE kernel.redaction SET digest = repeat('0', 64) WHERE history_id = {history}",
        f"DELETE FROM kernel.redaction WHERE history_id = {history}",
        f"UPDATE kernel.history SET changes = '{{}}' WHERE id = {entry}",
        "INSERT INTO kernel.redaction (history_id, erasure_id, digest) SELECT h.id, e.id,"
        " encode(sha256(convert_to(h.salt::text || h.changes::text, 'UTF8')), 'hex') FROM kernel.history h,"
        f" kernel.erasure e WHERE h.id = {entry};"
        f' UPDATE kernel.history SET salt = NULL, changes = \'{{"last_name": [null, "•••"]}}\' WHERE id = {entry}',
        "DELETE FROM kernel.audit_entry WHERE what = 'party.erase'",
    )
    for statement in forged:
        with world.owner.connect() as connection, connection.begin() as transaction:
            for part in statement.split(";"):
                connection.execute(text(part.replace(":", "\\:")))
            assert breaks_seen_by(world, connection), statement
            transaction.rollback()
    assert breaks(world) == []


class Seen:
    """An engine that gives one connection, whose transaction has not ended."""

    def __init__(self, connection):
        self.connection = connection

    def execution_options(self, **_options):
        return self

    def connect(self):
        return self

    def __enter__(self):
        return self.connection

    def __exit__(self, *_error):
        return None


def breaks_seen_by(world, connection):
    return verify(Seen(connection), datetime.now(UTC)).breaks


def test_the_application_itself_cannot_take_values_out_of_the_history(world):
    number = person(world)
    with world.runtime.writing(world.actor, "test") as context:
        connection = context.session.ready()
        with pytest.raises(Exception, match="only the kernel"):
            connection.exec_driver_sql("SELECT kernel.redact_history('{1}', 1)")
        context.session.rollback()
    with (
        pytest.raises(Exception, match="no such erasure"),
        world.runtime.writing(SYSTEM("test"), "test") as context,
    ):
        context.session.execute(text(f"SELECT kernel.redact_history('{{{number}}}', 999)"))
