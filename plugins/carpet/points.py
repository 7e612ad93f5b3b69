"""Points of the customers' club for registered carpets, where the settings give any.

What a registration gives is written down with it. So it is given once, also where the club is paused meanwhile (a job
gives it when the club runs again), and taken back once when the guarantee is ended or goes to whom it belonged all along.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import select, update

from kernel.api import Context, LazyText, _
from plugins.carpet.guessing import alone
from plugins.carpet.models import Dealer, Guarantee, Reward
from plugins.carpet.terms import terms_of

BUYER, DEALER = "buyer", "dealer"
DUE, GIVEN, NONE, BACK, RETURNED = "due", "given", "none", "back", "returned"
AT_ONCE = 1_000
"""Rewards that the job settles in one run."""


def reward(system: Context, guarantees: Sequence[int]) -> None:
    """Write down what buyers and dealers get for these guarantees, and give it where the club runs.

    Called when all carpets of a message are registered: each member's account stays locked until the transaction ends, and
    accounts are opened in the order of the parties, so that nobody waits for another in a circle.
    """
    terms = terms_of(system.runtime)
    if not guarantees or not (terms.buyer_points or terms.dealer_points or terms.club_joins):
        return
    wanted = (
        select(Guarantee.id, Guarantee.party_id, Dealer.party_id.label("dealer_party"))
        .outerjoin(Dealer, Dealer.id == Guarantee.dealer_id)
        .where(Guarantee.id.in_(list(guarantees)))
    )
    made: list[Reward] = []
    rows = system.session.execute(wanted).all()
    _let_join(system, [row.party_id for row in rows])
    for row in rows:
        for party, whose, points in (
            (row.party_id, BUYER, terms.buyer_points),
            (row.dealer_party, DEALER, terms.dealer_points),
        ):
            if party is not None and points:
                made.append(Reward(guarantee_id=row.id, party_id=party, whose=whose, points=points))
    system.session.add_all(made)
    system.session.flush()
    _settle(system, [each.id for each in made])


def take_back(system: Context, guarantee_id: int) -> None:
    """Take back what buyer and dealer got for a guarantee that is ended."""
    _settle(system, _called_back(system, guarantee_id, (BUYER, DEALER)))


def move(system: Context, guarantee_id: int, party_id: int) -> None:
    """Give the buyer's points to whom the carpet belonged all along, and take them from who had them."""
    wanted = select(Reward.points).where(Reward.guarantee_id == guarantee_id, Reward.whose == BUYER)
    points = system.session.execute(wanted.order_by(Reward.id.desc()).limit(1)).scalar_one_or_none()
    if points is None:
        return
    former = _called_back(system, guarantee_id, (BUYER,))
    made = Reward(guarantee_id=guarantee_id, party_id=party_id, whose=BUYER, points=points)
    system.session.add(made)
    system.session.flush()
    _settle(system, [*former, made.id])


def settle_some(system: Context) -> int:
    """Give and take what waited for the club to run again; gives how many were settled."""
    if "club" not in system.plugins:
        return 0
    wanted = (
        select(Reward.id)
        .where(Reward.state.in_((DUE, BACK)))
        .order_by(Reward.party_id, Reward.id)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    ids = list(system.session.execute(wanted).scalars())
    _settle(system, ids)
    return len(ids)


def _called_back(system: Context, guarantee_id: int, whose: Iterable[str]) -> list[int]:
    """Mark what was given as to be taken back, and what was not given yet as given to nobody; gives the former."""
    of_it = (Reward.guarantee_id == guarantee_id, Reward.whose.in_(list(whose)))
    system.session.execute(update(Reward).where(*of_it, Reward.state == DUE).values(state=NONE))
    back = update(Reward).where(*of_it, Reward.state == GIVEN).values(state=BACK).returning(Reward.id)
    return list(system.session.execute(back).scalars())


def _let_join(system: Context, buyers: Sequence[int]) -> None:
    """Make buyers members of the club, where the settings say that they become such; before any account is held."""
    if not buyers or "club" not in system.plugins or not terms_of(system.runtime).club_joins:
        return
    from plugins.club.api import enrol

    for party_id in sorted(set(buyers)):
        alone(system, f"member {party_id}")
    enrol(system, buyers)


def _settle(system: Context, ids: Sequence[int]) -> None:
    """Give and take points, to one party after the other; without the club they wait."""
    if not ids or "club" not in system.plugins:
        return
    from plugins.club.api import award

    wanted = (
        select(Reward, Guarantee.number)
        .join(Guarantee, Guarantee.id == Reward.guarantee_id)
        .where(Reward.id.in_(list(ids)), Reward.state.in_((DUE, BACK)))
        .order_by(Reward.party_id, Reward.id)
        .with_for_update(of=Reward)
        .execution_options(populate_existing=True)
    )
    rows = system.session.execute(wanted).all()
    _let_join(system, [row.party_id for row, _serial in rows if (row.whose, row.state) == (BUYER, DUE)])
    for row, serial in rows:
        back = row.state == BACK
        text: LazyText = (
            _("Points for carpet %(serial)s taken back", serial=serial)
            if back
            else _("Registered carpet %(serial)s", serial=serial)
        )
        given = award(
            system,
            party_id=row.party_id,
            points=-row.points if back else row.points,
            reason=system.text(text),
            origin=f"carpet.reward-{row.id}{'-back' if back else ''}",
        )
        row.state = RETURNED if back else GIVEN if given else NONE
    system.session.flush()
