"""Countries, provinces, cities and districts as resources: users add and rename them in place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from kernel.fa.sorting import sort_key
from kernel.fa.text import squeeze
from kernel.i18n import LazyText, _
from kernel.parties.places import facts
from kernel.parties.places.models import City, Country, District, Province
from kernel.resources.context import Context
from kernel.resources.errors import Problem
from kernel.resources.fields import Code, Field, Link, Text, YesNo
from kernel.resources.resource import Resource, Search, Section, Sort

PERMISSION = "place"
"""What grants on all four levels speak of."""


def prepare_place(context: Context, place: Any, values: Mapping[str, Any]) -> list[Problem]:
    """Compute the keys of a place; a province belongs to Iran unless another country is named."""
    place.search_key = squeeze(place.name or "")
    place.sort_key = sort_key(place.name or "")
    if isinstance(place, Province) and place.country_id is None:
        home = select(Country.id).where(Country.code == facts.IRAN)
        place.country_id = context.session.execute(home).scalar_one()
    return []


def _level(
    name: str,
    model: Any,
    texts: tuple[LazyText, LazyText, LazyText],
    own: Sequence[Field],
    constraints: Sequence[str],
) -> Resource:
    title, plural, twice = texts
    fields = (
        Text("name", _("Name"), required=True, limit=100),
        Text("name_en", _("Name in English"), limit=100),
        *own,
        YesNo("active", _("Offered for choice"), default=True),
    )
    names = tuple(item.name for item in fields)
    return Resource(
        name=name,
        model=model,
        title=title,
        plural=plural,
        path={"country": "countries", "province": "provinces", "city": "cities"}.get(name, "districts"),
        permission=PERMISSION,
        icon="map-pin",
        fields=fields,
        list_columns=names,
        sections=(Section(title, names),),
        sorts=(Sort("name", _("Name"), ("sort_key",)),),
        search=Search(),
        prepare=prepare_place,
        constraints=dict.fromkeys(constraints, ("name", twice)),
        importable=True,
    )


COUNTRY = _level(
    "country",
    Country,
    (_("Country"), _("Countries"), _("There is already a country of this name or code.")),
    (
        Code("code", _("Country code"), required=True, limit=2),
        Code("dialling_code", _("Dialling code"), limit=4),
    ),
    ("uq_country_code", "uq_country_search_key"),
)
PROVINCE = _level(
    "province",
    Province,
    (_("Province"), _("Provinces"), _("There is already a province of this name in the country.")),
    (
        Link("country", _("Country"), to="country", attribute="country_id"),
        Code("area_code", _("Area code"), limit=4),
    ),
    ("uq_province_country_id_search_key",),
)
CITY = _level(
    "city",
    City,
    (_("City"), _("Cities"), _("There is already a city of this name in the province.")),
    (
        Link("province", _("Province"), to="province", attribute="province_id", required=True),
        Text("seat_of", _("Seat of the county"), limit=100),
    ),
    ("uq_city_province_id_search_key",),
)
DISTRICT = _level(
    "district",
    District,
    (_("District"), _("Districts"), _("There is already a district of this name in the city.")),
    (Link("city", _("City"), to="city", attribute="city_id", required=True),),
    ("uq_district_city_id_search_key",),
)
PLACES = (COUNTRY, PROVINCE, CITY, DISTRICT)
