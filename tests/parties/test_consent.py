"""Sensitive facts: seen by those alone to whom they were granted, kept only with consent, gone when it is withdrawn."""

import io
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from kernel.administration.settings import store_values
from kernel.parties.consents import REQUIRED, withhold_expired
from kernel.parties.models import Consent, PartyFacts, PersonFaith, PersonFamily, PersonHealth
from kernel.resources.build import build_runtime
from kernel.resources.errors import CommandError, Forbidden, Invalid
from kernel.resources.lists import Filter, ListQuery, list_columns, page
from kernel.resources.models import History
from tests.parties.conftest import EVERYTHING, Office

KINDS = ("party_family", "party_faith", "party_health", "party_diet", "consent")
SENSITIVE = {(kind, action): "all" for kind in KINDS for action in ("view", "create", "edit")}
SECRET = "دیابت-نوع-یک"


@pytest.fixture
def trusted(runtime, make_user):
    return Office(runtime, make_user("trusted", {**EVERYTHING, **SENSITIVE, ("party", "export"): "all"}))


def consent(kind="health", **values):
    return {f"covers_{kind}": "1", "how": "verbal", **values}


def add(office, *consents, facets=None, **values):
    return office.run(
        "record.create",
        resource="person",
        values={"last_name": "راد", **values},
        parts={"consents": list(consents)} if consents else None,
        facets=facets,
    )


def change(office, number, *, consents=None, **facets):
    office.run(
        "record.edit",
        resource="person",
        record_id=number,
        values={},
        parts={"consents": consents} if consents is not None else None,
        facets=facets,
    )


def illnesses(office):
    return office.all(select(PersonHealth.illnesses))


def withdraw(office, number, then):
    consent_id = office.all(select(Consent.id).where(Consent.withdrawn_on.is_(None)))[-1]
    return office.run("party.withdraw_consent", party_id=number, consent_id=consent_id, then=then)


def test_a_sensitive_fact_needs_a_consent(trusted):
    with pytest.raises(Invalid) as caught:
        add(trusted, facets={"health": {"illnesses": SECRET}})
    (problem,) = caught.value.problems
    assert problem.field == "health.illnesses"
    assert trusted.all(select(PersonHealth)) == []


def test_a_consent_in_the_same_form_is_enough(trusted):
    add(trusted, consent(), facets={"health": {"illnesses": SECRET}})
    assert illnesses(trusted) == [SECRET]


def test_a_consent_covers_what_it_names_only(trusted):
    with pytest.raises(Invalid):
        add(trusted, consent("diet"), facets={"health": {"illnesses": SECRET}})


@pytest.mark.parametrize(
    "values", [{"until": "1400/01/01", "given_on": "1399/01/01"}, {"given_on": "1499/01/01"}]
)
def test_a_consent_that_does_not_hold_today_covers_nothing(trusted, values):
    with pytest.raises(Invalid):
        add(trusted, consent(**values), facets={"health": {"illnesses": SECRET}})


def test_an_unchanged_fact_is_not_asked_about_again(trusted, clock):
    number = add(
        trusted,
        consent(until=str(clock().date() + timedelta(days=2))),
        facets={"health": {"illnesses": SECRET}},
    )
    clock.advance(days=5)
    change(trusted, number, health={"illnesses": SECRET})
    with pytest.raises(Invalid):
        change(trusted, number, health={"illnesses": "چیز دیگر"})
    change(trusted, number, health={"illnesses": ""})
    assert illnesses(trusted) == [None]


def test_without_the_setting_no_consent_is_needed(trusted, site, engines, discovery):
    with trusted.runtime.system_work("test", "settings.save") as context:
        store_values(context, {REQUIRED: False})
    runtime = build_runtime(site, engines, discovery=discovery, isolate=False)
    runtime.clock = trusted.runtime.clock
    add(Office(runtime, trusted.actor), facets={"health": {"illnesses": SECRET}})
    assert illnesses(trusted) == [SECRET]


