"""What the insured are told by message, and experts under the bell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from sqlalchemy import select

from kernel.api import (
    Context,
    MessageTemplate,
    NoticeKind,
    Occasion,
    Party,
    _,
    calendar,
    is_persian,
    notify,
    queue_message,
    queue_messages,
    to_persian_digits,
)
from plugins.insurance import terms
from plugins.insurance.lines import title_of
from plugins.insurance.models import Claim, Policy
from plugins.insurance.words import CLAIMS

NEW = timedelta(days=7)
"""A policy that begins longer ago is an old one: nobody is thanked for it, such as after an import of old books."""

CLAIM = NoticeKind(key="claim", title=_("A claim was put into your charge"), icon="alert-triangle", order=10)
GIVEN = NoticeKind(key="given", title=_("A policy was put into your charge"), icon="shield-check", order=20)
RENEWED = NoticeKind(
    key="renewed", title=_("A policy in your charge was renewed by somebody else"), icon="refresh", order=30
)
KINDS = (CLAIM, GIVEN, RENEWED)

NAME = {"name": _("Name of the insured")}
POLICY = {**NAME, "line": _("Line of insurance"), "number": _("Number of the policy")}
TEMPLATES = (
    MessageTemplate(
        key="thanks",
        title=_("Thanks on purchase"),
        body=_("{name}\nThank you for your trust. Your policy “{line}” {number} is in force until {until}."),
        places={**POLICY, "until": _("Last day")},
        order=10,
    ),
    MessageTemplate(
        key="claim_state",
        title=_("State of a claim"),
        body=_("{name}\nYour claim {code} on the policy {number}: {state}."),
        places={**POLICY, "code": _("Code of the claim"), "state": _("State")},
        order=20,
    ),
)


def thank(system: Context, policies: Sequence[Policy]) -> None:
    """Thank the holders of policies that were issued just now; each policy once, renewals too."""
    if not system.runtime.setting("insurance.thank"):
        return
    fresh = [
        each
        for each in policies
        if each.number and each.state in ("waiting", "active") and each.begins_on >= system.today - NEW
    ]
    names = _names(system, [each.holder_id for each in fresh])
    queue_messages(
        system,
        purpose="insurance.thanks",
        template="insurance.thanks",
        occasions=[
            Occasion(
                str(each.id),
                each.holder_id,
                {
                    **_places(system, each, names),
                    "until": written(system, terms.last_day(each.ends_on, each.ends_hour)),
                },
            )
            for each in fresh
        ],
    )


def tell_of_claim(system: Context, claim: Claim, policy: Policy) -> None:
    """Tell the holder how far a claim is, where the site wishes it."""
    if not system.runtime.setting("insurance.tell_claims"):
        return
    queue_message(
        system,
        purpose="insurance.claim",
        occasion=f"{claim.id} {claim.state} {claim.version}",
        party_id=policy.holder_id,
        template="insurance.claim_state",
        values={
            **_places(system, policy, _names(system, [policy.holder_id])),
            "code": claim.code,
            "state": system.text(CLAIMS[claim.state]),
        },
    )


def _names(system: Context, party_ids: Sequence[int]) -> dict[int, str]:
    wanted = select(Party.id, Party.display_name).where(Party.id.in_(sorted(set(party_ids))))
    return {row.id: row.display_name for row in system.session.execute(wanted)} if party_ids else {}


def _places(system: Context, policy: Policy, names: Mapping[int, str]) -> dict[str, str]:
    return {
        "name": names[policy.holder_id],
        "line": title_of(system, policy.line),
        "number": policy.number or "—",
    }


def written(context: Context, day: object) -> str:
    """Write a day as the site's readers know it."""
    if not is_persian(context.site.locale):
        return str(day)
    return to_persian_digits(calendar.format_date(day, "short"))  # type: ignore[arg-type]


def tell_expert(context: Context, policy: Policy) -> None:
    """Tell the expert of a policy that another has put into his charge."""
    if policy.expert_id is not None and policy.expert_id != context.actor.user_id:
        notify(
            context,
            [policy.expert_id],
            kind="insurance.given",
            text=_("A policy was put into your charge"),
            record=("insurance.policy", policy.id),
            occasion=f"{policy.id} {policy.expert_id}",
        )


def tell_renewed(context: Context, former: Policy) -> None:
    """Tell the expert of a policy that another has entered its renewal."""
    if former.expert_id is not None and former.expert_id != context.actor.user_id:
        notify(
            context,
            [former.expert_id],
            kind="insurance.renewed",
            text=RENEWED.title,
            record=("insurance.policy", former.id),
            occasion=f"{former.id} renewed",
        )


def tell_claim_expert(context: Context, claim: Claim) -> None:
    """Tell the expert of a claim that another has put into his charge."""
    if claim.expert_id is not None and claim.expert_id != context.actor.user_id:
        notify(
            context,
            [claim.expert_id],
            kind="insurance.claim",
            text=_("A claim was put into your charge"),
            record=("insurance.claim", claim.id),
            occasion=f"{claim.id} {claim.expert_id}",
        )
