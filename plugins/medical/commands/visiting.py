"""What is done around a visit: price and insurers, the invoice, the link by which a patient books, teaching by illness."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from kernel.api import (
    Context,
    Invalid,
    Problem,
    Refused,
    _,
    addressed_as,
    command,
    consented,
    fields,
    load,
    queue_message,
    web_address,
)
from plugins.medical.charging import is_billed, own_part, require_charging, share_of, shares_of, write_bill
from plugins.medical.commands.arguments import PERSON, VERSION, WHICH, opened, read
from plugins.medical.models import FileEntry, Lesson, Patient
from plugins.medical.resources import ILLNESS, INSURERS
from plugins.medical.resources.patients import beneath
from plugins.medical.selfservice import link_code

PRICE = fields.Money("price", _("Price (Rials)"), least=0)
INSURER = fields.BaseChoice("insurer", _("Basic insurer"), source=INSURERS)
INSURER_PART = fields.Money("insurer_part", _("Part of the basic insurer"), least=0)
SUPPLEMENTARY = fields.BaseChoice("supplementary", _("Supplementary insurer"), source=INSURERS)
SUPPLEMENTARY_PART = fields.Money(
    "supplementary_part",
    _("Part of the supplementary insurer"),
    least=0,
    help=_("Empty: by the shares of the insurers, see “Shares of insurers”."),
)
CHARGES = (PRICE, INSURER, INSURER_PART, SUPPLEMENTARY, SUPPLEMENTARY_PART)
MOST_TAUGHT = 1000
"""So many are written to at once; those after them when it is sent again."""


@command(
    "medical.charge",
    _("Note the price of a visit"),
    resource="medical.appointment",
    action="edit",
    fields=(WHICH, *CHARGES, VERSION),
)
def charge(context: Context, *, appointment: int, version: int | None = None, **entered: Any) -> int:
    """Note the price and the insurers' parts; parts that are left empty follow from the insurers' shares."""
    require_charging(context)
    record = opened(context, appointment, version)
    values = read(context, CHARGES, entered)
    before = own_part(record)
    record.price = values["price"]
    record.insurer_id, record.supplementary_id = values["insurer"], values["supplementary"]
    basic, rest = shares_of(context, record)
    if values["insurer_part"] is not None:
        basic = values["insurer_part"]
    record.insurer_part = basic
    if values["supplementary_part"] is not None:
        rest = values["supplementary_part"]
    elif values["insurer_part"] is not None:
        rest = _rest(context, record)
    record.supplementary_part = rest
    if basic + rest > (record.price or 0):
        raise Invalid([Problem("price", _("The insurers would pay more than the price."))])
    if own_part(record) != before and is_billed(context, record):
        raise Refused(_("The invoice of this visit is written already; it must be cancelled first."))
    context.session.flush()
    return record.id


def _rest(context: Context, record: Any) -> int:
    left = max(0, (record.price or 0) - (record.insurer_part or 0))
    return share_of(context, record.supplementary_id, record.service_id, left)


@command(
    "medical.bill",
    _("Write the invoice of a visit"),
    resource="medical.appointment",
    action="bill",
    fields=(WHICH,),
)
def bill(context: Context, *, appointment: int) -> int:
    """Have the patient's part of the price invoiced; gives the id of the invoice."""
    record = opened(context, appointment)
    if record.state in ("cancelled", "missed", "offered"):
        raise Refused(_("This visit does not take place."))
    return write_bill(context, record)


@command(
    "medical.invite",
    _("Send the link for booking"),
    resource="medical.appointment",
    action="create",
    fields=(PERSON,),
)
def invite(context: Context, *, patient: Any) -> str:
    """Send a person the link of the own booking page by SMS, and give its address."""
    party_id = read(context, (PERSON,), {"patient": patient})["patient"]
    base = web_address(context.runtime)
    if not base:
        raise Refused(_("The address of this site is not known: enter it in the settings of messages."))
    with context.system("the booking link of a patient") as system:
        code = link_code(system, party_id)
    address = f"{base}/medical/turn/{code}"
    queued = queue_message(
        context,
        purpose="medical.link",
        occasion=f"{code} {context.now.isoformat()}",
        party_id=party_id,
        template="medical.link",
        values={"name": addressed_as(context, [party_id]).get(party_id, ""), "link": address},
    )
    if queued.left_out:
        raise Refused(_("This person cannot be reached by SMS."))
    return address


@command("medical.teach", _("Send an educational message"), resource="medical.illness", action="send")
def teach(context: Context, *, illness: int, lesson: int) -> dict[str, int]:
    """Send a lesson to the patients of an illness and of those beneath it, as far as the actor sees them and they consented.

    Who has had it does not get it again. Gives how many it went to, how many have no consent, how many are left out, and for
    how many it must be sent again.
    """
    context.require("medical.patient", "see_sensitive")
    load(context, ILLNESS, illness)
    text = context.session.get(Lesson, lesson)
    if text is None or text.illness_id not in beneath(context, illness, upwards=True):
        raise Invalid([Problem("lesson", _("Choose a message of this kind of illness."))])
    found = patients_of(context, illness)
    consenting = consented(context, "health", found)
    willing = [party_id for party_id in found if party_id in consenting]
    sent = left_out = later = 0
    for place, party_id in enumerate(willing):
        if sent + left_out == MOST_TAUGHT:
            later = len(willing) - place
            break
        queued = queue_message(
            context, purpose="medical.lesson", occasion=str(text.id), party_id=party_id, text=text.body
        )
        sent += queued.id is not None and not queued.left_out
        left_out += bool(queued.left_out)
    return {
        "sent": sent,
        "unwilling": len(found) - len(willing),
        "left_out": left_out,
        "later": later,
    }


def patients_of(context: Context, illness: int) -> list[int]:
    """Give the patients of an illness or one beneath it whom the actor sees: by the file's kind of illness or a document."""
    kinds = beneath(context, illness)
    by_file = select(Patient.party_id).where(Patient.illness_id.in_(kinds))
    by_document = select(FileEntry.party_id).where(FileEntry.illness_id.in_(kinds))
    found = set(context.session.execute(by_file).scalars())
    if context.may("medical.document", "view"):
        found |= set(context.session.execute(by_document).scalars())
    return sorted(found)
