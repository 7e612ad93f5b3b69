"""Who sees and changes the rows of money.

Receipts, payments, cheques and open items are seen by grant, and only together with their party; they are somebody's own
where he is in charge of the party, sold what they are for, or recorded them. Whoever sees a marketer, and may see
commission, sees what that one earned: a marketer with the scope *own* sees the own alone.
"""

from __future__ import annotations

from kernel.api import child, rows
from plugins.sales.money.models import (
    Allocation,
    Cheque,
    ChequeMove,
    CommissionEntry,
    CommissionRule,
    CommissionTerm,
    Marketer,
    OpenItem,
    Payment,
)

POLICIES = (
    rows(Payment, "sales.payment", own=("owner_id", "seller_id", "created_by"), party="party_id"),
    rows(Cheque, "sales.cheque", own=("owner_id", "seller_id", "created_by"), party="party_id"),
    child(ChequeMove, parent=Cheque, key="cheque_id"),
    rows(OpenItem, "sales.account", own=("owner_id", "seller_id", "created_by"), party="party_id"),
    child(Allocation, parent=OpenItem, key="debit_id", also=("credit_id",)),
    rows(Marketer, "sales.marketer", own=("user_id",)),
    rows(CommissionRule, "sales.commission_rule", own=("created_by",)),
    child(CommissionEntry, parent=Marketer, key="marketer_id", resource="sales.commission"),
    child(CommissionTerm, parent=Marketer, key="marketer_id", resource="sales.commission"),
)
