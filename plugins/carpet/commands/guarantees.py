"""Guarantees are registered by staff and dealers, go to other owners, and follow what owners say of offers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import select

from kernel.api import (
    Context,
    Forbidden,
    Invalid,
    Problem,
    Refused,
    _,
    command,
    editable,
    fields,
    give_role,
    kept_from,
    load,
)
from plugins.carpet import guessing, points
from plugins.carpet.kinds import ScratchCode, seen_serial, serial_field
from plugins.carpet.models import Dispute, Guarantee, Transfer
from plugins.carpet.outcomes import CLAIMED, GUESSED, REGISTERED, WRONG, YOURS, Outcome, said
from plugins.carpet.registering import BUYER, Wish, buyer_by_mobile, parties_of, register
from plugins.carpet.resources import GUARANTEE
from plugins.carpet.resources.words import TRANSFER_REASONS

RIGHT = "carpet.guarantee"
SERIAL = serial_field()
WHICH = fields.Link("guarantee", _("Guarantee"), to=GUARANTEE.name, required=True)
CODE = ScratchCode(
    "code", _("Code under the scratch panel"), limit=20, help=_("Staff who hold the card may leave it empty.")
)
PARTY = fields.Link("party", _("Buyer, where known"), to="party")
FIRST_NAME = fields.Text("first_name", _("First name"), limit=100)
LAST_NAME = fields.Text("last_name", _("Last name"), limit=100)
MOBILE = fields.Phone("mobile", _("Mobile"), only="mobile")
SOLD_ON = fields.Day("sold_on", _("Sold on"), past_only=True)
CONSENT = fields.YesNo("consent", _("Agreed to hear of offers"))
SAID = fields.YesNo("consent", _("Agreed to hear of offers"), required=True)
NEW_PARTY = fields.Link("party", _("New owner, where known"), to="party")
REASON = fields.Choice(
    "reason",
    _("Reason"),
    options={key: title for key, title in TRANSFER_REASONS.items() if key != "dispute"},
    required=True,
)
NOTE = fields.Text("note", _("Note"), limit=300)
WHY = fields.Text("reason", _("Reason"), required=True, limit=300)


BUYER_OF = {"party": GUARANTEE.name, "consent": GUARANTEE.name} | dict.fromkeys(
    ("first_name", "last_name", "mobile"), "person"
)
"""Whose fields are entered with the buyer."""
REGISTERING = (SERIAL, CODE, PARTY, FIRST_NAME, LAST_NAME, MOBILE, SOLD_ON, CONSENT)
WITH_CODE = (SERIAL, ScratchCode(CODE.name, CODE.title, limit=20, required=True), *REGISTERING[2:])
"""For those who may not leave the code empty."""


TO_STAFF = {
    YOURS: _("%(serial)s: registered for this buyer already, until %(day)s."),
    CLAIMED: _(
        "%(serial)s: registered for somebody else already. A dispute was opened; it waits for a decision."
    ),
}
"""What is said otherwise to who is not the buyer himself."""


def refusal(found: Outcome) -> Problem | None:
    """Say at which field it lies where a card gave no guarantee; None where it did."""
    if found.kind == REGISTERED:
        return None
    return Problem("code" if found.kind == WRONG else "serial", said(found, instead=TO_STAFF))


def told(found: Outcome) -> int | Problem | None:
    """Give programs the id of the guarantee, or why there is none."""
    return refusal(found) or found.guarantee_id


@command(
    "carpet.register",
    _("Register a guarantee"),
    resource=RIGHT,
    action="create",
    of={**BUYER_OF, "sold_on": "carpet.serial"},
    fields=REGISTERING,
    told=told,
)
def register_by_staff(
    context: Context,
    *,
    serial: Any,
    code: Any = None,
    party: Any = None,
    first_name: Any = None,
    last_name: Any = None,
    mobile: Any = None,
    sold_on: Any = None,
    consent: Any = False,
) -> Outcome:
    """Register a carpet that the actor sees for a party, known or by name and mobile.

    Without a code only who holds the right `without_code`. What a card does not give is an answer and no refusal,
    since wrong tries and disputes are written down.
    """
    number, given = SERIAL.read(serial, context), CODE.read(code, context)
    day, agreed = SOLD_ON.read(sold_on, context), CONSENT.read(consent, context)
    buyer, known = _buyer(context, PARTY.read(party, context), first_name, last_name, mobile)
    seen_serial(context, number)
    proved = not given and context.may(RIGHT, "without_code")
    if not given and not proved:
        raise Invalid([Problem("code", _("Enter the code under the scratch panel."))])
    user = context.actor.user_id or 0
    with context.system("a guarantee by staff") as system:
        guard = guessing.of_user(system, user)
        guard.lock(system)
        stopped = guard.stopped(system)
        if stopped is not None:
            raise Refused(stopped)
        wish = Wish(
            channel="staff",
            party=lambda: buyer(system),
            known=known(system),
            consent=bool(agreed),
            sold_on=day,
            proved=proved,
        )
        found = register(system, number, given or "", wish)
        if found.kind in GUESSED:
            guard.note(system)
        if found.kind == REGISTERED and found.guarantee_id is not None:
            system.session.get_one(Guarantee, found.guarantee_id).created_by = user
            system.session.flush()
            points.reward(system, [found.guarantee_id])
        return found


def _buyer(
    context: Context, party_id: int | None, first_name: Any, last_name: Any, mobile: Any
) -> tuple[Callable[[Context], int], Callable[[Context], frozenset[int]]]:
    """Give how the buyer's party is found or made, a chosen one or one by name and mobile; and which may be his already."""
    if party_id is not None:
        return lambda _system: party_id, lambda _system: frozenset({party_id})
    names = FIRST_NAME.read(first_name, context) or "", LAST_NAME.read(last_name, context) or ""
    number = MOBILE.read(mobile, context)
    problems = []
    if not names[1]:
        problems.append(Problem("last_name", _("Choose the buyer, or enter name and mobile.")))
    if not number:
        problems.append(Problem("mobile", _("Choose the buyer, or enter name and mobile.")))
    if problems:
        raise Invalid(problems)
    return lambda system: buyer_by_mobile(system, number, *names), lambda system: parties_of(system, number)


