"""What follows from a policy's being written or from time going by: its state, its place on the renewal board, its sums."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import func, inspect, or_, select
from sqlalchemy.orm import aliased

from kernel.api import Context, DaysOff, days_off, due_day, give_roles
from plugins.insurance import billing, dues, neighbours, telling, terms
from plugins.insurance.models import Endorsement, Line, Policy
from plugins.insurance.words import OPEN_RENEWALS, UNENDED

INSURED_ROLE = "insurance.insured"
AT_ONCE = 500
OLD = 30
"""Days after which a policy that is entered counts as one of old books."""
LAPSE_REASON = "lapsed"
MOST_MOVED = 31
"""Days by which a call comes earlier at most."""
AVOIDED = "insurance.avoided"
"""In the notes of a session: the days on which nobody is called."""
ISSUED = "insurance.issued"
"""In the notes of a session: policies that a request has just become."""


def set_state(policy: Policy, now: object) -> bool:
    """Bring the state to a moment; say whether it changed."""
    found = terms.state_of(
        issued=bool(policy.number),
        cancelled=policy.cancelled_on is not None,
        renewed=policy.renewal == "renewed",
        begins_at=policy.begins_at,
        ends_at=policy.ends_at,
        grace_days=policy.grace_days or 0,
        now=now,  # type: ignore[arg-type]
    )
    changed = policy.state != found
    policy.state = found
    return changed


def set_commission(policy: Policy) -> None:
    """Reckon the agency's share of what the insurer keeps: of what is given back, nobody has a commission."""
    kept = (policy.premium or 0) + (policy.endorsed or 0) - (policy.refund or 0)
    policy.commission = terms.commission_of(kept, policy.commission_percent)


def note_issue(context: Context, policy: Policy) -> None:
    """Note in the session that a policy which was only requested got its number just now."""
    before = inspect(policy).attrs.number.history.deleted
    if policy.id is not None and policy.number and tuple(before) == (None,):
        context.session.info.setdefault(ISSUED, set()).add(policy.id)


def calls_avoid(context: Context) -> DaysOff:
    """Give the days on which nobody is called, by the site's settings; read once in a session."""
    held: DaysOff | None = context.session.info.get(AVOIDED)
    if held is None:
        held = days_off(
            context,
            move=context.runtime.setting("insurance.calls_on_days_off"),
            nowruz=context.runtime.setting("insurance.nowruz_closed"),
        )
        context.session.info[AVOIDED] = held
    return held


def _is_soon(context: Context, policy: Policy, line: Line | None) -> bool:
    """Whether it is time for the board: by the days that the site has set, or since the first call is due already.

    A call that the closure of Nowruz moves may come before those days.
    """
    if policy.ends_on <= context.today + timedelta(days=context.runtime.setting("insurance.renewal_days")):
        return True
    leads = terms.lead_days(line.call_days) if line is not None else []
    last = terms.last_day(policy.ends_on, policy.ends_hour)
    if not leads or last > context.today + timedelta(days=leads[0] + MOST_MOVED):
        return False
    return due_day(last, leads[0], calls_avoid(context)) <= context.today


def set_board(context: Context, policy: Policy, line: Line | None) -> None:
    """Put a policy on the renewal board once it ends soon, and take it away where it must not be there.

    Whoever let the days of grace go by is lost; a policy that had lapsed before it was entered is no business of the board.
    """
    renewable = line is None or line.renewable
    if policy.state in ("cancelled", "request") or not renewable:
        if policy.renewal in OPEN_RENEWALS:
            policy.renewal = None
        return
    if policy.renewal == "lost" and policy.lost_reason == LAPSE_REASON and policy.state != "lapsed":
        policy.renewal = policy.lost_reason = None  # its end was put off after it had lapsed
    if policy.renewal in OPEN_RENEWALS:
        if policy.state == "lapsed":
            policy.renewal, policy.lost_reason = "lost", policy.lost_reason or LAPSE_REASON
        elif policy.renewal == "upcoming" and not _is_soon(context, policy, line):
            policy.renewal = None  # its end was put off
        return
    standing = policy.state in UNENDED
    if policy.renewal is None and standing and _is_soon(context, policy, line):
        policy.renewal = "upcoming"


