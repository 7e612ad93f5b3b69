"""Notices to colleagues: a dispute opened, a claim was entered, a claim waits for a decision, a carpet for its inspector."""

from __future__ import annotations

from kernel.api import Context, LazyText, NoticeKind, _, notify, users_who_may
from plugins.carpet.models import Claim, Dispute

DISPUTE, CLAIM, INSPECTION = (
    NoticeKind(key="dispute", title=_("A dispute about a carpet that waits for a decision"), icon="scale"),
    NoticeKind(key="claim", title=_("A claim that waits for the next step"), icon="tool"),
    NoticeKind(key="inspection", title=_("A carpet to be inspected"), icon="tool"),
)
KINDS = (DISPUTE, CLAIM, INSPECTION)


def tell_of_dispute(system: Context, dispute: Dispute) -> None:
    """Tell those who decide disputes that one opened."""
    notify(
        system,
        users_who_may(system, "carpet.dispute", "decide"),
        kind="carpet.dispute",
        text=_("Two claim the same carpet; a dispute waits for your decision."),
        record=("carpet.dispute", dispute.id),
        occasion=str(dispute.id),
    )


def tell_of_claim(system: Context, claim: Claim, by: int | None) -> None:
    """Tell those who send inspectors that a claim was entered, but not who entered it."""
    _tell_of_claim(system, claim, "send", _("A claim for a carpet was entered."), by)


def tell_of_findings(system: Context, claim: Claim, by: int | None) -> None:
    """Tell those who decide claims that the carpet was inspected, but not who did."""
    _tell_of_claim(
        system, claim, "decide", _("A carpet was inspected; the claim waits for your decision."), by
    )


def _tell_of_claim(system: Context, claim: Claim, action: str, text: LazyText, by: int | None) -> None:
    notify(
        system,
        set(users_who_may(system, "carpet.claim", action)) - {by},
        kind="carpet.claim",
        text=text,
        record=("carpet.claim", claim.id),
        occasion=f"{action} {claim.id}",
    )


def tell_inspector(system: Context, claim: Claim, inspector: int) -> None:
    """Tell an inspector that a carpet waits for him."""
    notify(
        system,
        [inspector],
        kind="carpet.inspection",
        text=_("A carpet waits for your inspection."),
        record=("carpet.claim", claim.id),
        occasion=f"inspection {claim.id} {claim.version}",
    )
