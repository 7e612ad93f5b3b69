"""Asking plugins for a price: the hook `price`, for whatever sells or books something."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from kernel.extension.contributions import Price
from kernel.resources.context import Context


def ask_price(
    context: Context,
    item_id: int,
    *,
    party_id: int | None,
    quantity: Decimal,
    day: date,
    variant_id: int | None = None,
    base: Price | None = None,
) -> Price | None:
    """Give what one unit costs: the answer of the first plugin that has one, else `base`, the asker's own price."""
    answer = context.runtime.hooks.first(
        "price",
        ctx=context,
        item_id=item_id,
        party_id=party_id,
        quantity=quantity,
        day=day,
        variant_id=variant_id,
        base=base,
    )
    if answer is None:
        return base
    return answer.value if isinstance(answer.value, Price) else Price(answer.value)
