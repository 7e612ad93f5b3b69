"""What becomes of the plugin's rows when a person's data are erased, or two parties are merged."""

from __future__ import annotations

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from kernel.api import Erasure, _
from plugins.insurance.models import Claim, Endorsement, InsuredPerson, Policy, Talk

BOOKS = _("Policies are kept for the limitation period and the books; what names the person in them goes.")

ERASURES = (
    Erasure(
        table="insurance.policy",
        key="holder_id",
        what="replace",
        values={
            "note": None,
            "beneficiary_note": None,
            "lost_note": None,
            "cancel_reason": None,
            "plate": None,
            "vin": None,
            "chassis": None,
            "engine_number": None,
            "address": None,
            "postal_code": None,
            "destination": None,
            "goods": None,
        },
        reason=BOOKS,
    ),
    Erasure(table="insurance.policy", key="beneficiary_id", what="keep", reason=BOOKS),
    Erasure(
        table="insurance.insured_person", key="party_id", what="replace", values={"note": None}, reason=BOOKS
    ),
    Erasure(table="insurance.endorsement", key="added_id", what="keep", reason=BOOKS),
    Erasure(table="insurance.endorsement", key="removed_id", what="keep", reason=BOOKS),
)


def erase(session: Session, party_id: int) -> None:
    """Blank the words about a holder on what hangs on his policies, and what finds them by his things."""
    mine = select(Policy.id).where(Policy.holder_id == party_id)
    session.execute(update(Talk).where(Talk.policy_id.in_(mine)).values(note=None))
    session.execute(update(Claim).where(Claim.policy_id.in_(mine)).values(description=None, place=None))
    session.execute(update(Endorsement).where(Endorsement.policy_id.in_(mine)).values(description="—"))
    for policy in session.execute(select(Policy).where(Policy.holder_id == party_id)).scalars():
        policy.title = policy.number or "—"
        policy.search_key = policy.number_key or ""


def merge(session: Session, kept: int, dropped: int) -> None:
    """A policy that insures both persons who are one insures the person once."""
    both = select(InsuredPerson.policy_id).where(InsuredPerson.party_id == kept)
    session.execute(
        delete(InsuredPerson).where(InsuredPerson.party_id == dropped, InsuredPerson.policy_id.in_(both))
    )
