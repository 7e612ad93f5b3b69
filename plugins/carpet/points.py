"""Points of the customers' club for registered carpets, where the plugin `club` runs and the settings give any."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from kernel.api import Context, _
from plugins.carpet.models import Dealer, Guarantee
from plugins.carpet.terms import terms_of


def reward(system: Context, guarantees: Sequence[int]) -> None:
    """Give buyers and dealers their points, once for each guarantee; to one party after the other by their ids.

    Called when all carpets of a message are registered: each member's account stays locked until the transaction ends, and
    in this order nobody waits for another in a circle.
    """
    terms = terms_of(system.runtime)
    if "club" not in system.plugins or not guarantees or not (terms.buyer_points or terms.dealer_points):
        return
    from plugins.club.api import award

    wanted = (
        select(Guarantee.id, Guarantee.number, Guarantee.party_id, Dealer.party_id.label("dealer_party"))
        .outerjoin(Dealer, Dealer.id == Guarantee.dealer_id)
        .where(Guarantee.id.in_(list(guarantees)))
    )
    due: list[tuple[int, int, str, int, str]] = []
    for row in system.session.execute(wanted):
        due.append((row.party_id, row.id, "buyer", terms.buyer_points, row.number))
        if row.dealer_party is not None:
            due.append((row.dealer_party, row.id, "dealer", terms.dealer_points, row.number))
    for party, number, whose, points, serial in sorted(due):
        if points:
            award(
                system,
                party_id=party,
                points=points,
                reason=system.text(_("Registered carpet %(serial)s", serial=serial)),
                origin=f"carpet.guarantee-{number}-{whose}",
            )
