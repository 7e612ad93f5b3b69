"""The kernel's own blocks of the desk: the parties entered last, and what the user worked on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from kernel.extension.contributions import DashboardBlock
from kernel.i18n import _
from kernel.resources.context import Context
from kernel.resources.models import History
from kernel.resources.opened.reading import favourites_and_recent
from kernel.resources.records import visible
from kernel.resources.resource import Resource
from kernel.web.menu_entries import listed
from kernel.web.pages import fragment
from kernel.web.views.addresses import record_url
from kernel.web.views.opened import row_of
from kernel.web.views.parties import is_party

SHOWN = 6
"""Rows of a block."""


def known(context: Context) -> Iterator[DashboardBlock]:
    """The user's favourites, and what he opened last."""
    starred, opened = favourites_and_recent(context, SHOWN)
    both = (("favourites", _("Favourites"), starred[: SHOWN * 2]), ("opened", _("Opened lately"), opened))
    for place, (key, title, found) in enumerate(both):
        if found:
            body = fragment("pages/lines.html", rows=[row_of(context, each) for each in found])
            yield DashboardBlock(title=context.text(title), body=body, order=16 + place, key=key)


def newest(context: Context) -> DashboardBlock | None:
    """The parties that were entered last."""
    rows: list[dict[str, Any]] = []
    for resource in listed(context):
        if is_party(resource) and not resource.overview:
            model = resource.model
            newest = select(model.id, resource.label_column()).order_by(model.id.desc()).limit(SHOWN)
            if resource.only is not None:
                newest = newest.where(resource.only(model))
            rows += [_line(context, resource, row[0], row[1]) for row in context.session.execute(newest)]
    rows = sorted(rows, key=lambda row: row["id"], reverse=True)[:SHOWN]
    if not rows:
        return None
    body = fragment("pages/lines.html", rows=rows)
    return DashboardBlock(title=context.text(_("Newest contacts")), body=body, order=20, key="newest")


def seen(context: Context) -> DashboardBlock | None:
    """The records on which the user himself worked last."""
    recent = (
        select(History.root, History.root_id, History.id)
        .where(History.actor_id == context.actor.user_id)
        .order_by(History.id.desc())
        .limit(200)
    )
    with context.system("records that the user changed himself") as system:
        worked = dict.fromkeys((row.root, row.root_id) for row in system.session.execute(recent))
    rows: list[dict[str, Any]] = []
    for table, resources in context.runtime.by_table.items():
        ids = [number for root, number in worked if root == table][: SHOWN * 3]
        for resource in resources:
            rows += _labelled(context, resource, ids)
    order = {key: place for place, key in enumerate(worked)}
    rows = sorted(rows, key=lambda row: order[row["table"], row["id"]])[:SHOWN]
    if not rows:
        return None
    body = fragment("pages/lines.html", rows=rows)
    return DashboardBlock(title=context.text(_("You worked on")), body=body, order=30, key="recent")


def _labelled(context: Context, resource: Resource, ids: list[int]) -> list[dict[str, Any]]:
    if not ids or resource.overview or not context.may(resource.permission, "view"):
        return []
    seen = visible(context, resource, ids)
    statement = select(resource.model.id, resource.label_column()).where(resource.model.id.in_(seen))
    return (
        [_line(context, resource, row[0], row[1]) for row in context.session.execute(statement)]
        if seen
        else []
    )


def _line(context: Context, resource: Resource, number: int, label: Any) -> dict[str, Any]:
    return {
        "id": number,
        "table": resource.table,
        "label": resource.label_text(label, context),
        "url": record_url(resource, number),
        "party": is_party(resource),
        "icon": resource.icon,
        "organisation": resource.icon.startswith("building"),
        "kind": resource.title,
    }
