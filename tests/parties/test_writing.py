"""Persons and organisations are written with all that belongs to them, in one transaction, or not at all."""

from datetime import date

import pytest
from sqlalchemy import func, select

from kernel.parties.models import Address, ContactPoint, Employment, Party, PartyRole
from kernel.parties.places.models import City, District, Province
from kernel.resources.errors import EditConflict, Forbidden, Invalid, NotFound
from kernel.resources.models import BaseValue

SARA = {"first_name": "سارا", "last_name": "احمدی", "mobile": "۰۹۱۲ ۱۲۳ ۴۵۶۷"}


def party(office, number):
    return office.one(select(Party).where(Party.id == number))


def base_value(source, code):
    return select(BaseValue.id).where(BaseValue.list == source, BaseValue.code == code)


def city(name):
    return select(City).where(City.name == name)


def places_of(problems):
    return {problem.place for problem in problems}


def test_a_person_is_stored_in_canonical_form(office):
    number = office.person(**SARA, national_code="۸۴۵۷۵۹۴۸", birth_date="1370/12/30", title="دکتر")
    saved = party(office, number)
    assert saved.kind == "person"
    assert saved.mobile == "+989121234567"
    assert saved.national_code == "0084575948"
    assert saved.birth_date == date(1992, 3, 20)
    assert saved.display_name == "دکتر سارا احمدی"
    assert saved.search_private == "989121234567|09121234567|0084575948"
    assert saved.owner_id == office.actor.user_id


def test_an_organisation_is_stored_with_its_codes(office):
    number = office.organisation(name="فرش  كاشان", legal_id="10380284790", phone="021-88776655 داخلی 12")
    saved = party(office, number)
    assert (saved.kind, saved.display_name) == ("organisation", "فرش کاشان")
    assert (saved.phone, saved.phone_extension) == ("+982188776655", "12")
    assert saved.phone_tail == "88776655"


def test_every_problem_is_told_at_once_with_its_field(office):
    with pytest.raises(Invalid) as caught:
        office.person(
            first_name="", mobile="123", national_code="1111111111", email="nobody", birth_date="1380/12/30"
        )
    named = places_of(caught.value.problems)
    assert named >= {"mobile", "national_code", "email", "birth_date", "last_name"}
    assert office.all(select(Party)) == []


def test_a_landline_is_no_mobile(office):
    with pytest.raises(Invalid) as caught:
        office.person(last_name="احمدی", mobile="02188776655")
    assert places_of(caught.value.problems) == {"mobile"}


def test_an_organisation_needs_a_name(office):
    with pytest.raises(Invalid) as caught:
        office.organisation(name="  ")
    assert "name" in places_of(caught.value.problems)


def test_a_card_reader_fills_the_card_number(office):
    number = office.person(last_name="احمدی", card_number=";6273811234=9912?")
    assert party(office, number).card_number == "6273811234"


def test_a_taken_number_is_refused_without_telling_whose(office, own_office):
    office.person(**SARA, national_code="0084575948")
    with pytest.raises(Invalid) as caught:
        own_office.person(last_name="دیگری", national_code="0084575948")
    (problem,) = caught.value.problems
    assert problem.field == "national_code"
    assert "احمدی" not in str(problem.message)


def test_a_number_in_the_bin_may_be_used_again(office):
    first = office.person(**SARA, national_code="0084575948")
    office.run("record.delete", resource="person", record_id=first)
    assert office.person(**SARA, national_code="0084575948") != first


def test_further_contact_details_are_canonical_and_searched(office):
    rows = [
        {"kind": "phone", "value": "۰۲۱-۸۸۷۷۶۶۵۵ داخلی ۱۲", "label": "منشی"},
        {"kind": "mobile", "value": "00989351112233"},
        {"kind": "email", "value": "Office@Example.COM"},
        {"kind": "sms_line", "value": "30001234"},
    ]
    number = office.person({"contacts": rows}, **SARA)
    saved = office.all(select(ContactPoint).where(ContactPoint.party_id == number).order_by(ContactPoint.id))
    assert [(row.kind, row.value, row.extension) for row in saved] == [
        ("phone", "+982188776655", "12"),
        ("mobile", "+989351112233", ""),
        ("email", "Office@example.com", ""),
        ("sms_line", "30001234", ""),
    ]
    assert saved[0].raw == "۰۲۱-۸۸۷۷۶۶۵۵ داخلی ۱۲"
    assert [row.tail for row in saved] == ["88776655", "51112233", None, None]
    assert "09351112233" in party(office, number).search_private


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("mobile", "02188776655"),
        ("phone", "09121234567"),
        ("email", "x"),
        ("sms_line", "09121234567"),
        ("fax", "abc"),
    ],
)
def test_a_contact_detail_that_is_not_of_its_kind_is_named_by_row(office, kind, value):
    rows = [{"kind": "mobile", "value": "09121112233"}, {"kind": kind, "value": value}]
    with pytest.raises(Invalid) as caught:
        office.person({"contacts": rows}, **SARA)
    assert places_of(caught.value.problems) == {"contacts-1-value"}
    assert office.all(select(Party)) == []


def test_a_removed_contact_detail_is_no_longer_searched(office):
    number = office.person({"contacts": [{"kind": "mobile", "value": "09351112233"}]}, **SARA)
    office.edit("person", number, {"contacts": []})
    assert "09351112233" not in party(office, number).search_private


