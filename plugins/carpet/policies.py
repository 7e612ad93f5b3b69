"""Who sees and changes the plugin's rows.

Models and dealers are seen by grant, a dealer only together with its party. A guarantee is seen by grant and
together with its owner; claims and disputes only together with their guarantee. What is kept of codes, wrong tries
and points are for nobody.
"""

from __future__ import annotations

from kernel.api import child, public, rows, system
from plugins.carpet.models import (
    Attempt,
    Batch,
    CarpetModel,
    Claim,
    Dealer,
    DealerUser,
    Dispute,
    Guarantee,
    Reward,
    Scratch,
    Serial,
    Transfer,
)

POLICIES = (
    public(CarpetModel, "carpet.model"),
    rows(Batch, "carpet.batch", own=("created_by",)),
    rows(Serial, "carpet.serial", own=("created_by",)),
    rows(Dealer, "carpet.dealer", own=("created_by",), party="party_id"),
    child(DealerUser, parent=Dealer, key="dealer_id"),
    rows(Guarantee, "carpet.guarantee", own=("created_by",), party="party_id"),
    child(Transfer, parent=Guarantee, key="guarantee_id"),
    rows(Claim, "carpet.claim", own=("created_by", "inspector_id"), party="guarantee_id"),
    rows(Dispute, "carpet.dispute", own=("created_by",), party="guarantee_id"),
    system(Scratch),
    system(Attempt),
    system(Reward),
)
