"""Who sees and writes the rows of messages: the sender, and whoever holds the right on more; never past a hidden party."""

from __future__ import annotations

from kernel.access.policies import child, public, rows, system
from kernel.i18n import _
from kernel.messages.barred import DeadAddress, SampleParty
from kernel.messages.models import (
    Message,
    MessageKind,
    MessageStep,
    OptOut,
    SenderLine,
    Sending,
    Snippet,
    Template,
)
from kernel.resources.naming import call_table

POLICIES = (
    public(MessageKind, "message_kind"),
    public(Template, "message_template"),
    public(Snippet, "snippet"),
    system(SenderLine),
    rows(Sending, "message", own=("sender_id",)),
    rows(Message, "message", own=("sender_id",), party="party_id"),
    child(MessageStep, parent=Message, key="message_id"),
    rows(OptOut, "opt_out", own=("created_by",)),
    rows(DeadAddress, "opt_out", own=("created_by",)),
    system(SampleParty),
)

call_table("kernel.message", _("Messages"))
call_table("kernel.sending", _("Sendings"))
