"""The page on which a sheet of grades is taken in from a file, and the empty sheet to fill."""

from __future__ import annotations

import io
from typing import Any

from flask import redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue

from kernel.api import (
    Context,
    Forbidden,
    Invalid,
    Problem,
    Workbook,
    _,
    current,
    is_persian,
    load,
    read_table,
    render,
    run_command,
    sort_key,
    stream_of,
    tell,
    uploaded,
)
from plugins.education.commands.importing import items_of, seated
from plugins.education.models import Offering
from plugins.education.resources import ITEM, OFFERING
from plugins.education.sheets import NUMBER, STUDENT, Headings
from plugins.education.views.classes import Said
from plugins.education.views.grades import enterable

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def page(number: int) -> ResponseReturnValue:
    """Ask for a file of grades, or take it in."""
    context = current()
    offering: Offering = load(context, OFFERING, number)
    if request.method == "GET":
        items = [item.id for item in items_of(context, number)]
        if items and not enterable(context, offering, items):
            tell(_("You may not enter grades of this course now."), "info")
            return redirect(url_for("education.grades", number=number))
        return _page(context, offering)
    said = Said()
    status = 422
    sent = uploaded("file")
    if sent is None:
        said.attach([Problem("file", _("Choose a file first."))])
    else:
        try:
            table = read_table(stream_of(sent), Headings(context, items_of(context, number)).known)
        except Invalid as refusal:
            said.attach(refusal.problems)
        else:
            outcome = run_command(
                "education.import_grades",
                form=said,
                offering=number,
                headings=table.headings,
                rows=[(row.number, row.cells) for row in table.rows],
                reason=request.form.get("reason", ""),
            )
            if outcome.done:
                _say(outcome.value)
                return redirect(url_for("education.grades", number=number), code=303)
            status = outcome.status
    context = current()
    return _page(context, load(context, OFFERING, number), said.texts(context), status)


def _say(taken: Any) -> None:
    words = _("%(n)d entries of %(students)d students are changed.", n=taken.changed, students=taken.students)
    tell(words if taken.changed else _("Nothing was changed: the sheet says what stands here already."))
    if taken.others:
        tell(
            _("Columns that are no graded items were left out: %(titles)s", titles="، ".join(taken.others)),
            "info",
        )


def _page(
    context: Context, offering: Offering, problems: list[str] | None = None, status: int = 200
) -> ResponseReturnValue:
    return render(
        "education/sheet.html",
        status=status,
        offering=offering,
        items=items_of(context, offering.id),
        problems=problems or [],
        late=offering.results_on is not None,
        reason=request.form.get("reason", ""),
        number=NUMBER,
        student=STUDENT,
    )


def empty_sheet(number: int) -> ResponseReturnValue:
    """Send a workbook with a row for each student and a column for each item, to be filled and taken in."""
    context = current()
    offering: Offering = load(context, OFFERING, number)
    if not context.may(ITEM.permission, "edit"):
        raise Forbidden()
    titles = [
        context.text(NUMBER),
        context.text(STUDENT),
        *(item.title for item in items_of(context, number)),
    ]
    content = io.BytesIO()
    book = Workbook(content, sheet=offering.title, right_to_left=is_persian(context.locale))
    book.heading(titles, ["text"] * len(titles))
    for each in sorted(seated(context, number), key=lambda each: (sort_key(each.name), each.enrolment)):
        book.row([each.codes[0], each.name])
    book.close()
    content.seek(0)
    return send_file(
        content, mimetype=WORKBOOK, as_attachment=True, download_name=f"grades-{offering.code}.xlsx"
    )
