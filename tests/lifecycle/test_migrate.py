"""Migrations of a schema: in the caller's transaction, with their history beside them."""

from __future__ import annotations

import pytest
from sqlalchemy import inspect, text

from kernel.lifecycle.migrate import KERNEL_MIGRATIONS, current_revision, head_revision, migrate

STEP = '''"""{doc}"""
from alembic import op
revision = "{revision}"
down_revision = {down}
def upgrade():
    op.execute("CREATE TABLE {schema}.t{revision} (id bigint)")
def downgrade():
    op.execute("DROP TABLE {schema}.t{revision}")
'''


@pytest.fixture
def toy(tmp_path):
    """Three migrations of the schema `toy`."""
    versions = tmp_path / "versions"
    versions.mkdir()
    down = None
    for revision in ("0001", "0002", "0003"):
        step = STEP.format(doc=revision, revision=revision, down=repr(down), schema="toy")
        (versions / f"{revision}.py").write_text(step)
        down = revision
    return tmp_path


def tables(connection):
    return sorted(inspect(connection).get_table_names("toy"))


def test_all_steps_run_and_are_remembered_in_the_schema(owner, toy):
    assert current_revision(owner, "toy") is None
    assert migrate(owner, "toy", toy) == head_revision(toy) == "0003"
    assert current_revision(owner, "toy") == "0003"
    assert tables(owner) == ["migration", "t0001", "t0002", "t0003"]


def test_it_stops_where_told_and_goes_on_from_there(owner, toy):
    assert migrate(owner, "toy", toy, target="0001") == "0001"
    assert tables(owner) == ["migration", "t0001"]
    assert migrate(owner, "toy", toy) == "0003"
    assert migrate(owner, "toy", toy) == "0003"
    assert tables(owner) == ["migration", "t0001", "t0002", "t0003"]


def test_two_schemas_have_histories_of_their_own(owner, toy):
    migrate(owner, "toy", toy)
    assert current_revision(owner, "kernel") == head_revision(KERNEL_MIGRATIONS)


def test_nothing_has_happened_unless_the_caller_commits(site, engines, toy):
    (toy / "versions" / "0003.py").write_text(
        STEP.format(doc="x", revision="0003", down='"0002"', schema="no_such_schema")
    )
    with pytest.raises(Exception, match="no_such_schema"), engines.owner(site).begin() as connection:
        migrate(connection, "toy", toy)
    with engines.owner(site).connect() as connection:
        assert current_revision(connection, "toy") is None
        assert connection.execute(text("SELECT to_regnamespace('toy')")).scalar_one() is None
