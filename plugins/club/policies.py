"""Who sees and changes the club's rows.

A member is seen by grant, and only together with the party; what hangs on a member is seen with it, and by a right of its
own. Ranks, rates, groups and campaigns are for everybody who works here. Seeds of draws are for nobody.
Whoever sees a member and may see answers sees what the member answered.
"""

from __future__ import annotations

from kernel.api import child, public, rows, system
from plugins.club.models import (
    Answer,
    Asked,
    Campaign,
    Card,
    Contact,
    ContactPlan,
    Draw,
    DrawEntrant,
    DrawRegistration,
    DrawSeed,
    Entry,
    JoinRule,
    Lot,
    Member,
    Move,
    ProductGroup,
    Purchase,
    PurchaseLine,
    PurchaseReturn,
    Question,
    Rank,
    RankChange,
    Rate,
    Redemption,
    Survey,
    Wish,
)

POLICIES = (
    public(Rank, "club.rank"),
    public(ProductGroup, "club.product_group"),
    public(Rate, "club.rate"),
    public(Campaign, "club.campaign"),
    public(JoinRule, "club.join_rule"),
    rows(Member, "club.member", own=("created_by",), party="party_id"),
    child(Card, parent=Member, key="member_id", resource="club.card"),
    child(RankChange, parent=Member, key="member_id", resource="club.rank_change"),
    child(Wish, parent=Member, key="member_id", resource="club.wish"),
    child(Purchase, parent=Member, key="member_id", resource="club.purchase"),
    child(PurchaseLine, parent=Purchase, key="purchase_id"),
    child(PurchaseReturn, parent=PurchaseLine, key="line_id"),
    child(Entry, parent=Member, key="member_id", resource="club.entry"),
    child(Lot, parent=Member, key="member_id", resource="club.entry"),
    child(Move, parent=Entry, key="entry_id", also=("lot_id",)),
    child(Redemption, parent=Member, key="member_id", resource="club.redemption"),
    rows(Draw, "club.draw", own=("created_by",)),
    child(DrawEntrant, parent=Draw, key="draw_id"),
    child(DrawRegistration, parent=Draw, key="draw_id", also=("member_id",)),
    system(DrawSeed),
    public(ContactPlan, "club.contact_plan"),
    child(Contact, parent=Member, key="member_id", also=("plan_id",), resource="club.contact"),
    public(Survey, "club.survey"),
    child(Question, parent=Survey, key="survey_id"),
    child(Asked, parent=Member, key="member_id", also=("survey_id",), resource="club.asked"),
    child(Answer, parent=Asked, key="asked_id", also=("question_id",)),
)
