"""Pages of guarantees: registered, transferred, ended, and what the owner agreed to."""

from __future__ import annotations

from typing import Any

from flask import request
from flask.typing import ResponseReturnValue

from kernel.api import Problem, _, command_page, current, load
from plugins.carpet.commands import claims as at_claims
from plugins.carpet.commands import guarantees as commands
from plugins.carpet.kinds import serial_in
from plugins.carpet.models import Guarantee
from plugins.carpet.outcomes import Outcome
from plugins.carpet.resources import GUARANTEE
from plugins.carpet.wording import serial_text


def register() -> ResponseReturnValue:
    """Register a guarantee for a buyer who stands here, or sent a card."""
    asked = serial_in(current(), request.args.get("serial", ""))
    return command_page(
        "carpet.register",
        _("Register a guarantee"),
        commands.REGISTERING if current().may("carpet.guarantee", "without_code") else commands.WITH_CODE,
        crumb=(_("Guarantee desk"), "/carpet/desk"),
        done=_("The guarantee is registered."),
        target=lambda found: f"/carpet/guarantees/{found.guarantee_id}",
        start={"serial": asked} if asked else {},
        refusal=_refused,
    )


def _refused(found: Any) -> Problem | None:
    return commands.refusal(found) if isinstance(found, Outcome) else None


def _crumb(record: Guarantee) -> tuple[str, str]:
    return serial_text(current(), record.number), f"/carpet/guarantees/{record.id}"


def transfer(number: int) -> ResponseReturnValue:
    """Hand a guarantee to another owner."""
    record: Guarantee = load(current(), GUARANTEE, number)
    return command_page(
        "carpet.transfer",
        _("Hand a guarantee to another owner"),
        (
            commands.REASON,
            commands.NEW_PARTY,
            commands.FIRST_NAME,
            commands.LAST_NAME,
            commands.MOBILE,
            commands.CONSENT,
            commands.NOTE,
        ),
        crumb=_crumb(record),
        done=_("The guarantee has another owner now."),
        target=_crumb(record)[1],
        text=_("It lasts as long as before. Choose the new owner, or enter name and mobile."),
        guarantee=number,
    )


def consent(number: int) -> ResponseReturnValue:
    """Note what the owner says of offers."""
    record: Guarantee = load(current(), GUARANTEE, number)
    return command_page(
        "carpet.set_consent",
        _("Whether the owner hears of offers"),
        (commands.CONSENT,),
        crumb=_crumb(record),
        done=_("It is noted."),
        target=_crumb(record)[1],
        start={"consent": record.consent},
        guarantee=number,
    )


def void(number: int) -> ResponseReturnValue:
    """End a guarantee."""
    record: Guarantee = load(current(), GUARANTEE, number)
    return command_page(
        "carpet.void_guarantee",
        _("End a guarantee"),
        (commands.WHY,),
        crumb=_crumb(record),
        done=_("The guarantee is ended."),
        target=_crumb(record)[1],
        danger=True,
        guarantee=number,
    )


def claim(number: int) -> ResponseReturnValue:
    """Enter a claim under a guarantee."""
    context = current()
    record: Guarantee = load(context, GUARANTEE, number)
    kinds = [at_claims.FAULT, at_claims.DESCRIPTION, at_claims.REPORTED]
    if context.may("carpet.claim", "goodwill"):
        kinds.append(at_claims.GOODWILL)
    return command_page(
        "carpet.report_claim",
        _("Enter a claim"),
        kinds,
        crumb=_crumb(record),
        done=_("The claim is entered. Put photos to its files."),
        target=lambda made: f"/carpet/claims/{made}",
        start={"reported_on": context.today},
        guarantee=number,
    )