def keep_states(system: Context) -> int:
    """Bring all policies to the present moment; gives how many changed. The context acts for the system."""
    lines = {(row.line, row.insurer_id): row for row in system.session.execute(select(Line)).scalars()}
    leads = [days[0] + MOST_MOVED for row in lines.values() if (days := terms.lead_days(row.call_days))]
    ahead = system.today + timedelta(days=max([system.runtime.setting("insurance.renewal_days"), *leads]))
    unrenewed = {row.line for row in lines.values() if not row.renewable}
    changed, last = 0, 0
    while True:
        wanted = (
            select(Policy)
            .where(
                Policy.id > last,
                Policy.binned_at.is_(None),
                or_(
                    (Policy.state == "waiting") & (Policy.begins_at <= system.now),
                    (Policy.state.in_(("waiting", "active"))) & (Policy.ends_at <= system.now),
                    Policy.state == "grace",
                    Policy.renewal.in_(OPEN_RENEWALS) & Policy.line.in_(unrenewed),
                    Policy.renewal.is_(None) & (Policy.ends_on <= ahead) & Policy.state.in_(UNENDED),
                ),
            )
            .order_by(Policy.id)
            .limit(AT_ONCE)
            .with_for_update()
        )
        found = list(system.session.execute(wanted).scalars())
        for policy in found:
            before = (policy.state, policy.renewal)
            set_state(policy, system.now)
            own = lines.get((policy.line, policy.insurer_id)) or lines.get((policy.line, None))
            if policy.state == "lapsed" and policy.renewal is None and (own is None or own.renewable):
                # It ended while nobody looked: the plugin was paused, or the machine off.
                policy.renewal, policy.lost_reason = "lost", LAPSE_REASON
            set_board(system, policy, own)
            changed += (policy.state, policy.renewal) != before
        system.session.flush()
        if len(found) < AT_ONCE:
            return changed
        last = found[-1].id


def refresh_sums(system: Context, policy: Policy) -> None:
    """Add up what endorsements changed, and reckon the commission anew."""
    system.session.flush()
    total = select(func.coalesce(func.sum(Endorsement.premium_change), 0)).where(
        Endorsement.policy_id == policy.id
    )
    policy.endorsed = int(system.session.execute(total).scalar_one())
    set_commission(policy)
    system.session.flush()


def follow_policy(context: Context, ids: Sequence[int], action: str) -> None:
    """A policy was written: its holder is an insured, is thanked for what is new, and its former one follows."""
    if action == "purged":
        reopen_renewed(context)
        return
    from plugins.insurance import chains

    context.session.flush()
    with context.system("what follows from a policy") as system:
        wanted = select(Policy).where(Policy.id.in_(list(ids))).order_by(Policy.id)
        found = system.session.execute(wanted).scalars().all()
        fresh = list(ids) if action == "created" else _just_issued(context, ids)
        chained = chains.may_be_chained(system, fresh) if fresh else frozenset()
        if action in ("created", "changed", "restored"):
            give_roles(system, {policy.holder_id for policy in found if policy.number}, INSURED_ROLE)
        chains.recognise(context, system, [policy for policy in found if policy.id in chained])
        if action == "changed":
            dues.follow_premiums(system, ids)
        if action in ("created", "changed"):
            telling.thank(system, found)
        for policy in found:
            if policy.former_id is not None and action in ("binned", "restored"):
                follow_former(system, policy.former_id)
    if action == "created" and len(ids) == 1:  # not of whole sheets
        for policy in context.session.execute(select(Policy).where(Policy.id.in_(list(ids)))).scalars():
            telling.tell_expert(context, policy)
    if fresh and context.runtime.setting("insurance.billing") == "at_once":
        _bill(context, fresh)


def _just_issued(context: Context, ids: Sequence[int]) -> list[int]:
    issued: set[int] = context.session.info.get(ISSUED, set())
    found = sorted(issued.intersection(ids))
    issued.difference_update(found)
    return found


def _bill(context: Context, ids: Sequence[int]) -> None:
    """Write the invoices of new policies; one that began long ago has none, nor has what nobody pays."""
    if not billing.runs(context):
        return
    wanted = select(Policy).where(
        Policy.id.in_(list(ids)),
        Policy.number.is_not(None),
        Policy.premium_total > 0,
        Policy.begins_on >= context.today - timedelta(days=OLD),
    )
    for policy in context.session.execute(wanted).scalars().all():
        if billing.left_to_bill(context, policy) > 0:
            billing.bill_premium(context, policy)


def reopen_renewed(context: Context) -> None:
    """Let what counts as renewed wait again where its successor is gone for good, such as by undoing an import."""
    successor = aliased(Policy)
    standing = select(successor.former_id).where(
        successor.former_id == Policy.id, successor.binned_at.is_(None), successor.cancelled_on.is_(None)
    )
    with context.system("former policies of what is gone") as system:
        wanted = select(Policy.id).where(
            Policy.renewal == "renewed", Policy.binned_at.is_(None), ~standing.exists()
        )
        for number in list(system.session.execute(wanted).scalars()):
            follow_former(system, number)


def follow_former(system: Context, former_id: int) -> None:
    """Bring the former policy of a chain to what its successor is now: there and standing, or not."""
    former = system.session.execute(
        select(Policy).where(Policy.id == former_id).with_for_update(key_share=True)
    ).scalar_one_or_none()
    if former is None:
        return
    if system.session.execute(neighbours.successor_of(former_id)).first() is not None:
        former.renewal, former.lost_reason, former.lost_note = "renewed", None, None
    elif former.renewal == "renewed":
        former.renewal = "contacted"
    set_state(former, system.now)
    if former.renewal == "contacted" and former.state == "lapsed":
        former.renewal, former.lost_reason = "lost", LAPSE_REASON
    system.session.flush()
