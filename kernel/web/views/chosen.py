"""Whom something is for that goes to many: read from an address, a form or a list, and said in words."""

from __future__ import annotations

import json
from typing import Any

from flask import request
from sqlalchemy import select

from kernel.fa.digits import stored_number
from kernel.i18n import _
from kernel.parties.chosen import checked
from kernel.parties.models import PartyGroup
from kernel.parties.segments.reading import find_segment
from kernel.resources.context import Context
from kernel.resources.errors import Invalid
from kernel.resources.lists import ListQuery
from kernel.resources.lists.searching import any_of
from kernel.resources.resource import Resource
from kernel.web.pages import words

LONGEST = 200_000
"""Characters of a source in a form that are read."""
Source = dict[str, Any]
"""As `kernel.parties.chosen` takes it; what a form sends is checked by the command that gets it."""


def posted() -> Source:
    """Read whom it is for from the form that was sent; nobody where it says nothing that can be read."""
    try:
        found = json.loads(request.form.get("source", "")[:LONGEST])
    except ValueError:
        found = None
    return found if isinstance(found, dict) else {}


def from_address() -> Source:
    """Read whom it is for from the address of the page: `to` says what, `id` which."""
    number = stored_number(request.args.get("id", ""))
    if number is None:
        return {}
    known: dict[str, Source] = {
        "segment": {"segment": number},
        "group": {"groups": [number]},
        "party": {"parties": [number]},
    }
    return known.get(request.args.get("to", ""), {})


def of_selection(resource: Resource, query: ListQuery, ids: list[int] | None) -> Source:
    """Give the source of ticked rows of a list, or of all rows of its filter where there are no `ids`."""
    if ids is not None:
        return {"parties": ids}
    filters = [item.plain() for item in query.filters]
    return {"list": {"resource": resource.name, "search": query.search, "filters": filters}}


def in_words(context: Context, source: Source) -> str:
    """Say whom it is for; empty where that cannot be read. Raises `NotFound` for a segment that the actor does not see."""
    try:
        known = checked(source)
    except Invalid:
        return ""
    if "segment" in known:
        return words(_("The segment “%(name)s”", name=find_segment(context, known["segment"]).name))
    if "groups" in known:
        statement = select(PartyGroup.name).where(any_of(PartyGroup.id, known["groups"]))
        names = "، ".join(context.session.execute(statement).scalars())
        return words(_("The group “%(name)s” with all beneath it", name=names))
    if "parties" in known:
        return words(_("%(count)d ticked parties", count=len(known["parties"])))
    return words(_("All that the filter of the list finds"))
