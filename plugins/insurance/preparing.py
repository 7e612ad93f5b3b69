"""What is computed and judged before a record is written: moments, commission, states, titles, keys of search."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import inspect, select

from kernel.api import Context, Problem, _, sort_key, squeeze, take_number
from plugins.insurance import billing, keeping, lines, neighbours, particulars, terms
from plugins.insurance.models import Claim, Insurer, Line, Policy

CODE = "L{:04d}"
TERMS = "insurance.terms"
"""In the notes of a session: the terms of lines, by line and insurer."""
BILLED = _("The premium has an invoice: cancel that first, or enter an endorsement that changes the premium.")
LESS_THAN_GIVEN_BACK = _("Endorsements or a cancellation gave back more than this premium.")


def prepare_insurer(context: Context, insurer: Insurer, values: Mapping[str, Any]) -> list[Problem]:
    """Compute the keys."""
    insurer.search_key = squeeze(insurer.title or "")
    insurer.sort_key = sort_key(insurer.title or "")
    return []


def prepare_line(context: Context, line: Line, values: Mapping[str, Any]) -> list[Problem]:
    """Give the title and read the days on which is called."""
    problems = lines.judge_name(context, line)
    if problems:
        return problems
    context.session.info.pop(lines.NOTE, None)
    context.session.info.pop(TERMS, None)
    line.title = line.name or lines.title_of(context, line.line)
    if line.insurer_id is not None:
        insurer = context.session.get(Insurer, line.insurer_id)
        line.title = f"{line.title} · {insurer.title}" if insurer is not None else line.title
    line.search_key = squeeze(line.title)
    try:
        days = terms.lead_days(line.call_days)
    except ValueError:
        return [Problem("call_days", _("Write days before the end, such as 20, 10, 3."))]
    line.call_days = ", ".join(str(day) for day in days) or None
    return []


def line_of(context: Context, key: str, insurer_id: int | None = None) -> Line | None:
    """Give the terms that the agency keeps for a line: those of the insurer where it has its own.

    They are read once in a session: a sheet of an insurer asks for them in every row.
    """
    held: dict[tuple[str, int | None], Line] | None = context.session.info.get(TERMS)
    if held is None:
        held = {
            (row.line, row.insurer_id): row for row in context.session.execute(select(Line)).scalars().all()
        }
        context.session.info[TERMS] = held
    return held.get((key, insurer_id)) or held.get((key, None))


def prepare_policy(context: Context, policy: Policy, values: Mapping[str, Any]) -> list[Problem]:
    """Fill what follows from the terms of the line, judge days and particulars, compute moments, state and keys."""
    if policy.line is None or policy.begins_on is None:
        return []  # what is missing was told already
    line = line_of(context, policy.line, policy.insurer_id)
    problems = [*_time(context, policy, line), *particulars.judge(policy)]
    if policy.number is None and policy.id is not None:
        before: Sequence[str | None] = inspect(policy).attrs.number.history.deleted
        if before and before[0]:
            problems.append(Problem("number", _("A policy that was issued keeps its number.")))
    policy.own_line_id = lines.own_row(context, policy.line)
    problems += _money(context, policy, line)
    policy.number_key = squeeze(policy.number) if policy.number else None
    policy.title = _title(context, policy)
    held = (policy.title, policy.number, policy.plate, policy.vin, policy.chassis, policy.plan)
    policy.search_key = "|".join(squeeze(text) for text in held if text)
    if not problems and neighbours.moved(policy):
        problems += neighbours.judge(context, policy)
    if not problems and neighbours.changed_line(policy):
        problems += neighbours.judge_line(context, policy)
    if not problems:
        keeping.set_state(policy, context.now)
        keeping.set_board(context, policy, line)
        keeping.note_issue(context, policy)
    return problems


def _title(context: Context, policy: Policy) -> str:
    name = lines.title_of(context, policy.line)
    told = policy.number or policy.plate or policy.plan
    return f"{name} {told}" if told else name


def _time(context: Context, policy: Policy, line: Line | None) -> list[Problem]:
    usual = line.hour if line is not None else terms.LAST_HOUR
    changed: bool = inspect(policy).attrs.begins_on.history.has_changes()
    if policy.begins_hour is None:
        policy.begins_hour = usual
    if policy.ends_hour is None:
        policy.ends_hour = usual
    if policy.anchor_day is None or changed:
        policy.anchor_day = neighbours.anchor(context, policy)
    if policy.ends_on is None:
        months = line.months if line is not None else terms.MONTHS_OF_YEAR
        policy.ends_on = terms.end_after(policy.begins_on, months, policy.anchor_day)
    if policy.grace_days is None:
        policy.grace_days = line.grace_days if line is not None else 0
    zone = context.time_zone
    policy.begins_at = terms.moment(policy.begins_on, policy.begins_hour, zone)
    policy.ends_at = terms.moment(policy.ends_on, policy.ends_hour, zone)
    problems = []
    if policy.ends_at <= policy.begins_at:
        problems.append(Problem("ends_on", _("The end must be later than the beginning.")))
    if policy.issued_on is not None and policy.issued_on > context.today:
        problems.append(Problem("issued_on", _("This day lies in the future.")))
    if policy.number and policy.issued_on is None and policy.id is None:
        policy.issued_on = min(context.today, policy.begins_on)
    return problems


def _money(context: Context, policy: Policy, line: Line | None) -> list[Problem]:
    policy.endorsed = policy.endorsed or 0
    if policy.commission_percent is None and policy.id is None and line is not None:
        policy.commission_percent = line.commission_percent
    keeping.set_commission(policy)
    least = (policy.refund or 0) - policy.endorsed
    if policy.premium is not None and policy.premium < least:
        return [Problem("premium", LESS_THAN_GIVEN_BACK)]
    corrected = policy.id is not None and inspect(policy).attrs.premium.history.has_changes()
    if corrected and billing.is_billed(context, policy.id):
        return [Problem("premium", BILLED)]
    return []


def prepare_claim(context: Context, claim: Claim, values: Mapping[str, Any]) -> list[Problem]:
    """Give a code, and see that the loss lies within the policy."""
    problems: list[Problem] = []
    claim.state = claim.state or "reported"
    claim.reported_on = claim.reported_on or context.today
    policy = context.session.get(Policy, claim.policy_id) if claim.policy_id else None
    if claim.id is not None and inspect(claim).attrs.policy_id.history.has_changes():
        problems.append(Problem("policy", _("A claim stays with its policy; enter a new one for the other.")))
    if claim.occurred_on is not None:
        problems += _days(context, claim, policy)
    if not problems and not claim.code:
        claim.code = CODE.format(take_number(context, "insurance.claim"))
    held = (claim.code, claim.number, policy.title if policy else None)
    claim.search_key = "|".join(squeeze(text) for text in held if text)
    return problems


def _days(context: Context, claim: Claim, policy: Policy | None) -> Sequence[Problem]:
    problems: list[Problem] = []
    if claim.occurred_on > claim.reported_on:
        problems.append(Problem("occurred_on", _("It cannot have happened after it was reported.")))
    if claim.reported_on > context.today:
        problems.append(Problem("reported_on", _("This day lies in the future.")))
    if policy is not None and not covers(policy, claim.occurred_on):
        problems.append(Problem("occurred_on", _("The policy was not in force on this day.")))
    return problems


def covers(policy: Policy, day: date) -> bool:
    """Say whether a policy was in force at some hour of a day."""
    last = terms.last_day(policy.ends_on, policy.ends_hour)
    if policy.cancelled_on is not None:
        last = min(last, policy.cancelled_on)
    first = terms.first_day(policy.begins_on, policy.begins_hour)
    return policy.number is not None and first <= day <= last
