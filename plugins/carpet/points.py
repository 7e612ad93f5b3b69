"""Points of the customers' club for registered carpets, where the plugin `club` runs and the settings give any."""

from __future__ import annotations

from kernel.api import Context, _
from plugins.carpet.models import Guarantee
from plugins.carpet.terms import terms_of


def reward(system: Context, guarantee: Guarantee, dealer_party: int | None) -> None:
    """Give buyer and dealer their points, once for each guarantee; nothing for replacements."""
    if "club" not in system.plugins or guarantee.channel == "replacement":
        return
    from plugins.club.api import award

    terms = terms_of(system.runtime)
    reason = system.text(_("Registered carpet %(serial)s", serial=guarantee.number))
    for party, points, whose in (
        (guarantee.party_id, terms.buyer_points, "buyer"),
        (dealer_party, terms.dealer_points, "dealer"),
    ):
        if points and party is not None:
            award(
                system,
                party_id=party,
                points=points,
                reason=reason,
                origin=f"carpet.guarantee-{guarantee.id}-{whose}",
            )
