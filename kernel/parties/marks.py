"""What the kernel itself shows on pages of parties through the hooks of plugins: badges, actions, the advice of a state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import select

from kernel.extension.contributions import Action, Badge, Panel
from kernel.i18n import _
from kernel.parties.consents import PERMISSION
from kernel.parties.models import ORGANISATION, PERSON, Party, PartyFacts, PartyState
from kernel.parties.states import present_states
from kernel.resources.context import Context
from kernel.resources.models import BaseValue


def party_badges(ctx: Context, party_ids: Sequence[int]) -> Mapping[int, Sequence[Badge]]:
    """Mark our own organisation, whoever does not want to be called, and the state of each; one query."""
    statement = (
        select(Party.id, Party.is_own, PartyFacts.do_not_call, BaseValue.id, BaseValue.title)
        .outerjoin(PartyFacts, PartyFacts.party_id == Party.id)
        .outerjoin(PartyState, (PartyState.party_id == Party.id) & PartyState.until.is_(None))
        .outerjoin(BaseValue, BaseValue.id == PartyState.state_id)
        .where(Party.id.in_(list(party_ids)))
    )
    found: dict[int, list[Badge]] = {}
    for number, own, do_not_call, state, title in ctx.session.execute(statement):
        badges = found.setdefault(number, [])
        if own:
            badges.append(Badge(text=_("Our organisation"), order=10))
        if title is not None:
            badges.append(Badge(text=title, tone=ctx.runtime.colours.get(state, "neutral"), order=20))
        if do_not_call:
            badges.append(Badge(text=_("Do not call"), tone="alarm", order=30))
    return {number: badges for number, badges in found.items() if badges}


def party_actions(ctx: Context, party_id: int) -> list[Action]:
    """Lead to the consents of a person, and let administrators say which organisation is our own."""
    party = ctx.session.execute(select(Party.kind, Party.is_own).where(Party.id == party_id)).one_or_none()
    if party is None:
        return []
    actions = []
    if party.kind == PERSON:
        consents = f"/persons/{party_id}/consents"
        actions.append(
            Action(label=_("Consents"), url=consents, icon="shield-check", permission=(PERMISSION, "view"))
        )
    if party.kind == ORGANISATION and not party.is_own and ctx.actor.is_administrator:
        own = f"/organisations/{party_id}/own"
        actions.append(Action(label=_("This is us"), url=own, icon="building", method="post"))
    return actions


def party_panels(ctx: Context, party_id: int) -> list[Panel]:
    """Say what to do with a customer in the present state, where the base data say so."""
    state = present_states(ctx, [party_id]).get(party_id)
    if state is None or not state[0].advice:
        return []
    value, row = state
    body = f"{value.advice}\n{row.reason}" if row.reason else value.advice
    return [Panel(title=_("What to do: %(state)s", state=value.title), body=body, order=5)]
