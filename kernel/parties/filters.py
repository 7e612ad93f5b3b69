"""Filters of lists of parties over rows that belong to them: group, role, position, organisation, household.

Each is a field that is only filtered by: a party fits when one of its rows does, nothing is stored in the party.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, select, union
from sqlalchemy.sql.selectable import Select

from kernel.i18n import _
from kernel.parties.employments import BUYING_ROLES, POSITIONS
from kernel.parties.groups import members, my_groups
from kernel.parties.models import ORGANISATION, Employment, HouseholdMember, PartyRole
from kernel.parties.periods import holds_on
from kernel.parties.roles import RoleChoice
from kernel.resources.context import Context
from kernel.resources.fields import BaseChoice, Day, Field, FieldError, Link, Lookup, YesNo

OPERATORS = ("is", "is_not", "any")
ON = Day("on", _("On the day"))
"""The day that a dated filter asks about."""
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


class Dated(Lookup):
    """A choice that holds from a day to a day, filtered by today or by the day behind an `@`: `12@2024-03-20`."""

    operators = OPERATORS
    dated = True

    def parse(self, raw: Any, context: Context) -> Any:
        """Read the choice: its id, or where a day was named, both in one text."""
        number, _at, day = str(raw).partition("@")
        chosen = super().parse(number, context)
        return f"{chosen}@{ON.parse(day, context).isoformat()}" if day else chosen

    def show(self, value: Any, context: Context) -> str:
        """Show the choice, and the day where one was named."""
        number, _at, day = str(value).partition("@")
        name = super().show(super().parse(number, context), context)
        if not day:
            return name
        return context.text(_("%(name)s on %(day)s", name=name, day=ON.show(ON.parse(day, context), context)))

    def condition(self, model: Any, operator: str, raw: Any, context: Context) -> ColumnElement[bool]:
        """Those with a row that holds on the day."""
        items = raw if isinstance(raw, list | tuple) else [raw]
        found = []
        for item in items:
            (read,) = _operands(self, operator, item, context)
            number, _at, day = str(read).partition("@")
            found.append(self.holders(int(number), date.fromisoformat(day) if day else context.today))
        return _among(model, operator, union(*found) if len(found) > 1 else found[0])

    def holders(self, chosen: int, day: date) -> Select[int]:
        """Build the query for the parties that fit on a day."""
        raise NotImplementedError


class InPosition(Dated, BaseChoice):
    """Persons who hold a position at whatever organisation, such as all managing directors."""

    def __init__(self) -> None:
        super().__init__("position", _("Position"), source=POSITIONS, **_ONLY_FILTER)

    def holders(self, chosen: int, day: date) -> Select[int]:
        """Holders of such a post."""
        return select(Employment.person_id).where(Employment.position_id == chosen, holds_on(Employment, day))


class WorksAt(Dated, Link):
    """Persons who have a post at an organisation."""

    def __init__(self) -> None:
        super().__init__("works_at", _("Works at"), to=ORGANISATION, **_ONLY_FILTER)

    def holders(self, chosen: int, day: date) -> Select[int]:
        """Staff of the organisation."""
        return select(Employment.person_id).where(
            Employment.organisation_id == chosen, holds_on(Employment, day)
        )


class InHousehold(Dated, Link):
    """Persons in a household."""

    def __init__(self) -> None:
        super().__init__("household", _("Household"), to="household", **_ONLY_FILTER)

    def holders(self, chosen: int, day: date) -> Select[int]:
        """Its members."""
        return select(HouseholdMember.person_id).where(
            HouseholdMember.household_id == chosen, holds_on(HouseholdMember, day)
        )


class InBuyingRole(Dated, BaseChoice):
    """Persons who play a part in the buying decisions of whatever organisation."""

    def __init__(self) -> None:
        super().__init__("buying_role", _("Part in buying decisions"), source=BUYING_ROLES, **_ONLY_FILTER)

    def holders(self, chosen: int, day: date) -> Select[int]:
        """Holders of a post with that part."""
        return select(Employment.person_id).where(
            Employment.buying_role_id == chosen, holds_on(Employment, day)
        )


def _operands(field: Field, operator: str, raw: Any, context: Context) -> list[Any]:
    if operator not in OPERATORS:
        raise FieldError(_("%(field)s cannot be filtered in this way.", field=field.title))
    return [field.parse(item, context) for item in (raw if isinstance(raw, list | tuple) else [raw])]


def _among(model: Any, operator: str, parties: Select[int] | CompoundSelect[int]) -> ColumnElement[bool]:
    condition: ColumnElement[bool] = model.id.in_(parties)
    return ~condition if operator == "is_not" else condition
