"""What the layer of interactions answers to hooks: entries of the menu, figures of parties, what an erasure does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import func, select

from kernel.extension.contributions import Erasure, Figure, MenuItem
from kernel.i18n import _
from kernel.interactions.models import Call, Interaction
from kernel.interactions.reports import reports
from kernel.resources.context import Context

__all__ = ("erasures", "menu", "party_figures", "reports")

GAP = "/calls?f.unwritten.is=1"
"""The list of calls of which nobody wrote anything."""


def menu() -> Iterable[MenuItem]:
    """Give the entries of calls, and of those of which nobody wrote anything."""
    right = ("call", "view")
    return [
        MenuItem(label=_("Calls"), target="/calls", icon="phone", permission=right, order=36),
        MenuItem(label=_("Unwritten calls"), target=GAP, icon="phone-off", permission=right, order=37),
    ]


def party_figures(ctx: Context, party_ids: Sequence[int]) -> Mapping[int, Sequence[Figure]]:
    """Give the last interaction and the last call of each party; two queries for all."""
    found: dict[int, list[Figure]] = {}
    ids = list(party_ids)
    asked = (
        (Interaction, "interaction", _("Last interaction"), 300),
        (Call, "call", _("Last call"), 310),
    )
    for model, right, label, order in asked:
        if not ctx.may(right, "view"):
            continue
        last = select(model.party_id, func.max(model.started_at)).where(model.party_id.in_(ids))
        rows: Any = ctx.session.execute(last.group_by(model.party_id))
        for party_id, at in rows:
            figure = Figure(key=f"last-{right}", label=label, value=at, kind="instant", order=order)
            found.setdefault(party_id, []).append(figure)
    return found


def erasures() -> Iterable[Erasure]:
    """Empty what was said with an erased person; when and by which channel stays for the counts.

    Rows of those who took part besides go with the person, as do those of whose number it was.
    """
    reason = _(
        "That there was an interaction stays for the counts of channels and reasons; what was said is gone."
    )
    emptied = dict.fromkeys(("number", "text", "organisation_id", "position_id", "unit"))
    return [
        Erasure(
            table="kernel.interaction",
            key="party_id",
            what="replace",
            values={**emptied, "subject": "•••", "search_key": "", "user_values": {}},
            reason=reason,
        ),
        Erasure(
            table="kernel.call",
            key="party_id",
            what="replace",
            values={"number": None, "number_given": "•••", "party_id": None},
            reason=reason,
        ),
    ]
