"""Who bought this and not that, among owners who agreed to hear of offers.

Who asked for nothing that advertises by SMS is left out as well, since the list also leaves the house as a workbook.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select

from kernel.api import Context, Party, opted_out_of_offers
from plugins.carpet.models import CarpetModel, Guarantee

MOST = 500
"""Owners that a page shows."""


@dataclass(frozen=True)
class Kind:
    """Carpets of one model, size, design or colour; what is None does not matter."""

    model_id: int | None = None
    size_id: int | None = None
    design_id: int | None = None
    colour_id: int | None = None

    @property
    def empty(self) -> bool:
        """Whether all carpets are meant."""
        return (self.model_id, self.size_id, self.design_id, self.colour_id) == (None, None, None, None)

    def conditions(self) -> list[ColumnElement[bool]]:
        """The conditions on a guarantee joined with its model."""
        wanted: list[tuple[Any, int | None]] = [
            (CarpetModel.id, self.model_id),
            (CarpetModel.size_id, self.size_id),
            (CarpetModel.design_id, self.design_id),
            (CarpetModel.colour_id, self.colour_id),
        ]
        return [column == value for column, value in wanted if value is not None]


def owners(
    context: Context, bought: Kind, lacking: Kind, *, since: date | None = None, most: int | None = None
) -> list[Any]:
    """Give owners of carpets of one kind who have none of the other, with name, mobile, count and latest registration.

    Only carpets count for which the owner agreed to hear of offers. Of more than `most` the latest are given.
    """
    wanted = (
        select(
            Party.id,
            Party.kind,
            Party.display_name,
            Party.mobile,
            func.count(Guarantee.id).label("count"),
            func.max(Guarantee.registered_on).label("latest"),
        )
        .join(Guarantee, Guarantee.party_id == Party.id)
        .join(CarpetModel, CarpetModel.id == Guarantee.model_id)
        .where(Guarantee.state == "active", Guarantee.consent, *bought.conditions())
        .group_by(Party.id, Party.kind, Party.display_name, Party.mobile)
        .order_by(func.max(Guarantee.registered_on).desc(), Party.id)
        .limit(most)
    )
    if since is not None:
        wanted = wanted.where(Guarantee.registered_on >= since)
    if not lacking.empty:
        other = (
            select(Guarantee.id)
            .join(CarpetModel, CarpetModel.id == Guarantee.model_id)
            .where(Guarantee.party_id == Party.id, Guarantee.state == "active", *lacking.conditions())
            .correlate(Party)
        )
        wanted = wanted.where(~exists(other))
    rows = context.session.execute(wanted).all()
    silent = opted_out_of_offers(context, "sms", [row.mobile for row in rows if row.mobile])
    return [row for row in rows if row.mobile not in silent]
