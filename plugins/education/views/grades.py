"""The grid of grades: students down, items across, filled in by keyboard and saved at once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from kernel.api import (
    Context,
    Problem,
    _,
    changeable,
    current,
    load,
    render,
    run_command,
    sort_key,
    tell,
)
from plugins.education.cards import number_text, rule_texts
from plugins.education.commands.grading import shown
from plugins.education.grading import Given
from plugins.education.marks import Sheet, sheet_of
from plugins.education.models import Enrolment, Offering
from plugins.education.resources import ENROLMENT, ITEM, OFFERING
from plugins.education.words import OUTCOME_COLOURS, OUTCOMES

CELL = re.compile(r"cell-(\d{1,18})-(\d{1,18})")
MOST_CELLS = 20_000


def page(number: int) -> ResponseReturnValue:
    """Show the grades of a calendar course, or save what was changed."""
    context = current()
    offering: Offering = load(context, OFFERING, number)
    if request.method == "GET":
        return _grid(context, offering)
    cells: list[dict[str, Any]] = [
        {
            "item": int(found[1]),
            "enrolment": int(found[2]),
            "entered": value,
            "before": request.form.get(f"was-{found[1]}-{found[2]}"),
        }
        for name, value in list(request.form.items())[:MOST_CELLS]
        if (found := CELL.fullmatch(name))
    ]
    wrong = Wrong()
    outcome = run_command(
        "education.enter_grades",
        form=wrong,
        offering=number,
        cells=[cell for cell in cells if cell["entered"].strip() != (cell["before"] or "")],
        reason=request.form.get("reason", ""),
    )
    if not outcome.done:
        context = current()
        return _grid(context, load(context, OFFERING, number), wrong, outcome.status)
    if outcome.value:
        tell(_("%(n)d entries are saved.", n=outcome.value))
    else:
        tell(_("Nothing was changed."), "info")
    return redirect(url_for("education.grades", number=number), code=303)


class Wrong:
    """What a command found wrong with single cells, by their names."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def attach(self, problems: Any) -> None:
        """Keep what was found."""
        self.problems.extend(problems)

    def by_field(self, context: Context) -> dict[str, str]:
        """Give the texts by field; those of none stand under the empty name."""
        return {problem.field or "": context.text(problem.message) for problem in self.problems}


def enterable(context: Context, offering: Offering, items: Sequence[int]) -> frozenset[int]:
    """Give the items of a calendar course whose grades the actor may enter now."""
    if offering.results_on is not None and not context.may(ITEM.permission, "change_late"):
        return frozenset()
    return changeable(context, ITEM, items)


def _grid(
    context: Context, offering: Offering, wrong: Wrong | None = None, status: int = 200
) -> ResponseReturnValue:
    wanted = select(Enrolment).where(Enrolment.offering_id == offering.id, Enrolment.state == "enrolled")
    records = list(context.session.execute(wanted).scalars())
    student: Any = ENROLMENT.by_name["student"]
    names = student.labels(sorted({each.student_id for each in records}), context) if records else {}
    records.sort(key=lambda each: (sort_key(names.get(each.student_id, "")), each.id))
    sheet = sheet_of(context, offering, [each.id for each in records])
    able = enterable(context, offering, [item.id for item in sheet.items])
    late = offering.results_on is not None
    typed = request.form if wrong is not None else {}
    problems = wrong.by_field(context) if wrong is not None else {}
    rows = [_row(context, sheet, each, names.get(each.student_id, ""), typed, problems) for each in records]
    return render(
        "education/grades.html",
        status=status,
        offering=offering,
        items=sheet.items,
        rows=rows,
        able=able,
        late=late,
        rule=rule_texts(context, sheet),
        show=lambda value: number_text(value, context),
        problems=problems,
        reason=typed.get("reason", ""),
        may_add=context.may(ITEM.permission, "create")
        and (bool(able) or not sheet.items)
        and not late
        and not context.read_only,
        may_take_in=bool(able) and not context.read_only,
        may_finalise=context.may(ITEM.permission, "finalise")
        and not late
        and bool(able)
        and len(able) == len(sheet.items),
        may_reopen=late
        and context.may(ITEM.permission, "change_late")
        and bool(changeable(context, OFFERING, [offering.id])),
        may_certify=late and context.may("education.certificate", "create"),
    )


def _row(
    context: Context, sheet: Sheet, enrolment: Enrolment, name: str, typed: Any, problems: dict[str, str]
) -> dict[str, Any]:
    cells = []
    for item in sheet.items:
        key = f"{item.id}-{enrolment.id}"
        held = shown(sheet.grades.get((item.id, enrolment.id), Given()), context)
        cells.append(
            {
                "item": item,
                "name": f"cell-{key}",
                "was": typed.get(f"was-{key}", held),
                "value": typed.get(f"cell-{key}", held),
                "held": held,
                "problem": problems.get(f"cell-{key}", ""),
            }
        )
    return {
        "enrolment": enrolment,
        "name": name,
        "cells": cells,
        "final": number_text(enrolment.final, context),
        "outcome": OUTCOMES[enrolment.outcome],
        "tone": OUTCOME_COLOURS[enrolment.outcome],
    }


def finalise(number: int) -> ResponseReturnValue:
    """Make the results final."""
    outcome = run_command("education.finalise", offering=number)
    if outcome.done:
        tell(_("The results are final. %(n)d passed.", n=outcome.value))
    return redirect(url_for("education.grades", number=number), code=303)


def reopen(number: int) -> ResponseReturnValue:
    """Open the results again."""
    if run_command("education.reopen", offering=number).done:
        tell(_("The results are open again."))
    return redirect(url_for("education.grades", number=number), code=303)
