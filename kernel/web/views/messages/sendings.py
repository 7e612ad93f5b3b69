"""Sendings: choosing whom and what, the review with counts and reasons, beginning, pausing, stopping, and how far it is."""

from __future__ import annotations

import json
import secrets
from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from kernel.documents.runs import SUBJECT as RUN
from kernel.documents.targets import RIGHT
from kernel.documents.variables import VARIABLES
from kernel.fa.digits import stored_number
from kernel.i18n import _
from kernel.jobs.own_work import work_on
from kernel.messages.addresses import reason_text
from kernel.messages.choosing import PLAIN, PLAIN_FIELD, by_template
from kernel.messages.counting import Counts, counts
from kernel.messages.letters.fate import STATE_TITLES
from kernel.messages.lines import channels_of
from kernel.messages.models import LEFT_OUT, LETTER, PREPARED, SENT, Message, MessageKind, Sending, Template
from kernel.messages.quiet import is_quiet, quiet_ends
from kernel.messages.resources import MESSAGE, SENDING, SENDING_STATES, STATES, TONES
from kernel.messages.sendings import CONFIRM, PLANNED, find_sending
from kernel.parties.models import Party
from kernel.resources.attachments import attachments
from kernel.resources.context import Context
from kernel.resources.errors import NotFound
from kernel.resources.field_rules import seen_whole
from kernel.resources.fields import Code, Field, Text
from kernel.resources.fields.base import plain_number
from kernel.resources.lists import ListQuery
from kernel.resources.resource import Resource
from kernel.resources.veiled import veiled
from kernel.web.current import current, needs, run_command, tell
from kernel.web.forms.command import CommandForm
from kernel.web.pages import by_htmx, go, go_to, render, words
from kernel.web.views import chosen
from kernel.web.views.messages.blueprint import pages
from kernel.web.views.messages.writing import given_files, start_values, templates_to_choose, text_fields

SHOWN = 5
"""Recipients whose words the review shows."""
ACTIONS = {
    "start": _("The sending has begun."),
    "pause": _("The sending pauses."),
    "resume": _("The sending goes on."),
    "stop": _("The sending is stopped."),
    "test": _("The test message is queued."),
}


@pages.route("/sendings/new", methods=["GET", "POST"])
@needs("message", "send")
def new_sending() -> ResponseReturnValue:
    """Show the form of a new sending, or make it; it is prepared in the background then."""
    context = current()
    source = _source()
    form = CommandForm(context, _fields(context, source))
    if request.method == "GET" or request.form.get("fresh"):
        return form_page(context, form.start({PLAIN: False} | start_values(context)), source)
    form.read(request.form)
    if "range" in source:
        source = {"range": [form.values["first"] or "", form.values["last"] or ""]}
    outcome = run_command(
        "sending.create",
        form=form,
        name=form.values["name"] or "",
        channel=form.values["channel"] or "",
        kind_id=stored_number(form.values["kind_id"] or "") or 0,
        language=form.values["language"] or "fa",
        subject=form.values["subject"] or "",
        body=form.values["body"] or "",
        source=source,
        planned_at=form.values["planned_at"],
        files=given_files(),
        template_id=stored_number(request.form.get("template", "")),
        plain=PLAIN_FIELD.read(form.values.get(PLAIN), context) or False,
    )
    if not outcome.done:
        return form_page(current(), form, source, outcome.status)
    return go("outbox.sending", sending_id=outcome.value)


def for_selection(resource: Resource, query: ListQuery, ids: list[int] | None) -> ResponseReturnValue:
    """Show the form of a sending to ticked rows of a list, or to all rows of its filter."""
    context = current()
    context.require("message", "send")
    source = chosen.of_selection(resource, query, ids)
    form = CommandForm(context, _fields(context, source)).start(start_values(context))
    return form_page(context, form, source)


def form_page(
    context: Context, form: CommandForm, source: dict[str, Any], status: int = 200
) -> ResponseReturnValue:
    """Show the form of a sending."""
    fresh = request.endpoint != "outbox.new_sending" or request.method == "GET" or "fresh" in request.form
    return render(
        "messages/new_sending.html",
        status=status,
        form=form,
        source=json.dumps(source),
        meant=_meant(context, source),
        range="range" in source,
        templates=templates_to_choose(context) if fresh else [],
        chosen=stored_number(request.values.get("template", "")),
        approved=PLAIN in {each.name for each in form.fields},
        variables=VARIABLES,
        may_letters=context.may(*RIGHT),
    )


@pages.get("/sendings/<int:sending_id>")
@needs("message", "view")
def sending(sending_id: int) -> ResponseReturnValue:
    """Show a sending: its review before it begins, how far it is afterwards."""
    context = current()
    row = find_sending(context, sending_id)
    if by_htmx() and "part" in request.args:
        standing = _standing(context, row)
        # Another state has other buttons: the whole page is fetched again.
        if row.state != request.args["part"]:
            return go_to(standing["url"])
        return render("messages/progress.html", **standing)
    return render(
        "messages/sending.html",
        samples=_samples(context, row),
        files=attachments(context, context.runtime.resource("sending"), sending_id),
        token=secrets.token_hex(8),
        confirm_above=context.runtime.setting(CONFIRM),
        **_standing(context, row),
    )


