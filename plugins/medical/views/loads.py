"""How busy doctors are, and how many do not come: over a period, by doctor."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue

from kernel.api import Context, _, current, render
from plugins.medical.load import Load, loads
from plugins.medical.views.asking import day_asked, number
from plugins.medical.wording import number_words

LONGEST = 366
BEFORE = 29


def load() -> ResponseReturnValue:
    """Show for each doctor the hours that were there, the part that was booked, and what became of it."""
    context = current()
    last = day_asked(context, "last")
    first = (
        day_asked(context, "first")
        if request.args.get("first", "").strip()
        else last - timedelta(days=BEFORE)
    )
    first = max(min(first, last), last - timedelta(days=LONGEST))
    found = loads(context, first, last, specialty=number("specialty"), group=number("group"))
    return render("medical/load.html", first=first, last=last, rows=[_row(context, each) for each in found])


def _row(context: Context, found: Load) -> dict[str, Any]:
    counts = ("visits", "done", "missed", "by_patient", "by_clinic", "walk_ins")
    return {
        "name": found.name,
        "hours": number_words(context, found.there // 60),
        "load": _percent(context, found.busy),
        "no_show": _percent(context, found.no_show),
        **{key: number_words(context, getattr(found, key)) for key in counts},
    }


def _percent(context: Context, share: int | None) -> str:
    if share is None:
        return "—"
    return context.text(_("%(part)s %%", part=number_words(context, share)))
