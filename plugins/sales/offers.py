"""Offers that a customer may spend on an invoice at his choice: the points of a club. Other plugins make and redeem them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from kernel.api import Context, Refused, _, fields
from plugins.sales.entry import LARGEST, Entry, Head
from plugins.sales.models import Document, Redemption

SPENDING = fields.Money("spending", _("To be spent"), least=0, most=LARGEST)


@dataclass(frozen=True)
class Offer:
    """An offer of a plugin: `key` is `<plugin>:<its own key>`."""

    key: str
    title: str
    limit: int
    explanation: str


def offers_for(context: Context, direction: str, kind: str, party_id: int | None, net: int) -> list[Offer]:
    """Give what this party may spend on a draft invoice of `net` Rials."""
    if kind != "invoice" or direction != "sale" or party_id is None or net <= 0:
        return []
    answers = context.runtime.hooks.gather("discount_offers", ctx=context, party_id=party_id, net=net)
    return [
        Offer(
            f"{answer.plugin}:{offer.key}",
            context.text(offer.title),
            min(offer.amount_limit, net),
            context.text(offer.explanation),
        )
        for answer in answers
        for offer in answer.value
        if offer.amount_limit > 0
    ]


def read_spending(
    context: Context, document: Document, head: Head, entry: Entry, raw: Mapping[str, Any]
) -> dict[str, tuple[str, int]]:
    """Read what the customer spends, by the key of the offer: its title and the Rials; problems go to the entry."""
    wanted = {key: value for key, value in raw.items() if str(value or "").strip()}
    if not wanted or entry.totals is None:
        return {}
    known = offers_for(context, document.direction, document.kind, head.party_id, entry.totals.net)
    by_key = {offer.key: offer for offer in known}
    spent: dict[str, tuple[str, int]] = {}
    for key, value in wanted.items():
        offer = by_key.get(key)
        try:
            amount = SPENDING.read(value, context) or 0
        except fields.FieldError as error:
            entry.wrong(f"spend-{key}", error.message)
            continue
        if amount and (offer is None or amount > offer.limit):
            most = SPENDING.show(0 if offer is None else offer.limit, context)
            entry.wrong(f"spend-{key}", _("At most %(most)s Rials can be spent here.", most=most))
        elif amount and offer is not None:
            spent[key] = (offer.title, amount)
    return spent


def redemptions_of(context: Context, document: int) -> list[Redemption]:
    """Give what is spent on a document."""
    statement = select(Redemption).where(Redemption.document_id == document).order_by(Redemption.id)
    return list(context.session.scalars(statement))


def ask_to_redeem(system: Context, document: int, redemption: Redemption, hook: str, amount: int) -> None:
    """Let the plugin that offered take, or give back, so many Rials; what it raises, undoes everything."""
    plugin, _colon, key = redemption.key.partition(":")
    if hook == "redeem" and plugin not in system.runtime.hooks.implementing(hook):
        raise Refused(
            _("“%(title)s” cannot be spent at present: take it off the invoice.", title=redemption.title)
        )
    system.runtime.hooks.require_of(
        plugin, hook, session=system.session, ctx=system, invoice_id=document, key=key, amount=amount
    )
