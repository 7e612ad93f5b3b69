"""The buttons of the records' pages: what can be done with a record in its present state."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kernel.api import Action, Context, _
from plugins.carpet.models import Batch, Claim, Dispute, Guarantee, Serial


def _action(label: Any, url: str, icon: str, resource: str, right: str, order: int) -> Action:
    return Action(label=label, url=url, icon=icon, permission=(f"carpet.{resource}", right), order=order)


def of_batch(context: Context, number: int) -> Sequence[Action]:
    """The buttons of a batch."""
    batch = context.session.get(Batch, number)
    if batch is None:
        return ()
    at = f"/carpet/batch/{number}"
    found = []
    if batch.state == "new":
        found.append(_action(_("Hand out cards"), f"{at}/hand-out", "qrcode", "batch", "codes", 10))
    if batch.state == "printed":
        found.append(_action(_("Make codes anew"), f"{at}/renew", "refresh", "batch", "codes", 20))
    sample = f"/printing/documents/carpet.cards/{number}"
    found.append(_action(_("Sample of the cards"), sample, "printer", "batch", "print", 30))
    if batch.state != "void":
        found.append(_action(_("Change the guarantee"), f"{at}/change", "pencil", "batch", "edit", 35))
    if batch.state in ("new", "printed"):
        found.append(_action(_("Call invalid"), f"{at}/void", "circle-x", "batch", "edit", 40))
    return found


def of_serial(context: Context, number: int) -> Sequence[Action]:
    """The buttons of a carpet."""
    serial = context.session.get(Serial, number)
    if serial is None or serial.state not in ("stock", "sold"):
        return ()
    at = f"/carpet/serial/{number}"
    register = f"/carpet/register?serial={serial.number}"
    return (
        _action(_("Register a guarantee"), register, "shield-check", "guarantee", "create", 10),
        _action(_("Note the sale"), f"{at}/sell", "cash", "serial", "sell", 20),
        _action(_("Call invalid"), f"{at}/void", "circle-x", "serial", "edit", 30),
    )


def of_dealer(context: Context, number: int) -> Sequence[Action]:
    """The buttons of a dealer."""
    del context
    give = f"/carpet/give?dealer={number}"
    return (_action(_("Give serials"), give, "truck", "serial", "give", 10),)


def of_guarantee(context: Context, number: int) -> Sequence[Action]:
    """The buttons of a guarantee."""
    guarantee = context.session.get(Guarantee, number)
    if guarantee is None:
        return ()
    at = f"/carpet/guarantee/{number}"
    paper = f"/printing/documents/carpet.certificate/{number}"
    found = [_action(_("Certificate"), paper, "printer", "guarantee", "print", 40)]
    if guarantee.state == "active":
        found += [
            _action(_("Enter a claim"), f"{at}/claim", "tool", "claim", "create", 10),
            _action(_("Hand to another owner"), f"{at}/transfer", "transfer", "guarantee", "transfer", 20),
            _action(_("Offers"), f"{at}/consent", "speakerphone", "guarantee", "edit", 30),
            _action(_("End the guarantee"), f"{at}/void", "circle-x", "guarantee", "void", 50),
        ]
    return found


def of_claim(context: Context, number: int) -> Sequence[Action]:
    """The buttons of a claim."""
    claim = context.session.get(Claim, number)
    if claim is None:
        return ()
    at = f"/carpet/claim/{number}"
    found = []
    if claim.state in ("open", "inspection"):
        found.append(_action(_("Send an inspector"), f"{at}/send", "user-check", "claim", "send", 10))
        found.append(_action(_("Enter what was found"), f"{at}/inspect", "search", "claim", "inspect", 20))
    if claim.state == "inspection" and claim.inspected_on is not None:
        found.append(_action(_("Decide"), f"{at}/decide", "scale", "claim", "decide", 30))
    if claim.state == "accepted":
        found.append(_action(_("Give another carpet"), f"{at}/replace", "replace", "claim", "decide", 40))
        found.append(_action(_("Note a repair"), f"{at}/repair", "needle-thread", "claim", "decide", 50))
    return found


def of_dispute(context: Context, number: int) -> Sequence[Action]:
    """The buttons of a dispute."""
    dispute = context.session.get(Dispute, number)
    if dispute is None or dispute.state != "open":
        return ()
    return (_action(_("Decide"), f"/carpet/dispute/{number}/decide", "scale", "dispute", "decide", 10),)
