"""The record kind of cheques: found by number, Sayad id, drawer or amount; a board by state, a calendar by due day."""

from __future__ import annotations

from typing import Any

from kernel.api import (
    Board,
    ByCommand,
    Calendar,
    Charge,
    Context,
    Resource,
    Search,
    Section,
    Sort,
    _,
    fields,
    veiled,
)
from plugins.sales.money.models import Cheque
from plugins.sales.money.resources import words
from plugins.sales.money.rules.cheques import ALLOWED
from plugins.sales.money.rules.sayad import LENGTH, sayad_id


class SayadId(fields.Code):
    """The sixteen digits of a cheque's Sayad id."""

    def parse(self, raw: Any, context: Context) -> str:
        """Take digits of any script, grouped as on the cheque."""
        return sayad_id(str(raw))

    def schema(self) -> dict[str, Any]:
        """Sixteen digits."""
        return {"type": "string", "pattern": r"^[0-9]{16}$", "minLength": LENGTH, "maxLength": LENGTH}


def described(context: Context, cheque: Cheque) -> str:
    """Whose cheque it is, beside its number in search results."""
    amount = CHEQUE.by_name["amount"].show(cheque.amount, context)
    state = context.text(words.CHEQUE_STATES[cheque.state])
    drawer = veiled(context, CHEQUE, cheque).drawer or ""
    return " · ".join(part for part in (drawer, amount, state) if part)


def _moves() -> dict[str, tuple[str, ...]]:
    """Moves by dragging: those that need nothing to be told besides."""
    both: dict[str, tuple[str, ...]] = {}
    for moves in ALLOWED.values():
        for state, following in moves.items():
            both[state] = tuple(dict.fromkeys((*both.get(state, ()), *following)))
    return {state: tuple(new for new in following if new != "passed_on") for state, following in both.items()}


CHEQUE = Resource(
    name="sales.cheque",
    model=Cheque,
    title=_("Cheque"),
    plural=_("Cheques"),
    path="sales/cheques",
    icon="building-bank",
    label="number",
    unruled=("number", "party", "amount", "due", "state", "direction"),
    fields=(
        fields.Code("number", _("Cheque number"), limit=30, read_only=True),
        SayadId("sayad", _("Sayad id"), limit=24, read_only=True),
        fields.Choice("direction", _("Received or given"), options=words.CHEQUE_DIRECTIONS, read_only=True),
        fields.Link("party", _("Party"), to="party", attribute="party_id", read_only=True),
        fields.Text("drawer", _("Owner of the account"), limit=150, read_only=True),
        fields.NationalCode(
            "drawer_code", _("National code of the owner"), read_only=True, in_list=False, private=True
        ),
        fields.BaseChoice("bank", _("Bank"), source=words.BANKS, attribute="bank_id", read_only=True),
        fields.Text("branch", _("Branch"), limit=100, read_only=True),
        fields.Code("account", _("Account number"), limit=34, read_only=True, in_list=False),
        fields.Money("amount", _("Amount"), read_only=True),
        fields.Day("day", _("Changed hands on"), read_only=True),
        fields.Day("due", _("Due day"), read_only=True),
        fields.Choice(
            "state",
            _("State"),
            options=words.CHEQUE_STATES,
            colours=words.CHEQUE_COLOURS,
            read_only=True,
        ),
        fields.Day("state_on", _("In this state since"), read_only=True),
        fields.Link("holder", _("Passed on to"), to="party", attribute="holder_id", read_only=True),
        fields.BaseChoice(
            "place", _("Our account"), source=words.PLACES, attribute="place_id", read_only=True
        ),
        fields.LongText("note", _("Note"), limit=2000, read_only=True, in_list=False),
        fields.UserLink("owner", _("In charge"), attribute="owner_id", read_only=True),
    ),
    list_columns=("number", "sayad", "direction", "party", "bank", "amount", "due", "state"),
    sections=(
        Section(
            _("Cheque"),
            (
                "number",
                "sayad",
                "direction",
                "party",
                "drawer",
                "drawer_code",
                "bank",
                "branch",
                "account",
                "amount",
                "day",
                "due",
                "state",
                "state_on",
                "holder",
                "place",
                "note",
                "owner",
            ),
        ),
    ),
    sorts=(
        Sort("due", _("Next due first"), ("due",)),
        Sort("due_last", _("Last due first"), ("due",), descending=True),
    ),
    search=Search(held=("number", "sayad", "drawer", "amount")),
    description=described,
    quick_filters=("state", "direction", "due", "bank", "party"),
    editable=False,
    charges=(Charge("owner_id", along="party_id"), Charge("seller_id")),
    constraints={
        "uq_cheque_sayad": ("sayad", _("A cheque with this Sayad id is recorded already.")),
        "ck_cheque_amount": ("amount", _("The amount must be more than nothing.")),
    },
    help=_(
        "Cheques that were received and given. Search by number, Sayad id, owner of the account or amount to see whose "
        "cheque it is. A cheque pays from the day on which it changes hands; where it bounces, what it paid is open again."
    ),
    views=(
        Board(
            lane="state",
            label="party",
            fields=("amount", "due", "number", "bank"),
            sum="amount",
            allowed=_moves(),
            move=ByCommand("sales.move_cheque", {"state": "state"}, record="cheque"),
            page="/sales/cheques/{id}",
        ),
        Calendar(
            start="due",
            tone="state",
            label="party",
            fields=("amount", "number"),
            page="/sales/cheques/{id}",
        ),
    ),
)
