"""Who sees received messages: who looks after them, and whoever holds the right on more; never past a hidden party."""

from __future__ import annotations

from kernel.access.policies import child, rows, system
from kernel.i18n import _
from kernel.messages.inbound.models import Inbound, InboundBatch, InboundParty, LineDoor, UssdSession
from kernel.resources.naming import call_table

POLICIES = (
    rows(Inbound, "inbound", own=("assignee_id",), party="party_id"),
    child(InboundParty, parent=Inbound, key="inbound_id", also=("party_id",)),
    system(LineDoor),
    system(InboundBatch),
    system(UssdSession),
)

call_table("kernel.inbound", _("Received messages"))
call_table("kernel.ussd_session", _("Conversations by USSD"))
