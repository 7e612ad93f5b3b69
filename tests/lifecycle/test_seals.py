"""Seals over history and audit: each row once, whatever order transactions end in; what is changed later is found."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from kernel.access.actor import SYSTEM
from kernel.administration.assembly import assemble
from kernel.jobs import run
from kernel.lifecycle.seals.canonical import as_ranges
from kernel.lifecycle.seals.sealing import set_seals
from kernel.lifecycle.seals.verifying import head_of, verify
from kernel.resources.build import build_runtime

ENTRY = text(
    "INSERT INTO kernel.audit_entry (at, actor_id, what, detail)"
    ' VALUES (now(), 0, \'test\', \'{"b": 1.50, "a": "سلام"}\') RETURNING id'
)


@pytest.fixture
def runtime(site, engines):
    assemble()
    return build_runtime(site, engines)


@pytest.fixture
def owner(site, engines):
    return engines.owner(site)


@pytest.fixture
def sealed(runtime, owner, make_user):
    """A site with history and audit, sealed in three batches."""
    head = make_user("head", administrator=True)
    for name in ("Rad", "Kia", "Omid"):
        runtime.execute(head, "record.create", resource="person", values={"last_name": name})
        with owner.begin() as connection:
            connection.execute(ENTRY)
        seal(runtime)
    return runtime


def seal(runtime):
    with runtime.writing(SYSTEM("test"), "seal") as context:
        set_seals(context)


def seal_and_fail(runtime):
    with runtime.writing(SYSTEM("test"), "seal") as context:
        set_seals(context)
        raise ZeroDivisionError


def checked(owner, head=None, later=timedelta(0)):
    return verify(owner, datetime.now(UTC) + later, head)


def change(owner, statement):
    with owner.begin() as connection:
        return connection.execute(text(statement))


def test_the_job_seals_every_row_once_and_then_nothing(sealed, owner):
    report = checked(owner)
    assert report.intact
    assert report.waiting == 0
    with owner.connect() as connection:
        stored = connection.execute(
            text("SELECT (SELECT count(*) FROM kernel.history) + (SELECT count(*) FROM kernel.audit_entry)")
        ).scalar_one()
    assert report.rows == stored > 0
    seal(sealed)
    assert checked(owner).seals == report.seals
    change(owner, "INSERT INTO kernel.audit_entry (at, actor_id, what) VALUES (now(), 0, 'more')")
    assert checked(owner).waiting == 1
    run.sweep(sealed, lambda *_message: None)
    change(owner, "UPDATE kernel.job SET due_at = now() - interval '1 minute', leased_until = NULL")
    assert run.job(sealed, "kernel.seal-history") == "done"
    assert checked(owner).waiting == 0


def test_a_lower_id_that_is_committed_later_is_of_the_next_seal(sealed, owner):
    with owner.connect() as slow:
        low = slow.execute(ENTRY).scalar_one()
        with owner.begin() as quick:
            high = quick.execute(ENTRY).scalar_one()
        assert low < high
        seal(sealed)
        slow.commit()
    assert checked(owner).waiting == 1
    seal(sealed)
    report = checked(owner)
    assert report.intact
    assert report.waiting == 0


def test_what_fails_seals_nothing_and_two_at_once_seal_once(sealed, owner):
    before = checked(owner).seals
    for _each in range(5):
        change(owner, "INSERT INTO kernel.audit_entry (at, actor_id, what) VALUES (now(), 0, 'more')")
    with pytest.raises(ZeroDivisionError):
        seal_and_fail(sealed)
    assert checked(owner).seals == before
    both = [threading.Thread(target=seal, args=(sealed,)) for _each in range(2)]
    for each in both:
        each.start()
    for each in both:
        each.join()
    report = checked(owner)
    assert report.intact
    assert report.seals == before + 1


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE kernel.history SET actor_name = 'Nobody' WHERE id = (SELECT max(id) - 1 FROM kernel.history)",
        "UPDATE kernel.history SET at = at + interval '1 microsecond' WHERE id = (SELECT min(id) FROM kernel.history)",
        'UPDATE kernel.audit_entry SET detail = \'{"b": 1.51, "a": "سلام"}\' WHERE what = \'test\'',
        "DELETE FROM kernel.history WHERE id = (SELECT min(id) FROM kernel.history)",
        "DELETE FROM kernel.audit_entry WHERE id = (SELECT max(id) FROM kernel.audit_entry)",
        "DELETE FROM kernel.seal WHERE number = 2",
        "UPDATE kernel.seal SET at = at - interval '1 day' WHERE number = 3",
        "UPDATE kernel.seal SET hash = repeat('0', 64) WHERE number = (SELECT max(number) FROM kernel.seal)",
        "DELETE FROM kernel.seal WHERE number = 2; UPDATE kernel.seal SET number = number - 1 WHERE number = 3",
    ],
)
def test_what_is_changed_after_its_seal_is_found(sealed, owner, attack):
    assert checked(owner).intact
    assert change(owner, attack).rowcount > 0
    assert not checked(owner).intact


def test_a_row_put_into_a_closed_gap_is_found(sealed, owner):
    with owner.connect() as connection:
        connection.execute(ENTRY)
        connection.rollback()
    change(owner, "INSERT INTO kernel.audit_entry (at, actor_id, what) VALUES (now(), 0, 'after the gap')")
    seal(sealed)
    change(
        owner,
        "INSERT INTO kernel.audit_entry (id, at, actor_id, what) OVERRIDING SYSTEM VALUE"
        " SELECT max(id) - 1, now(), 0, 'smuggled' FROM kernel.audit_entry",
    )
    assert not checked(owner, later=timedelta(days=2)).intact


def test_seals_cut_from_the_end_are_found_by_an_exported_head(sealed, owner, site):
    with owner.connect() as connection:
        head = json.loads(json.dumps(head_of(connection, site.name)))
    assert checked(owner, head).intact
    change(owner, "DELETE FROM kernel.seal WHERE number = (SELECT max(number) FROM kernel.seal)")
    assert checked(owner).intact
    assert "missing" in checked(owner, head).breaks[0]
    seal(sealed)
    assert "another hash" in checked(owner, head).breaks[0]


def test_no_setting_of_a_session_changes_a_seal(sealed, owner):
    with owner.begin() as connection:
        name = connection.execute(text("SELECT current_database()")).scalar_one()
        connection.exec_driver_sql(f"ALTER DATABASE \"{name}\" SET timezone = 'Asia/Tehran'")
    try:
        owner.dispose()
        assert checked(owner).intact
    finally:
        with owner.begin() as connection:
            connection.exec_driver_sql(f'ALTER DATABASE "{name}" RESET timezone')
        owner.dispose()


@pytest.mark.parametrize("table", ["history", "audit_entry", "seal", "plugin_step"])
@pytest.mark.parametrize(
    "verb", ["UPDATE kernel.{0} SET {1} = {1}", "DELETE FROM kernel.{0}", "TRUNCATE kernel.{0}"]
)
def test_the_application_can_only_add(sealed, table, verb):
    column = "number" if table == "seal" else "id"
    with (
        pytest.raises(DBAPIError, match="permission denied"),
        sealed.writing(SYSTEM("test"), "test") as context,
    ):
        context.session.execute(text(verb.format(table, column)))


def test_ids_are_written_as_the_server_writes_them(owner):
    for ids in ([1], [1, 2, 3, 7, 9, 10], [5, 6]):
        with owner.connect() as connection:
            written = connection.execute(
                text("SELECT range_agg(int8range(i, i + 1))::text FROM unnest(CAST(:ids AS bigint[])) i"),
                {"ids": ids},
            ).scalar_one()
        assert as_ranges(ids) == written
