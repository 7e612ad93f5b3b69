"""A record that is being filled in is not written before it was judged, whatever a rule asks the system meanwhile."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from kernel.parties.models import Party
from kernel.resources.errors import Invalid, Problem

SEEN = []


@pytest.fixture
def asking(runtime, office):
    """Persons whose rule asks the system what stands in the database, and refuses the name `wrong`."""
    declared = runtime.resources["person"]

    def ask(context, record, values):
        before = () if declared.prepare is None else declared.prepare(context, record, values)
        with context.system("what stands in the database") as system:
            SEEN.append(system.session.execute(select(Party.last_name).where(Party.id == record.id)).scalar())
        wrong = [Problem("last_name", "wrong")] if values.get("last_name") == "wrong" else []
        return [*before, *wrong]

    changed = {**runtime.resources, "person": replace(declared, prepare=ask)}
    runtime.declared = replace(runtime.declared, resources=changed)
    SEEN.clear()
    return office


def test_an_edit_is_judged_before_it_is_written(asking):
    number = asking.person(last_name="Rad")
    SEEN.clear()
    asking.edit("person", number, last_name="Kia")
    assert SEEN == ["Rad"]
    assert asking.one(select(Party.last_name)) == "Kia"


def test_a_refused_edit_writes_nothing(asking):
    number = asking.person(last_name="Rad")
    SEEN.clear()
    with pytest.raises(Invalid):
        asking.edit("person", number, last_name="wrong")
    assert SEEN == ["Rad"]
    assert asking.one(select(Party.last_name)) == "Rad"
