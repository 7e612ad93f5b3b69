"""What parties are to us (نقش): many roles at once, each with its dates; plugins add kinds."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from sqlalchemy import select

from kernel.extension.contributions import PartyRole as RoleKind
from kernel.fa.text import search_key
from kernel.i18n import LazyText, _
from kernel.parties.models import Employment, Party, PartyRole
from kernel.resources.commands import command
from kernel.resources.context import Context
from kernel.resources.errors import Invalid, Problem
from kernel.resources.fields import BaseChoice, Choice, Day, FieldError
from kernel.resources.records import editable
from kernel.resources.resource import Part

LEAD = "lead"
OPPORTUNITY = "opportunity"
CUSTOMER = "customer"
LOST_REASONS = "lost_reason"
"""The list of base data that says why a lead was lost."""

KERNEL_ROLES: tuple[RoleKind, ...] = (
    RoleKind(key=LEAD, title=_("Lead"), order=10, icon="magnet"),
    RoleKind(key=OPPORTUNITY, title=_("Opportunity"), order=20, icon="target"),
    RoleKind(key=CUSTOMER, title=_("Customer"), order=30, icon="heart-handshake"),
    RoleKind(key="agent", title=_("Agency"), order=40, icon="building-store"),
    RoleKind(key="marketer", title=_("Marketer"), order=50, icon="speakerphone"),
    RoleKind(key="partner", title=_("Partner"), order=60, icon="users"),
    RoleKind(key="supplier", title=_("Supplier"), order=70, icon="truck"),
    RoleKind(key="competitor", title=_("Competitor"), order=80, icon="flag"),
    RoleKind(key="employee", title=_("Employee"), order=90, icon="id"),
    RoleKind(key="investor", title=_("Investor"), order=100, icon="coins"),
    RoleKind(key="internal", title=_("Our own organisation or unit"), order=110, icon="building"),
)
"""The roles of every site. `internal` marks our own company, its units and staff as customers of one another."""

OUTCOMES: Mapping[str, LazyText] = {"qualified": _("Qualified"), "disqualified": _("Disqualified (lost)")}
"""How a lead ends."""


def role_kinds(context: Context) -> dict[str, LazyText | str]:
    """Give the titles of all kinds of roles by key; those of plugins carry the plugin's name: `medical.patient`."""
    declared = context.runtime.declared.declarations.of("party_roles")
    kinds = [(kind.key, kind) for kind in KERNEL_ROLES]
    kinds += [(f"{answer.plugin}.{answer.value.key}", answer.value) for answer in declared]
    return {key: kind.title for key, kind in sorted(kinds, key=lambda pair: pair[1].order)}


class RoleChoice(Choice):
    """One of the kinds of roles that the kernel and the enabled plugins know."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, options={}, **options)

    def parse(self, raw: Any, context: Context) -> str:
        """Take the key, or the title in the context's language."""
        text = str(raw).strip()
        wanted = search_key(text)
        for key, title in role_kinds(context).items():
            if text == key or wanted in (search_key(context.text(title)), search_key(str(title))):
                return key
        raise FieldError(_("%(field)s has no choice called “%(text)s”.", field=self.title, text=text[:60]))

    def show(self, value: Any, context: Context) -> str:
        """The title; a role of a plugin that no longer runs shows its key."""
        title = role_kinds(context).get(value, value)
        return "" if title is None else context.text(title)

    def choices(self, context: Context) -> list[tuple[str, str]]:
        """Pairs of key and title."""
        return [(key, context.text(title)) for key, title in role_kinds(context).items()]

    def schema(self) -> dict[str, Any]:
        """A string: the keys differ from site to site."""
        return {"type": "string"}


def prepare_role(context: Context, row: PartyRole, values: Mapping[str, Any]) -> list[Problem]:
    """Date the role from today where no day was given; see that an outcome belongs to an ended lead."""
    if row.since is None:
        row.since = context.today
    if row.outcome is not None and row.role != LEAD:
        return [Problem("outcome", _("Only a lead has an outcome."))]
    if row.outcome is not None and row.until is None:
        row.until = max(context.today, row.since)
    if row.until is not None and row.until < row.since:
        return [Problem("until", _("A role cannot end before it begins."))]
    return []


