"""What people do with a received message, each a page of its own: answer, enter the sender, tie, hand over, settle."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from kernel.access.models import UserAccount
from kernel.i18n import LazyText, _
from kernel.messages.inbound.desk import visible
from kernel.messages.inbound.models import DONE, Inbound
from kernel.messages.inbound.resources import INBOUND
from kernel.messages.single import LONGEST_TEXT
from kernel.resources.context import Context
from kernel.resources.errors import Problem
from kernel.resources.fields import Choice, Field, FieldError, Link, LongText, Text
from kernel.resources.veiled import veiled
from kernel.web.current import current, needs, run_command, tell
from kernel.web.forms.command import CommandForm
from kernel.web.pages import go_to, render

pages = Blueprint("inbox", __name__, url_prefix="/inbox")

RIGHT = "inbound"
TEXT = LongText("text", _("Text"), required=True, limit=LONGEST_TEXT)
NAMES = (Text("first_name", _("First name"), limit=100), Text("last_name", _("Last name"), limit=100))
PARTY = Link("party", _("Person or organisation"), to="party", required=True)


@pages.route("/<int:number>/reply", methods=["GET", "POST"])
@needs(RIGHT, "reply")
def reply(number: int) -> ResponseReturnValue:
    """Answer the message."""
    return _form(number, (TEXT,), "inbound.reply", _("Answer"), _("Send"), _("The answer is on its way."))


@pages.route("/<int:number>/person", methods=["GET", "POST"])
@needs(RIGHT, "edit")
def person(number: int) -> ResponseReturnValue:
    """Enter the sender as a person."""
    title = _("Enter the sender as a person")
    return _form(number, NAMES, "inbound.make_party", title, _("Save"), _("The sender was entered."))


@pages.route("/<int:number>/tie", methods=["GET", "POST"])
@needs(RIGHT, "edit")
def tie(number: int) -> ResponseReturnValue:
    """Tie the messages of the sender to a party that is there."""
    title = _("Tie to a party")
    return _form(number, (PARTY,), "inbound.tie", title, _("Save"), _("The messages were tied to the party."))


@pages.route("/<int:number>/assign", methods=["GET", "POST"])
@needs(RIGHT, "assign")
def assign(number: int) -> ResponseReturnValue:
    """Hand the message over to a colleague."""
    user = Choice("user", _("Hand over to"), options=_colleagues(current()), required=True)
    return _form(
        number, (user,), "inbound.assign", _("Hand over"), _("Hand over"), _("The message was handed over.")
    )


@pages.post("/<int:number>/settle")
@needs(RIGHT, "edit")
def settle(number: int) -> ResponseReturnValue:
    """Say that nothing more is to be done, or that there is after all."""
    done = visible(current(), number).state != DONE
    if run_command("inbound.settle", inbound_id=number, done=done).done:
        tell(_("Settled.") if done else _("It is open again."))
    return go_to(f"/inbound/{number}")


def _form(
    number: int, kinds: tuple[Field, ...], command: str, title: LazyText, save: LazyText, told: LazyText
) -> ResponseReturnValue:
    context = current()
    row = visible(context, number)
    words = veiled(context, INBOUND, row).body or ""
    shown: dict[str, Any] = {"title": title, "save": save, "number": number, "words": words}
    if request.method == "GET":
        return render("inbox/form.html", form=CommandForm(context, kinds).start({}), **shown)
    form = CommandForm(context, kinds).read(request.form)
    values, problems = _parsed(context, kinds, form)
    if problems:
        form.attach(problems)
        return render("inbox/form.html", status=422, form=form, **shown)
    outcome = run_command(command, form=form, inbound_id=number, **values)
    if not outcome.done:
        return render("inbox/form.html", status=outcome.status, form=form, **shown)
    tell(told)
    return go_to(f"/inbound/{number}" if _still_visible(number) else "/inbound")


def _parsed(
    context: Context, kinds: tuple[Field, ...], form: CommandForm
) -> tuple[dict[str, Any], list[Problem]]:
    """Read what was entered; gives the values, and what is wrong with which field."""
    values: dict[str, Any] = {}
    problems = []
    for kind in kinds:
        try:
            found = kind.parse(form.values.get(kind.name) or "", context)
        except FieldError as error:
            problems.append(Problem(kind.name, error.message))
            continue
        if found is None and kind.required:
            problems.append(Problem(kind.name, _("%(field)s is required.", field=kind.title)))
        values[kind.name] = int(found) if kind is not TEXT and str(found).isdecimal() else found or ""
    return values, problems


def _still_visible(number: int) -> bool:
    statement = select(Inbound.id).where(Inbound.id == number)
    return current().session.execute(statement).first() is not None


def _colleagues(context: Context) -> dict[str, Any]:
    with context.system("colleagues to hand over to") as system:
        statement = (
            select(UserAccount.id, UserAccount.display_name)
            .where(UserAccount.active, UserAccount.party_id.is_(None))
            .order_by(UserAccount.display_name)
        )
        return {str(row.id): row.display_name for row in system.session.execute(statement)}
