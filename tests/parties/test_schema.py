"""The migration makes what the models say, and enters the facts about places."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import func, select

import kernel.access.models
import kernel.parties.models
import kernel.resources.models  # noqa: F401
from kernel.data.base import META
from kernel.fa.text import squeeze
from kernel.parties.places import facts
from kernel.parties.places.models import City, Country, District, Province

TABLES = {
    *("party", "contact_point", "address", "employment", "party_role", "party_group", "party_group_member"),
    *("party_group_user", "segment"),
    *("party_facts", "person_family", "person_faith", "person_health", "person_diet"),
    *("consent", "withheld_facts", "party_state", "base_value"),
    *("country", "province", "city", "district"),
    *("party_alias", "party_merge", "party_pair", "party_scan"),
    *("relation_kind", "relation", "relation_hold", "household", "household_member"),
}


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


def test_the_facts_are_entered(owner):
    counts = [
        owner.execute(select(func.count()).select_from(model)).scalar_one()
        for model in (Country, Province, City, District)
    ]
    assert counts == [249, 31, len(facts.cities()), 22]


def test_keys_of_places_are_folded(owner):
    rows = owner.execute(select(City.name, City.search_key)).all()
    assert all(key == squeeze(name) for name, key in rows)


def test_zones_belong_to_tehran(owner):
    statement = (
        select(Province.code, City.name, func.count())
        .join(City, City.province_id == Province.id)
        .join(District, District.city_id == City.id)
        .group_by(Province.code, City.name)
    )
    assert owner.execute(statement).all() == [(*facts.TEHRAN, 22)]
