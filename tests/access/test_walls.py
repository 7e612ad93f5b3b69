"""Wall 2 as it is made: derived, the same each time, and nothing left open."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.orm import Mapped

from kernel.access.errors import UnprotectedModel
from kernel.access.models import AuditEntry
from kernel.access.policies import PolicySet, rows, sealed, system
from kernel.access.protected import ACCESS_POLICIES
from kernel.access.tokens import store_signing_key
from kernel.access.walls import apply_policies
from kernel.data.base import META, Identified, schema_base
from kernel.data.engines import Engines
from kernel.data.names import app_role
from kernel.data.site import Site

SCHEMA = "walltest"
Base = schema_base(SCHEMA)


class Thing(Identified, Base):
    __tablename__ = "thing"
    owner_id: Mapped[int]


class Secret(Identified, Base):
    __tablename__ = "secret"
    owner_id: Mapped[int]


POLICIES = PolicySet([rows(Thing, "thing"), sealed(Secret)])


@pytest.fixture
def made(owner: Connection) -> Connection:
    """The owner's connection, with the schema in its transaction."""
    owner.exec_driver_sql(f"CREATE SCHEMA {SCHEMA}")
    Base.metadata.create_all(owner, tables=[Thing.__table__, Secret.__table__])
    owner.exec_driver_sql(f"CREATE TABLE {SCHEMA}.unknown (id int)")
    return owner


def privileges(connection: Connection, site: Site, table: str) -> str:
    verbs = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")
    return " ".join(
        verb
        for verb in verbs
        if connection.scalar(
            text("SELECT has_table_privilege(:role, :table, :verb)"),
            {"role": app_role(site.name), "table": f"{SCHEMA}.{table}", "verb": verb},
        )
    )


def walled(connection: Connection) -> dict[str, bool]:
    found = connection.execute(
        text(
            "SELECT relname, relrowsecurity FROM pg_class WHERE relnamespace = to_regnamespace(:s) AND relkind = 'r'"
        ),
        {"s": SCHEMA},
    )
    return {row.relname: row.relrowsecurity for row in found}


def test_every_table_is_walled_and_privileges_fit(made: Connection, site: Site) -> None:
    apply_policies(made, SCHEMA, POLICIES, app_role(site.name))
    assert walled(made) == {"thing": True, "secret": True, "unknown": True}
    assert privileges(made, site, "thing") == "SELECT INSERT UPDATE DELETE"
    assert privileges(made, site, "secret") == ""
    assert privileges(made, site, "unknown") == "SELECT"


def test_a_second_time_changes_nothing(made: Connection, site: Site) -> None:
    def policies() -> list[tuple[str, ...]]:
        rows_ = made.execute(
            text("SELECT policyname, cmd, qual, with_check FROM pg_policies WHERE schemaname = :s"),
            {"s": SCHEMA},
        )
        return sorted(tuple(str(value) for value in row) for row in rows_)

    first = apply_policies(made, SCHEMA, POLICIES, app_role(site.name))
    before = policies()
    assert apply_policies(made, SCHEMA, POLICIES, app_role(site.name)) == first
    assert policies() == before
    assert {name for name, *_rest in before} == {
        f"walltest__{each}" for each in ("view", "create", "edit", "purge")
    }


def test_other_policies_are_another_fingerprint(made: Connection, site: Site) -> None:
    first = apply_policies(made, SCHEMA, POLICIES, app_role(site.name))
    other = PolicySet([system(Thing), sealed(Secret)])
    assert apply_policies(made, SCHEMA, other, app_role(site.name)) != first


def test_narrowings_by_others_stay(made: Connection, site: Site) -> None:
    apply_policies(made, SCHEMA, POLICIES, app_role(site.name))
    made.exec_driver_sql(f"CREATE POLICY other__narrow ON {SCHEMA}.thing AS RESTRICTIVE USING (true)")
    apply_policies(made, SCHEMA, POLICIES, app_role(site.name))
    names = made.scalars(text("SELECT policyname FROM pg_policies WHERE schemaname = :s"), {"s": SCHEMA})
    assert "other__narrow" in set(names)


@pytest.mark.parametrize("kind", ["VIEW", "MATERIALIZED VIEW"])
def test_views_that_show_past_the_wall_are_refused(made: Connection, site: Site, kind: str) -> None:
    made.exec_driver_sql(f"CREATE {kind} {SCHEMA}.peek AS SELECT * FROM {SCHEMA}.thing")
    with pytest.raises(UnprotectedModel, match="peek"):
        apply_policies(made, SCHEMA, POLICIES, app_role(site.name))


def test_views_of_the_asker_are_welcome(made: Connection, site: Site) -> None:
    made.exec_driver_sql(f"CREATE VIEW {SCHEMA}.fine WITH (security_invoker) AS SELECT * FROM {SCHEMA}.thing")
    assert apply_policies(made, SCHEMA, POLICIES, app_role(site.name))


def test_a_policy_without_its_table_is_refused(made: Connection, site: Site) -> None:
    made.exec_driver_sql(f"DROP TABLE {SCHEMA}.thing")
    with pytest.raises(UnprotectedModel, match="no table thing"):
        apply_policies(made, SCHEMA, POLICIES, app_role(site.name))


def test_a_short_key_is_no_key(owner: Connection) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        store_signing_key(owner, b"short")


def test_the_functions_fix_their_search_path_and_belong_to_the_owner(owner: Connection) -> None:
    rows_ = owner.execute(
        text(
            "SELECT proname, prosecdef, proconfig, provolatile, pg_get_userbyid(proowner) = current_user AS mine"
            " FROM pg_proc WHERE pronamespace = to_regnamespace('kernel')"
            " AND proname IN ('me', 'is_system', 'is_signed_in', 'is_administrator', 'shows_bin', 'holds',"
            " 'sees_all', 'my_own', 'current_epoch')"
        )
    ).all()
    assert len(rows_) == 9
    for row in rows_:
        assert (row.prosecdef, row.provolatile, row.mine) == (True, "s", True), row.proname
        assert row.proconfig == ["search_path=pg_catalog, pg_temp"]


def test_scopes_are_asked_once_per_statement(owner: Connection, site: Site) -> None:
    apply_policies(owner, "kernel", PolicySet(ACCESS_POLICIES), app_role(site.name))
    quals = owner.scalars(
        text("SELECT coalesce(qual, with_check) FROM pg_policies WHERE schemaname = 'kernel'")
    )
    for qual in quals:
        bare = qual.replace("( SELECT kernel.", "")
        assert "kernel.sees_all" not in bare.replace("AND kernel.", "")
        assert "kernel.my_own" not in bare


def test_the_migration_makes_what_the_models_say(site: Site, engines: Engines) -> None:
    mine = {policy.table.name for policy in ACCESS_POLICIES}

    def ours(thing: object, name: str | None, kind: str, *_rest: object) -> bool:
        return (name if kind == "table" else thing.table.name) in mine

    with engines.owner(site).connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "include_schemas": True,
                "include_name": lambda name, kind, _parents: name == "kernel" if kind == "schema" else True,
                "include_object": ours,
                "compare_type": True,
            },
        )
        assert compare_metadata(context, META) == []


def test_audit_is_only_ever_added_to() -> None:
    policy = PolicySet(ACCESS_POLICIES).for_model(AuditEntry)
    assert policy is not None
    assert policy.verbs == ("view", "create")
