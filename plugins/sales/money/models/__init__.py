"""Tables of money, in the schema `sales`."""

from plugins.sales.money.models.cheques import Cheque, ChequeMove
from plugins.sales.money.models.commission import CommissionEntry, CommissionRule, CommissionTerm, Marketer
from plugins.sales.money.models.ledger import Allocation, OpenItem, Payment

__all__ = [
    "Allocation",
    "Cheque",
    "ChequeMove",
    "CommissionEntry",
    "CommissionRule",
    "CommissionTerm",
    "Marketer",
    "OpenItem",
    "Payment",
]
