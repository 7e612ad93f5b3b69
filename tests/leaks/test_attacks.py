"""What somebody can try who has got statements of his own into the application's connection."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from kernel.access.identity import Identity
from kernel.access.tokens import sign
from kernel.data.names import owner_role
from kernel.data.site import Site
from tests.leaks.scene import Scene

HIDDEN = "SELECT count(*) FROM leaktest.firm WHERE id IN (5, 6, 7)"


@pytest.fixture
def injected(app: Engine, leak_site: Site, scene: Scene) -> Iterator[Connection]:
    """A connection in the middle of sara's transaction."""
    with app.connect() as connection:
        Identity(leak_site.signing_key, scene.sara).announce(connection)
        yield connection


def refused(connection: Connection, statement: str, *, state: str = "42501") -> None:
    with pytest.raises(DBAPIError) as caught, connection.begin_nested():
        connection.exec_driver_sql(statement)
    assert getattr(caught.value.orig, "sqlstate", None) == state


def tokens(site: Site, scene: Scene) -> dict[str, str]:
    """Tokens that are no good, and why."""
    mine = sign(site.signing_key, scene.sara.user_id or 0)
    actor, expires, digest = mine.split(".")
    later = int(expires) + 1000
    return {
        "of another actor": f"0.{expires}.{digest}",
        "with a longer life": f"{actor}.{later}.{digest}",
        "of another key": sign(b"k" * 32, 0),
        "expired": sign(site.signing_key, 0, expires=int(time.time()) - 3600),
        "without a hash": f"{actor}.{expires}",
        "of a bare number": "0",
        "with an empty hash": f"{actor}.{expires}.",
    }


@pytest.mark.parametrize(
    "why",
    [
        "of another actor",
        "with a longer life",
        "of another key",
        "expired",
        "without a hash",
        "of a bare number",
        "with an empty hash",
    ],
)
def test_a_token_that_is_not_signed_so_is_an_error(
    injected: Connection, leak_site: Site, scene: Scene, why: str
) -> None:
    injected.exec_driver_sql("SELECT set_config('peyvand.token', %s, true)", (tokens(leak_site, scene)[why],))
    refused(injected, HIDDEN)


def test_a_setting_changed_in_the_middle_of_a_statement_widens_nothing(injected: Connection) -> None:
    for attempt in (
        f"{HIDDEN} AND set_config('peyvand.token', '', true) IS NOT NULL",
        f"WITH s AS MATERIALIZED (SELECT set_config('peyvand.bin', 'shown', true)) {HIDDEN} AND 1 = (SELECT 1 FROM s)",
        f"SELECT set_config('peyvand.token', '', true) UNION ALL ({HIDDEN.replace('count(*)', 'count(*)::text')})",
    ):
        with injected.begin_nested() as savepoint:
            found = [row[0] for row in injected.exec_driver_sql(attempt)]
            savepoint.rollback()
        assert found[-1] in (0, "0")


def test_without_an_actor_there_are_no_rows(app: Engine, scene: Scene) -> None:
    with app.connect() as connection:
        for table in ("firm", "desk", "drawer", "health", "visit", "memo", "label", "mark", "ledger"):
            assert connection.scalar(text(f"SELECT count(*) FROM leaktest.{table}")) == 0


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE leaktest.firm DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE leaktest.firm NO FORCE ROW LEVEL SECURITY",
        "ALTER TABLE leaktest.firm OWNER TO current_user",
        "DROP POLICY leaktest__view ON leaktest.firm",
        "CREATE POLICY mine ON leaktest.firm USING (true)",
        "TRUNCATE leaktest.firm",
        "DROP TABLE leaktest.firm",
        "CREATE TABLE leaktest.mine (id int)",
        "CREATE FUNCTION leaktest.f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE FUNCTION kernel.me(text) RETURNS bigint LANGUAGE sql AS 'SELECT 0::bigint'",
        "CREATE OR REPLACE FUNCTION kernel.me() RETURNS bigint LANGUAGE sql AS 'SELECT 0::bigint'",
        "ALTER FUNCTION kernel.me() SECURITY INVOKER",
        "CREATE SCHEMA mine",
        "CREATE TRIGGER mine BEFORE INSERT ON leaktest.firm EXECUTE FUNCTION kernel.keep_an_administrator()",
        "CREATE RULE mine AS ON SELECT TO leaktest.label DO INSTEAD SELECT 1",
        "SELECT * FROM kernel.signing_key",
        "UPDATE kernel.signing_key SET secret = ''",
        "SELECT pg_read_file('/etc/hostname')",
        "COPY leaktest.firm TO PROGRAM 'cat'",
        "GRANT ALL ON leaktest.firm TO PUBLIC",
        "UPDATE leaktest.ledger SET name = 'mine'",
        "DELETE FROM leaktest.ledger",
        "UPDATE kernel.audit_entry SET what = 'nothing'",
        "DELETE FROM kernel.audit_entry",
    ],
)
def test_the_application_cannot_take_the_wall_down(injected: Connection, statement: str) -> None:
    if statement.startswith("GRANT"):
        injected.exec_driver_sql(statement)
        assert (
            injected.scalar(text("SELECT has_table_privilege('public', 'leaktest.firm', 'SELECT')")) is False
        )
        return
    refused(injected, statement)


