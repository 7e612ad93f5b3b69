"""Noting a call to the insured about the renewal."""

from __future__ import annotations

from typing import Any

from kernel.api import Context, Invalid, Problem, Refused, _, command, fields, kept_from
from plugins.insurance.models import Talk
from plugins.insurance.reading import WHICH, open_policy, read
from plugins.insurance.resources import POLICY
from plugins.insurance.resources.policy_fields import MOST
from plugins.insurance.words import OPEN_RENEWALS, OUTCOMES, REACHED

OUTCOME = fields.Choice("outcome", _("What came of the call"), options=OUTCOMES, required=True)
QUOTED = fields.Money("quoted", _("Quoted premium"), least=0, most=MOST)
NEXT = fields.Day("next_call_on", _("Call again on"))
NOTE = fields.Text("note", _("Note"), limit=500)
FORM = (OUTCOME, QUOTED, NEXT, NOTE)


@command(
    "insurance.talk",
    _("Note a call about a renewal"),
    resource="insurance.policy",
    action="edit",
    of={"quoted": POLICY.name, "next_call_on": POLICY.name},
    fields=(WHICH, *FORM),
)
def talk(
    context: Context,
    *,
    policy: int,
    outcome: Any,
    quoted: Any = None,
    next_call_on: Any = None,
    note: Any = None,
    version: int | None = None,
) -> int:
    """Note what came of a call; the renewal goes on to contacted or quoted by itself. Gives the id of the talk."""
    record = open_policy(context, policy, version)
    if record.renewal not in (*OPEN_RENEWALS, "lost"):
        raise Refused(_("This policy is not waiting for its renewal."))
    entered = {"outcome": outcome, "quoted": quoted, "next_call_on": next_call_on, "note": note}
    values = read(context, FORM, entered)
    if values["next_call_on"] is not None and values["next_call_on"] < context.today:
        raise Invalid([Problem("next_call_on", _("This day is in the past."))])
    if values["outcome"] == "quoted" and values["quoted"] is None:
        raise Invalid([Problem("quoted", _("Enter the premium that was told."))])
    row = Talk(policy_id=policy, at=context.now, user_id=context.actor.user_id, **values)
    context.session.add(row)
    agreed = values["next_call_on"] is not None or values["outcome"] in REACHED
    # Else the day that was agreed stands: he is still to be called.
    if agreed and not kept_from(context, POLICY, NEXT.name):
        record.next_call_on = values["next_call_on"]
    if values["outcome"] in REACHED:
        record.contacted_at = context.now
        record.renewal, record.lost_reason, record.lost_note = _lane(record.renewal, values), None, None
    if values["quoted"] is not None:
        record.quoted = values["quoted"]
    context.session.flush()
    return row.id


def _lane(before: str | None, values: dict[str, Any]) -> str:
    """A quoted one stays quoted; a price that is told makes one."""
    return "quoted" if values["quoted"] is not None or before == "quoted" else "contacted"
