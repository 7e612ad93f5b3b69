"""The page of printing: where one begins, and what one has printed so far."""

from __future__ import annotations

from flask.typing import ResponseReturnValue

from kernel.documents.asking import KIND_TITLES
from kernel.documents.runs import RUN_STATES, RUN_TONES, SUBJECT, own_runs
from kernel.documents.targets import RIGHT
from kernel.jobs.own_work import work_on
from kernel.web.current import current, needs
from kernel.web.pages import render
from kernel.web.views.paper.blueprint import pages, tabs

SHOWN = 20


@pages.get("/")
@needs(*RIGHT)
def overview() -> ResponseReturnValue:
    """Show the reader's own runs, with the file of each while it is kept."""
    context = current()
    runs = own_runs(context, SHOWN)
    return render(
        "paper/overview.html",
        tabs=tabs(context),
        runs=[(row, work_on(context, (SUBJECT, row.id))) for row in runs],
        kinds=KIND_TITLES,
        states=RUN_STATES,
        tones=RUN_TONES,
    )
