"""The facts that ship: complete, unique, in Persian letters."""

import re
from collections import Counter

import phonenumbers
import pytest
from babel import Locale

from kernel.parties.places import facts

PERSIAN_NAME = re.compile(r"[ءآأئؤابپتثجچحخدذرزژسشصضطظعغفقکگلمنوهی\u200c ]+")
NOT_COUNTRIES = {"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "XK", "ZZ"}


def test_every_country_of_iso_3166_is_there_once():
    codes = [country.code for country in facts.countries()]
    known = {code for code in Locale("en").territories if re.fullmatch("[A-Z]{2}", code)} - NOT_COUNTRIES
    assert len(codes) == len(set(codes)) == 249
    assert set(codes) == known


def test_dialling_codes_agree_with_the_numbering_plans():
    for country in facts.countries():
        assert re.fullmatch(r"[1-9]\d{0,2}", country.dialling_code)
        known = phonenumbers.country_code_for_region(country.code)
        assert known in (0, int(country.dialling_code)), country
    iran = next(country for country in facts.countries() if country.code == facts.IRAN)
    assert (iran.name, iran.name_en, iran.dialling_code) == ("ایران", "Iran", "98")


def test_the_31_provinces_have_unique_codes_names_and_area_codes():
    provinces = facts.provinces()
    assert sorted(province.code for province in provinces) == [f"IR-{number:02d}" for number in range(31)]
    assert len({province.name for province in provinces}) == 31
    assert len({province.name_en for province in provinces}) == 31
    assert len({province.area_code for province in provinces}) == 31
    assert all(re.fullmatch(r"0\d\d", province.area_code) for province in provinces)


@pytest.mark.parametrize("province", facts.provinces(), ids=lambda province: province.name_en)
def test_area_codes_are_issued(province):
    number = phonenumbers.parse(f"{province.area_code}33333333", facts.IRAN)
    assert phonenumbers.is_valid_number(number)


def test_each_province_has_its_counties():
    provinces = {province.code for province in facts.provinces()}
    seats = Counter(city.province for city in facts.cities() if city.seat_of)
    assert set(seats) == provinces
    assert sum(seats.values()) >= 450
    assert seats["IR-07"] >= 36
    assert seats["IR-09"] >= 30


def test_cities_are_unique_in_their_province_and_belong_to_one():
    provinces = {province.code for province in facts.provinces()}
    cities = facts.cities()
    assert len(cities) > 1000
    assert {city.province for city in cities} == provinces
    assert [key for key, count in Counter(_place(city) for city in cities).items() if count > 1] == []
    counties = Counter((city.province, city.seat_of) for city in cities if city.seat_of)
    assert max(counties.values()) == 1


def test_names_are_clean_persian():
    names = [province.name for province in facts.provinces()]
    names += [text for city in facts.cities() for text in (city.name, city.seat_of) if text]
    for name in names:
        assert PERSIAN_NAME.fullmatch(name), name
        assert name == " ".join(name.split()), name
        assert "\u200c\u200c" not in name
        assert name.strip("\u200c") == name


def test_capitals_stand_in_their_province():
    pairs = {(city.province, city.name) for city in facts.cities()}
    assert facts.TEHRAN in pairs
    for pair in (
        ("IR-09", "مشهد"),
        ("IR-10", "اصفهان"),
        ("IR-30", "کرج"),
        ("IR-17", "یاسوج"),
        ("IR-22", "بندرعباس"),
    ):
        assert pair in pairs


def test_tehran_has_22_zones():
    zones = facts.tehran_zones()
    assert len(set(zones)) == 22
    assert zones[0] == "منطقه ۱"
    assert zones[-1] == "منطقه ۲۲"


def _place(city):
    return city.province, city.name.replace("\u200c", "").replace(" ", "")
