"""The form before something is printed: for whom, what, in which format, with which words and numbers."""

from __future__ import annotations

import json
from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from kernel.documents.asking import KIND_TITLES, fields_for
from kernel.documents.letters import VARIABLES, active_templates
from kernel.documents.models import LABELS, LETTERS, LetterTemplate
from kernel.documents.targets import POSITION, RIGHT
from kernel.fa.digits import stored_number
from kernel.i18n import _
from kernel.parties.models import Party
from kernel.resources.context import Context
from kernel.resources.fields import Text
from kernel.resources.lists import ListQuery
from kernel.resources.resource import Resource
from kernel.web.current import current, needs, run_command
from kernel.web.forms.command import CommandForm
from kernel.web.pages import go, render, words
from kernel.web.views import chosen
from kernel.web.views.paper.blueprint import pages


@pages.route("/new", methods=["GET", "POST"])
@needs(*RIGHT)
def new() -> ResponseReturnValue:
    """Show the form, begin it anew for another kind, or have made what it says."""
    context = current()
    source, kind, company = _source(), _kind(request.values.get("kind", "")), _company()
    if source.get("everywhere"):
        kind = LETTERS
    if request.method == "GET" or request.form.get("fresh"):
        return form_page(context, kind, source, company, _start(context, kind, source))
    form = _form(context, kind)
    form.read(request.form)
    outcome = run_command(
        "print.create",
        form=form,
        kind=kind,
        source=source,
        values=form.values,
        name=form.values["name"] or "",
        company=company,
    )
    if not outcome.done:
        return _page(current(), kind, form, source, company, outcome.status)
    return go("paper.run", run_id=outcome.value)


def for_selection(resource: Resource, query: ListQuery, ids: list[int] | None) -> ResponseReturnValue:
    """Show the form for ticked rows of a list, or for all rows of its filter."""
    context = current()
    context.require(*RIGHT)
    source = chosen.of_selection(resource, query, ids)
    return form_page(context, LABELS, source)


def form_page(
    context: Context,
    kind: str,
    source: dict[str, Any],
    company: int | None = None,
    start: dict[str, Any] | None = None,
) -> ResponseReturnValue:
    """Show a new form of a kind."""
    return _page(context, kind, _form(context, kind, start or {}), source, company)


def _form(context: Context, kind: str, start: dict[str, Any] | None = None) -> CommandForm:
    fields = (Text("name", _("Name of this run"), limit=100), *fields_for(context, kind))
    form = CommandForm(context, fields)
    if start is None:
        return form
    defaults = {item.name: item.default for item in fields if item.default is not None}
    return form.start(defaults | start)


def _page(
    context: Context,
    kind: str,
    form: CommandForm,
    source: dict[str, Any],
    company: int | None,
    status: int = 200,
) -> ResponseReturnValue:
    everywhere = bool(source.get("everywhere"))
    return render(
        "paper/new.html",
        status=status,
        form=form,
        kind=kind,
        kinds={LETTERS: KIND_TITLES[LETTERS]} if everywhere else KIND_TITLES,
        source=json.dumps(source),
        company=company,
        meant=meant_in_words(context, source, company),
        templates=active_templates(context) if kind == LETTERS else [],
        chosen=stored_number(request.values.get("template", "")),
        variables=VARIABLES if kind == LETTERS else (),
        cancel=url_for("paper.overview"),
    )


def _start(context: Context, kind: str, source: dict[str, Any]) -> dict[str, Any]:
    """Give what a new form holds: the words of the chosen template, where one was."""
    whose = request.values.get("whose", "")
    start: dict[str, Any] = {"whose": whose} if whose and kind != LETTERS else {}
    if kind != LETTERS:
        return start
    if source.get("everywhere"):
        start["readers"] = POSITION
    number = stored_number(request.values.get("template", ""))
    row = context.session.get(LetterTemplate, number) if number is not None else None
    if row is not None:
        start |= {name: getattr(row, name) for name in ("language", "subject", "body", "signature")}
    return start


def _kind(given: str) -> str:
    return given if given in KIND_TITLES else LABELS


def _company() -> int | None:
    return stored_number(request.values.get("company", ""))


def _source() -> dict[str, Any]:
    """Read whom it is for from the address, from the ticks of the page of staff, or from the form."""
    if request.method == "POST" and "source" in request.form:
        return chosen.posted()
    if request.method == "POST":
        ticked = (stored_number(text) for text in request.form.getlist("id"))
        return {"parties": [number for number in ticked if number is not None]}
    return {"everywhere": True} if request.args.get("to") == "everywhere" else chosen.from_address()


def meant_in_words(context: Context, source: dict[str, Any], company: int | None = None) -> str:
    """Say in words whom it is for; empty where nobody was chosen."""
    if source.get("everywhere"):
        return words(_("Holders of a position at all organisations"))
    ids = source.get("parties")
    if isinstance(ids, list) and ids and (company is not None or len(ids) == 1):
        return _of_company(context, ids, company) or chosen.in_words(context, source)
    return chosen.in_words(context, source)


def _of_company(context: Context, ids: list[Any], company: int | None) -> str:
    """Name the firm whose staff is meant, or the one party; empty where the actor does not see it."""
    name = _name(context, company) if company is not None else ""
    if name:
        return words(_("%(count)d members of the staff of %(name)s", count=len(ids), name=name))
    return _name(context, stored_number(str(ids[0])) or 0) if len(ids) == 1 else ""


def _name(context: Context, party_id: int) -> str:
    found = context.session.execute(
        select(Party.display_name).where(Party.id == party_id)
    ).scalar_one_or_none()
    return found or ""
