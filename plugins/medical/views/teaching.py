"""Educational messages to the patients of an illness."""

from __future__ import annotations

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from kernel.api import _, consented, current, load, render, run_command, stored_number, tell
from plugins.medical.commands.visiting import patients_of
from plugins.medical.models import Illness, Lesson
from plugins.medical.resources import ILLNESS
from plugins.medical.resources.patients import beneath


def teach(number: int) -> ResponseReturnValue:
    """Show the messages of an illness and how many patients they would go to, or send one."""
    context = current()
    context.require("medical.patient", "see_sensitive")
    illness: Illness = load(context, ILLNESS, number)
    if request.method == "POST":
        lesson = stored_number(request.form.get("lesson", ""))
        outcome = run_command("medical.teach", illness=number, lesson=lesson or 0)
        if outcome.done:
            tell(
                _(
                    "The message goes to %(sent)s patients; %(unwilling)s have not consented, "
                    "%(left_out)s cannot be reached.",
                    **outcome.value,
                )
            )
            if outcome.value["later"]:
                tell(
                    _("Send it again for %(later)s further patients.", later=outcome.value["later"]), "notice"
                )
        return redirect(url_for("medical.teach", number=number), code=303)
    statement = select(Lesson).where(Lesson.illness_id.in_(beneath(context, number, upwards=True)))
    found = patients_of(context, number)
    return render(
        "medical/teach.html",
        illness=illness,
        lessons=list(context.session.execute(statement.order_by(Lesson.id)).scalars()),
        patients=len(found),
        willing=len(consented(context, "health", found)),
    )
