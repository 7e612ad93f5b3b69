"""Filters of lists of parties over rows that belong to them: group, role, position at an organisation.

Each is a field that is only filtered by: a party fits when one of its rows does, nothing is stored in the party.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.sql.selectable import Select

from kernel.i18n import _
from kernel.parties.employments import POSITIONS
from kernel.parties.groups import members, my_groups
from kernel.parties.models import Employment, PartyRole
from kernel.parties.roles import RoleChoice
from kernel.resources.context import Context
from kernel.resources.fields import BaseChoice, Field, FieldError, Link, YesNo

OPERATORS = ("is", "is_not", "any")
_ONLY_FILTER: dict[str, Any] = {"attribute": "id", "read_only": True, "in_list": False}


class InGroup(Link):
    """Parties in a group or anywhere beneath it."""

    operators = OPERATORS

    def __init__(self, kind: str) -> None:
        super().__init__("group", _("Group"), to=f"{kind}_group", **_ONLY_FILTER)

    def condition(self, model: Any, operator: str, raw: Any, context: Context) -> ColumnElement[bool]:
        """Members of the chosen nodes and of all beneath them."""
        groups = _operands(self, operator, raw, context)
        return _among(model, operator, members(context.session, groups))


class InMyGroups(YesNo):
    """Parties in the groups that the reader is responsible for."""

    operators = ("is",)

    def __init__(self) -> None:
        super().__init__("my_groups", _("In my groups"), **_ONLY_FILTER)

    def condition(self, model: Any, operator: str, raw: Any, context: Context) -> ColumnElement[bool]:
        """Members of the reader's groups and of all beneath them, or everybody else."""
        wanted = self.parse(raw, context)
        parties = members(context.session, my_groups(context))
        return _among(model, "is" if wanted else "is_not", parties)


class InRole(RoleChoice):
    """Parties that hold a role now."""

    operators = OPERATORS

    def __init__(self) -> None:
        super().__init__("role", _("Role"), **_ONLY_FILTER)

    def condition(self, model: Any, operator: str, raw: Any, context: Context) -> ColumnElement[bool]:
        """Holders of a role that has not ended."""
        roles = _operands(self, operator, raw, context)
        holders = select(PartyRole.party_id).where(PartyRole.role.in_(roles), PartyRole.until.is_(None))
        return _among(model, operator, holders)


class InPosition(BaseChoice):
    """Persons who hold a position at whatever organisation now, such as all managing directors."""

    operators = OPERATORS

    def __init__(self) -> None:
        super().__init__("position", _("Position"), source=POSITIONS, **_ONLY_FILTER)

    def condition(self, model: Any, operator: str, raw: Any, context: Context) -> ColumnElement[bool]:
        """Holders of a post that has not ended."""
        positions = _operands(self, operator, raw, context)
        present = or_(Employment.until.is_(None), Employment.until > context.today)
        holders = select(Employment.person_id).where(Employment.position_id.in_(positions), present)
        return _among(model, operator, holders)


def _operands(field: Field, operator: str, raw: Any, context: Context) -> list[Any]:
    if operator not in OPERATORS:
        raise FieldError(_("%(field)s cannot be filtered in this way.", field=field.title))
    return [field.parse(item, context) for item in (raw if isinstance(raw, list | tuple) else [raw])]


def _among(model: Any, operator: str, parties: Select[int]) -> ColumnElement[bool]:
    condition: ColumnElement[bool] = model.id.in_(parties)
    return ~condition if operator == "is_not" else condition
