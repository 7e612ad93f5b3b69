"""What customers are told by SMS: how far their order is, and what of an invoice is to be paid."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy import or_, select

from kernel.api import Context, MessageTemplate, Party, Setting, _, fields, queue_message
from plugins.sales.models import Document
from plugins.sales.money.models import OpenItem

NAME, NUMBER = _("Name of the customer"), _("Number of the document")
TEMPLATES = (
    MessageTemplate(
        key="order_issued",
        title=_("Order registered"),
        body=_("{name}\nYour order {number} is registered. We tell you when it is ready."),
        places={"name": NAME, "number": NUMBER},
        order=10,
    ),
    MessageTemplate(
        key="order_ready",
        title=_("Order ready"),
        body=_("{name}\nYour order {number} is ready to be handed over."),
        places={"name": NAME, "number": NUMBER},
        order=20,
    ),
    MessageTemplate(
        key="order_delivered",
        title=_("Order handed over"),
        body=_("{name}\nYour order {number} was handed over. Thank you for your purchase."),
        places={"name": NAME, "number": NUMBER},
        order=30,
    ),
    MessageTemplate(
        key="payment_due",
        title=_("Reminder of a payment"),
        body=_("{name}\nOf invoice {number} {open} Rials are to be paid by {due}."),
        places={
            "name": NAME,
            "number": NUMBER,
            "open": _("What is open of the invoice"),
            "due": _("Day on which it is to be paid"),
        },
        order=40,
    ),
)
SETTINGS = (
    Setting(
        key="tell_orders",
        title=_("Customers are told of their order by SMS"),
        kind="choice",
        choices={
            "none": _("never by itself"),
            "ready": _("when it is ready"),
            "steps": _("when it is registered, ready and handed over"),
        },
        default="none",
        order=160,
    ),
    Setting(
        key="remind_before",
        title=_("Days before the due day on which customers are reminded by SMS"),
        kind="whole",
        default=0,
        bounds=(0, 90),
        help=_("Of invoices that are not settled; 0: never."),
        order=161,
    ),
    Setting(
        key="remind_after",
        title=_("Days after the due day on which customers are reminded by SMS"),
        kind="whole",
        default=0,
        bounds=(0, 365),
        help=_("Of invoices that are not settled; 0: never."),
        order=162,
    ),
)
TOLD = {"none": (), "ready": ("ready",), "steps": ("issued", "ready", "delivered")}
"""States of an order of which customers hear by themselves, by the setting."""
PURPOSE = "sales.told"
_MONEY = fields.Money("open", _("Open"))
_DAY = fields.Day("due", _("Due"))


def order_moved(context: Context, document: Document) -> None:
    """Tell the customer of an order that came to its state, where the site wishes it."""
    if (document.kind, document.direction) != ("order", "sale"):
        return
    if document.state in TOLD[str(context.runtime.setting("sales.tell_orders"))]:
        tell_of_order(context, document, document.state)


def tell_of_order(context: Context, document: Document, occasion: str) -> bool:
    """Queue the message of an order's state; says whether the customer can be reached."""
    return _send(context, document, f"order_{document.state}", occasion, {})


def remind(context: Context, document: Document, occasion: str) -> bool:
    """Queue the reminder of what is open of an invoice; False where nothing is, or the customer cannot be reached."""
    with context.system("what is open of an invoice") as system:
        statement = select(OpenItem.open, OpenItem.due).where(OpenItem.document_id == document.id)
        found = system.session.execute(statement).one_or_none()
    if found is None or not found.open:
        return False
    reader = replace(context, locale=context.site.locale)
    values = {"open": _MONEY.show(found.open, reader), "due": _DAY.show(found.due, reader)}
    return _send(context, document, "payment_due", occasion, values)


def due_invoices(system: Context) -> list[tuple[int, str]]:
    """Give the invoices of sale whose day of a reminder is today, by the settings, with the occasion."""
    days: dict[date, str] = {}
    before, after = (int(system.runtime.setting(f"sales.remind_{when}")) for when in ("before", "after"))
    if before:
        days[system.today + timedelta(days=before)] = "before"
    if after:
        days[system.today - timedelta(days=after)] = "after"
    if not days:
        return []
    statement = (
        select(OpenItem.document_id, OpenItem.due)
        .where(
            OpenItem.kind == "sale",
            OpenItem.open > 0,
            OpenItem.document_id.is_not(None),
            or_(*(OpenItem.due == day for day in days)),
        )
        .order_by(OpenItem.id)
    )
    return [
        (row.document_id, f"{days[row.due]} {row.due.isoformat()}")
        for row in system.session.execute(statement)
    ]


def _send(context: Context, document: Document, key: str, occasion: str, values: dict[str, str]) -> bool:
    from plugins.sales.resources.documents import NUMBER as NUMBER_FIELD

    reader = replace(context, locale=context.site.locale)
    with context.system("a customer is told") as system:
        wanted = select(Party.display_name).where(Party.id == document.party_id)
        name = system.session.execute(wanted).scalar_one()
        queued = queue_message(
            system,
            purpose=PURPOSE,
            occasion=f"{key} {document.id} {occasion}",
            party_id=document.party_id,
            template=f"sales.{key}",
            values={"name": name, "number": NUMBER_FIELD.show(document.number, reader), **values},
        )
    return queued.id is not None and not queued.left_out
