"""Whom something is for that goes to many: ticked parties, a list, a segment, groups. Sendings and printing ask here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select

from kernel.fa.digits import stored_number
from kernel.i18n import LazyText, _
from kernel.parties.groups import members
from kernel.parties.models import Party
from kernel.parties.segments.reading import segment_ids
from kernel.resources.context import Context
from kernel.resources.errors import Invalid, NotFound, Problem
from kernel.resources.lists import Filter, ListQuery
from kernel.resources.lists.searching import any_of
from kernel.resources.lists.selection import select_rows

SOURCES = ("parties", "segment", "groups", "list")
MOST_TICKED = 10_000
UNCHOSEN = Problem(None, _("Choose whom it is for."))


def checked(source: Mapping[str, Any]) -> dict[str, Any]:
    """Give a source as it is stored, as far as it can be checked without a look at the parties.

    It is one of `{"parties": [ids]}`, `{"segment": id}`, `{"groups": [ids]}`, and `{"list": {"resource", "search",
    "filters"}}` for all that a list finds, with filters as `Filter.plain` gives them. Raises `Invalid`.
    """
    kinds = [name for name in SOURCES if source.get(name)]
    if len(kinds) != 1:
        raise Invalid([UNCHOSEN])
    [kind] = kinds
    given = source[kind]
    try:
        if kind == "segment":
            return {"segment": _stored(given)}
        if kind == "list":
            filters = [Filter.of_plain(each).plain() for each in given["filters"]]
            return {
                "list": {
                    "resource": str(given["resource"]),
                    "search": str(given["search"]),
                    "filters": filters,
                }
            }
        ids = [_stored(each) for each in given]
    except (TypeError, ValueError, KeyError) as error:
        raise Invalid([UNCHOSEN]) from error
    if len(ids) > MOST_TICKED:
        text = _(
            "At most %(most)d are chosen one by one; save them as a segment or a group.", most=MOST_TICKED
        )
        raise Invalid([Problem(None, text)])
    return {kind: ids}


def _stored(value: Any) -> int:
    """Read the number of a record; `ValueError` for what no column holds."""
    number = stored_number(str(value))
    if number is None:
        raise ValueError(value)
    return number


def told(reasons: Mapping[str, LazyText], stored: str) -> LazyText | str:
    """Give a stored reason for leaving somebody out as people read it; a word after a colon names what it is about."""
    word, colon, name = stored.partition(":")
    if word not in reasons:
        return stored
    return _("%(reason)s: %(name)s", reason=reasons[word], name=name) if colon else reasons[word]


def meant(context: Context, source: Mapping[str, Any]) -> tuple[list[int], int]:
    """Give the parties that are meant and that the actor sees, and how many more are hidden from him."""
    if "segment" in source:
        return sorted(set(context.session.execute(segment_ids(context, source["segment"])).scalars())), 0
    if "list" in source:
        return _listed(context, source["list"]), 0
    if "parties" in source:
        condition = any_of(Party.id, sorted(set(source["parties"])))
    elif "groups" in source:
        condition = Party.id.in_(members(context.session, source["groups"]))
    else:
        return [], 0
    visible = list(context.session.execute(select(Party.id).where(condition).order_by(Party.id)).scalars())
    with context.system("how many are hidden from whoever chose") as system:
        if "groups" in source:
            condition = Party.id.in_(members(system.session, source["groups"]))
        statement = select(func.count()).select_from(Party).where(condition, Party.binned_at.is_(None))
        everybody = int(system.session.execute(statement).scalar_one())
    return visible, max(everybody - len(visible), 0)


def _listed(context: Context, wanted: Mapping[str, Any]) -> list[int]:
    """Give the parties that a list finds for the actor now."""
    resource = context.runtime.resource(wanted["resource"])
    if resource.model is not Party:
        raise NotFound()
    filters = tuple(Filter.of_plain(each) for each in wanted["filters"])
    query = ListQuery(search=wanted["search"], filters=filters)
    return sorted(
        set(context.session.execute(select_rows(context, resource, query, whole=True).rows()).scalars())
    )