@pages.post("/sendings/<int:sending_id>/<any(start, pause, resume, stop, test):what>")
@needs("message", "send")
def change_sending(sending_id: int, what: str) -> ResponseReturnValue:
    """Begin a sending, let it pause, go on with it, stop it, or send a test to oneself."""
    arguments: dict[str, Any] = {"sending_id": sending_id}
    if what == "start":
        arguments["count"] = stored_number(plain_number(request.form.get("count", "")))
    if what == "test":
        arguments["token"] = request.form.get("token", "")[:32]
    if run_command(f"sending.{what}", **arguments).done:
        tell(ACTIONS[what])
    return go("outbox.sending", sending_id=sending_id)


def _fields(context: Context, source: dict[str, Any]) -> tuple[Field, ...]:
    ends = (
        Code("first", _("From number"), limit=20, required=True, help=_("For example 09121111200.")),
        Code("last", _("To number"), limit=20, required=True),
    )
    return (
        Text("name", _("Name of the sending"), limit=100),
        *(ends if "range" in source else ()),
        *(text_fields(context, ["sms"]) if "range" in source else text_fields(context)),
        *((PLAIN_FIELD,) if _is_approved(context) else ()),
        PLANNED,
    )


def _is_approved(context: Context) -> bool:
    """Say whether the words were begun with a template that may go in another way than by its approved form."""
    number = stored_number(request.values.get("template", ""))
    row = context.session.get(Template, number) if number is not None else None
    return row is not None and bool(row.approved) and not row.approved_only


def _source() -> dict[str, Any]:
    """Read whom the sending is for from the address or from the form."""
    if request.method == "POST":
        return chosen.posted()
    return {"range": ["", ""]} if request.args.get("to") == "range" else chosen.from_address()


def _meant(context: Context, source: dict[str, Any]) -> str:
    """Say in words whom a sending is for."""
    if "range" in source:
        first, last = source["range"]
        return words(_("Numbers from %(first)s to %(last)s", first=first, last=last)) if first else ""
    return chosen.in_words(context, source)


def _standing(context: Context, row: Sending) -> dict[str, Any]:
    counted = counts(context, row.id) if row.state != "preparing" else Counts()
    kind = context.session.get(MessageKind, row.kind_id)
    titles = {**STATES, **(STATE_TITLES if row.channel == LETTER else {})}
    ended = sum(
        count
        for state, count in counted.states.items()
        if state not in (LEFT_OUT, PREPARED, "queued", "sending")
    )
    return {
        "row": veiled(context, SENDING, row),
        "money_seen": _sees(context, "parts", "price", "cost"),
        "counts": counted,
        "ended": ended,
        "kind": kind.name if kind is not None else "",
        "channel": channels_of(context.runtime).get(row.channel, row.channel),
        "meant": _meant_again(context, row),
        "state": SENDING_STATES[row.state],
        "states": [
            (titles[each], count, TONES.get(each, ""), each) for each, count in counted.states.items()
        ],
        "by_template": by_template(context, row),
        **_letters(context, row, counted),
        "reasons": sorted(
            ((reason_text(reason), count) for reason, count in counted.reasons.items()),
            key=lambda each: -each[1],
        )
        if _sees(context, "reason")
        else [],
        "may_send": context.may("message", "send"),
        "at_work": row.state in ("preparing", "running", "planned"),
        "quiet_until": quiet_ends(context)
        if row.channel != LETTER and row.state in ("ready", "planned", "running") and is_quiet(context)
        else None,
        "url": url_for("outbox.sending", sending_id=row.id),
    }


def _sees(context: Context, *names: str) -> bool:
    """Say whether the actor sees these fields of messages whole."""
    return all(seen_whole(context, MESSAGE.permission, MESSAGE.by_name[name]) for name in names)


def _letters(context: Context, row: Sending, counted: Counts) -> dict[str, Any]:
    """What there is besides for letters: the work that prints them, for whoever made them, and the file."""
    mine = row.sender_id == context.actor.user_id
    work = work_on(context, (RUN, row.run_id)) if mine and row.run_id is not None else None
    return {
        "letters": row.channel == LETTER,
        "mine": mine,
        "work": work,
        "printed": counted.states.get(SENT, 0),
    }


def _meant_again(context: Context, row: Sending) -> str:
    try:
        return _meant(context, row.source)
    except NotFound:
        return words(_("A segment that is gone, or that you do not see"))


def _samples(context: Context, row: Sending) -> list[Any]:
    """The first messages, as they would go out; none where their words or recipients are kept from the actor."""
    if not _sees(context, "body", "party"):
        return []
    statement = (
        select(Message.id, Message.body, Message.subject, Party.display_name)
        .outerjoin(Party, Party.id == Message.party_id)
        .where(Message.sending_id == row.id, Message.state != LEFT_OUT)
        .order_by(Message.id)
        .limit(SHOWN)
    )
    return list(context.session.execute(statement))
