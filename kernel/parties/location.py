"""Places by name: provinces and cities that a file of many parties names in words, found in two queries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import select

from kernel.fa.text import squeeze
from kernel.i18n import _
from kernel.parties.places import facts
from kernel.parties.places.models import City, Country, Province
from kernel.resources.context import Context
from kernel.resources.errors import Problem


class Located(NamedTuple):
    """Ids of the places that were named; all None where none was."""

    country_id: int | None = None
    province_id: int | None = None
    city_id: int | None = None


class Locator:
    """Knows the provinces of Iran, and the cities that some sets of values name."""

    def __init__(self, context: Context, sets: Sequence[Mapping[str, Any]]) -> None:
        provinces = (
            select(Province.search_key, Province.id, Province.country_id)
            .join(Country, Country.id == Province.country_id)
            .where(Country.code == facts.IRAN)
        )
        self._provinces: dict[str, int] = {}
        self._countries: dict[int, int] = {}
        for name, province_id, country_id in context.session.execute(provinces):
            self._provinces[name] = province_id
            self._countries[province_id] = country_id
        wanted = {_folded(values.get("address_city"), "شهر") for values in sets} - {""}
        self._cities: dict[str, list[tuple[int, int]]] = {}
        if wanted:
            cities = select(City.search_key, City.id, City.province_id).where(
                City.search_key.in_(sorted(wanted))
            )
            for name, city_id, province_id in context.session.execute(cities):
                self._cities.setdefault(name, []).append((city_id, province_id))

    def locate(self, sets: Sequence[Mapping[str, Any]]) -> tuple[list[Located], list[Problem]]:
        """Find the places that each set names by `address_province` and `address_city`.

        A city is named without its province where only one is called so; problems carry the place of the set.
        """
        located: list[Located] = []
        problems: list[Problem] = []
        for place, values in enumerate(sets):
            found = self._one(values)
            if isinstance(found, Problem):
                problems.append(Problem(found.field, found.message, row=place))
                found = Located()
            located.append(found)
        return located, problems

    def _one(self, values: Mapping[str, Any]) -> Located | Problem:
        province = _folded(values.get("address_province"), "استان")
        city = _folded(values.get("address_city"), "شهر")
        if province and province not in self._provinces:
            return Problem("address_province", _("There is no province of this name."))
        province_id = self._provinces.get(province)
        if not city:
            return Located(self._countries.get(province_id or 0), province_id, None)
        candidates = [
            candidate for candidate in self._cities.get(city, ()) if province_id in (None, candidate[1])
        ]
        if not candidates:
            return Problem("address_city", _("There is no city of this name."))
        if len(candidates) > 1:
            return Problem("address_city", _("Several cities are called so; name the province, too."))
        city_id, province_id = candidates[0]
        return Located(self._countries.get(province_id), province_id, city_id)


def _folded(text: Any, kind: str) -> str:
    """Fold a name, without the word for its kind before it: «استان فارس» is «فارس»."""
    words = str(text or "").split()
    return squeeze(" ".join(words[1:] if len(words) > 1 and squeeze(words[0]) == kind else words))
