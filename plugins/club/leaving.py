"""What becomes of the club's rows when a person's data are erased, or two parties are merged.

Points, purchases and draws are books: they stay, under the name that replaces the person's, without a word about him.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session, aliased

from kernel.api import Context, Erasure, _, sort_key, squeeze
from plugins.club.accounts import open_account
from plugins.club.models import (
    Answer,
    Asked,
    Card,
    Contact,
    DrawEntrant,
    DrawRegistration,
    Entry,
    Lot,
    Member,
    Purchase,
    PurchaseLine,
    PurchaseReturn,
    RankChange,
    Redemption,
    Wish,
)

ERASURES = (
    Erasure(
        table="club.member",
        key="party_id",
        what="replace",
        values={
            "title": str,
            "search_key": squeeze,
            "sort_key": sort_key,
            "note": None,
            "card_number": None,
            "state": "left",
        },
        reason=_("Points and purchases are books: sums of the club rest on them."),
    ),
)
MOVED = (Asked, Contact, Card, RankChange, Wish, Purchase, Entry, Lot, Redemption, DrawEntrant)
"""What hangs on a member and goes along when two of them become one."""


def erase(session: Session, party_id: int) -> None:
    """Blank the words about a person on rows that hang on the membership, and end the card."""
    member_id = session.execute(select(Member.id).where(Member.party_id == party_id)).scalar_one_or_none()
    if member_id is None:
        return
    purchases = select(Purchase.id).where(Purchase.member_id == member_id)
    lines = select(PurchaseLine.id).where(PurchaseLine.purchase_id.in_(purchases))
    asked = select(Asked.id).where(Asked.member_id == member_id)
    for model, condition, values in (
        (Purchase, Purchase.member_id == member_id, {"note": None}),
        (PurchaseReturn, PurchaseReturn.line_id.in_(lines), {"note": None}),
        (Entry, Entry.member_id == member_id, {"note": None}),
        (RankChange, RankChange.member_id == member_id, {"note": None}),
        (Wish, Wish.member_id == member_id, {"title": "—", "note": None, "search_key": ""}),
        (Card, Card.member_id == member_id, {"reason": None}),
        (Contact, Contact.member_id == member_id, {"note": None}),
        (Answer, Answer.asked_id.in_(asked) & Answer.words.is_not(None), {"words": "—"}),
        (DrawEntrant, DrawEntrant.member_id == member_id, {"reason": None}),
    ):
        session.execute(update(model).where(condition).values(values))
    session.execute(
        update(Card).where(Card.member_id == member_id, Card.state == "active").values(state="returned")
    )


def merge(session: Session, context: Context, kept: int, dropped: int) -> None:
    """Make one membership of two: the older number stays, points and purchases are put together, the debt too."""
    own = session.execute(select(Member).where(Member.party_id == kept)).scalar_one_or_none()
    other = session.execute(select(Member).where(Member.party_id == dropped)).scalar_one_or_none()
    if other is None or own is None:
        return
    for member_id in sorted((own.id, other.id)):
        open_account(session, member_id, context.today)
    registered = select(DrawRegistration.draw_id).where(DrawRegistration.member_id == own.id)
    for row in session.execute(
        select(DrawRegistration).where(
            DrawRegistration.member_id == other.id, DrawRegistration.draw_id.in_(registered)
        )
    ).scalars():
        session.delete(row)
    for model, key in ((Asked, Asked.survey_id), (Contact, Contact.plan_id)):
        session.execute(_twice(model, key, own.id, other.id))
    session.flush()
    _one_card(session, own, other)
    for model in (*MOVED, DrawRegistration):
        session.execute(update(model).where(model.member_id == other.id).values(member_id=own.id))
    session.execute(update(Purchase).where(Purchase.referrer_id == other.id).values(referrer_id=own.id))
    own.joined_on = min(own.joined_on, other.joined_on)
    days = [day for day in (own.last_purchase_on, other.last_purchase_on) if day is not None]
    own.last_purchase_on = max(days, default=None)
    own.debt += other.debt
    session.delete(other)
    session.flush()
    session.expire_all()
    open_account(session, own.id, context.today).settle_debt(f"merge {own.id} {dropped}")
    session.flush()


def _twice(model: Any, key: Any, own: int, other: int) -> Any:
    """Take away that both were asked or contacted on one occasion: what the survivor answered counts."""
    mine = aliased(model)
    same = select(mine.id).where(
        mine.member_id == own, getattr(mine, key.key) == key, mine.occasion == model.occasion
    )
    return (
        delete(Asked)
        .where(Asked.member_id == other, same.exists())
        .execution_options(synchronize_session=False)
    )


def _one_card(session: Session, own: Member, other: Member) -> None:
    """The survivor's card stays in use; the other one is replaced by it, or goes over where there is none."""
    if own.card_number:
        statement = update(Card).where(Card.member_id == other.id, Card.state == "active")
        session.execute(statement.values(state="replaced"))
    elif other.card_number:
        own.card_number = other.card_number
        own.search_key = f"{own.search_key} {squeeze(other.card_number)}"
    session.flush()