def test_the_application_cannot_become_the_owner(injected: Connection, leak_site: Site) -> None:
    owner = owner_role(leak_site.name)
    refused(injected, f'SET ROLE "{owner}"')
    refused(injected, f'SET SESSION AUTHORIZATION "{owner}"')
    refused(injected, f"SELECT set_config('role', '{owner}', true)")


def test_switching_row_security_off_is_an_error(injected: Connection) -> None:
    injected.exec_driver_sql("SET LOCAL row_security = off")
    refused(injected, HIDDEN)


def test_copy_into_a_protected_table_is_refused(injected: Connection) -> None:
    refused(injected, "COPY leaktest.firm (name) FROM STDIN", state="0A000")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE kernel.user_account SET is_administrator = true",
        "UPDATE kernel.user_account SET is_administrator = true WHERE id = (SELECT kernel.me())",
        "DELETE FROM kernel.access_grant",
        "UPDATE kernel.access_grant SET scope = 'all'",
        "UPDATE kernel.login_session SET user_id = user_id",
        "UPDATE kernel.user_password SET password_hash = ''",
    ],
)
def test_rights_are_not_changed_by_a_user(injected: Connection, statement: str) -> None:
    with injected.begin_nested() as savepoint:
        assert injected.exec_driver_sql(statement).rowcount == 0
        savepoint.rollback()


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO kernel.user_account (username, display_name, is_administrator) VALUES ('x', 'x', true)",
        "INSERT INTO kernel.user_pattern SELECT kernel.me(), 1",
        "INSERT INTO kernel.access_grant VALUES (1, 'firm', 'view', 'all')",
        "INSERT INTO kernel.audit_entry (at, actor_id, what) VALUES (now(), 1, 'forged')",
        "INSERT INTO leaktest.firm (name, owner_id) VALUES ('x', 999)",
        "INSERT INTO leaktest.firm (name, owner_id, binned_at) VALUES ('x', kernel.me(), now())",
        "INSERT INTO leaktest.firm (name, owner_id, assignee_id) VALUES ('x', kernel.me(), 999)",
        "INSERT INTO leaktest.desk (firm_id, name) VALUES (5, 'x')",
        "UPDATE leaktest.firm SET owner_id = 999 WHERE id = 1",
        "UPDATE leaktest.firm SET binned_at = now() WHERE id = 1",
        "UPDATE leaktest.desk SET firm_id = 5 WHERE id = 1",
    ],
)
def test_rows_beyond_ones_own_are_not_written(injected: Connection, statement: str) -> None:
    refused(injected, statement)


def test_hidden_rows_are_not_reported_by_an_error(injected: Connection) -> None:
    assert injected.exec_driver_sql("UPDATE leaktest.firm SET name = 'x' WHERE id = 5").rowcount == 0
    assert injected.exec_driver_sql("DELETE FROM leaktest.firm WHERE id = 5").rowcount == 0
    assert injected.exec_driver_sql("SELECT 1 / (id - 5) FROM leaktest.firm WHERE id >= 5").all() == []
