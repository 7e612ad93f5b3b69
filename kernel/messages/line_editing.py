"""Lines as the administrator edits them: made, changed, taken away; their secrets are sealed and never shown again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select, update

from kernel.fa.errors import FaError
from kernel.fa.text import clean
from kernel.i18n import _
from kernel.i18n.messages import explain
from kernel.messages.gateways import Gateway, GatewayProblem, NotHandedOver
from kernel.messages.lines import LINE_KINDS, gateways_of, line_value
from kernel.messages.models import Message, SenderLine
from kernel.messages.outbox import DISPATCH, queue_message
from kernel.messages.results import MOST_ATTEMPTS
from kernel.messages.unwanted import canonical
from kernel.resources.administrators import administrators_only
from kernel.resources.audit import note
from kernel.resources.commands import command
from kernel.resources.context import Context
from kernel.resources.errors import Invalid, NotFound, Problem, Refused
from kernel.resources.fields import FieldError
from kernel.resources.queue import enqueue

PRICES = ("price", "price_latin")


@command("line.save", _("Change lines of messages"), resource="message_line", action="edit")
def save(
    context: Context, *, line_id: int | None, values: Mapping[str, Any], gateway: str = "", channel: str = ""
) -> int:
    """Make a line, or change one; gives its number. Gateway and channel are fixed once it is there.

    `values` holds name, sender, kind, position, enabled, rate, price, price_latin, and the gateway's own fields by name; a
    secret left empty stays as it is.
    """
    administrators_only(context)
    with context.system("lines of messages") as system:
        row = SenderLine(gateway=gateway, channel=channel) if line_id is None else _line(system, line_id)
        declared = gateways_of(context.runtime).get(row.gateway)
        if declared is None or row.channel not in declared.channels:
            raise Invalid([Problem("gateway", _("Choose a gateway that runs."))])
        row.name = clean(str(values.get("name") or ""))
        row.sender = clean(str(values.get("sender") or ""))
        row.kind = str(values.get("kind") or "both")
        row.enabled = bool(values.get("enabled"))
        row.position = values.get("position") or 100
        row.rate = values.get("rate") or None
        row.price = values.get(PRICES[0]) or 0
        row.price_latin = values.get(PRICES[1]) or 0
        problems = _problems(row) + _put_fields(context, row, declared, values)
        if problems:
            raise Invalid(problems)
        row.rests_until, row.refusals, row.trouble = None, 0, ""
        system.session.add(row)
        system.session.flush()
        number = row.id
    note(context, "line.save", resource="message_line", record_id=number)
    return number


@command("line.remove", _("Change lines of messages"), resource="message_line", action="edit")
def remove(context: Context, *, line_id: int) -> None:
    """Take a line away; its messages stay."""
    administrators_only(context)
    with context.system("lines of messages") as system:
        row = _line(system, line_id)
        if row.busy_until is not None and row.busy_until > context.now:
            raise Refused(
                _("A worker is just handing messages over for this line; switch it off first, or try again.")
            )
        system.session.delete(row)
        system.session.flush()
    note(context, "line.remove", resource="message_line", record_id=line_id)


@command("line.test", _("Change lines of messages"), resource="message_line", action="edit")
def test(context: Context, *, line_id: int, address: str, token: str) -> int:
    """Queue a message that only this line may carry, and that fails where the line refuses; gives its number."""
    administrators_only(context)
    row = find_line(context, line_id)
    try:
        to = canonical(context, row.channel, address)
    except FieldError as error:
        raise Invalid([Problem("address", error.message)]) from error
    except FaError as error:
        raise Invalid([Problem("address", explain(error))]) from error
    text = context.text(_("Test of the line “%(name)s”", name=row.name))
    queued = queue_message(
        context,
        purpose="kernel.test",
        occasion=f"{line_id} {token}",
        address=to,
        channel=row.channel,
        text=text,
        subject=text,
    )
    with context.system("a test goes over one line") as system:
        others = select(SenderLine.id).where(SenderLine.channel == row.channel, SenderLine.id != line_id)
        only = {"passed": list(system.session.execute(others).scalars()), "attempts": MOST_ATTEMPTS - 1}
        system.session.execute(update(Message).where(Message.id == queued.id).values(only))
    enqueue(context, DISPATCH, line_id=line_id)
    return queued.id or 0


def all_lines(context: Context) -> list[SenderLine]:
    """Give every line in the order in which they are asked; for administrators."""
    administrators_only(context)
    with context.system("lines of messages") as system:
        statement = select(SenderLine).order_by(SenderLine.channel, SenderLine.position, SenderLine.id)
        found = list(system.session.execute(statement).scalars())
        for row in found:
            system.session.expunge(row)
    return found


def find_line(context: Context, line_id: int) -> SenderLine:
    """Give one line; `NotFound` where it is not there."""
    for row in all_lines(context):
        if row.id == line_id:
            return row
    raise NotFound()


def credit_of(context: Context, row: SenderLine) -> int:
    """Ask the provider how much money is left, in Rials; outside of any transaction, `GatewayProblem` where it fails."""
    gateway = gateways_of(context.runtime).get(row.gateway)
    if gateway is None or gateway.credit is None:
        raise NotHandedOver(_("This gateway does not tell the credit."), temporary=False)
    try:
        return gateway.credit(line_value(context.runtime, row, gateway))
    except GatewayProblem:
        raise
    except Exception as failure:  # code of others
        raise GatewayProblem(_("The gateway failed (%(kind)s).", kind=type(failure).__name__)) from failure


def _put_fields(
    context: Context, row: SenderLine, gateway: Gateway, values: Mapping[str, Any]
) -> list[Problem]:
    plain, sealed, problems = dict(row.settings or {}), dict(row.secrets or {}), []
    for field in gateway.fields:
        entered = clean(str(values.get(field.name) or ""))
        if field.secret and entered:
            sealed[field.name] = context.site.sealer.seal(entered)
        elif not field.secret:
            plain[field.name] = entered
        held = sealed.get(field.name) if field.secret else plain[field.name] or field.default
        if field.required and not held:
            problems.append(Problem(field.name, _("%(field)s is required.", field=field.title)))
    row.settings, row.secrets = plain, sealed
    return problems


def _problems(row: SenderLine) -> list[Problem]:
    problems = []
    if not row.name:
        problems.append(Problem("name", _("%(field)s is required.", field=_("Name"))))
    if row.kind not in LINE_KINDS:
        problems.append(Problem("kind", _("Choose what the line carries.")))
    return problems


def _line(system: Context, line_id: int) -> SenderLine:
    row = system.session.get(SenderLine, line_id, with_for_update=True)
    if row is None:
        raise NotFound()
    return row