@command(
    "carpet.transfer",
    _("Hand a guarantee to another owner"),
    resource=RIGHT,
    action="transfer",
    of=BUYER_OF,
    fields=(WHICH, REASON, NEW_PARTY, FIRST_NAME, LAST_NAME, MOBILE, CONSENT, NOTE),
)
def transfer(
    context: Context,
    *,
    guarantee: int,
    reason: Any,
    party: Any = None,
    first_name: Any = None,
    last_name: Any = None,
    mobile: Any = None,
    consent: Any = False,
    note: Any = None,
) -> None:
    """Hand a guarantee over. It lasts as long as before; what the former owner agreed to goes no further."""
    editable(context, GUARANTEE, guarantee, "transfer")
    why, remark = REASON.read(reason, context), NOTE.read(note, context)
    agreed = bool(CONSENT.read(consent, context))
    buyer, _known = _buyer(context, NEW_PARTY.read(party, context), first_name, last_name, mobile)
    with context.system("a guarantee goes to another owner") as system:
        by = context.actor.user_id
        hand_over(system, guarantee, buyer(system), why, by=by, note=remark, consent=agreed)


def hand_over(
    system: Context,
    guarantee_id: int,
    party_id: int,
    reason: str,
    *,
    by: int | None,
    note: str | None = None,
    consent: bool = False,
) -> None:
    """Make another party the owner, and write down from whom it went."""
    held: Guarantee = load(system, GUARANTEE, guarantee_id, lock=True)
    if held.state != "active":
        raise Refused(_("This guarantee is no longer in force."))
    if held.party_id == party_id:
        raise Invalid([Problem("party", _("This is the owner already."))])
    system.session.add(
        Transfer(
            guarantee_id=held.id,
            from_id=held.party_id,
            to_id=party_id,
            day=system.today,
            reason=reason,
            note=note,
        )
    )
    held.party_id = party_id
    held.consent, held.consent_on = consent, system.today if consent else None
    _settle_dispute(system, held.id, party_id, by)
    system.session.flush()
    give_role(system, party_id, BUYER)
    if reason in ("dispute", "mistake"):
        points.move(system, held.id, party_id)


def _settle_dispute(system: Context, guarantee_id: int, party_id: int, by: int | None) -> None:
    """What the new owner claimed is his now."""
    claimed = (
        Dispute.guarantee_id == guarantee_id,
        Dispute.party_id == party_id,
        Dispute.state == "open",
    )
    for row in system.session.execute(select(Dispute).where(*claimed).with_for_update()).scalars():
        row.state, row.decided_on, row.decided_by = "moved", system.today, by


@command(
    "carpet.set_consent",
    _("Note whether an owner agreed to hear of offers"),
    resource=RIGHT,
    action="edit",
    of=GUARANTEE.name,
    fields=(WHICH, SAID),
)
def set_consent(context: Context, *, guarantee: int, consent: Any) -> None:
    """Note that the owner agrees to hear of offers, or no longer does."""
    editable(context, GUARANTEE, guarantee, "edit")
    if kept_from(context, GUARANTEE, CONSENT.name):
        raise Forbidden()
    agreed = bool(CONSENT.read(consent, context))
    with context.system("what an owner agreed to") as system:
        held: Guarantee = load(system, GUARANTEE, guarantee, lock=True)
        held.consent, held.consent_on = agreed, system.today if agreed else None
        system.session.flush()


@command("carpet.void_guarantee", _("End a guarantee"), resource=RIGHT, action="void", fields=(WHICH, WHY))
def void_guarantee(context: Context, *, guarantee: int, reason: Any) -> None:
    """End a guarantee, because it was got by fraud, say. The serial is not free again."""
    editable(context, GUARANTEE, guarantee, "void")
    why = WHY.read(reason, context)
    with context.system("a guarantee is ended") as system:
        held: Guarantee = load(system, GUARANTEE, guarantee, lock=True)
        if held.state != "active":
            raise Refused(_("This guarantee is no longer in force."))
        held.state, held.note = "void", why
        system.session.flush()
        points.take_back(system, held.id)
