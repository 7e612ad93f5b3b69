"""Lines for administrators: which gateways carry messages, in which order, at what price; a test, and the credit."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue

from kernel.i18n import _
from kernel.messages.gateways import Gateway, GatewayProblem
from kernel.messages.line_editing import all_lines, credit_of, find_line
from kernel.messages.lines import LINE_KINDS, channels_of, gateways_of
from kernel.messages.models import SenderLine
from kernel.resources.context import Context
from kernel.resources.errors import NotFound
from kernel.resources.fields import Choice, Code, Field, Money, Text, Whole, YesNo
from kernel.web.current import SAVED, current, needs, run_command, scope, tell
from kernel.web.forms.command import CommandForm
from kernel.web.pages import go, go_to, render, words
from kernel.web.views.messages.blueprint import pages, tabs

editing = needs("message_line", "edit")


@pages.get("/lines")
@editing
def lines() -> ResponseReturnValue:
    """Show the lines in their order, and the gateways that a new one may use."""
    context = current()
    gateways = gateways_of(context.runtime)
    offers = [
        (name, channel, words(gateway.title), words(channels_of(context.runtime).get(channel, channel)))
        for name, gateway in gateways.items()
        for channel in gateway.channels
    ]
    return render(
        "messages/lines.html",
        tabs=tabs(context),
        lines=all_lines(context),
        titles={name: words(gateway.title) for name, gateway in gateways.items()},
        tells_credit={name for name, gateway in gateways.items() if gateway.credit is not None},
        kinds=LINE_KINDS,
        channels=channels_of(context.runtime),
        offers=offers,
        now=context.now,
    )


@pages.route("/lines/new", methods=["GET", "POST"])
@editing
def new_line() -> ResponseReturnValue:
    """Show the form of a new line over a gateway, or make it."""
    context = current()
    name, channel = request.values.get("gateway", ""), request.values.get("channel", "")
    gateway = gateways_of(context.runtime).get(name)
    if gateway is None or channel not in gateway.channels:
        raise NotFound()
    return _form(context, gateway, None, {"gateway": name, "channel": channel})


@pages.route("/lines/<int:line_id>", methods=["GET", "POST"])
@editing
def line(line_id: int) -> ResponseReturnValue:
    """Show the form of a line, or change it."""
    context = current()
    row = find_line(context, line_id)
    gateway = gateways_of(context.runtime).get(row.gateway)
    if gateway is None:
        tell(_("The gateway of this line does not run."), "error")
        return go("outbox.lines")
    return _form(context, gateway, row, {})


@pages.post("/lines/<int:line_id>/remove")
@editing
def remove_line(line_id: int) -> ResponseReturnValue:
    """Take a line away."""
    if run_command("line.remove", line_id=line_id).done:
        tell(_("The line is gone; its messages stay."))
    return go("outbox.lines")


@pages.post("/lines/<int:line_id>/test")
@editing
def test_line(line_id: int) -> ResponseReturnValue:
    """Queue a message that only this line may carry."""
    outcome = run_command(
        "line.test", line_id=line_id, address=request.form.get("address", ""), token=secrets.token_hex(8)
    )
    if not outcome.done:
        return go("outbox.lines")
    tell(_("The test message is queued."))
    return go_to(f"/messages/{outcome.value}")


@pages.post("/lines/<int:line_id>/credit")
@editing
def credit(line_id: int) -> ResponseReturnValue:
    """Ask the provider how much money is left; no transaction is open meanwhile."""
    row = find_line(current(), line_id)
    context = current()
    scope().close()
    try:
        rials = credit_of(context, row)
    except GatewayProblem as problem:
        tell(problem.reason, "error")
    else:
        tell(_("Credit of “%(name)s”: %(rials)s Rials.", name=row.name, rials=f"{rials:,}"), "notice")
    return go("outbox.lines")


def _form(
    context: Context, gateway: Gateway, row: SenderLine | None, fixed: Mapping[str, Any]
) -> ResponseReturnValue:
    form = CommandForm(context, _fields(gateway))
    status = 200
    if request.method == "GET":
        form.start(_present(row, gateway))
    else:
        form.read(request.form)
        values = {
            item.name: item.parse(form.values[item.name], context) if form.values[item.name] else None
            for item in _fields(gateway)
            if not isinstance(item, YesNo)
        }
        values["enabled"] = bool(form.values["enabled"])
        outcome = run_command(
            "line.save", form=form, line_id=row.id if row is not None else None, values=values, **fixed
        )
        if outcome.done:
            tell(SAVED)
            return go("outbox.lines")
        status = outcome.status
    secret = {field.name for field in gateway.fields if field.secret}
    for name in secret:
        form[name].data = ""
    return render(
        "messages/line.html",
        status=status,
        form=form,
        row=row,
        fixed=fixed,
        secret=secret,
        title=words(gateway.title),
        own=[field.name for field in gateway.fields],
    )


def _fields(gateway: Gateway) -> tuple[Field, ...]:
    own = tuple(
        Text(each.name, _lazy(each.title), limit=2000, help=_lazy(each.hint) if each.hint else None)
        for each in gateway.fields
    )
    return (
        Text("name", _("Name of the line"), required=True, limit=100),
        Code(
            "sender",
            _("Sender"),
            limit=100,
            help=_("The number or address that recipients see, such as 30001234."),
        ),
        Choice("kind", _("Carries"), options=LINE_KINDS, required=True, default="both"),
        Whole("position", _("Rank"), least=1, most=1000, default=100, help=_("The smallest is asked first.")),
        Whole("rate", _("Most messages of a minute"), least=1, most=100_000),
        Money("price", _("Price of a part of a Persian text")),
        Money("price_latin", _("Price of a part of a Latin text")),
        YesNo("enabled", _("Carries messages now"), default=True),
        *own,
    )


def _lazy(text: Any) -> Any:
    return text if not isinstance(text, str) else _("%(text)s", text=text)


def _present(row: SenderLine | None, gateway: Gateway) -> dict[str, Any]:
    if row is None:
        values: dict[str, Any] = {
            "name": words(gateway.title),
            "kind": "both",
            "position": 100,
            "enabled": True,
        }
        return values | {field.name: field.default for field in gateway.fields if not field.secret}
    names = ("name", "sender", "kind", "position", "rate", "price", "price_latin", "enabled")
    plain = {field.name: row.settings.get(field.name, "") for field in gateway.fields if not field.secret}
    return {name: getattr(row, name) for name in names} | plain
