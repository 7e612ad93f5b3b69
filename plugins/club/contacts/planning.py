"""Making the contacts that are due, sending those that go by SMS, and seeing who has bought since.

Each step may be repeated: a contact is made once for its occasion, by constraint.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from sqlalchemy import Select, func, select
from sqlalchemy.dialects.postgresql import insert

from kernel.api import CommandError, Context, Party, calendar, queue_message, segment_ids
from plugins.club.models import Contact, ContactPlan, Member, Purchase
from plugins.club.telling import name_of


def plan_contacts(system: Context) -> int:
    """Make the contacts of today of all plans in use; gives how many."""
    wanted = select(ContactPlan).where(ContactPlan.active, ContactPlan.binned_at.is_(None))
    # The plans are locked, so that of two workers the second counts what the first has made of the day's most.
    plans = system.session.scalars(wanted.order_by(ContactPlan.id).with_for_update()).all()
    return sum(_of_plan(system, plan) for plan in plans)


def _of_plan(system: Context, plan: ContactPlan) -> int:
    made_today = select(func.count()).where(Contact.plan_id == plan.id, Contact.due_on == system.today)
    left = plan.most_a_day - (system.session.scalar(made_today) or 0)
    made = 0
    for member, occasion in _due(system, plan):
        if made >= left:
            break
        row = {"plan_id": plan.id, "member_id": member.id, "occasion": occasion, "due_on": system.today}
        number = system.session.scalar(
            insert(Contact).values(row).on_conflict_do_nothing().returning(Contact.id)
        )
        if number is not None:
            made += 1
            if plan.way == "sms":
                _send(system, plan, member, number)
    system.session.flush()
    return made


def _members(system: Context, plan: ContactPlan) -> Select[tuple[Member]]:
    statement = (
        select(Member)
        .join(Party, Party.id == Member.party_id)
        .where(Member.state == "active", Party.binned_at.is_(None))
    )
    if plan.rank_id is not None:
        statement = statement.where(Member.rank_id == plan.rank_id)
    if plan.segment_id is not None:
        statement = statement.where(Member.party_id.in_(segment_ids(system, plan.segment_id)))
    return statement


def _due(system: Context, plan: ContactPlan) -> Iterable[tuple[Member, str]]:
    """Give the members whom a plan gets in touch with today, with the name of the occasion."""
    try:
        found = _members(system, plan)
    except CommandError:
        return []
    if plan.occasion == "months":
        return _by_months(system, plan, found)
    day = system.today + timedelta(days=plan.days_before)
    year = calendar.to_jalali(day).year
    if plan.occasion == "joined":
        rows = [(member, member.joined_on) for member in system.session.scalars(found.order_by(Member.id))]
    else:
        born = found.add_columns(Party.birth_date).where(Party.birth_date.is_not(None)).order_by(Member.id)
        rows = [(member, birth) for member, birth in system.session.execute(born)]
    return [
        (member, f"{plan.occasion} {year}")
        for member, since in rows
        if since < day and comes_round(since, day)
    ]


def _by_months(
    system: Context, plan: ContactPlan, found: Select[tuple[Member]]
) -> Iterable[tuple[Member, str]]:
    """Those with whom the plan was not in touch for its months, the longest ago first; new members after theirs too."""
    last = (
        select(Contact.member_id, func.max(Contact.due_on).label("day"))
        .where(Contact.plan_id == plan.id)
        .group_by(Contact.member_id)
        .subquery()
    )
    since = func.coalesce(last.c.day, Member.joined_on)
    limit = calendar.add_months(system.today, -plan.every_months)
    rows = found.outerjoin(last, last.c.member_id == Member.id).where(since <= limit)
    members = system.session.scalars(rows.order_by(since, Member.id).limit(plan.most_a_day))
    return [(member, f"on {system.today.isoformat()}") for member in members.all()]


def comes_round(since: date, day: date) -> bool:
    """Say whether a day is the Jalali anniversary of another; that of 30 Esfand is the 29th in common years."""
    own, now = calendar.to_jalali(since), calendar.to_jalali(day)
    if (own.month, own.day) == (now.month, now.day):
        return True
    last = (own.month, own.day, now.month, now.day) == (12, 30, 12, 29)
    return last and not calendar.is_leap(now.year)


def _send(system: Context, plan: ContactPlan, member: Member, number: int) -> None:
    queued = queue_message(
        system,
        purpose="club.contact",
        occasion=str(number),
        party_id=member.party_id,
        template="club.contact",
        values={"name": name_of(member), "words": plan.words or plan.title},
    )
    row = system.session.get_one(Contact, number)
    if queued.left_out:
        row.state = "missed"
    else:
        row.state, row.done_on = "done", system.today
    system.session.flush()


def measure(system: Context) -> int:
    """Note the purchases that members made within the days after a contact as their response; gives how many."""
    bought = (
        select(Contact.id, func.min(Purchase.day))
        .join(ContactPlan, ContactPlan.id == Contact.plan_id)
        .join(Purchase, Purchase.member_id == Contact.member_id)
        .where(
            Contact.state == "done",
            Contact.response.is_(None),
            Purchase.day >= Contact.done_on,
            Purchase.day <= Contact.done_on + ContactPlan.respond_days,
            Purchase.amount > Purchase.returned,
        )
        .group_by(Contact.id)
        .order_by(Contact.id)
    )
    days = dict(system.session.execute(bought).all())
    for row in system.session.scalars(select(Contact).where(Contact.id.in_(days))):
        row.response, row.responded_on = "bought", days[row.id]
    system.session.flush()
    return len(days)
