"""Disputes are decided by people: the guarantee stays, or goes to the other one."""

from __future__ import annotations

from typing import Any

from kernel.api import Context, Refused, _, command, editable, fields, load
from plugins.carpet.commands.guarantees import hand_over
from plugins.carpet.models import Dispute
from plugins.carpet.resources import DISPUTE, GUARANTEE
from plugins.carpet.resources.words import DISPUTE_STATES

WHICH = fields.Link("dispute", _("Dispute"), to=DISPUTE.name, required=True)
VERDICT = fields.Choice(
    "verdict",
    _("Decision"),
    options={key: title for key, title in DISPUTE_STATES.items() if key != "open"},
    required=True,
)
REASON = fields.Text("reason", _("Reason"), required=True, limit=500)


@command(
    "carpet.decide_dispute",
    _("Decide a dispute"),
    resource="carpet.dispute",
    action="decide",
    of=DISPUTE.name,
    fields=(WHICH, VERDICT, REASON),
)
def decide_dispute(context: Context, *, dispute: int, verdict: Any, reason: Any) -> None:
    """Let the guarantee stay with its owner, or hand it to who claims it. The decision and its reason stay to be read."""
    editable(context, DISPUTE, dispute, "decide")
    state, why = VERDICT.read(verdict, context), REASON.read(reason, context)
    with context.system("a dispute is decided") as system:
        asked: Dispute = load(system, DISPUTE, dispute)
        load(system, GUARANTEE, asked.guarantee_id, lock=True)
        held: Dispute = load(system, DISPUTE, dispute, lock=True)
        if held.state != "open":
            raise Refused(_("This dispute is decided already."))
        if state == "moved":
            hand_over(system, held.guarantee_id, held.party_id, "dispute", by=context.actor.user_id, note=why)
        held.state, held.reason = state, why
        held.decided_on, held.decided_by = system.today, context.actor.user_id
        system.session.flush()
