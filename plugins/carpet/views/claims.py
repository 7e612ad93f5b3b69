"""Pages of claims and disputes: an inspector is sent, findings entered, decided, settled."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask.typing import ResponseReturnValue

from kernel.api import LazyText, _, command_page, current, fields, load, localise_digits, veiled
from plugins.carpet.commands import claims as commands
from plugins.carpet.commands import disputes
from plugins.carpet.models import Claim, Dispute
from plugins.carpet.resources import CLAIM, DISPUTE
from plugins.carpet.wording import serial_text


def _page(
    number: int, command: str, title: LazyText, kinds: Sequence[fields.Field], done: LazyText, **more: Any
) -> ResponseReturnValue:
    record: Claim = load(current(), CLAIM, number)
    back = f"/carpet/claims/{number}"
    named = _("Claim %(number)s", number=localise_digits(record.number, current().locale))
    return command_page(
        f"carpet.{command}", title, kinds, crumb=(named, back), done=done, target=back, claim=number, **more
    )


def send(number: int) -> ResponseReturnValue:
    """Send an inspector."""
    return _page(
        number,
        "send_inspector",
        _("Send an inspector"),
        (commands.INSPECTOR, commands.INSPECT_ON),
        _("The inspector is told."),
        lookups={"inspector": f"/{CLAIM.path}/options/inspector"},
    )


def inspect(number: int) -> ResponseReturnValue:
    """Enter what was found."""
    return _page(
        number,
        "inspect",
        _("Enter what was found"),
        (commands.INSPECTED, commands.FINDINGS),
        _("It is entered. Put photos to the files of the claim."),
        start={"inspected_on": current().today},
    )


def decide(number: int) -> ResponseReturnValue:
    """Accept or refuse a claim."""
    context = current()
    found = veiled(context, CLAIM, load(context, CLAIM, number)).findings
    return _page(
        number,
        "decide_claim",
        _("Decide a claim"),
        (commands.ACCEPTED, commands.DECISION),
        _("The claim is decided."),
        text=_("Findings: %(text)s", text=found) if found else "",
    )


def replace(number: int) -> ResponseReturnValue:
    """Give another carpet."""
    return _page(
        number,
        "replace",
        _("Give another carpet"),
        (commands.SERIAL,),
        _("The carpet is replaced; the new one is guaranteed as long as the former."),
        text=_("The new carpet takes over owner and last day of the guarantee; both serials stay linked."),
    )


def repair(number: int) -> ResponseReturnValue:
    """Note a repair."""
    return _page(
        number,
        "repair",
        _("Note a repair"),
        (commands.COST,),
        _("The repair is noted."),
        text=_("Leave the amount empty where the guarantee covers all of it."),
    )


def decide_dispute(number: int) -> ResponseReturnValue:
    """Decide a dispute."""
    record: Dispute = load(current(), DISPUTE, number)
    back = f"/carpet/disputes/{number}"
    return command_page(
        "carpet.decide_dispute",
        _("Decide a dispute"),
        (disputes.VERDICT, disputes.REASON),
        crumb=(serial_text(current(), record.title), back),
        done=_("The dispute is decided."),
        target=back,
        text=_("Ask both for the invoice before you decide: nothing was told to the one who claims it."),
        dispute=number,
    )
