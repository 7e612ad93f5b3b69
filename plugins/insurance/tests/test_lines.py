"""Lines that a site defines itself: chosen like the others, with terms and fields of their own."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from kernel.resources.build import build_runtime
from kernel.resources.errors import CommandError, Invalid
from plugins.insurance.calling import call_list
from plugins.insurance.models import Line, Policy
from plugins.insurance.suggestions import PATTERNS
from plugins.insurance.tests.conftest import Agency

GRANTS = {pattern.name: pattern.grants for pattern in PATTERNS}


def own(agency: Agency, name: str = "کشاورزی", **more: Any) -> int:
    values = {"name": name, "months": 6, "hour": "12", "grace_days": 7, "call_days": "15, 3", **more}
    return int(agency.run("record.create", resource="insurance.line", values=values))


def key_of(agency: Agency, number: int) -> str:
    return str(agency.row(Line, number).line)


def again(agency: Agency) -> None:
    """Go on with the runtime of the new epoch."""
    clock, site = agency.runtime.clock, agency.runtime.site
    agency.runtime = build_runtime(site, agency.runtime.engines, isolate=False)
    agency.runtime.clock = clock


def field(agency: Agency, title: str, *lines: str, **more: Any) -> str:
    """Define a field of policies that these lines ask; gives its key."""
    values = {
        "title": title,
        "resources": ["insurance.policy"],
        "when": [f"insurance.policy:line={line}" for line in lines],
        "in_list": True,
        "filterable": True,
        **more,
    }
    number = agency.run("user_field.save", kind=more.pop("kind", "text"), values=values, options=[])
    again(agency)
    owner = agency.runtime.engines.owner(agency.runtime.site)
    with owner.connect() as connection:
        wanted = text("SELECT key FROM kernel.user_field WHERE id = :id")
        return str(connection.execute(wanted, {"id": number}).scalar_one())


def test_an_own_line_has_terms_and_is_chosen_like_the_others(agency: Agency) -> None:
    key = key_of(agency, own(agency))
    assert key == "own1"
    for name in (key, "کشاورزی", "كشاورزي"):
        number = agency.policy(line=name)
        row = agency.row(Policy, number)
        assert (row.line, row.ends_hour, row.grace_days) == (key, 12, 7)
        assert "کشاورزی" in row.title
    ending = agency.ending(10, line=key)
    assert ending in [call.policy.id for call in agency.look(call_list)]
    made = agency.run("insurance.renew", policy=ending, number="N")
    assert agency.row(Policy, made).line == key
    assert agency.row(Policy, made).ends_on < agency.today + timedelta(days=200)


def test_what_is_no_line_is_refused_at_its_field(agency: Agency) -> None:
    number = own(agency)
    key = key_of(agency, number)
    for values, where in (
        ({"name": "کشاورزی"}, "name"),
        ({"name": "Fire"}, "name"),
        ({"name": "آتش‌سوزی"}, "name"),
        ({"name": "New", "line": "fire"}, "name"),
        ({"name": "New", "line": key}, "name"),
        ({"name": "New", "insurer": agency.insurer}, "insurer"),
        ({}, "line"),
    ):
        with pytest.raises(Invalid) as caught:
            own(agency, **{"name": None, **values})
        assert [each.field for each in caught.value.problems] == [where]
    with pytest.raises(Invalid):
        agency.policy(line="own7")
    own(agency, name=None, line=key, insurer=agency.insurer, months=3)
    assert (agency.row(Policy, agency.policy(line=key)).ends_on - agency.today).days < 100
    agency.run("record.edit", resource="insurance.line", record_id=number, values={"name": "باغ"})
    with pytest.raises(CommandError):
        agency.run("record.delete", resource="insurance.line", record_id=number)


def test_the_database_alone_keeps_lines_and_policies_together(agency: Agency) -> None:
    number = agency.policy()
    owner = agency.runtime.engines.owner(agency.runtime.site)
    for change in ("line = 'own1'", "line = 'boat'", f"own_line_id = {own(agency)}"):
        statement = text(f"UPDATE insurance.policy SET {change} WHERE id = :id")
        with owner.connect() as connection, pytest.raises(IntegrityError):
            connection.execute(statement, {"id": number})


def test_fields_are_asked_by_their_line_only_and_go_over_to_the_renewal(agency: Agency) -> None:
    key = key_of(agency, own(agency))
    again(agency)
    crop = field(agency, "نوع محصول", key, required=True)
    with pytest.raises(Invalid) as caught:
        agency.policy(line=key)
    assert [each.field for each in caught.value.problems] == [crop]
    with pytest.raises(Invalid) as caught:
        agency.policy(line="life", **{crop: "Wheat"})
    assert [each.field for each in caught.value.problems] == [crop]
    agency.policy(line="life")
    number = agency.ending(10, line=key, **{crop: "Wheat"})
    made = agency.run("insurance.renew", policy=number, number="N")
    assert agency.row(Policy, made).user_values == {crop: "Wheat"}


def test_a_condition_of_two_fields_or_of_other_records_is_refused(agency: Agency) -> None:
    for when in (["insurance.policy:line=fire", "person:kind=x"], ["nonsense"]):
        values = {"title": "X", "resources": ["insurance.policy"], "when": when}
        with pytest.raises(Invalid) as caught:
            agency.run("user_field.save", kind="text", values=values, options=[])
        assert [each.field for each in caught.value.problems] == ["when"]


def test_an_own_line_is_made_and_used_through_the_pages(agency: Agency, browse: Any) -> None:
    head = browse("head2", GRANTS["head"])
    head.made("/insurance/lines/new", name="کشاورزی", months="6", hour="24", grace_days="0", renewable="y")
    key = key_of(agency, agency.rows(select_own())[0].id)
    form = head.get("/insurance/policies/new").text
    assert f'value="{key}"' in form
    number = agency.ending(5, line=key)
    for address in (
        f"/insurance/{number}/file",
        "/insurance/calls",
        "/insurance/policies",
        f"/insurance/policies?f.line.is={key}",
        f"/insurance/family?line={key}",
        "/insurance/renewals?look=board",
        "/",
    ):
        page = head.get(address)
        assert page.status_code == 200
        assert "کشاورزی" in page.text, address


def select_own() -> Any:
    from sqlalchemy import select

    return select(Line).where(Line.name.is_not(None))
