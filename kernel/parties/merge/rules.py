"""What becomes of rows in the kernel's own tables when two parties are merged, where foreign keys alone do not say it.

For every other table holds: rows are led to the survivor; two that cannot both stand become one where they do not
contradict each other (gaps are filled, days that follow or overlap are joined); otherwise the merge is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

Row = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class TableRule:
    """How rows of one table are merged."""

    table: str
    lenient: bool = False
    """Where two rows become one and contradict each other in details, those of the survivor's row stay."""
    identical: bool = False
    """Rows that say the same are kept once, though the database would take both."""
    apart: bool = False
    """Led over by code of its own or kept by a trigger, not by its foreign keys."""
    as_stored: Callable[[Session, Row], Row] | None = None
    """Gives a row as a trigger would store it, where one changes what it refers to; such rows are noted one by one."""


@dataclass(frozen=True, kw_only=True)
class SoftReference:
    """A column that names a party without a foreign key. `where` is the kernel's own constant, never input."""

    table: str
    column: str
    where: str


_TABLES: dict[str, TableRule] = {}
_SOFT: dict[tuple[str, str], SoftReference] = {}


def register_table_rule(rule: TableRule) -> None:
    """Say how rows of a table are merged; the same table replaces."""
    _TABLES[rule.table] = rule


def register_soft_reference(reference: SoftReference) -> None:
    """Name a column that speaks of parties without a foreign key; the same column replaces."""
    _SOFT[reference.table, reference.column] = reference


def rule_of(table: str) -> TableRule:
    """Give the rule of a table; the usual one where none is registered."""
    return _TABLES.get(table) or TableRule(table=table)


def soft_references() -> tuple[SoftReference, ...]:
    """Give all columns that speak of parties without a foreign key."""
    return tuple(_SOFT[key] for key in sorted(_SOFT))


def ordered_relation(session: Session, row: Row) -> Row:
    """Give a relation as `kernel.order_relation` stores it: the smaller number first where both sides are alike."""
    ends = sorted((row["first_id"], row["second_id"]))
    mutual = session.execute(
        text("SELECT mutual FROM kernel.relation_kind WHERE id = :kind"), {"kind": row["kind_id"]}
    ).scalar_one()
    return {**row, "first_id": ends[0], "second_id": ends[1]} if mutual else row


for _rule in (
    TableRule(table="kernel.contact_point", lenient=True),
    TableRule(table="kernel.address", identical=True),
    TableRule(table="kernel.employment", identical=True),
    TableRule(table="kernel.party_role", lenient=True),
    TableRule(table="kernel.party_pair", apart=True),
    TableRule(table="kernel.relation", as_stored=ordered_relation),
    TableRule(table="kernel.relation_hold", apart=True),
):
    register_table_rule(_rule)
for _table in ("kernel.note", "kernel.attachment"):
    register_soft_reference(SoftReference(table=_table, column="root_id", where="root = 'kernel.party'"))
