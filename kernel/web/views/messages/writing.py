"""Writing a message: the composer for one party, and the count of parts and price while one types."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from kernel.documents.variables import VARIABLES
from kernel.fa.digits import stored_number
from kernel.fa.sms import sms_size
from kernel.i18n import _
from kernel.messages.files import FIELD as FILES
from kernel.messages.files import Given
from kernel.messages.kinds import active_kinds
from kernel.messages.lines import WRITTEN
from kernel.messages.models import Template
from kernel.messages.single import filled, measured
from kernel.messages.templates import LANGUAGES, check_text
from kernel.resources.context import Context
from kernel.resources.errors import Invalid
from kernel.resources.fields import Choice, Field, LongText, Text
from kernel.resources.records import load
from kernel.web.current import current, needs, run_command, tell
from kernel.web.forms.command import CommandForm
from kernel.web.pages import go_to, render, words
from kernel.web.uploads import stream_of
from kernel.web.views.addresses import record_url
from kernel.web.views.messages.blueprint import pages


def text_fields(context: Context, channels: Collection[str] = tuple(WRITTEN)) -> tuple[Field, ...]:
    """Give the fields of a message's words, which goes over one of `channels`."""
    offered = {name: title for name, title in WRITTEN.items() if name in channels}
    return (
        Choice("channel", _("Channel"), options=offered, required=True, default="sms"),
        kind_field(context),
        Choice("language", _("Language"), options=LANGUAGES, required=True, default="fa"),
        Text("subject", _("Subject"), limit=200, help=_("For e-mail.")),
        LongText("body", _("Text"), required=True, limit=4000),
        Text(FILES, _("Files"), help=_("For e-mail and fax; pictures, PDF and office files.")),
    )


def kind_field(context: Context) -> Field:
    """Give the field of the kind of a message."""
    kinds = {str(kind.id): _("%(text)s", text=kind.name) for kind in active_kinds(context)}
    return Choice("kind_id", _("Kind of message"), options=kinds, required=True)


def start_values(context: Context) -> dict[str, Any]:
    """Give what a new form holds: the words of the chosen template, where one was."""
    number = stored_number(request.values.get("template", ""))
    row = context.session.get(Template, number) if number is not None else None
    kinds = active_kinds(context)
    if row is None:
        return {"channel": "sms", "language": "fa", "kind_id": str(kinds[0].id) if kinds else None}
    return {
        "channel": row.channel,
        "language": row.language,
        "kind_id": str(row.kind_id),
        "subject": row.subject,
        "body": row.body,
    }


def templates_to_choose(context: Context) -> list[Template]:
    """Give the templates of the site's own, and those of plugins whose places every text may name."""
    statement = select(Template).where(Template.active).order_by(Template.channel, Template.search_key)
    rows = context.session.execute(statement).scalars()
    return [row for row in rows if not check_text(context.runtime, "body", row.body)]


def sent_by(form: CommandForm, party_id: int, token: str) -> dict[str, Any]:
    """Give what the command is told by a form of a message to one party."""
    return {
        "party_id": party_id,
        "channel": form.values["channel"] or "",
        "kind_id": stored_number(form.values["kind_id"] or "") or 0,
        "language": form.values["language"] or "fa",
        "subject": form.values["subject"] or "",
        "body": form.values["body"] or "",
        "token": token,
        "files": given_files(),
        "template_id": stored_number(request.values.get("template", "")),
    }


def given_files() -> list[Given]:
    """Give the files that were chosen in the form."""
    chosen = [each for each in request.files.getlist(FILES) if each.filename]
    return [(each.filename or "", stream_of(each)) for each in chosen]


@pages.route("/write", methods=["GET", "POST"])
@needs("message", "send")
def write() -> ResponseReturnValue:
    """Show the composer for one party, or queue what was written."""
    context = current()
    party_id = stored_number(request.values.get("party", "")) or 0
    party = load(context, context.runtime.resource("party"), party_id)
    back = record_url(context.runtime.resource(party.kind), party_id)
    form = CommandForm(context, text_fields(context))
    if request.method == "GET":
        return _page(context, party, form.start(start_values(context)), secrets.token_hex(8), back)
    form.read(request.form)
    token = request.form.get("token", "")[:32] or secrets.token_hex(8)
    outcome = run_command("message.send", form=form, **sent_by(form, party_id, token))
    if not outcome.done:
        context = current()
        party = load(context, context.runtime.resource("party"), party_id)
        return _page(context, party, form, token, back, status=outcome.status)
    tell(_("The message is queued."))
    return go_to(f"/messages/{outcome.value}" if current().may("message", "view") else back)


@pages.post("/measure")
@needs("message", "send")
def measure() -> ResponseReturnValue:
    """Give parts and price of what is being typed; filled for the party, where there is one."""
    context = current()
    form = request.form
    body, channel = form.get("body", ""), form.get("channel", "sms")
    party_id = stored_number(form.get("party", ""))
    shown, problem = body, ""
    faults = check_text(context.runtime, "body", body)
    if faults:
        problem = words(faults[0].message)
    elif party_id is not None:
        try:
            shown, _subject = filled(context, body, "", party_id, form.get("language", "fa"))
        except Invalid as error:
            problem = words(error.problems[0].message)
    parts, price = measured(context, shown, channel, stored_number(form.get("kind_id", "")))
    return render(
        "messages/measure.html",
        channel=channel,
        size=sms_size(shown),
        parts=parts,
        price=price,
        preview=shown if shown != body and not problem else "",
        problem=problem,
    )


def _page(
    context: Context, party: Any, form: CommandForm, token: str, back: str, status: int = 200
) -> ResponseReturnValue:
    return render(
        "messages/write.html",
        status=status,
        form=form,
        party=party,
        token=token,
        back=back,
        templates=templates_to_choose(context),
        chosen=stored_number(request.values.get("template", "")),
        variables=VARIABLES,
    )
