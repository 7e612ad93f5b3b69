"""The overview of messages: where they stand, what needs a person, the last sendings."""

from __future__ import annotations

from flask import Response
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select

from kernel.i18n import LazyText, _, ngettext_lazy
from kernel.messages.barred import SampleParty
from kernel.messages.gateways import Outgoing
from kernel.messages.lines import channels_of
from kernel.messages.models import LEFT_OUT, PREPARED, UNKNOWN, Message, SenderLine, Sending
from kernel.messages.outgoing import as_mail
from kernel.messages.quiet import is_quiet, quiet_ends
from kernel.messages.resources import SENDING_STATES, STATES, TONES
from kernel.parties.models import Party
from kernel.resources.context import Context
from kernel.resources.errors import NotFound
from kernel.resources.records import load
from kernel.web.current import current, needs, run_command, tell
from kernel.web.pages import go_to, render
from kernel.web.security import DOWNLOAD_POLICY
from kernel.web.views.messages.blueprint import pages, tabs

SHOWN = 10
MAIL_POLICY = f"{DOWNLOAD_POLICY}; style-src 'unsafe-inline'"
"""Mails carry their styles in their tags; everything else stays forbidden, links included."""


@pages.get("/")
@needs("message", "view")
def overview() -> ResponseReturnValue:
    """Show how many messages stand where, and what holds them up."""
    context = current()
    counts = (
        select(Message.state, func.count())
        .where(Message.state.not_in((PREPARED, LEFT_OUT)))
        .group_by(Message.state)
    )
    counted: dict[str, int] = {row[0]: row[1] for row in context.session.execute(counts)}
    recent = context.session.execute(select(Sending).order_by(Sending.id.desc()).limit(SHOWN)).scalars()
    return render(
        "messages/overview.html",
        tabs=tabs(context),
        states=[
            (state, title, counted.get(state, 0), TONES.get(state, ""))
            for state, title in STATES.items()
            if state not in (PREPARED, LEFT_OUT)
        ],
        unknown=_undecided(counted.get(UNKNOWN, 0)),
        sendings=list(recent),
        sending_states=SENDING_STATES,
        lines=_lines(context),
        channels=channels_of(context.runtime),
        samples=_samples(context),
        quiet_until=quiet_ends(context) if is_quiet(context) else None,
        may_send=context.may("message", "send"),
        may_lines=context.actor.is_administrator,
    )


@pages.post("/messages/<int:message_id>/<any(again, stop):what>")
def decide(message_id: int, what: str) -> ResponseReturnValue:
    """Send a message again, or stop it, by a person's decision."""
    if run_command(f"message.{what}", message_id=message_id).done:
        tell(_("Queued once more.") if what == "again" else _("Stopped."))
    return go_to(f"/messages/{message_id}")


@pages.get("/messages/<int:message_id>/mail")
@needs("message", "view")
def mail(message_id: int) -> ResponseReturnValue:
    """Show a mail as its recipient reads it: a page of its own, in which nothing runs and nothing is fetched."""
    context = current()
    row = load(context, context.runtime.resource("message"), message_id)
    if row.channel != "email" or not row.address:
        raise NotFound()
    plain = Outgoing(client_id=row.client_id, to=row.address, text=row.body, subject=row.subject)
    response = Response(as_mail(context.runtime, row, plain).html, content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = MAIL_POLICY
    return response


def _samples(context: Context) -> LazyText | None:
    """Tell that some parties are invented, as long as there are any."""
    with context.system("how many parties are sample data") as system:
        statement = select(func.count()).where(Party.id == SampleParty.party_id, Party.binned_at.is_(None))
        count = system.session.execute(statement).scalar_one()
    if not count:
        return None
    return ngettext_lazy(
        "%(n)d person or organisation of this site is sample data: nothing is really sent to it.",
        "%(n)d persons and organisations of this site are sample data: nothing is really sent to them.",
        n=count,
    )


def _undecided(count: int) -> LazyText | None:
    if not count:
        return None
    return ngettext_lazy(
        "%(n)d message is unknown: the gateway may have it or not. Somebody must decide whether it is sent again.",
        "%(n)d messages are unknown: the gateway may have them or not. Somebody must decide whether they are sent again.",
        n=count,
    )


def _lines(context: Context) -> list[dict[str, object]]:
    """What everybody may know of the lines: name, channel, and whether they carry."""
    statement = select(
        SenderLine.name, SenderLine.channel, SenderLine.enabled, SenderLine.rests_until, SenderLine.trouble
    ).order_by(SenderLine.channel, SenderLine.position, SenderLine.id)
    with context.system("which lines carry messages") as system:
        return [
            {
                "name": row.name,
                "channel": row.channel,
                "enabled": row.enabled,
                "rests": row.rests_until is not None and row.rests_until > context.now,
                "trouble": row.trouble,
            }
            for row in system.session.execute(statement)
        ]
