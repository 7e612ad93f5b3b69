"""The desk: what waits for the user today, put together from blocks of the kernel and of plugins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from kernel.administration.first_steps import steps
from kernel.extension.contributions import DashboardBlock
from kernel.fa.digits import stored_number
from kernel.i18n import _
from kernel.resources.context import Context
from kernel.resources.desks.arranging import LOOKS, Chosen, arrangement, patterns_with_desks
from kernel.resources.lists import ListQuery, page
from kernel.resources.saved_views.models import REPORT
from kernel.resources.saved_views.reading import View
from kernel.web.current import current, refuse_forms, run_command, tell
from kernel.web.menu_entries import listed
from kernel.web.own_views import my_views
from kernel.web.pages import go, render
from kernel.web.slots import note_failed
from kernel.web.views.desk_own import known, newest, seen
from kernel.web.views.parties import plugin_title
from kernel.web.views.saved import view_url
from kernel.web.views.saved_reports import REPORTS

pages = Blueprint("home", __name__)

FIGURES = 4
"""Counts at the head of the desk."""
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
    """A block with its key, its columns of twelve, the title of its plugin; or where the browser fetches it."""

    block: DashboardBlock
    span: int
    plugin: str
    key: str = ""
    fetched: str = ""
    """Address of the body, for what is dear to make."""
    url: str = ""
    """Address of the whole of it."""
    figures: Sequence[Figure] = ()


@dataclass(frozen=True)
class Offered:
    """A block as the dialog offers it."""

    key: str
    title: str
    of: str
    chosen: bool
    width: int
    look: str
    looks: bool


@pages.get("/")
def desk() -> ResponseReturnValue:
    """Show the desk."""
    context = current()
    wanted = arrangement(context)
    shown = filled(standing(context)) if wanted is None else arranged(context, wanted)
    return render("pages/home.html", today=context.today, blocks=shown, steps=steps(context))


@pages.route("/desk/arrange", methods=["GET", "POST"])
def arrange() -> ResponseReturnValue:
    """Offer all blocks in the dialog to be chosen, put in order and widened; or keep what was chosen."""
    refuse_forms()
    if request.method == "GET":
        context = current()
        return render(
            "pages/desk_dialog.html",
            blocks=offered(context),
            looks=[(key, context.text(title)) for key, title in LOOKS.items()],
            patterns=patterns_with_desks(context),
        )
    wanted = request.form.get("do", "keep")
    pattern = stored_number(request.form.get("pattern", ""))
    if wanted == "reset":
        done = run_command("desk.reset").done
    elif wanted in ("pattern", "no_pattern"):
        blocks = _entered() if wanted == "pattern" else None
        done = run_command("desk.set_default", pattern_id=pattern or 0, blocks=blocks).done
    else:
        done = run_command("desk.arrange", blocks=_entered()).done
    if done:
        tell(_("The desk of the pattern is kept.") if "pattern" in wanted else _("Your desk is kept."))
    return go("home.desk")


def _entered() -> list[dict[str, Any]]:
    form = request.form
    return [
        {
            "key": key,
            "width": stored_number(form.get(f"width.{key}", "1")) or 1,
            "as": form.get(f"as.{key}", ""),
        }
        for key in form.getlist("block")
    ]


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


def standing(context: Context) -> list[Placed]:
    """Give the blocks that stand on a desk which nobody arranged: the figures, the kernel's own and those of plugins."""
    answers = context.runtime.items("dashboard_blocks", ctx=context)
    note_failed(answers.failed)
    own = [each for each in (*known(context), newest(context), seen(context)) if each]
    placed = [Placed(each, SPANS[each.span], "", f"kernel.{each.key}") for each in own]
    placed += [
        Placed(
            answer.value,
            SPANS.get(answer.value.span, 4),
            plugin_title(context, answer.plugin),
            f"{answer.plugin or 'kernel'}.{answer.value.key or answer.value.order}",
        )
        for answer in answers
    ]
    return [*_counts(context), *sorted(placed, key=lambda one: one.block.order)]


def _counts(context: Context) -> list[Placed]:
    counted = figures(context)
    title = context.text(_("How many there are"))
    block = DashboardBlock(title=title, body="", key="figures", span=3, order=0)
    return [Placed(block, COLUMNS, "", "kernel.figures", figures=counted)] if counted else []


def arranged(context: Context, wanted: Sequence[Chosen]) -> list[Placed]:
    """Give the blocks of an arranged desk, less those that are not there for its reader now."""
    views = {f"{_kind(each)}:{each.id}": each for each in my_views(context)}
    standing_ones = {}
    if any(each.key not in views for each in wanted):
        standing_ones = {each.key: each for each in standing(context)}
    found = []
    for each in wanted:
        if each.key in views:
            found.append(_kept(context, views[each.key], each))
        elif each.key in standing_ones:
            found.append(replace(standing_ones[each.key], span=SPANS[each.width]))
    return found


def offered(context: Context) -> list[Offered]:
    """Give the blocks that the actor's desk has, in their order, then all others that it could have."""
    there = standing(context)
    wanted = arrangement(context)
    chosen = {each.key: each for each in wanted} if wanted is not None else {}
    if wanted is None:
        chosen = {each.key: Chosen(each.key, each.block.span) for each in there}
    known = {
        each.key: Offered(
            each.key, context.text(each.block.title), each.plugin, False, each.block.span, "", False
        )
        for each in there
    }
    for view in my_views(context):
        of = context.text(context.runtime.resource(view.resource).plural)
        key = f"{_kind(view)}:{view.id}"
        known[key] = Offered(key, view.name, of, False, 1, "", view.form == REPORT)
    first = [
        replace(known[key], chosen=True, width=one.width, look=one.look)
        for key, one in chosen.items()
        if key in known
    ]
    return [*first, *(one for key, one in known.items() if key not in chosen)]


def _kind(view: View) -> str:
    return "report" if view.form == REPORT else "view"


def _kept(context: Context, view: View, chosen: Chosen) -> Placed:
    """Give the block of a saved view or report, whose body the browser fetches."""
    resource = context.runtime.resource(view.resource)
    fetched = f"/desk/block/{_kind(view)}/{view.id}"
    url = view_url(resource, view.id)
    if view.form == REPORT:
        fetched, url = f"{fetched}?as={chosen.look or 'table'}", REPORTS.url(resource, view.id)
    block = DashboardBlock(title=view.name, body="", key=chosen.key, span=chosen.width)
    return Placed(block, SPANS[chosen.width], "", chosen.key, fetched, url)


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
