"""Noting a contact with a member."""

from __future__ import annotations

from flask import redirect
from flask.typing import ResponseReturnValue

from kernel.api import _, command_page, current, load, run_command, tell
from plugins.club.commands import contacts as commands
from plugins.club.models import Contact, ContactPlan
from plugins.club.resources import CONTACT, PLAN, WISH


def note(number: int) -> ResponseReturnValue:
    """Ask what came of a contact, or note it."""
    context = current()
    held: Contact = load(context, CONTACT, number)
    plan: ContactPlan = load(context, PLAN, held.plan_id)
    member = CONTACT.by_name["member"].show(held.member_id, context)
    return command_page(
        "club.note_contact",
        _("Note the contact"),
        (commands.REACHED, commands.ANSWERED, commands.NOTE),
        crumb=(member or _("Contacts with members"), f"/club/contacts/{number}"),
        done=_("The contact is noted."),
        target="/club/contacts?f.state.is=due",
        start={"reached": held.state != "missed", "note": held.note},
        text=plan.words or "",
        contact=number,
    )


def wish_ready(number: int) -> ResponseReturnValue:
    """Tell a member that what was wished for is there."""
    load(current(), WISH, number)
    outcome = run_command("club.wish_ready", wish=number)
    if outcome.done:
        tell(
            _("The member is told.")
            if outcome.value
            else _("It is noted; no message could be sent to the member.")
        )
    return redirect(f"/club/wishes/{number}", code=303)