def test_who_has_no_right_neither_sees_nor_writes(trusted, office):
    number = add(trusted, consent(), facets={"health": {"illnesses": SECRET}})
    assert illnesses(office) == []
    assert office.all(select(Consent)) == []
    with pytest.raises((Invalid, Forbidden)):
        change(office, number, health={"illnesses": "x"})
    with pytest.raises(Invalid):
        change(office, number, consents=[consent("diet")])
    with office.runtime.reading(office.actor) as context:
        person = office.runtime.resource("person")
        assert not [column.key for column in list_columns(context, person) if column.key.startswith("health")]
        for query in (
            ListQuery(filters=(Filter("health.illnesses", "filled"),)),
            ListQuery(sort="health.illnesses"),
            ListQuery(columns=("health.illnesses",)),
        ):
            with pytest.raises(Invalid):
                page(context, person, query)


def test_the_database_hides_the_rows_by_itself(trusted, office, site, engines):
    """Wall 2 alone: bare statements in a transaction of the application's role under the actor's name."""
    from kernel.access.identity import Identity

    add(trusted, consent(), facets={"health": {"illnesses": SECRET}})
    counts = {}
    for who in (trusted, office):
        with engines.app(site).begin() as connection:
            Identity(site.signing_key, who.actor).announce(connection)
            counts[who] = [
                connection.execute(text(f"SELECT count(*) FROM kernel.{table}")).scalar_one()
                for table in ("person_health", "consent", "withheld_facts")
            ]
    assert counts == {trusted: [1, 1, 0], office: [0, 0, 0]}


def test_history_never_holds_a_value(trusted, owner):
    number = add(
        trusted, consent(), facets={"health": {"illnesses": SECRET}, "facts": {"preferences": "چای"}}
    )
    change(trusted, number, health={"illnesses": SECRET + "۲"})
    withdraw(trusted, number, "erase")
    written = owner.execute(select(History.subject, History.changes)).all()
    assert all(SECRET not in str(changes) for _subject, changes in written)
    assert {"kernel.person_health"} <= {subject for subject, _changes in written}
    dump = owner.execute(text("SELECT string_agg(h::text, '') FROM kernel.history h")).scalar_one()
    assert "چای" in dump


@pytest.mark.parametrize("then", ["keep", "erase"])
def test_withdrawing_takes_the_facts_out_of_sight(trusted, then, owner):
    number = add(trusted, consent(), facets={"health": {"illnesses": SECRET}})
    assert withdraw(trusted, number, then) == ["health"]
    assert illnesses(trusted) == []
    add_back = [{"id": ""} | consent()]
    change(trusted, number, consents=add_back)
    assert illnesses(trusted) == ([SECRET] if then == "keep" else [])


def test_erasing_leaves_nothing_in_any_table(trusted, owner):
    number = add(trusted, consent(), facets={"health": {"illnesses": SECRET}})
    withdraw(trusted, number, "keep")
    change(trusted, number, consents=[consent()])
    withdraw(trusted, number, "erase")
    tables = owner.execute(
        text("SELECT relname FROM pg_class WHERE relnamespace = 'kernel'::regnamespace AND relkind = 'r'")
    ).scalars()
    for table in tables:
        found = owner.execute(
            text(f'SELECT count(*) FROM kernel."{table}" t WHERE t::text LIKE :it'), {"it": f"%{SECRET}%"}
        )
        assert found.scalar_one() == 0, table


def test_another_consent_keeps_the_facts_in_sight(trusted):
    number = add(trusted, consent(), consent(how="signature"), facets={"health": {"illnesses": SECRET}})
    assert withdraw(trusted, number, "erase") == []
    assert illnesses(trusted) == [SECRET]


def test_withdrawing_needs_an_answer_and_happens_once(trusted):
    number = add(trusted, consent(), facets={"health": {"illnesses": SECRET}})
    with pytest.raises(Invalid):
        withdraw(trusted, number, "")
    consent_id = trusted.one(select(Consent.id))
    withdraw(trusted, number, "keep")
    with pytest.raises(Invalid):
        trusted.run("party.withdraw_consent", party_id=number, consent_id=consent_id, then="keep")


