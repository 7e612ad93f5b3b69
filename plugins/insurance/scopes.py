"""An agent's own insured: whoever holds a policy of which the user is in charge."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, select

from kernel.api import Party, RowScope, _
from plugins.insurance.models import Policy


def insured_of(user: ColumnElement[Any]) -> Select[Any]:
    """The holders of the policies that a user is in charge of; those in the bin do not count."""
    return select(Policy.holder_id).where(Policy.expert_id == user, Policy.binned_at.is_(None))


OWN_INSURED = RowScope(
    key="own_insured", title=_("Holders of own policies"), rows=insured_of, covers={Party: "id"}
)
