"""The migration makes what the models say, and the mirrored columns follow."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import select

from kernel.data.base import META
from kernel.interactions.models import Interaction, InteractionParty

TABLES = {"interaction", "interaction_party", "interaction_link", "call", "call_party"}


@pytest.mark.filterwarnings("ignore:Computed default")
def test_tables_equal_the_models(owner):
    def included(_object, name, kind, _reflected, _other):
        return kind != "table" or name in TABLES

    context = MigrationContext.configure(
        owner,
        opts={
            "include_schemas": True,
            "include_name": lambda name, kind, _parents: kind != "schema" or name == "kernel",
            "include_object": included,
            "compare_server_default": True,
        },
    )
    assert compare_metadata(context, META) == []


def test_rows_of_further_parties_follow_who_is_in_charge(desk, make_desk):
    person, guest = desk.person(last_name="کریمی"), desk.person(last_name="مهمان")
    number = desk.record(person, guest)
    row = desk.one(select(InteractionParty))
    assert (row.owner_id, row.done_by_id) == (desk.actor.user_id, desk.actor.user_id)
    reza = make_desk("reza", {})
    desk.run("record.assign", resource="interaction", record_id=number, owner=reza.actor.user_id)
    assert desk.one(select(InteractionParty)).owner_id == reza.actor.user_id
    assert desk.one(select(Interaction)).owner_id == reza.actor.user_id
