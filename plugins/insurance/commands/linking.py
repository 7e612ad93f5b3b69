"""Saying which policy another one renews, where nobody pressed “Renew”, and taking that back."""

from __future__ import annotations

from typing import Any

from kernel.api import Context, Invalid, Problem, Refused, _, command, fields, load
from plugins.insurance import chains, keeping
from plugins.insurance.models import Policy
from plugins.insurance.neighbours import EARLY, successor_of
from plugins.insurance.reading import WHICH, open_policy, read
from plugins.insurance.resources import POLICY

FORMER = fields.Link("former", _("The policy that it renews"), to=POLICY.name, required=True)


@command(
    "insurance.link",
    _("Say which policy this one renews"),
    resource="insurance.policy",
    action="edit",
    of=POLICY.name,
    fields=(WHICH, FORMER),
)
def link(context: Context, *, policy: int, former: Any, version: int | None = None) -> int:
    """Let a policy follow on a former one of the same holder and line; gives its id. Reminders of the former one rest."""
    record = open_policy(context, policy, version)
    values = read(context, (FORMER,), {"former": former})
    before: Policy = load(context, POLICY, values["former"])
    if record.former_id is not None:
        raise Refused(_("This policy renews another already: take that back first."))
    problem = _problem(context, record, before)
    if problem is not None:
        raise Invalid([Problem("former", problem)])
    with context.system("a chain of renewals") as system:
        rows = [system.session.get_one(Policy, number) for number in (before.id, record.id)]
        chains.link(context, system, *rows)
    context.session.expire_all()
    return policy


def _problem(context: Context, record: Policy, before: Policy) -> Any:
    if before.id == record.id or before.begins_at >= record.begins_at:
        return _("It must have begun earlier.")
    if record.begins_at < before.ends_at - EARLY:
        return _("It ends after this one has begun: shorten it by an endorsement first.")
    if before.line != record.line:
        return _("It is of another line.")
    if before.holder_id != record.holder_id:
        return _("It has another holder: enter the change of the holder as an endorsement first.")
    if before.state in ("request", "cancelled"):
        return _("A policy that was not issued, or is cancelled, cannot be renewed.")
    with context.system("whether it is renewed") as system:
        if system.session.execute(successor_of(before.id)).first() is not None:
            return _("This policy has been renewed already.")
    return None


@command(
    "insurance.unlink",
    _("Take back that a policy renews another"),
    resource="insurance.policy",
    action="edit",
    fields=(WHICH,),
)
def unlink(context: Context, *, policy: int, version: int | None = None) -> int:
    """Take the link to the former policy back: that waits for its renewal again, if it has not ended. Gives the id."""
    record = open_policy(context, policy, version)
    former = record.former_id
    if former is None:
        raise Refused(_("This policy renews no other."))
    record.former_id = None
    context.session.flush()
    with context.system("a chain of renewals is taken apart") as system:
        keeping.follow_former(system, former)
    context.session.expire_all()
    return policy