def test_a_form_does_not_remove_consents(trusted):
    number = add(trusted, consent())
    change(trusted, number, consents=[])
    assert len(trusted.all(select(Consent))) == 1


def test_what_runs_out_is_withheld_by_the_daily_job(trusted, clock):
    until = str(clock().date() + timedelta(days=2))
    add(trusted, consent(until=until), facets={"health": {"illnesses": SECRET}})
    for days, seen in ((1, [SECRET]), (5, [])):
        clock.advance(days=days)
        with trusted.runtime.system_work("test", "job") as context:
            withhold_expired(context)
        assert illnesses(trusted) == seen


def test_the_paper_of_a_consent_is_kept_with_the_person(trusted):
    number = add(trusted, consent())
    paper = io.BytesIO(b"%PDF-1.4 signed")
    consent_id = trusted.one(select(Consent.id))
    file_id = trusted.run(
        "party.file_consent", party_id=number, consent_id=consent_id, stream=paper, name="a.pdf"
    )
    assert trusted.one(select(Consent.document_id)) == file_id


def test_another_persons_consent_is_not_found(trusted):
    number, other = add(trusted, consent()), add(trusted, last_name="دیگر")
    consent_id = trusted.one(select(Consent.id).where(Consent.party_id == number))
    with pytest.raises(CommandError):
        trusted.run("party.withdraw_consent", party_id=other, consent_id=consent_id, then="keep")


def test_many_at_once_need_consent_too_and_bring_it(trusted):
    rows = [
        {"last_name": "یک", "family.status": "married", "consent_how": "form"},
        {"last_name": "دو", "family.status": "single"},
        {"last_name": "سه", "facts.preferences": "قهوه"},
    ]
    bulk = trusted.runtime.resource("person").bulk_create
    with trusted.runtime.writing(trusted.actor, "person.create") as context:
        with pytest.raises(Invalid) as caught:
            bulk(context, rows)
        context.session.rollback()
    assert [(problem.row, problem.field) for problem in caught.value.problems] == [(1, "family.status")]
    with trusted.runtime.writing(trusted.actor, "person.create") as context:
        bulk(context, [rows[0], rows[2]])
    assert trusted.all(select(PersonFamily.status)) == ["married"]
    assert trusted.all(select(PartyFacts.preferences)) == ["قهوه"]
    (given,) = trusted.all(select(Consent))
    assert (given.covers_family, given.covers_faith, given.how) == (True, False, "form")


def test_religion_is_filtered_by_those_who_may(trusted, runtime):
    from kernel.parties.personal import RELIGIONS
    from kernel.resources.models import BaseValue

    shia = trusted.one(select(BaseValue.id).where(BaseValue.list == RELIGIONS, BaseValue.code == "shia"))
    number = add(trusted, consent("faith"), facets={"faith": {"religion": str(shia)}})
    add(trusted, last_name="دیگر")
    with runtime.reading(trusted.actor) as context:
        query = ListQuery(filters=(Filter("faith.religion", "is", str(shia)),))
        found = page(context, runtime.resource("person"), query)
    assert [row.id for row in found.rows] == [number]
    assert trusted.all(select(PersonFaith.party_id)) == [number]


def test_wedding_days_are_found_by_their_anniversary(trusted, office, runtime, clock):
    assert clock().date().isoformat() == "2026-10-05"  # 13 Mehr 1405
    facts = [("1390/07/01", True), ("1402/07/30", True), ("1390/06/31", False), ("1390/08/01", False)]
    expected = []
    for day, in_mehr in facts:
        number = add(trusted, consent("family"), last_name=day, facets={"family": {"wedding_date": day}})
        expected += [number] if in_mehr else []
    query = ListQuery(filters=(Filter("family.wedding_date", "anniversary", "this_month"),))
    with runtime.reading(trusted.actor) as context:
        found = page(context, runtime.resource("person"), query)
    assert sorted(row.id for row in found.rows) == expected
    with runtime.reading(office.actor) as context, pytest.raises(Invalid):
        page(context, runtime.resource("person"), query)
