"""The renewal board: policies again, as far as they wait for their renewal or it was decided lately."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, func

from kernel.api import Board, ByCommand, Resource, Search, Section, _
from plugins.insurance.models import Policy
from plugins.insurance.resources.policy import POLICY, SORTS
from plugins.insurance.resources.policy_fields import RIGHT, UNRULED
from plugins.insurance.words import MOVES, OPEN_RENEWALS

KEPT_FOR = 90
"""Days after its end for which a decided renewal stays on the board."""


def on_board(model: Any) -> ColumnElement[bool]:
    """Narrow to what waits for its renewal, and what was renewed or lost lately."""
    found: ColumnElement[bool] = model.renewal.in_(OPEN_RENEWALS) | (
        model.renewal.is_not(None) & (model.ends_on >= func.current_date() - KEPT_FOR)
    )
    return found


RENEWAL = Resource(
    name="insurance.renewal",
    model=Policy,
    permission=RIGHT,
    title=_("Renewal"),
    plural=_("Renewals"),
    path="insurance/renewals",
    icon="refresh",
    label="title",
    only=on_board,
    editable=False,
    page="/insurance/{id}/file",
    unruled=UNRULED,
    fields=POLICY.fields,
    list_columns=(
        "holder",
        "line",
        "insurer",
        "ends_on",
        "premium_total",
        "renewal",
        "contacted_at",
        "next_call_on",
        "expert",
    ),
    sections=(Section(_("Renewal"), ("holder", "line", "insurer", "ends_on", "premium_total", "renewal")),),
    sorts=(SORTS[1], SORTS[0]),
    search=Search(held=POLICY.search.held if POLICY.search else ()),
    quick_filters=("renewal", "line", "insurer", "expert", "ends_on", "lost_reason"),
    views=(
        Board(
            title=_("Renewal board"),
            lane="renewal",
            label="holder",
            fields=("line", "insurer", "ends_on", "premium_total", "expert"),
            sum="premium_total",
            allowed=MOVES,
            move=ByCommand("insurance.set_renewal", {"renewal": "renewal"}, record="policy"),
            page="/insurance/{id}/file",
        ),
    ),
    help=_(
        "Policies that end soon, by how far their renewal is. A card is moved when the insured was contacted or a price was "
        "told; renewing and losing are done in the file of the policy, since they ask for more."
    ),
)
