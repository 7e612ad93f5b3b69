"""How a customer stands to us now and stood before: potential, actual, satisfied, dissatisfied, angry, loyal.

The states are base data, each with an advice of what to do (its process); a change is a `party_changed` to plugins.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, select

from kernel.i18n import LazyText, _
from kernel.parties.models import Party, PartyState
from kernel.resources.commands import command
from kernel.resources.context import Context
from kernel.resources.errors import Invalid, Problem
from kernel.resources.fields import BaseChoice, Day, FieldError, Text
from kernel.resources.models import BaseValue
from kernel.resources.records import editable
from kernel.resources.records.load import announce
from kernel.resources.resource import Part

STATES = "party_state"
ENTRIES: Mapping[str, LazyText] = {
    "potential": _("Potential customer"),
    "actual": _("Actual customer"),
    "satisfied": _("Satisfied"),
    "dissatisfied": _("Dissatisfied"),
    "angry": _("Angry"),
    "loyal": _("Loyal"),
}
COLOURS: Mapping[str, str] = {
    "satisfied": "green",
    "loyal": "green",
    "dissatisfied": "amber",
    "angry": "red",
}
"""Colours of the states that ship with the product, until a site changes them."""


def prepare_state(context: Context, row: PartyState, values: Mapping[str, Any]) -> list[Problem]:
    """Date a state from today where no day is given; states are known of the past and of today only."""
    if row.since is None:
        row.since = context.today
    if row.since > context.today:
        return [Problem("since", _("A state cannot begin in the future."))]
    # The ends are computed when all rows are known; until then a new row is not yet the present one.
    if row.id is None or (row.until is not None and row.until < row.since):
        row.until = row.since
    return []


PART = Part(
    "states",
    _("State of the customer"),
    PartyState,
    "party_id",
    (
        BaseChoice("state", _("State"), source=STATES, attribute="state_id", required=True),
        Day("since", _("Since"), placeholder=_("today")),
        Text("reason", _("Reason"), limit=300),
    ),
    order="since",
    prepare=prepare_state,
    add_title=_("Record a state"),
    most=500,
    ruled=False,
)
"""The rows of states on the form of a party."""


def settle_states(context: Context, party: Party) -> None:
    """Let each state of a party end where the next begins, and the latest stay the present one."""
    statement = select(PartyState).where(PartyState.party_id == party.id)
    rows = list(context.session.execute(statement.order_by(PartyState.since, PartyState.id)).scalars())
    ends = [row.since for row in rows[1:]]
    for row, end in zip(rows, ends, strict=False):
        if row.until != end:
            row.until = end
    # First the others: the database allows one present state only.
    context.session.flush()
    if rows and rows[-1].until is not None:
        rows[-1].until = None
    context.session.flush()


@command("party.set_state", _("Record the state of a customer"), resource="party", action="edit")
def set_state(context: Context, *, resource: str, party_id: int, state: str, reason: str = "") -> bool:
    """Record that a party of `resource` is from today on in a state (its code or title); False where it is already."""
    declared = context.runtime.resource(resource)
    editable(context, declared, party_id)
    number = _state_id(context, state)
    present = select(PartyState).where(PartyState.party_id == party_id, PartyState.until.is_(None))
    row = context.session.execute(present.with_for_update()).scalar_one_or_none()
    if row is not None and row.state_id == number:
        return False
    if row is not None:
        row.until = context.today
        context.session.flush()
    text = PART.field("reason").read(reason, context)
    context.session.add(PartyState(party_id=party_id, state_id=number, since=context.today, reason=text))
    context.session.flush()
    announce(context, declared, [party_id], "changed")
    return True


def _state_id(context: Context, state: str) -> int:
    by_code = select(BaseValue.id).where(BaseValue.list == STATES, BaseValue.code == state)
    number = context.session.execute(by_code).scalar_one_or_none()
    if number is not None:
        return number
    try:
        return int(PART.field("state").read(state, context))
    except FieldError as error:
        raise Invalid([Problem("state", error.message)]) from error


def present_states(context: Context, party_ids: Sequence[int]) -> dict[int, tuple[BaseValue, PartyState]]:
    """Give the present state of each of these visible parties that has one; one query."""
    statement = (
        select(PartyState, BaseValue)
        .join(BaseValue, BaseValue.id == PartyState.state_id)
        .where(PartyState.party_id.in_(list(party_ids)), PartyState.until.is_(None))
    )
    return {row.party_id: (value, row) for row, value in context.session.execute(statement)}


class InState(BaseChoice):
    """Parties whose present state is one of those chosen."""

    operators = ("is", "is_not", "any", "empty", "filled")

    def __init__(self) -> None:
        super().__init__("state", _("State"), source=STATES, attribute="id", read_only=True, in_list=False)

    def condition(self, model: Any, operator: str, raw: Any, context: Context) -> ColumnElement[bool]:
        """By the row without an end."""
        holders = select(PartyState.party_id).where(PartyState.until.is_(None))
        if operator not in self.operators:
            raise FieldError(_("%(field)s cannot be filtered in this way.", field=self.title))
        if operator not in ("empty", "filled"):
            wanted = [self.parse(item, context) for item in (raw if isinstance(raw, list | tuple) else [raw])]
            holders = holders.where(PartyState.state_id.in_(wanted))
        condition: ColumnElement[bool] = model.id.in_(holders)
        return ~condition if operator in ("is_not", "empty") else condition
