"""What the layer of documents answers to hooks: its entry in the menu."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kernel.documents.designs.shipped import document_kinds
from kernel.documents.targets import RIGHT, may_print
from kernel.extension.contributions import Action, MenuItem
from kernel.i18n import _
from kernel.resources.context import Context

__all__ = ["document_kinds", "menu", "party_actions"]


def menu() -> Iterable[MenuItem]:
    """Give the entry of printing."""
    return [MenuItem(label=_("Printing"), target="/printing", icon="printer", permission=RIGHT, order=75)]


def party_actions(ctx: Context, party_id: int) -> Sequence[Action]:
    """Lead to a label, an envelope or a letter for the party, where the actor may print it."""
    if not may_print(ctx, [party_id]):
        return []
    return [
        Action(
            label=_("Label or letter"),
            url=f"/printing/new?to=party&id={party_id}",
            icon="printer",
            permission=RIGHT,
            order=30,
        )
    ]
