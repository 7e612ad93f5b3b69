"""The places that a pattern reaches: provinces with their cities and districts, to be ticked."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from kernel.administration.patterns import Place, find_pattern, places_of
from kernel.fa.digits import stored_number
from kernel.parties.places.models import City, District, Province
from kernel.resources.context import Context
from kernel.web.current import SAVED, current, run_command, tell
from kernel.web.pages import go, render
from kernel.web.views.administration.blueprint import administrators, pages


@dataclass
class Node:
    """A place in the tree; `open` where something beneath it is ticked."""

    key: str
    name: str
    ticked: bool
    below: list[Node] = field(default_factory=list)

    @property
    def open(self) -> bool:
        """Whether something beneath it is ticked."""
        return any(node.ticked or node.open for node in self.below)


@pages.route("/patterns/<int:pattern_id>/places", methods=["GET", "POST"])
@administrators
def pattern_places(pattern_id: int) -> ResponseReturnValue:
    """Show the tree of places with those that the pattern reaches, or save what was ticked."""
    context = current()
    pattern = find_pattern(context, pattern_id)
    if request.method == "POST":
        outcome = run_command("pattern.set_places", pattern_id=pattern_id, places=_ticked())
        if outcome.done:
            tell(SAVED)
            return go("administration.pattern", pattern_id=pattern_id)
        context = current()
        pattern = find_pattern(context, pattern_id)
    with context.system("places of a pattern") as system:
        reached = places_of(system.session, pattern_id)
    return render("administration/pattern_places.html", pattern=pattern, tree=_tree(context, reached))


def _ticked() -> list[Place]:
    found = []
    for value in request.form.getlist("places"):
        kind, _colon, text = value.partition(":")
        number = stored_number(text)
        if number is not None:
            found.append((kind, number))
    return found


def _tree(context: Context, reached: set[Place]) -> list[Node]:
    """Lay out the places on offer, and those reached though they are offered no longer; three queries."""

    def rows(kind: str, model: Any, parent: Any) -> dict[int, list[tuple[int, Node]]]:
        statement = select(model.id, parent, model.name, model.active).order_by(model.sort_key, model.id)
        found: dict[int, list[tuple[int, Node]]] = {}
        for number, above, name, active in context.session.execute(statement):
            ticked = (kind, number) in reached
            if active or ticked:
                found.setdefault(above, []).append((number, Node(f"{kind}:{number}", name, ticked)))
        return found

    districts = rows("district", District, District.city_id)
    cities = rows("city", City, City.province_id)
    tree = []
    for provinces in rows("province", Province, Province.country_id).values():
        for number, province in provinces:
            tree.append(province)
            for city_id, city in cities.get(number, ()):
                province.below.append(city)
                city.below.extend(node for _id, node in districts.get(city_id, ()))
    return tree
