"""What becomes of the plugin's rows when a person's data are erased, or two parties are merged."""

from __future__ import annotations

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from kernel.api import Context, Erasure, Party, Problem, _, sort_key, squeeze
from plugins.carpet.models import Attempt, Claim, Dealer, Dispute, Guarantee

REASON = _("That a carpet is registered stays, or its card could be registered again.")
ERASURES = (
    Erasure(
        table="carpet.guarantee",
        key="party_id",
        what="replace",
        values={"note": None, "consent": False, "consent_on": None},
        reason=REASON,
    ),
    Erasure(table="carpet.transfer", key="from_id", what="replace", values={"note": None}, reason=REASON),
    Erasure(table="carpet.transfer", key="to_id", what="replace", values={"note": None}, reason=REASON),
    Erasure(table="carpet.dispute", key="party_id", what="replace", values={"reason": None}, reason=REASON),
    Erasure(
        table="carpet.dealer",
        key="party_id",
        what="replace",
        values={"title": str, "search_key": squeeze, "sort_key": sort_key, "note": None},
        reason=_("Serials and guarantees tell which dealer sold them."),
    ),
)


def erase(session: Session, party_id: int) -> None:
    """Blank the words about a person on claims under his guarantees, and forget that his number tried wrong ones."""
    owned = select(Guarantee.id).where(Guarantee.party_id == party_id)
    blank = {"description": "—", "findings": None, "decision": None, "search_key": ""}
    session.execute(update(Claim).where(Claim.guarantee_id.in_(owned)).values(blank))
    mobile = session.execute(select(Party.mobile).where(Party.id == party_id)).scalar_one_or_none()
    session.execute(delete(Attempt).where(Attempt.who == f"sms:{mobile}"))


def merge(session: Session, kept: int, dropped: int) -> None:
    """Two who disputed a card with each other, or alike, are one now: what is left of their disputes is closed."""
    alike = select(Dispute.guarantee_id).where(Dispute.party_id == kept, Dispute.state == "open")
    session.execute(
        delete(Dispute).where(
            Dispute.party_id == dropped, Dispute.state == "open", Dispute.guarantee_id.in_(alike)
        )
    )
    for own, other in ((kept, dropped), (dropped, kept)):
        owned = select(Guarantee.id).where(Guarantee.party_id == own)
        session.execute(
            delete(Dispute).where(
                Dispute.party_id == other, Dispute.state == "open", Dispute.guarantee_id.in_(owned)
            )
        )


def conflicts(context: Context, kept: int, dropped: int) -> list[Problem]:
    """Two dealers do not become one by themselves: people say whose carpets go where first."""
    with context.system("whether both are dealers") as system:
        wanted = select(Dealer.id).where(Dealer.party_id.in_((kept, dropped)), Dealer.binned_at.is_(None))
        both = len(system.session.execute(wanted).all()) > 1
    text = _(
        "Both are dealers of carpets. Give the carpets of one to the other, and delete that dealer first."
    )
    return [Problem(None, text)] if both else []
