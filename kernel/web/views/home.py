"""The desk: what waits for the user today, put together from blocks of the kernel and of plugins."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from flask import Blueprint
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from kernel.extension.contributions import DashboardBlock
from kernel.i18n import _
from kernel.resources.context import Context
from kernel.resources.lists import ListQuery, page
from kernel.resources.models import History
from kernel.resources.opened.reading import favourites_and_recent
from kernel.resources.records import visible
from kernel.resources.resource import Resource
from kernel.web.current import current
from kernel.web.pages import fragment, render
from kernel.web.shell import listed
from kernel.web.slots import note_failed
from kernel.web.views.addresses import record_url
from kernel.web.views.opened import row_of
from kernel.web.views.parties import is_party, plugin_title

pages = Blueprint("home", __name__)

FIGURES = 4
"""Counts at the head of the desk."""
SHOWN = 6
"""Rows of a block of the desk."""
COLUMNS = 12
SPANS = {1: 4, 2: 8, 3: 12}
"""Columns of twelve for a block's span of three."""


@dataclass(frozen=True)
class Figure:
    """How many records there are of a kind."""

    label: str
    value: int
    more: bool
    icon: str
    url: str


@dataclass(frozen=True)
class Placed:
    """A block with its width and the title of the plugin that it is from."""

    block: DashboardBlock
    span: int
    plugin: str


@pages.get("/")
def desk() -> ResponseReturnValue:
    """Show the desk."""
    context = current()
    return render("pages/home.html", today=context.today, figures=figures(context), blocks=blocks(context))


def figures(context: Context) -> list[Figure]:
    """Count the records of the lists in the menu, each up to the cap of lists."""
    found = []
    for resource in [item for item in listed(context) if not item.overview][:FIGURES]:
        count = page(context, resource, ListQuery(limit=1)).count
        found.append(
            Figure(
                context.text(resource.plural), count.number, count.more, resource.icon, f"/{resource.path}"
            )
        )
    return found


def blocks(context: Context) -> list[Placed]:
    """Give the kernel's own blocks and those of plugins, in their order."""
    answers = context.runtime.items("dashboard_blocks", ctx=context)
    note_failed(answers.failed)
    own_blocks = (*_known(context), _newest(context), _seen(context))
    placed = [Placed(own, SPANS[own.span], "") for own in own_blocks if own]
    placed += [
        Placed(answer.value, SPANS.get(answer.value.span, 4), plugin_title(context, answer.plugin))
        for answer in answers
    ]
    return filled(sorted(placed, key=lambda one: one.block.order))


def filled(placed: list[Placed]) -> list[Placed]:
    """Widen the blocks so that each row of twelve columns is full: equal ones alike, else the last of the row."""
    rows: list[list[Placed]] = []
    for one in placed:
        if not rows or sum(each.span for each in rows[-1]) + one.span > COLUMNS:
            rows.append([])
        rows[-1].append(one)
    return [one for row in rows for one in _filled_row(row)]


def _filled_row(row: list[Placed]) -> list[Placed]:
    if len({one.span for one in row}) == 1:
        return [replace(one, span=COLUMNS // len(row)) for one in row]
    last = row[-1]
    return [*row[:-1], replace(last, span=last.span + COLUMNS - sum(one.span for one in row))]


def _known(context: Context) -> Iterator[DashboardBlock]:
    """The user's favourites, and what he opened last."""
    starred, recent = favourites_and_recent(context, SHOWN)
    named = (("favourites", _("Favourites"), starred[: SHOWN * 2]), ("opened", _("Opened lately"), recent))
    for place, (key, title, found) in enumerate(named):
        if found:
            body = fragment("pages/lines.html", rows=[row_of(context, each) for each in found])
            yield DashboardBlock(title=context.text(title), body=body, order=16 + place, key=key)


def _newest(context: Context) -> DashboardBlock | None:
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


def _seen(context: Context) -> DashboardBlock | None:
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
