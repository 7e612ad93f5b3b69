"""The price of a visit: what the insurers pay of it, and the patient's invoice in the plugin `sales` where it is there."""

from __future__ import annotations

from decimal import ROUND_FLOOR, Decimal
from typing import TYPE_CHECKING

from sqlalchemy import select

from kernel.api import Context, Forbidden, Refused, _
from plugins.medical.hours import day_of
from plugins.medical.models import Appointment, Cover, Service

if TYPE_CHECKING:
    from plugins.sales.api import Bill


RIGHT = "medical.appointment"
OF_PRICE = ("price", "insurer", "insurer_part", "supplementary", "supplementary_part")
"""Fields of an appointment that belong to its price."""


def may_charge(context: Context) -> bool:
    """Say whether the actor may note prices: he may edit visits, and no rule keeps a part of it from him."""
    kept = any(context.actor.field_rule(RIGHT, name) for name in OF_PRICE)
    return context.may(RIGHT, "edit") and not kept


def require_charging(context: Context) -> None:
    """Raise `Forbidden` for who may not note prices."""
    if not may_charge(context):
        raise Forbidden()


def share_of(context: Context, insurer_id: int | None, service_id: int, amount: int) -> int:
    """Give what an insurer pays of an amount: by its share for the service, else by its general one; whole Rials."""
    if insurer_id is None:
        return 0
    statement = select(Cover.service_id, Cover.percent).where(
        Cover.insurer_id == insurer_id, (Cover.service_id == service_id) | Cover.service_id.is_(None)
    )
    rates = {row.service_id: row.percent for row in context.session.execute(statement)}
    percent = rates.get(service_id, rates.get(None, Decimal(0)))
    return int((Decimal(amount) * percent / 100).to_integral_value(ROUND_FLOOR))


def shares_of(context: Context, appointment: Appointment) -> tuple[int, int]:
    """Give the parts of the basic and of the supplementary insurer: the latter has its share of what the former leaves."""
    price = appointment.price or 0
    basic = share_of(context, appointment.insurer_id, appointment.service_id, price)
    rest = share_of(context, appointment.supplementary_id, appointment.service_id, price - basic)
    return basic, rest


def own_part(appointment: Appointment) -> int:
    """Give what the patient pays."""
    return (appointment.price or 0) - (appointment.insurer_part or 0) - (appointment.supplementary_part or 0)


def origin_of(appointment: Appointment) -> str:
    """How the invoice of a visit is known to `sales`."""
    return f"medical.appointment-{appointment.id}"


def bill_of(context: Context, appointment: Appointment) -> Bill | None:
    """Give the invoice of a visit, as far as the actor may see it; None without one, or without `sales`."""
    if "sales" not in context.plugins:
        return None
    from plugins.sales.api import bill_of as known

    return known(context, origin_of(appointment))


def is_billed(context: Context, appointment: Appointment) -> bool:
    """Say whether an invoice of the visit stands, whoever may see it."""
    with context.system("whether a visit is invoiced") as system:
        known = bill_of(system, appointment)
        return known is not None and known.state != "cancelled"


def receipt_of(context: Context, known: Bill | None) -> str:
    """Give the address at which money for an invoice is taken, where something is to be paid and the actor may take it."""
    if known is None or not known.remaining or not context.may("sales.payment", "create"):
        return ""
    from plugins.sales.api import receipt_address

    return receipt_address(known.document_id)


def write_bill(context: Context, appointment: Appointment) -> int:
    """Have `sales` write and issue the invoice of the patient's part; asked again, it gives the same."""
    if "sales" not in context.plugins:
        raise Refused(_("Invoices need the plugin “sales”; the amount stands on the visit."))
    amount = own_part(appointment)
    if amount <= 0:
        raise Refused(_("There is nothing for the patient to pay."))
    from plugins.sales.api import BillLine, bill

    title = context.session.execute(
        select(Service.title).where(Service.id == appointment.service_id)
    ).scalar_one()
    return bill(
        context,
        party_id=appointment.patient_id,
        lines=[BillLine(title=title, unit_price=amount)],
        origin=origin_of(appointment),
        day=day_of(appointment.starts_at, context.time_zone),
        taxed=False,
    )


def take_back_bill(context: Context, appointment: Appointment, reason: str) -> None:
    """Cancel the invoice of a visit that does not take place, where there is one."""
    if "sales" in context.plugins:
        from plugins.sales.api import unbill

        unbill(context, origin_of(appointment), reason)