PART = Part(
    "roles",
    _("Roles"),
    PartyRole,
    "party_id",
    (
        RoleChoice("role", _("Role"), required=True),
        Day("since", _("Since"), placeholder=_("today")),
        Day("until", _("Until")),
        Choice("outcome", _("Outcome of the lead"), options=OUTCOMES),
        BaseChoice("reason", _("Reason"), source=LOST_REASONS, attribute="reason_id"),
    ),
    order="since",
    prepare=prepare_role,
    add_title=_("Add a role"),
    ruled=False,
)
"""The rows of roles on the form of a party."""


def current_roles(context: Context, party_id: int) -> list[PartyRole]:
    """Give the roles that have not ended, the oldest first."""
    statement = (
        select(PartyRole)
        .where(PartyRole.party_id == party_id, PartyRole.until.is_(None))
        .order_by(PartyRole.since, PartyRole.id)
    )
    return list(context.session.execute(statement).scalars())


def give_role(context: Context, party_id: int, role: str, since: date | None = None) -> bool:
    """Give a party a role from a day on, today where none is named; False where it holds it already.

    Checks no rights: commands do. `Invalid` for an unknown kind.
    """
    if role not in role_kinds(context):
        raise Invalid([Problem("role", _("There is no such role."))])
    if any(present.role == role for present in current_roles(context, party_id)):
        return False
    context.session.add(PartyRole(party_id=party_id, role=role, since=since or context.today))
    context.session.flush()
    return True


def give_roles(context: Context, party_ids: Collection[int], role: str) -> None:
    """Give a role to all of some parties that do not hold it, from today on; for whole sheets, in few statements.

    Checks no rights: commands do. `Invalid` for an unknown kind.
    """
    if role not in role_kinds(context):
        raise Invalid([Problem("role", _("There is no such role."))])
    held = select(PartyRole.party_id).where(
        PartyRole.party_id.in_(party_ids), PartyRole.role == role, PartyRole.until.is_(None)
    )
    fresh = sorted(set(party_ids) - set(context.session.execute(held).scalars()))
    context.session.add_all(
        PartyRole(party_id=party_id, role=role, since=context.today) for party_id in fresh
    )
    context.session.flush()


def end_role(
    context: Context,
    party_id: int,
    role: str,
    until: date | None = None,
    *,
    outcome: str | None = None,
    reason_id: int | None = None,
) -> bool:
    """End a role on a day, today where none is named; False where the party does not hold it.

    `outcome` and `reason_id` tell how a lead ended. Checks no rights: commands do.
    """
    present = next((row for row in current_roles(context, party_id) if row.role == role), None)
    if present is None:
        return False
    present.until = until or max(context.today, present.since)
    present.outcome = outcome
    present.reason_id = reason_id
    problems = prepare_role(context, present, {})
    if problems:
        context.session.expire(present)
        raise Invalid(problems)
    context.session.flush()
    return True


def give_first_role(context: Context, party: Party) -> None:
    """Give a new party without any role the site's default one; staff of an organisation stay without."""
    role = context.runtime.setting("parties.default_role")
    belongs = (
        select(PartyRole.id)
        .where(PartyRole.party_id == party.id)
        .union_all(select(Employment.id).where(Employment.person_id == party.id))
        .limit(1)
    )
    if role and context.session.execute(belongs).first() is None:
        give_role(context, party.id, role)


@command("party.give_role", _("Give a party a role"), resource="party", action="edit")
def give(context: Context, *, resource: str, party_id: int, role: str, since: date | None = None) -> bool:
    """Give a party of `resource` a role; False where it holds it already."""
    editable(context, context.runtime.resource(resource), party_id)
    return give_role(context, party_id, role, since)


@command("party.end_role", _("End a role of a party"), resource="party", action="edit")
def end(
    context: Context,
    *,
    resource: str,
    party_id: int,
    role: str,
    until: date | None = None,
    outcome: str | None = None,
    reason_id: int | None = None,
) -> bool:
    """End a role of a party of `resource`; False where it does not hold it."""
    if outcome is not None and outcome not in OUTCOMES:
        raise Invalid([Problem("outcome", _("There is no such outcome."))])
    editable(context, context.runtime.resource(resource), party_id)
    return end_role(context, party_id, role, until, outcome=outcome, reason_id=reason_id)
