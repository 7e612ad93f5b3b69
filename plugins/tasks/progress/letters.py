"""The report of progress on paper: what was last told, or would be told now, as a letter to the customer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from kernel.api import (
    Context,
    DocumentGroup,
    DocumentKind,
    DocumentPage,
    DocumentValue,
    Party,
    _,
    day_value,
    word_values,
)
from plugins.tasks.models import ProgressReport
from plugins.tasks.progress.resources import REPORT
from plugins.tasks.progress.sending import last_told
from plugins.tasks.progress.telling import progress_of, words_of

BODY = """<p>{{ report.day|jalali('short') }}</p>
<p><b>{{ report.name }}</b></p>
<h1>{{ words.heading }}: {{ report.title }}</h1>
<p class="lines">{{ report.progress }}</p>
"""
STYLE = """.lines { white-space: pre-line; line-height: 1.9 }
"""
WORDS = {"heading": _("Report of progress")}


def letters_of(context: Context, ids: Sequence[int]) -> Mapping[int, Mapping[str, Any]]:
    """Give what the letters of these reports hold, as far as the actor sees the reports."""
    wanted = select(ProgressReport).where(ProgressReport.id.in_(list(ids)))
    reports = {row.id: row for row in context.session.scalars(wanted)}
    found = {}
    with context.system("letters of visible reports") as system:
        for number, report in reports.items():
            name = select(Party.display_name).where(Party.id == report.party_id)
            found[number] = {
                "report": {
                    "name": system.session.scalar(name) or "",
                    "title": report.title,
                    **_progress(system, report),
                },
                "words": {key: context.text(text) for key, text in WORDS.items()},
            }
    return found


def _progress(system: Context, report: ProgressReport) -> dict[str, Any]:
    last = last_told(system, report.id)
    if last is not None:
        return {"day": last.day, "progress": last.text}
    now = progress_of(system, report, None)
    return {"day": system.today, "progress": "" if now is None else words_of(system, now)}


LETTER = DocumentKind(
    key="progress_letter",
    title=_("Report of progress as a letter"),
    resource=REPORT.name,
    find=letters_of,
    page=DocumentPage(paper="A4"),
    values=(
        DocumentGroup(
            name="report",
            title=_("Report of progress"),
            items=(
                DocumentValue(name="name", title=_("Name of the customer"), sample=_("Name of the customer")),
                DocumentValue(name="title", title=_("Title of the work"), sample=_("Title of the work")),
                day_value("day", _("Day of the report")),
                DocumentValue(
                    name="progress",
                    title=_("How far it is, line by line"),
                    sample=_("How far it is, line by line"),
                ),
            ),
        ),
        word_values(WORDS, _("Words of the letter")),
    ),
    body=BODY,
    style=STYLE,
    order=310,
)
