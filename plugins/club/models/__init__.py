"""Tables of the club, in the schema `club`."""

from plugins.club.models.base import ClubBase
from plugins.club.models.contacts import Contact, ContactPlan
from plugins.club.models.draws import Draw, DrawEntrant, DrawRegistration, DrawSeed
from plugins.club.models.membership import Card, JoinRule, Member, Rank, RankChange, Wish
from plugins.club.models.points import Entry, Lot, Move, Redemption
from plugins.club.models.purchases import Campaign, ProductGroup, Purchase, PurchaseLine, PurchaseReturn, Rate
from plugins.club.models.surveys import Answer, Asked, Question, Survey

__all__ = (
    "Answer",
    "Asked",
    "Campaign",
    "Card",
    "ClubBase",
    "Contact",
    "ContactPlan",
    "Draw",
    "DrawEntrant",
    "DrawRegistration",
    "DrawSeed",
    "Entry",
    "JoinRule",
    "Lot",
    "Member",
    "Move",
    "ProductGroup",
    "Purchase",
    "PurchaseLine",
    "PurchaseReturn",
    "Question",
    "Rank",
    "RankChange",
    "Rate",
    "Redemption",
    "Survey",
    "Wish",
)
