"""Record kinds of money."""

from plugins.sales.money.resources.cheques import CHEQUE
from plugins.sales.money.resources.commission import ENTRY, MARKETER, RULE
from plugins.sales.money.resources.payments import OPEN_ITEM, PAYMENT
from plugins.sales.money.resources.words import BASE_LISTS

RESOURCES = (PAYMENT, CHEQUE, OPEN_ITEM, MARKETER, RULE, ENTRY)

__all__ = ["BASE_LISTS", "CHEQUE", "ENTRY", "MARKETER", "OPEN_ITEM", "PAYMENT", "RESOURCES", "RULE"]
