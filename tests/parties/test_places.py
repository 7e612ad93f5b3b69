"""Users add provinces, cities and districts in place; everybody chooses from them."""

import pytest
from sqlalchemy import select

from kernel.fa.sorting import sort_key
from kernel.parties.places.models import City, Country, District, Province
from kernel.resources.errors import Forbidden, Invalid


def test_a_province_belongs_to_iran_unless_another_country_is_named(office):
    number = office.create("province", name="استان تازه")
    saved = office.one(select(Province).where(Province.id == number))
    iran = office.one(select(Country).where(Country.code == "IR"))
    assert (saved.country_id, saved.code, saved.active) == (iran.id, None, True)
    assert saved.sort_key == sort_key("استان تازه")
    iraq = office.one(select(Country).where(Country.code == "IQ"))
    basra = office.create("province", name="بصره", country=iraq.id)
    assert office.one(select(Province.country_id).where(Province.id == basra)) == iraq.id


def test_districts_are_the_users_own(office):
    kashan = office.one(select(City).where(City.name == "کاشان"))
    number = office.create("district", name="فین", city=kashan.id)
    assert office.one(select(District.name).where(District.city_id == kashan.id)) == "فین"
    office.edit("district", number, name="باغ فین")
    assert office.one(select(District.search_key).where(District.id == number)) == "باغفین"


@pytest.mark.parametrize("spelling", ["کاشان", "كاشان", "کا‌شان"])
def test_a_place_is_not_entered_twice(office, spelling):
    isfahan = office.one(select(Province).where(Province.code == "IR-10"))
    with pytest.raises(Invalid) as caught:
        office.create("city", name=spelling, province=isfahan.id)
    assert [problem.field for problem in caught.value.problems] == ["name"]


def test_one_name_may_stand_in_two_provinces(office):
    tehran = office.one(select(Province).where(Province.code == "IR-23"))
    assert office.create("city", name="کاشان", province=tehran.id)


def test_everybody_chooses_from_places_but_changing_them_is_a_right(own_office):
    assert len(own_office.all(select(Province.id))) == 31
    with pytest.raises(Forbidden):
        own_office.create("province", name="استان تازه")


def test_places_are_found_by_name_in_any_spelling(office):
    resource = office.runtime.resource("city")
    with office.runtime.reading(office.actor) as context:
        field = office.runtime.resource("person").by_name["city"]
        (number,) = field.find("خمینی شهر", context)
        assert field.show(number, context) == "خمینی‌شهر"
    assert resource.permission == "place"
