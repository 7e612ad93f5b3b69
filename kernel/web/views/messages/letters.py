"""Letters: the form of a sending that goes by post, and what a person says of its letters afterwards."""

from __future__ import annotations

import json
from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue

from kernel.documents.letters import VARIABLES, active_templates
from kernel.documents.models import LetterTemplate
from kernel.documents.targets import RIGHT
from kernel.fa.digits import stored_number
from kernel.i18n import _, ngettext_lazy
from kernel.messages.kinds import active_kinds
from kernel.messages.letters.asking import letter_fields
from kernel.messages.letters.fate import DAY, DEAD, REASON
from kernel.messages.models import LETTER
from kernel.messages.sendings import PLANNED
from kernel.resources.context import Context
from kernel.resources.fields import Field, Text
from kernel.web.current import current, needs, run_command, tell
from kernel.web.forms.command import CommandForm
from kernel.web.pages import go, go_to, render
from kernel.web.security import local_address
from kernel.web.views import chosen
from kernel.web.views.messages.blueprint import pages
from kernel.web.views.messages.writing import kind_field

FATES: dict[str, tuple[Field, ...]] = {"posted": (DAY,), "returned": (REASON, DAY, DEAD)}
"""What is asked when a person says what became of letters."""


@pages.route("/letters/new", methods=["GET", "POST"])
@needs("message", "send")
def new_letters() -> ResponseReturnValue:
    """Show the form of a sending of letters, or make it; it is prepared in the background then."""
    context = current()
    context.require(*RIGHT)
    source = chosen.posted() if request.method == "POST" else chosen.from_address()
    form = CommandForm(context, _fields(context))
    if request.method == "GET" or request.form.get("fresh"):
        return _page(context, form.start(_start(context, form)), source)
    form.read(request.form)
    outcome = run_command(
        "sending.create",
        form=form,
        name=form.values["name"] or "",
        channel=LETTER,
        kind_id=stored_number(form.values["kind_id"] or "") or 0,
        language=form.values["language"] or "fa",
        subject=form.values["subject"] or "",
        body=form.values["body"] or "",
        source=source,
        planned_at=form.values["planned_at"],
        options=form.values,
    )
    if not outcome.done:
        return _page(current(), form, source, outcome.status)
    return go("outbox.sending", sending_id=outcome.value)


def _fields(context: Context) -> tuple[Field, ...]:
    name = Text("name", _("Name of the sending"), limit=100)
    return (name, kind_field(context), *letter_fields(context), PLANNED)


def _start(context: Context, form: CommandForm) -> dict[str, Any]:
    """Give what a new form holds: the words of the chosen template, where one was."""
    start: dict[str, Any] = {each.name: each.default for each in form.fields if each.default is not None}
    kinds = active_kinds(context)
    start["kind_id"] = str(kinds[0].id) if kinds else None
    number = stored_number(request.values.get("template", ""))
    row = context.session.get(LetterTemplate, number) if number is not None else None
    if row is not None:
        start |= {name: getattr(row, name) for name in ("language", "subject", "body", "signature")}
    return start


def _page(
    context: Context, form: CommandForm, source: dict[str, Any], status: int = 200
) -> ResponseReturnValue:
    return render(
        "messages/new_letters.html",
        status=status,
        form=form,
        source=json.dumps(source),
        meant=chosen.in_words(context, source),
        templates=active_templates(context),
        chosen=stored_number(request.values.get("template", "")),
        variables=VARIABLES,
        may_letters=True,
    )


def for_ticked(what: str, ids: list[int], back: str) -> ResponseReturnValue:
    """Ask what became of ticked letters of the outbox."""
    context = current()
    context.require("message", "send")
    form = CommandForm(context, FATES[what]).start({"day": context.today, "dead": False})
    return _fate_page(what, form, ids, None, back)


@pages.route("/letters/<any(posted, returned):what>", methods=["GET", "POST"])
@needs("message", "send")
def letters_fate(what: str) -> ResponseReturnValue:
    """Ask on which day letters were posted, or why they came back; write it down."""
    context = current()
    ids = [number for each in request.values.getlist("id") if (number := stored_number(each)) is not None]
    sending_id = stored_number(request.values.get("sending", "")) if what == "posted" else None
    usual = url_for("outbox.sending", sending_id=sending_id) if sending_id else _usual(ids)
    back = local_address(request.values.get("back"), usual)
    form = CommandForm(context, FATES[what])
    if request.method == "GET":
        return _fate_page(what, form.start({"day": context.today, "dead": False}), ids, sending_id, back)
    form.read(request.form)
    arguments = {**form.values, "ids": ids}
    if sending_id is not None:
        arguments["sending_id"] = sending_id
    outcome = run_command(f"letter.{what}", form=form, **arguments)
    if not outcome.done:
        return _fate_page(what, form, ids, sending_id, back, outcome.status)
    if what == "posted":
        tell(ngettext_lazy("%(n)d letter is posted.", "%(n)d letters are posted.", n=outcome.value))
    else:
        tell(ngettext_lazy("%(n)d letter came back.", "%(n)d letters came back.", n=outcome.value))
    return go_to(back)


def _usual(ids: list[int]) -> str:
    return f"/messages/{ids[0]}" if len(ids) == 1 else "/messages"


def _fate_page(
    what: str, form: CommandForm, ids: list[int], sending_id: int | None, back: str, status: int = 200
) -> ResponseReturnValue:
    return render(
        "messages/letters_fate.html",
        status=status,
        what=what,
        form=form,
        ids=ids,
        count=ngettext_lazy(
            "%(n)d letter.", "%(n)d ticked messages; of these the printed letters are meant.", n=len(ids)
        ),
        sending=sending_id,
        back=back,
    )
