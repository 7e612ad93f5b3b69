"""What becomes of the rows of money when parties are merged, and when a person's data are erased."""

from __future__ import annotations

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from kernel.api import Erasure, _, sort_key, squeeze
from plugins.sales.money.models import (
    Cheque,
    ChequeMove,
    CommissionEntry,
    CommissionRule,
    CommissionTerm,
    Marketer,
    Payment,
)

BOOKS = _("Money that was received and paid stands in the books, which the law wants to be kept.")

ERASURES = (
    Erasure(
        table="sales.payment",
        key="party_id",
        what="replace",
        values={"note": None, "reason": None},
        reason=BOOKS,
    ),
    Erasure(
        table="sales.cheque",
        key="party_id",
        what="replace",
        values={"drawer": None, "drawer_code": None, "account": None, "note": None},
        reason=BOOKS,
    ),
    Erasure(table="sales.cheque", key="holder_id", what="keep", reason=BOOKS),
    Erasure(table="sales.cheque_move", key="holder_id", what="keep", reason=BOOKS),
    Erasure(table="sales.open_item", key="party_id", what="keep", reason=BOOKS),
    Erasure(
        table="sales.marketer",
        key="party_id",
        what="replace",
        values={"name": str, "search_key": squeeze, "sort_key": sort_key, "note": None},
        reason=BOOKS,
    ),
)


def erase(session: Session, party_id: int) -> None:
    """Take a person's words out of what is kept besides: steps of cheques, and what cheques are searched by."""
    mine = select(Cheque.id).where(Cheque.party_id == party_id)
    session.execute(
        update(ChequeMove)
        .where(or_(ChequeMove.cheque_id.in_(mine), ChequeMove.holder_id == party_id))
        .values(note=None)
        .execution_options(synchronize_session=False)
    )
    for cheque in session.execute(select(Cheque).where(Cheque.party_id == party_id)).scalars():
        cheque.search_key = squeeze(f"{cheque.number} {cheque.sayad or ''} {cheque.amount}")
    for payment in session.execute(select(Payment).where(Payment.party_id == party_id)).scalars():
        payment.search_key = squeeze(f"{payment.number} {payment.tracking or ''}")
    session.flush()


def merge(session: Session, kept: int, dropped: int) -> None:
    """Two marketers become one, with what both earned; everything else follows the party by its references."""
    found = {
        row.party_id: row
        for row in session.execute(select(Marketer).where(Marketer.party_id.in_((kept, dropped)))).scalars()
    }
    if kept not in found or dropped not in found:
        return
    stays, goes = found[kept].id, found[dropped].id
    if found[kept].user_id is None:
        found[kept].user_id = found[dropped].user_id
    for model in (CommissionEntry, CommissionTerm, CommissionRule):
        session.execute(
            update(model)
            .where(model.marketer_id == goes)
            .values(marketer_id=stays)
            .execution_options(synchronize_session=False)
        )
    session.flush()
    session.execute(delete(Marketer).where(Marketer.id == goes).execution_options(synchronize_session=False))
