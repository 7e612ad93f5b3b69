"""The club's record kinds."""

from plugins.club.resources.contacts import CONTACT, PLAN
from plugins.club.resources.draws import DRAW
from plugins.club.resources.membership import CARD, MEMBER, RANK_CHANGE, WISH
from plugins.club.resources.points import ENTRY, LOT, PURCHASE, REDEMPTION
from plugins.club.resources.programme import BASE_LISTS, CAMPAIGN, JOIN_RULE, PRODUCT_GROUP, RANK, RATE
from plugins.club.resources.surveys import ASKED, SURVEY

RESOURCES = (
    MEMBER,
    CARD,
    RANK_CHANGE,
    WISH,
    PURCHASE,
    ENTRY,
    LOT,
    REDEMPTION,
    DRAW,
    RANK,
    PRODUCT_GROUP,
    RATE,
    CAMPAIGN,
    JOIN_RULE,
    SURVEY,
    ASKED,
    PLAN,
    CONTACT,
)

__all__ = (
    "ASKED",
    "BASE_LISTS",
    "CAMPAIGN",
    "CARD",
    "CONTACT",
    "DRAW",
    "ENTRY",
    "JOIN_RULE",
    "LOT",
    "MEMBER",
    "PLAN",
    "PRODUCT_GROUP",
    "PURCHASE",
    "RANK",
    "RANK_CHANGE",
    "RATE",
    "REDEMPTION",
    "RESOURCES",
    "SURVEY",
    "WISH",
)
