"""Filters of the lists of interactions over what hangs on them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, or_, select

from kernel.i18n import _
from kernel.interactions.models import InteractionParty
from kernel.resources.context import Context
from kernel.resources.fields import FieldError, Link


class AnyParty(Link):
    """Interactions in which a party took part, as the one that they are with or as a further one."""

    operators = ("is", "any")

    def __init__(self) -> None:
        super().__init__(
            "taking_part", _("Took part"), to="party", attribute="id", read_only=True, in_list=False
        )

    def condition(self, model: Any, operator: str, raw: Any, context: Context) -> ColumnElement[bool]:
        """Those of one of the parties."""
        if operator not in self.operators:
            raise FieldError(_("%(field)s cannot be filtered in this way.", field=self.title))
        chosen = [self.parse(item, context) for item in (raw if isinstance(raw, list | tuple) else [raw])]
        further = select(InteractionParty.interaction_id).where(InteractionParty.party_id.in_(chosen))
        return or_(model.party_id.in_(chosen), model.id.in_(further))
