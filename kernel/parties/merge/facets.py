"""Facets that both parties have: one row is left, each field by its rule (`keep`, `sum`, `newest`, `ask`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from kernel.i18n import _
from kernel.parties.merge.choosing import MustChoose, decide, facet_sees
from kernel.parties.merge.references import Catalogue
from kernel.parties.merge.rows import Row, content, is_empty
from kernel.resources.context import Context
from kernel.resources.errors import Problem
from kernel.resources.fields import Field
from kernel.resources.resource import Facet, Resource


class FacetRules:
    """Decides about facets on behalf of an actor; what he has to choose is collected in `problems`."""

    def __init__(
        self, context: Context, resource: Resource, catalogue: Catalogue, choices: Mapping[str, str]
    ) -> None:
        self._context = context
        self._catalogue = catalogue
        self._choices = choices
        self._facets = {
            (str(facet.model.__table__.fullname), facet.key): facet
            for facet in context.runtime.facets(resource)
        }
        self.problems: list[Problem] = []

    def __call__(self, table: str, column: str, kept: Row, dropped: Row) -> Mapping[str, Any] | None:
        """Give the columns of the survivor's row that change; None where the table is no facet's that runs here.

        Also None where a column that no field speaks of contradicts: nobody has said what is right.
        """
        facet = self._facets.get((table, column))
        if facet is None:
            return None
        changes = dict(self._decided(facet, kept, dropped))
        covered = {item.attribute for item in facet.fields}
        for name in content(self._catalogue.shape(table), without=(column, *covered)):
            if is_empty(kept[name]):
                changes[name] = dropped[name]
            elif not is_empty(dropped[name]) and kept[name] != dropped[name]:
                return None
        return {name: value for name, value in changes.items() if kept[name] != value}

    def _decided(self, facet: Facet, kept: Row, dropped: Row) -> Iterator[tuple[str, Any]]:
        newer = _instant(dropped) > _instant(kept)
        for item in facet.fields:
            if item.attribute not in kept:
                continue
            value = self._value(facet, item, kept[item.attribute], dropped[item.attribute], newer)
            yield item.attribute, value

    def _value(self, facet: Facet, item: Field, kept: Any, dropped: Any, newer: bool) -> Any:
        name = facet.qualified(item.name)
        seen = facet_sees(self._context, facet, item)
        try:
            return decide(item, kept, dropped, newer=newer, choice=self._choices.get(name), seen=seen)
        except MustChoose:
            self.problems.append(Problem(name, _("%(field)s: choose which value stays.", field=item.title)))
            return kept


def _instant(row: Row) -> datetime:
    return datetime.fromisoformat(row.get("updated_at") or "0001-01-01T00:00:00+00:00")
