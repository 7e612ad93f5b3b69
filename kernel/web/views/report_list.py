"""The page of reports: one's own, those that others share, the standard ones, and the lists on which to make new ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint
from flask.typing import ResponseReturnValue

from kernel.resources.context import Context
from kernel.resources.errors import Forbidden
from kernel.resources.reports.standard import Offered, standard_reports
from kernel.resources.resource import Resource
from kernel.resources.saved_views.models import REPORT
from kernel.resources.saved_views.reading import View
from kernel.web.current import current, refuse_forms
from kernel.web.menu_entries import reported
from kernel.web.own_views import my_views
from kernel.web.pages import render
from kernel.web.views.parties import plugin_title
from kernel.web.views.report_mail import planned
from kernel.web.views.saved import is_mine, owner_of
from kernel.web.views.saved_reports import REPORTS, report_url

pages = Blueprint("report_list", __name__, url_prefix="/reports")
pages.before_request(refuse_forms)


@dataclass(frozen=True)
class Line:
    """One saved report as the page shows it."""

    view: View
    of: str
    url: str
    owner: str
    mine: bool
    may_send: bool


@dataclass(frozen=True)
class Area:
    """The standard reports on one list, each with its address."""

    title: str
    icon: str
    plugin: str
    reports: Sequence[tuple[str, str]]


@pages.get("/")
def listed() -> ResponseReturnValue:
    """Show the reports that the reader can open, and on what he can make new ones."""
    context = current()
    offered = reported(context)
    if not offered:
        raise Forbidden()
    return render(
        "reports/page.html",
        saved=[_line(context, each) for each in my_views(context) if each.form == REPORT],
        areas=_areas(context),
        planned=planned(context),
        new=[(context.text(each.plural), report_url(each), each.icon) for each in offered],
    )


def _line(context: Context, view: View) -> Line:
    resource = context.runtime.resource(view.resource)
    return Line(
        view,
        context.text(resource.plural),
        REPORTS.url(resource, view.id),
        owner_of(context, view),
        is_mine(context, view),
        context.may(resource.permission, "export"),
    )


def _areas(context: Context) -> list[Area]:
    """Give the standard reports that the reader can open, by list."""
    found: dict[str, list[Offered]] = {}
    for each in standard_reports(context):
        found.setdefault(each.report.resource, []).append(each)
    return [_area(context, context.runtime.resource(name), some) for name, some in found.items()]


def _area(context: Context, resource: Resource, offered: Sequence[Offered]) -> Area:
    plugin = offered[0].plugin
    return Area(
        context.text(resource.plural),
        resource.icon,
        plugin_title(context, plugin) if plugin else "",
        [
            (
                context.text(each.report.title),
                report_url(resource, each.report.arguments(), standard=each.name),
            )
            for each in offered
        ],
    )
