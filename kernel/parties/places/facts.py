"""The facts about places that ship with the product, read from the CSV files beside this module."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from importlib.resources import files
from typing import NamedTuple

from babel import Locale

IRAN = "IR"
TEHRAN = ("IR-23", "تهران")
"""Province code and name of the only city whose districts ship with the product."""
TEHRAN_ZONES = 22


class CountryFact(NamedTuple):
    """A country: ISO 3166-1 alpha-2 code, names, dialling code without the plus sign (`98`)."""

    code: str
    name: str
    name_en: str
    dialling_code: str


class ProvinceFact(NamedTuple):
    """A province of Iran: ISO 3166-2 code, names, area code of fixed telephones with its zero (`021`)."""

    code: str
    name: str
    name_en: str
    area_code: str


class CityFact(NamedTuple):
    """A city of Iran: code of its province, name, the county of which it is the seat or an empty text."""

    province: str
    name: str
    seat_of: str


def countries() -> list[CountryFact]:
    """Give the 249 countries and territories of ISO 3166-1 under their names in the Unicode CLDR."""
    persian, english = Locale("fa").territories, Locale("en").territories
    return [
        CountryFact(row["code"], persian[row["code"]], english[row["code"]], row["dialling_code"])
        for row in _rows("countries.csv")
    ]


def provinces() -> list[ProvinceFact]:
    """Give the 31 provinces of Iran."""
    return [
        ProvinceFact(row["code"], row["name_fa"], row["name_en"], row["area_code"])
        for row in _rows("provinces.csv")
    ]


def cities() -> list[CityFact]:
    """Give the cities of Iran, the county seats of each province first."""
    return [CityFact(row["province"], row["name"], row["seat_of"]) for row in _rows("cities.csv")]


def tehran_zones() -> list[str]:
    """Give the names of the 22 municipal zones of Tehran: «منطقه ۱» to «منطقه ۲۲»."""
    digits = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
    return [f"منطقه {str(number).translate(digits)}" for number in range(1, TEHRAN_ZONES + 1)]


def _rows(name: str) -> Iterator[dict[str, str]]:
    yield from csv.DictReader((files(__package__) / name).read_text(encoding="utf-8").splitlines())
