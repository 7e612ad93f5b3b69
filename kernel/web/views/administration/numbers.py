"""Series of numbers: how each is written, with what it goes on, and what that looks like."""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue

from kernel.administration.number_series import SeriesRow, pattern_problem, series_rows
from kernel.administration.plugins import titles as plugin_titles
from kernel.data.number_patterns import LARGEST, PLAIN, write
from kernel.fa.digits import stored_number, to_ascii_digits
from kernel.i18n import LazyText
from kernel.resources.errors import NotFound, Problem
from kernel.web.current import SAVED, current, run_command, tell
from kernel.web.pages import go, render
from kernel.web.views.administration.blueprint import administrators, pages


class Entered:
    """What was entered for one series, with what is wrong beside each field."""

    def __init__(self, series: str) -> None:
        self.series = series
        self.pattern = request.form.get("pattern", "")[:200]
        self.next = request.form.get("next", "")[:40]
        self.errors: dict[str, LazyText] = {}

    def attach(self, problems: tuple[Problem, ...]) -> None:
        """Put each problem beside its field."""
        for problem in problems:
            self.errors[problem.field or ""] = problem.message


@pages.get("/numbers")
@administrators
def numbers() -> ResponseReturnValue:
    """Show the series of all plugins."""
    return _page()


@pages.post("/numbers/<name>")
@administrators
def save_numbers(name: str) -> ResponseReturnValue:
    """Change how a series is written, or with what it goes on."""
    entered = Entered(name)
    outcome = run_command(
        "numbers.save", form=entered, series=name, pattern=entered.pattern, next_number=entered.next
    )
    if not outcome.done:
        return _page(entered, outcome.status)
    tell(SAVED)
    return go("administration.numbers", _anchor=f"series-{name}")


@pages.post("/numbers/<name>/preview")
@administrators
def preview_number(name: str) -> ResponseReturnValue:
    """Show how the next number would be written; nothing is saved."""
    row = _row(name)
    pattern = request.form.get("pattern", "").strip()[:200] or row.series.pattern or PLAIN
    number = stored_number(to_ascii_digits(request.form.get("next", ""))[:40].strip()) or row.last + 1
    problem = pattern_problem(row.series, pattern) if pattern != row.series.pattern else None
    text = "" if problem is not None else write(pattern, min(number, LARGEST), row.year)
    return render("administration/number_preview.html", text=text)


def _row(name: str) -> SeriesRow:
    for row in series_rows(current()):
        if row.name == name:
            return row
    raise NotFound()


def _page(entered: Entered | None = None, status: int = 200) -> ResponseReturnValue:
    context = current()
    return render(
        "administration/numbers.html",
        status=status,
        rows=series_rows(context),
        entered=entered,
        plugin_titles=plugin_titles(context),
    )
