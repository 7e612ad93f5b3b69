"""What a pattern keeps of a field comes out of no page, whatever its address: driven by the declarations and the URL map."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import insert, select

from kernel.access.actor import SYSTEM, Actor, load_actor
from kernel.access.models import AuditEntry, Pattern, UserPattern
from kernel.administration.assembly import assemble
from kernel.administration.field_rules import rulable
from kernel.administration.rights import grantable
from kernel.data.engines import Engines
from kernel.data.site import Site
from kernel.extension.discovery import discover
from kernel.lifecycle.install import install
from kernel.lifecycle.steps import Workshop
from kernel.resources.build import build_runtime
from kernel.resources.errors import Invalid
from kernel.resources.field_rules import resource_fields
from kernel.resources.lists import ListQuery
from kernel.resources.lists.query import Filter
from kernel.resources.lists.selection import select_rows
from kernel.resources.runtime import Runtime
from kernel.testing.browser import Browser, let_in
from kernel.testing.users import add_user, keep_fields
from kernel.testing.worker_sites import WorkerSites
from kernel.web.wsgi import PeyvandWSGI
from tests.web.test_rights import OPEN_TO_ALL, rules

PERSON = {
    "first_name": "رویا",
    "last_name": "فرهمند",
    "form_of_address": "خطاب‌نشان",
    "mobile": "09127654321",
    "phone": "02144556677",
    "phone_extension": "90817",
    "fax": "02133221100",
    "email": "neshan-eyk@example.org",
    "website": "https://neshan-do.example.org",
    "father_name": "پدرنشان",
    "birth_date": "1361/07/19",
    "national_code": "0084575948",
    "foreign_code": "GX445566",
    "card_number": "5544332211",
    "note": "یادداشت‌نشان",
}
CONTACT = {"kind": "mobile", "value": "09351112233", "extension": "", "label": "برچسب‌نشان"}
ADDRESS = {
    "street": "خیابان نشان",
    "postal_code": "1416634793",
    "latitude": "35.1234567",
    "longitude": "51.7654321",
}
PATIENT = {
    "file_number": "FN-778899",
    "blood_group": "AB-",
    "allergies": "حساسیت‌نشان",
    "insurance_number": "IN-665544",
}
ORGANISATION = {
    "name": "بنگاه نمونه",
    "short_name": "کوته‌نشان",
    "legal_id": "14003577150",
    "economic_code": "411455667788",
    "registration_number": "7766554",
}
MARKERS = (
    *("7654321", "۷۶۵", "90817", "۹۰۸۱۷", "33221100", "neshan-eyk", "neshan-do", "پدرنشان"),
    *(
        "۱۳۶۱/۰۷/۱۹",
        "1361/07/19",
        "1982-10-11",
        "0084575948",
        "۰۰۸۴۵۷۵۹۴۸",
        "GX445566",
        "5544332211",
        "یادداشت‌نشان",
    ),
    *("9351112233", "۱۱۱ ۲۲۳۳", "برچسب‌نشان", "خیابان نشان", "1416634793", "35.1234567", "51.7654321"),
    *("FN-778899", "حساسیت‌نشان", "IN-665544", "کوته‌نشان", "14003577150", "411455667788", "7766554"),
    *("دلیل‌نشان", "نوبت‌نشان", "٬۷۷۷", "98765777"),
)
"""Values as pages and files show them; each belongs to a field that can have a rule."""


@dataclass
class Scene:
    """A clinic with one record of each kind, every field of text filled with something of its own."""

    runtime: Runtime
    site: Site
    engines: Engines
    wsgi: PeyvandWSGI
    administrator: Actor
    person: int
    organisation: int

    def user(self, name: str, rule: str | None, only: Mapping[tuple[str, str], str] | None = None) -> Actor:
        """A user who may do everything, under a pattern with one rule for all fields, or with rules of its own."""
        grants = {(each.name, action): "all" for each in grantable(self.runtime) for action in each.actions}
        kept = only or {
            (each.name, item): rule for each in rulable(self.runtime) for item in each.fields if rule
        }
        with self.engines.owner(self.site).begin() as owner:
            actor = add_user(owner, name, grants)
            let_in(owner, actor.user_id)
            return keep_fields(owner, actor.user_id or 0, kept)

    def browser(self, name: str) -> Browser:
        browser = Browser(self.wsgi, self.site.hosts[0])
        browser.sign_in(name)
        return browser


@pytest.fixture
def scene(worker_sites: WorkerSites, engines: Engines, wsgi: PeyvandWSGI) -> Iterator[Scene]:
    assemble()

    def with_medical(site: Site) -> None:
        install(Workshop(site, engines, discover()), "medical", SYSTEM("tests"))

    site = worker_sites.kept("clinic", with_medical)
    runtime = build_runtime(site, engines, isolate=False)
    with engines.owner(site).begin() as owner:
        head = add_user(owner, "head", administrator=True)
        let_in(owner, head.user_id)

    def run(command: str, **given: Any) -> Any:
        return runtime.execute(head, command, **given)

    parts = {"contacts": [CONTACT], "addresses": [ADDRESS]}
    person = run("record.create", resource="person", values=PERSON, parts=parts, facets={"medical": PATIENT})
    run("record.edit", resource="person", record_id=person, values={"father_name": "پدرنشان دوم"})
    organisation = run("record.create", resource="organisation", values=ORGANISATION)
    doctor = run(
        "record.create",
        resource="medical.doctor",
        values={"party": person, "name": "پزشک", "room": "اتاق‌نشان"},
        parts={"exceptions": [{"day": "1405/12/01", "kind": "away", "reason": "دلیل‌نشان"}]},
    )
    service = run(
        "record.create",
        resource="medical.service",
        values={"title": "ویزیت", "minutes": "20", "price": "98765777"},
    )
    run(
        "medical.book",
        doctor=doctor,
        patient=person,
        service=service,
        starts_at="2026-11-30T08:00:00+03:30",
        note="نوبت‌نشان",
        outside_hours=True,
    )
    yield Scene(runtime, site, engines, wsgi, head, person, organisation)
    worker_sites.clean("clinic")


PARTIES = ("/persons/", "/organisations/", "/parties/")
"""Before the numbers of persons and organisations."""


def addresses(scene: Scene, everywhere: bool) -> Iterator[str]:
    """Every page of the site, of both parties: lists with all columns, files as text, the forms' answers.

    With `everywhere`, each kind of record is asked for with the numbers of the two parties too; without, of other kinds'
    pages every twelfth.
    """
    app = scene.wsgi.application(scene.site)
    seen = set()
    for place, (endpoint, method, address) in enumerate(rules(app, 1)):
        if method != "GET" or endpoint in OPEN_TO_ALL or endpoint.startswith(("account.sign", "backup")):
            continue
        of_parties = everywhere or address.startswith(PARTIES)
        if not of_parties and not address.startswith("/medical/") and place % 12:
            continue
        for number in {scene.person, scene.organisation, 1} if of_parties else {1}:
            path = re.sub(r"(?<=/)1(?=/|$)", str(number), address)
            for further in ("", "?format=csv") if "export" in endpoint else ("",):
                if path + further not in seen:
                    seen.add(path + further)
                    yield path + further
    for resource in scene.runtime.resources.values():
        # One by one: a column that is kept from the reader refuses the whole list.
        yield from (f"/{resource.path}?cols={item.name}" for item in resource.fields if item.in_list)
        yield f"/{resource.path}/export?format=csv"


def read(browser: Browser, path: str) -> str | None:
    """What a page holds; None where there is none for this user."""
    answer = browser.get(path)
    return answer.get_data().decode(errors="replace") if answer.status_code == 200 else None


def shown_on(text: str | None) -> list[str]:
    """The markers that a page shows."""
    plain = re.sub(r"[\u2066-\u2069]|&zwnj;", "", text or "")
    return [marker for marker in MARKERS if marker in plain]


@pytest.mark.parametrize("everywhere", [False, pytest.param(True, marks=pytest.mark.long)])
def test_hidden_and_masked_fields_come_out_of_no_page(scene: Scene, everywhere: bool) -> None:
    """Under both rules on all pages that show a value without them; the others under one of the two, by turns.

    With `everywhere`, under both on all pages; without, not on pages that are not there even for whom no rule binds.
    """
    scene.user("free", None)
    free = scene.browser("free")
    texts = {path: read(free, path) for path in addresses(scene, everywhere)}
    shown = {path: shown_on(text) for path, text in texts.items() if everywhere or text is not None}
    assert len({marker for found in shown.values() for marker in found}) >= 25, "the walk reaches the values"
    for turn, rule in enumerate(("hidden", "masked")):
        scene.user(rule, rule)
        browser = scene.browser(rule)
        for number, (path, found) in enumerate(shown.items()):
            if everywhere or found or number % 2 == turn:
                assert shown_on(read(browser, path)) == [], (rule, path)


def test_what_is_kept_can_neither_be_searched_nor_filtered_nor_sorted_by(scene: Scene) -> None:
    for rule in ("hidden", "masked"):
        actor = scene.user(rule, rule)
        browser = scene.browser(rule)
        for sought in ("09127654321", "5544332211", "کوته‌نشان", "14003577150", "0084575948"):
            assert not browser.ids(f"/persons?q={sought}"), sought
            assert not browser.ids(f"/organisations?q={sought}"), sought
        assert browser.ids("/persons?q=فرهمند")
        assert browser.ids("/organisations?q=بنگاه")
        persons = scene.runtime.resources["person"]
        with scene.runtime.reading(actor) as context:
            for name in ("mobile", "birth_date", "age", "city", "medical.file_number"):
                for query in (ListQuery(sort=name), ListQuery(filters=(Filter(name, "filled", ""),))):
                    with pytest.raises(Invalid):
                        select_rows(context, persons, query)


def test_masked_values_show_their_last_letters_and_cannot_be_written(scene: Scene) -> None:
    actor = scene.user("veiled", None, {("party", "mobile"): "masked", ("party", "email"): "masked"})
    text = scene.browser("veiled").get(f"/persons/{scene.person}").text
    assert "•••• ۴۳۲۱" in text
    assert "••••@example.org" in text
    with pytest.raises(Invalid):
        scene.runtime.execute(
            actor, "record.edit", resource="person", record_id=scene.person, values={"mobile": "09121111111"}
        )


def test_read_only_fields_are_seen_and_refused(scene: Scene) -> None:
    actor = scene.user(
        "reader", None, {("party", "note"): "read_only", ("party", "contacts-value"): "read_only"}
    )
    browser = scene.browser("reader")
    assert "یادداشت‌نشان" in browser.get(f"/persons/{scene.person}").text
    form = browser.get(f"/persons/{scene.person}/edit").text
    assert 'name="note"' not in form
    told = re.findall(r'<div class="field told">.*?</div>', form, re.S)
    assert [("یادداشت‌نشان" in each, "۱۱۱ ۲۲۳۳" in each) for each in told].count((True, False)) == 1
    assert any("۱۱۱ ۲۲۳۳" in each for each in told), "of rows of parts as well"
    answer = browser.post(
        f"/persons/{scene.person}/edit", {"first_name": "رویا", "last_name": "نو", "note": "دیگر"}
    )
    assert answer.status_code == 422
    assert browser.get(f"/persons/{scene.person}/field/note").status_code == 403
    with pytest.raises(Invalid) as refused:
        scene.runtime.execute(
            actor,
            "record.edit",
            resource="person",
            record_id=scene.person,
            values={},
            parts={"contacts": [{"kind": "mobile", "value": "09120000000"}]},
        )
    assert any("contacts-value" in str(problem.message) for problem in refused.value.problems)


def test_a_new_row_that_needs_a_hidden_field_is_refused_in_words(scene: Scene) -> None:
    actor = scene.user("blind", None, {("party", "contacts-value"): "hidden", ("party", "note"): "hidden"})
    with pytest.raises(Invalid) as refused:
        scene.runtime.execute(
            actor,
            "record.create",
            resource="person",
            values={"first_name": "ا", "last_name": "ب"},
            parts={"contacts": [{"kind": "mobile"}]},
        )
    assert any("required" in str(problem.message) for problem in refused.value.problems)
    made = scene.runtime.execute(
        actor, "record.create", resource="person", values={"first_name": "ا", "last_name": "ب"}
    )
    assert made


def test_of_several_patterns_the_mildest_rule_counts(scene: Scene) -> None:
    actor = scene.user("several", None, {("party", "mobile"): "hidden", ("party", "note"): "hidden"})
    grants = {("party", "view"): "own"}
    with scene.engines.owner(scene.site).begin() as owner:
        second = add_user(owner, "other", grants)
        keep_fields(owner, second.user_id or 0, {("party", "mobile"): "masked"})
        number = owner.execute(
            select(UserPattern.pattern_id).where(UserPattern.user_id == second.user_id)
        ).scalar_one()
        owner.execute(insert(UserPattern).values(user_id=actor.user_id, pattern_id=number))
        several = load_actor(owner, actor.user_id or 0)
        silent = owner.execute(insert(Pattern).values(name="z", title="z").returning(Pattern.id)).scalar_one()
        owner.execute(insert(UserPattern).values(user_id=actor.user_id, pattern_id=silent))
        assert load_actor(owner, actor.user_id or 0).fields == several.fields, "it grants nothing"
    assert several.fields == {("party", "mobile"): "masked", ("party", "note"): "read_only"}
    with scene.runtime.reading(several) as context:
        names = {item.name: item for item in resource_fields(context, scene.runtime.resources["person"])}
        assert names["note"].read_only
        assert not names["mobile"].filterable


def test_an_administrator_sets_the_rules_on_the_page_and_it_is_written_down(scene: Scene) -> None:
    scene.user("clerk", None)
    head, clerk = scene.browser("head"), scene.browser("clerk")
    with scene.engines.owner(scene.site).begin() as owner:
        number = owner.execute(
            select(UserPattern.pattern_id).where(UserPattern.user_id != scene.administrator.user_id)
        ).scalar_one()
    page = f"/administration/patterns/{number}/fields"
    assert "قاعدهٔ فیلدها" in head.get(f"/administration/patterns/{number}").text
    version = head.version(page)
    answer = head.post(page, {"field:party:mobile": "hidden", "_version": version})
    assert answer.status_code == 303, answer.text
    assert "7654321" not in clerk.get("/persons/export?format=csv").text
    assert head.post(page, {"field:party:first_name": "hidden"}).status_code == 422
    assert head.post(page, {"field:party:mobile": "stolen"}).status_code == 422
    with scene.engines.owner(scene.site).begin() as owner:
        told = owner.execute(
            select(AuditEntry.detail).where(AuditEntry.what == "pattern.set_fields")
        ).scalars()
        assert list(told) == [{"fields": {"party.mobile": [None, "hidden"]}}]
    assert head.post(page, {"_version": version}).status_code == 409
    assert head.post(page, {}).status_code == 303
    assert "7654321" in clerk.get("/persons/export?format=csv").text
    assert clerk.post(page, {}).status_code == 403
