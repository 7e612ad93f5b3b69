"""Roles are many at once, dated, and never overlap; a lead ends qualified or lost."""

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from kernel.extension.calling import Answer
from kernel.extension.contributions import PartyRole as RoleKind
from kernel.extension.declarations import Declarations
from kernel.parties.models import PartyRole
from kernel.parties.roles import current_roles, role_kinds
from kernel.resources.errors import Invalid
from kernel.resources.models import BaseValue

TODAY = date(2026, 10, 5)


def roles(office, party_id):
    return office.all(select(PartyRole).where(PartyRole.party_id == party_id).order_by(PartyRole.id))


def give(office, party_id, role, **more):
    return office.run("party.give_role", resource="person", party_id=party_id, role=role, **more)


def end(office, party_id, role, **more):
    return office.run("party.end_role", resource="person", party_id=party_id, role=role, **more)


def test_a_new_party_is_a_lead_from_today(office):
    number = office.person(last_name="احمدی")
    (role,) = roles(office, number)
    assert (role.role, role.since, role.until) == ("lead", TODAY, None)


def test_roles_are_entered_row_by_row_by_key_or_title(office):
    rows = [{"role": "customer", "since": "1404/01/01"}, {"role": "تأمین‌کننده"}]
    number = office.person({"roles": rows}, last_name="احمدی")
    assert [(role.role, role.since) for role in roles(office, number)] == [
        ("customer", date(2025, 3, 21)),
        ("supplier", TODAY),
    ]


def test_staff_of_an_organisation_get_no_role_by_themselves(office):
    firm = office.organisation(name="کاوه")
    number = office.person({"employments": [{"organisation": firm}]}, last_name="احمدی")
    assert roles(office, number) == []


def test_an_unknown_role_is_refused(office):
    with pytest.raises(Invalid) as caught:
        office.person({"roles": [{"role": "patient"}]}, last_name="احمدی")
    assert [problem.place for problem in caught.value.problems] == ["roles-0-role"]


def test_a_role_that_is_held_is_not_given_again(office):
    number = office.person(last_name="احمدی")
    assert give(office, number, "opportunity", since=date(2026, 9, 1)) is True
    assert give(office, number, "opportunity") is False
    assert [role.role for role in roles(office, number)] == ["lead", "opportunity"]


def test_a_lead_ends_with_its_outcome_and_reason(office):
    number = office.person(last_name="احمدی")
    price = office.one(select(BaseValue.id).where(BaseValue.list == "lost_reason", BaseValue.code == "price"))
    assert end(office, number, "lead", outcome="disqualified", reason_id=price) is True
    (role,) = roles(office, number)
    assert (role.until, role.outcome, role.reason_id) == (TODAY, "disqualified", price)
    assert end(office, number, "lead") is False


def test_a_role_may_be_held_again_after_it_ended(office, clock):
    number = office.person(last_name="احمدی")
    end(office, number, "lead", outcome="disqualified")
    clock.advance(days=30)
    assert give(office, number, "lead") is True
    with office.runtime.reading(office.actor) as context:
        (role,) = current_roles(context, number)
        assert (role.role, role.since) == ("lead", date(2026, 11, 4))


def test_only_a_lead_has_an_outcome(office):
    number = office.person({"roles": [{"role": "customer"}]}, last_name="احمدی")
    with pytest.raises(Invalid):
        end(office, number, "customer", outcome="qualified")
    assert roles(office, number)[0].until is None


def test_a_role_cannot_end_before_it_begins(office):
    number = office.person(last_name="احمدی")
    with pytest.raises(Invalid):
        end(office, number, "lead", until=date(2026, 1, 1))
    assert roles(office, number)[0].until is None


def test_overlapping_periods_of_one_role_are_refused(office):
    rows = [{"role": "customer", "since": "1404/01/01"}, {"role": "customer", "since": "1404/06/01"}]
    with pytest.raises(Invalid):
        office.person({"roles": rows}, last_name="احمدی")


def test_the_database_itself_refuses_overlapping_periods(office, owner):
    number = office.person(last_name="احمدی")
    table = PartyRole.__table__
    owner.execute(table.insert().values(party_id=number, role="lead", since=date(2026, 1, 1)))
    with pytest.raises(IntegrityError, match="ex_party_role_period"):
        owner.exec_driver_sql("SET CONSTRAINTS ALL IMMEDIATE")


def test_plugins_add_kinds_under_their_name(office):
    kinds = (Answer("medical", RoleKind(key="patient", title="Patient", order=5)),)
    declared = office.runtime.declared
    before = declared.declarations
    object.__setattr__(declared, "declarations", Declarations(before.hooks, {}, {"party_roles": kinds}))
    with office.runtime.reading(office.actor) as context:
        assert list(role_kinds(context))[:2] == ["medical.patient", "lead"]
    number = office.person({"roles": [{"role": "medical.patient"}]}, last_name="احمدی")
    assert roles(office, number)[0].role == "medical.patient"
