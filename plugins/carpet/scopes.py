"""What a dealer's users reach: the dealer's own serials, guarantees and claims, and the buyers of these."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, select, union

from kernel.api import Party, RowScope, _
from plugins.carpet.models import Claim, Dealer, DealerUser, Guarantee, Serial


def dealers_of(user: ColumnElement[Any]) -> Select[Any]:
    """The dealers for whom a user works."""
    return (
        select(DealerUser.dealer_id)
        .join(Dealer, Dealer.id == DealerUser.dealer_id)
        .where(DealerUser.user_id == user, Dealer.binned_at.is_(None))
    )


def buyers_of(user: ColumnElement[Any]) -> Select[Any]:
    """The owners of guarantees of his dealers, and the dealers themselves."""
    found = union(
        select(Guarantee.party_id.label("id")).where(Guarantee.dealer_id.in_(dealers_of(user))),
        select(Dealer.party_id).where(Dealer.id.in_(dealers_of(user))),
    ).subquery()
    return select(found.c.id)


OWN_DEALER = RowScope(
    key="own_dealer",
    title=_("Own dealer’s carpets"),
    rows=dealers_of,
    covers={Dealer: "id", Serial: "dealer_id", Guarantee: "dealer_id", Claim: "dealer_id"},
)
OWN_BUYERS = RowScope(key="own_buyers", title=_("Own dealer’s buyers"), rows=buyers_of, covers={Party: "id"})
SCOPES = (OWN_DEALER, OWN_BUYERS)
