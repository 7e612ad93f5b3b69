"""Planned contact: making what is due, noting what was done and answered, and seeing who has bought since."""

from __future__ import annotations

from typing import Any

from kernel.api import Context, Refused, _, command, editable, fields, load, queue_message
from plugins.club.contacts import planning
from plugins.club.models import Contact, Member, Wish
from plugins.club.resources.contacts import CONTACT
from plugins.club.resources.membership import WISH
from plugins.club.telling import name_of

ONE = fields.Link("contact", _("Contact with a member"), to=CONTACT.name, required=True)
WISHED = fields.Link("wish", _("Wish for the next purchase"), to=WISH.name, required=True)
REACHED = fields.YesNo("reached", _("The member was reached"), default=True)
ANSWERED = fields.YesNo("answered", _("The member has answered to it"))
NOTE = fields.LongText("note", _("Note"), limit=2000)


@command("club.plan_contacts", _("Make the contacts of the day"), resource="club.contact_plan", action="edit")
def plan_contacts(context: Context) -> int:
    """Make the contacts that are due, and note responses; gives how many contacts are new."""
    with context.system("planned contact with members") as system:
        planning.measure(system)
        return planning.plan_contacts(system)


@command(
    "club.wish_ready",
    _("Tell a member that a wish is there"),
    resource="club.wish",
    action="edit",
    fields=(WISHED,),
)
def wish_ready(context: Context, *, wish: int) -> bool:
    """Note that what was wished for is there, and tell the member by SMS; says whether a message could be queued."""
    editable(context, WISH, wish)
    held: Wish = load(context, WISH, wish, lock=True)
    if held.state != "open":
        raise Refused(_("This wish is not open any more."))
    held.state = "ready"
    context.session.flush()
    title, member_id = held.title, held.member_id
    with context.system("a wish is there") as system:
        member = system.session.get_one(Member, member_id)
        queued = queue_message(
            system,
            purpose="club.wish",
            occasion=f"{wish} {held.version}",
            party_id=member.party_id,
            template="club.wish_ready",
            values={"name": name_of(member), "wish": title},
        )
        return queued.id is not None and not queued.left_out


@command(
    "club.note_contact",
    _("Note a contact with a member"),
    resource="club.contact",
    action="edit",
    fields=(ONE, REACHED, ANSWERED, NOTE),
    of={"note": CONTACT.name},
)
def note_contact(
    context: Context, *, contact: int, reached: Any = True, answered: Any = False, note: Any = None
) -> None:
    """Note that a member was reached or not, what was said, and whether he has answered; a purchase noted stays."""
    editable(context, CONTACT, contact)
    was_reached = True if reached is None else bool(REACHED.read(reached, context))
    has_answered, words = bool(ANSWERED.read(answered, context)), NOTE.read(note, context)
    held: Contact = load(context, CONTACT, contact, lock=True)
    if has_answered and not was_reached:
        raise Refused(_("Who was not reached has not answered."))
    if held.state == "done" and not was_reached:
        raise Refused(_("This contact was made already."))
    held.note = words or held.note
    if held.state != "done":
        held.state = "done" if was_reached else "missed"
        held.done_on = context.today if was_reached else None
        held.done_by_id = context.actor.user_id if context.actor.kind == "user" else None
    if has_answered and held.response is None:
        held.response, held.responded_on = "told", context.today
    context.session.flush()
