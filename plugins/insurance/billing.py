"""Premiums as invoices of the plugin `sales`, where that runs; without it, instalments are noted as paid by hand.

A policy has one invoice of its premium, and each endorsement that adds to a billed premium one of its own. What was received
for them pays the instalments in the order in which they come due. What was noted by hand before is not billed again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from kernel.api import Context, Refused, _
from plugins.insurance.models import Endorsement, Instalment, Policy

if TYPE_CHECKING:
    from plugins.sales.api import Bill

AT_ONCE = 300


def runs(context: Context) -> bool:
    """Whether invoices are written on this site."""
    return "sales" in context.plugins


def origin_of(policy_id: int) -> str:
    """Name the invoice of a policy's premium."""
    return f"insurance.policy-{policy_id}"


def origin_of_change(endorsement_id: int) -> str:
    """Name the invoice of what an endorsement added."""
    return f"insurance.endorsement-{endorsement_id}"


def bill_premium(context: Context, policy: Policy) -> int:
    """Write the invoice of a policy's premium, less what was noted as paid by hand; gives its id. Raises `Refused`."""
    from plugins.sales.api import BillLine, bill

    amount = left_to_bill(context, policy)
    if amount <= 0:
        raise Refused(_("Nothing is left of the premium that could be billed."))
    last = select(func.max(Instalment.due_on)).where(Instalment.policy_id == policy.id)
    due = context.session.execute(last).scalar_one_or_none()
    title = context.text(_("Premium of %(policy)s", policy=policy.title))
    return bill(
        context,
        party_id=policy.holder_id,
        lines=(BillLine(title, amount),),
        origin=origin_of(policy.id),
        subject=title,
        due=due if due is not None and due >= context.today else None,
        taxed=False,
    )


def left_to_bill(context: Context, policy: Policy) -> int:
    """Give what of a premium was not noted as paid by hand."""
    paid = select(func.coalesce(func.sum(Instalment.amount), 0)).where(
        Instalment.policy_id == policy.id, Instalment.paid_from == "own"
    )
    return policy.premium_total - int(context.session.execute(paid).scalar_one())


def bill_change(context: Context, policy: Policy, endorsement: Endorsement) -> int | None:
    """Write the invoice of what an endorsement added, where the policy's premium was billed."""
    if not runs(context) or endorsement.premium_change <= 0 or not is_billed(context, policy.id):
        return None
    from plugins.sales.api import BillLine, bill

    title = context.text(
        _("Endorsement %(place)d of %(policy)s", place=endorsement.place, policy=policy.title)
    )
    return bill(
        context,
        party_id=policy.holder_id,
        lines=(BillLine(title, endorsement.premium_change),),
        origin=origin_of_change(endorsement.id),
        subject=title,
        taxed=False,
    )


def is_billed(context: Context, policy_id: int) -> bool:
    """Whether the premium of a policy has an invoice that counts."""
    if not runs(context):
        return False
    with context.system("whether a premium is billed") as system:
        return policy_id in _billed(system, [policy_id])


def _billed(system: Context, policy_ids: Sequence[int]) -> dict[int, list[Bill]]:
    """Give the invoices that count of those policies whose premium has one, those of endorsements too."""
    from plugins.sales.api import bills_of

    changes = select(Endorsement.id, Endorsement.policy_id).where(
        Endorsement.policy_id.in_(list(policy_ids)), Endorsement.premium_change > 0
    )
    origins = {origin_of(number): number for number in policy_ids}
    origins |= {origin_of_change(number): policy for number, policy in system.session.execute(changes).all()}
    found: dict[int, list[Bill]] = {}
    for origin, each in bills_of(system, origins).items():
        if each.state != "cancelled":
            found.setdefault(origins[origin], []).append(each)
    return found


def bills_shown(context: Context, policy_id: int) -> list[Bill]:
    """Give the invoices of a policy that the actor may see."""
    if not runs(context):
        return []
    return _billed(context, [policy_id]).get(policy_id, [])


def take_back(context: Context, policy: Policy, reason: str) -> bool:
    """Cancel the invoices of a cancelled policy for which nothing was received; False where money is in them already."""
    if not runs(context):
        return True
    from plugins.sales.api import unbill

    with context.system("invoices of a cancelled policy") as system:
        bills = _billed(system, [policy.id]).get(policy.id, [])
        changes = select(Endorsement.id).where(Endorsement.policy_id == policy.id)
        names = [origin_of_change(number) for number in system.session.execute(changes).scalars()]
    if any(each.settled for each in bills):
        return False
    for origin in (*names, origin_of(policy.id)):
        unbill(context, origin, reason)
    return True


def follow_payments(system: Context, policy_ids: Iterable[int]) -> int:
    """Let what was received for the invoices of policies pay their instalments; gives how many changed."""
    wanted, changed = sorted(set(policy_ids)), 0
    for start in range(0, len(wanted), AT_ONCE):
        some = wanted[start : start + AT_ONCE]
        billed = _billed(system, some)
        for policy_id, rows in _instalments(system, some).items():
            settled = sum(each.received for each in billed.get(policy_id, ()))
            changed += _pay(system, rows, settled)
    system.session.flush()
    return changed


def _instalments(system: Context, policy_ids: Sequence[int]) -> Mapping[int, list[Instalment]]:
    statement = (
        select(Instalment)
        .where(Instalment.policy_id.in_(list(policy_ids)))
        .order_by(Instalment.policy_id, Instalment.due_on, Instalment.id)
        .with_for_update()
    )
    found: dict[int, list[Instalment]] = {}
    for row in system.session.execute(statement).scalars():
        found.setdefault(row.policy_id, []).append(row)
    return found


def _pay(system: Context, rows: Sequence[Instalment], settled: int) -> int:
    """Pay instalments in their order by what was settled; those noted by hand stand for themselves."""
    changed = 0
    for row in rows:
        if row.paid_from == "own":
            continue
        paid = settled >= row.amount
        settled = settled - row.amount if paid else 0
        if paid and row.paid_on is None:
            row.paid_on, row.paid_from = system.today, "sales"
            changed += 1
        elif not paid and row.paid_on is not None:
            row.paid_on, row.paid_from = None, None
            changed += 1
    return changed


def follow_party(context: Context, party_id: int) -> int:
    """Money of a party came or went: its policies' instalments follow."""
    with context.system("instalments follow what was received") as system:
        policies = select(Policy.id).where(Policy.holder_id == party_id, Policy.binned_at.is_(None))
        return follow_payments(system, system.session.execute(policies).scalars().all())


def follow_all(system: Context) -> int:
    """Let the instalments of all policies follow that have an unpaid one, or one that an invoice paid."""
    open_: Any = select(Instalment.policy_id).where(
        Instalment.paid_on.is_(None) | (Instalment.paid_from == "sales")
    )
    return follow_payments(system, system.session.execute(open_.distinct()).scalars().all())