def test_the_upper_places_follow_from_the_lower_one_and_are_mirrored(office):
    zone = office.one(select(District).where(District.name == "منطقه ۶"))
    number = office.person({"addresses": [{"district": zone.id, "street": "خیابان ولیعصر"}]}, **SARA)
    address = office.one(select(Address).where(Address.party_id == number))
    saved = party(office, number)
    tehran = office.one(select(Province).where(Province.code == "IR-23"))
    assert (address.city_id, address.province_id, address.is_main) == (zone.city_id, tehran.id, True)
    assert address.country_id == tehran.country_id
    assert (saved.district_id, saved.city_id, saved.province_id) == (zone.id, zone.city_id, tehran.id)


def test_places_that_do_not_lie_in_one_another_are_refused(office):
    kashan = office.one(city("کاشان"))
    tehran = office.one(select(Province).where(Province.code == "IR-23"))
    with pytest.raises(Invalid) as caught:
        office.person({"addresses": [{"province": tehran.id, "city": kashan.id}]}, **SARA)
    assert places_of(caught.value.problems) == {"addresses-0-city"}


def test_moving_the_main_mark_moves_the_mirrored_places(office):
    kashan, qamsar = office.one(city("کاشان")), office.one(city("قمصر"))
    rows = [{"city": kashan.id, "is_main": True}, {"city": qamsar.id}]
    number = office.person({"addresses": rows}, **SARA)
    first, second = office.all(select(Address).where(Address.party_id == number).order_by(Address.id))
    for marked in (second, first):
        rows = [
            {"id": row.id, "city": row.city_id, "is_main": row.id == marked.id} for row in (first, second)
        ]
        office.edit("person", number, {"addresses": rows})
        assert party(office, number).city_id == marked.city_id


def test_two_main_addresses_are_refused(office):
    kashan = office.one(city("کاشان"))
    rows = [{"city": kashan.id, "is_main": True}, {"city": kashan.id, "is_main": True}]
    with pytest.raises(Invalid):
        office.person({"addresses": rows}, **SARA)
    assert office.all(select(Party)) == []


@pytest.mark.parametrize(
    ("latitude", "longitude", "field"),
    [("35.7", None, "longitude"), ("95", "51", "latitude"), ("35", "190", "longitude")],
)
def test_a_point_that_is_not_on_the_map_is_refused(office, latitude, longitude, field):
    with pytest.raises(Invalid) as caught:
        office.person({"addresses": [{"latitude": latitude, "longitude": longitude}]}, **SARA)
    assert places_of(caught.value.problems) == {f"addresses-0-{field}"}


def test_staff_have_position_unit_and_a_contact_flag(office):
    firm = office.organisation(name="کاوه")
    director = office.one(base_value("position", "managing_director"))
    rows = [
        {
            "organisation": firm,
            "position": director,
            "unit": "مدیریت",
            "is_contact": "1",
            "since": "1400/01/01",
        }
    ]
    number = office.person({"employments": rows}, **SARA)
    post = office.one(select(Employment).where(Employment.person_id == number))
    assert (post.organisation_id, post.position_id, post.unit, post.is_contact) == (
        firm,
        director,
        "مدیریت",
        True,
    )
    assert post.since == date(2021, 3, 21)


def test_staff_are_entered_on_the_form_of_the_organisation_too(office):
    someone = office.person(**SARA)
    firm = office.organisation({"staff": [{"person": someone}]}, name="کاوه")
    assert office.one(select(Employment.person_id).where(Employment.organisation_id == firm)) == someone


def test_a_person_is_no_employer(office):
    someone = office.person(**SARA)
    with pytest.raises(Invalid) as caught:
        office.person({"employments": [{"organisation": someone}]}, last_name="دیگری")
    assert places_of(caught.value.problems) == {"employments-0-organisation"}


def test_a_form_opened_before_anothers_change_is_refused(office):
    number = office.person(**SARA)
    opened = party(office, number).version
    office.edit("person", number, first_name="ساره")
    with pytest.raises(EditConflict):
        office.run(
            "record.edit", resource="person", record_id=number, version=opened, values={"first_name": "ثریا"}
        )
    assert party(office, number).first_name == "ساره"


def test_renaming_changes_the_keys(office):
    number = office.person(**SARA)
    office.edit("person", number, last_name="یوسفی")
    saved = party(office, number)
    assert saved.display_name == "سارا یوسفی"
    assert saved.search_key.startswith("سارایوسفی|")


def test_a_party_of_the_other_kind_is_not_found(office):
    firm = office.organisation(name="کاوه")
    with pytest.raises(NotFound):
        office.edit("person", firm, first_name="علی")


def test_others_parties_are_neither_seen_nor_edited(office, own_office):
    hidden = office.person({"contacts": [{"kind": "mobile", "value": "09351112233"}]}, **SARA)
    mine = own_office.person(last_name="خودی", mobile="09350000000")
    assert own_office.all(select(Party.id)) == [mine]
    assert own_office.all(select(ContactPoint.id)) == []
    assert own_office.all(select(func.count()).select_from(PartyRole)) == [1]
    with pytest.raises(NotFound):
        own_office.edit("person", hidden, first_name="علی")


def test_writing_needs_the_right(runtime, make_user):
    viewer = make_user("viewer", {("party", "view"): "all"})
    with pytest.raises(Forbidden):
        runtime.execute(viewer, "record.create", resource="person", values=dict(SARA))
