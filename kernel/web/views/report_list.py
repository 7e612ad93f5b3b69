"""The page of reports: one's own, those that others share, and the lists on which a new one can be made."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint
from flask.typing import ResponseReturnValue

from kernel.resources.context import Context
from kernel.resources.errors import Forbidden
from kernel.resources.saved_views.models import REPORT
from kernel.resources.saved_views.reading import View
from kernel.web.current import current, refuse_forms
from kernel.web.own_views import my_views
from kernel.web.pages import render
from kernel.web.shell import reported
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
    )
