"""Blocks of the desk that are dear to make: saved views as small lists, saved reports as figure, chart or table.

Each is asked for by itself, in a transaction of its own with a limit of time, so that one that fails or is slow says so
in its own place. Reports are kept for a minute for whoever has the very same rights, with the moment of their making.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy.exc import OperationalError

from kernel.access.actor import rights_digest
from kernel.fa.digits import stored_number
from kernel.i18n import LazyText, _
from kernel.resources.context import Context
from kernel.resources.desks.arranging import LOOKS
from kernel.resources.errors import CommandError, NotFound
from kernel.resources.lists import page as fetch
from kernel.resources.reports import change, run
from kernel.resources.reports.charts import chart_of
from kernel.resources.reports.running import TOO_LONG
from kernel.resources.reports.tables import percent, table_of
from kernel.resources.saved_views.models import LIST, REPORT
from kernel.resources.saved_views.reading import View, find_view, open_view
from kernel.resources.saved_views.reports import open_report
from kernel.web.current import current, scope
from kernel.web.pages import fragment, words
from kernel.web.views.addresses import list_url, record_url
from kernel.web.views.cells import cells_of

log = logging.getLogger(__name__)
pages = Blueprint("desk_parts", __name__, url_prefix="/desk/block")

SHOWN = 6
"""Rows of a small list."""
LINES = 8
"""Lines of a report's table."""
LIFE = timedelta(seconds=60)
MOST_KEPT = 300
FAILED = _("This block could not be made. The others are not affected.")
SLOW = _("This takes too long for the desk. Open it by itself, or narrow it.")


@dataclass(frozen=True)
class Made:
    """A report as it was made."""

    at: datetime
    body: Markup


class Kept:
    """What was made a short while ago, by everything that decides what it shows."""

    def __init__(self) -> None:
        self._made: OrderedDict[Hashable, Made] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable, now: datetime) -> Made | None:
        """Give what is not too old."""
        with self._lock:
            found = self._made.get(key)
        return found if found is not None and timedelta() <= now - found.at < LIFE else None

    def put(self, key: Hashable, made: Made) -> None:
        """Keep it in place of what was made longest ago."""
        with self._lock:
            self._made.pop(key, None)
            self._made[key] = made
            while len(self._made) > MOST_KEPT:
                self._made.popitem(last=False)


KEPT = Kept()


@pages.get("/<any(view,report):kind>/<int:view_id>")
def block(kind: str, view_id: int) -> ResponseReturnValue:
    """Give the inside of a block for the reader, or why there is none."""
    context = current()
    view = find_view(context, view_id)
    if view.form != (LIST if kind == "view" else REPORT):
        raise NotFound()
    try:
        return _list(context, view) if kind == "view" else _report(context, view)
    except CommandError as error:
        return _instead(error.message)
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", None) != TOO_LONG:
            raise
        scope().close()
        return _instead(SLOW)
    except Exception:  # whatever goes wrong in a block, its place says so and the desk stands
        log.exception("the block of view %s could not be made", view_id)
        scope().close()
        return _instead(FAILED)


def _instead(message: LazyText) -> Markup:
    return fragment("pages/desk_instead.html", message=words(message))


def _list(context: Context, view: View) -> Markup:
    resource = context.runtime.resource(view.resource)
    query = open_view(context, resource, view).query
    if query.groups:
        query = replace(query, groups=(), opened=())
    found = fetch(context, resource, replace(query, limit=SHOWN))
    rows = [
        {
            "label": resource.label_text(row.label, context),
            "url": record_url(resource, row.id),
            "note": next(
                (cell.text for cell in cells_of(context, resource, found.columns, row) if cell.text), ""
            ),
        }
        for row in found.rows
    ]
    return fragment("pages/desk_list.html", rows=rows, count=found.count, url=list_url(resource, query))


def _report(context: Context, view: View) -> Markup:
    look = request.args.get("as", "table")
    if look not in LOOKS:
        raise NotFound()
    key = (
        context.site.name,
        context.epoch,
        rights_digest(context.actor),
        context.locale,
        view.id,
        view.version,
        look,
        context.today,
    )
    made = None if request.args.get("fresh") else KEPT.get(key, context.now)
    if made is None:
        made = Made(context.now, _made(context, view, look))
        KEPT.put(key, made)
    again = f"{request.path}?as={look}&fresh=1"
    return fragment("pages/desk_report.html", body=made.body, at=made.at, again=again)


def _made(context: Context, view: View, look: str) -> Markup:
    resource = context.runtime.resource(view.resource)
    definition = open_report(context, resource, view)
    if look == "chart" and not definition.chart:
        definition = replace(definition, chart="bars")
    result = run(context, resource, definition)
    if look == "figure":
        return fragment("pages/desk_figures.html", figures=_figures(context, result))
    if look == "chart":
        return fragment("pages/desk_chart.html", chart=chart_of(context, result, view.name))
    table = table_of(context, resource, result)
    top = [row for row in table.rows if row.depth == 1]
    return fragment("pages/desk_table.html", table=table, rows=top[:LINES], more=max(len(top) - LINES, 0))


def _figures(context: Context, result: Any) -> list[dict[str, str]]:
    """Give the figures of the whole, each with its change where it is compared."""
    found = []
    for place, heading in enumerate(result.headings):
        before = result.whole.before[place] if result.whole.before else None
        found.append(
            {
                "label": heading.title_in(context),
                "value": heading.text(result.whole.figures[place], context),
                "change": percent(change(result.whole.figures[place], before), context),
            }
        )
    return found


def stored(key: str) -> tuple[str, int] | None:
    """Read the key of a saved view's or report's block: `view:12`; None for that of another."""
    kind, colon, number = key.partition(":")
    found = stored_number(number) if colon and kind in ("view", "report") else None
    return None if found is None else (kind, found)
