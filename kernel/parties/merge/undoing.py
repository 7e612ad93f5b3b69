"""Putting two merged parties back: what the merge noted is taken back in the opposite order, or nothing is.

What people did since stays where it does no harm: rows entered since stay with the survivor, rows deleted since stay
deleted, rows led elsewhere since stay there. What was changed since in the very columns that would be put back is in the
way, and named.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from kernel.fa.locales import is_persian
from kernel.i18n import _
from kernel.parties.merge.exact import dumps
from kernel.parties.merge.mentions import put_filters_back, put_links_back
from kernel.parties.merge.rows import USUAL, Row, Rows
from kernel.resources.context import Context
from kernel.resources.errors import Refused

Operation = Mapping[str, Any]


@dataclass
class Undoing:
    """Takes operations back; `in_the_way` names the tables whose rows were changed since."""

    system: Context
    rows: Rows
    title: Callable[[str], str]
    in_the_way: list[str] = field(default_factory=list)

    def perform(self, operations: Sequence[Operation]) -> None:
        """Take all back, or raise `Refused` with what is in the way."""
        session = self.rows.session
        session.execute(text("SET CONSTRAINTS ALL DEFERRED"))
        waiting: Sequence[Operation] = list(reversed(operations))
        while waiting:
            left = self._take_back(waiting)
            if len(left) == len(waiting):
                for operation in left:
                    self._stop(operation["table"])
                break
            waiting = left
        self._refuse_if_any()
        try:
            with session.begin_nested():
                session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
        except IntegrityError as error:
            constraint = getattr(getattr(error.orig, "diag", None), "table_name", "") or ""
            self._stop(f"kernel.{constraint}")
        self._refuse_if_any()

    def _take_back(self, operations: Sequence[Operation]) -> list[Operation]:
        """Take back what can be; give what has to wait for another row, and what was done to the same rows before that.

        A row may refer to one that is entered again later, or need a place that another row still holds.
        """
        left: list[Operation] = []
        blocked: set[tuple[str, str]] = set()
        for operation in operations:
            touched = self._touched(operation)
            if blocked.isdisjoint(touched):
                try:
                    with self.rows.session.begin_nested():
                        STEPS[operation["do"]](self, operation["table"], operation)
                    continue
                except IntegrityError:
                    pass
            left.append(operation)
            blocked |= touched
        return left

    def _touched(self, operation: Operation) -> set[tuple[str, str]]:
        table = operation["table"]
        if "row" in operation:
            keys = [self.rows.key(table, operation["row"])]
        else:
            keys = [operation["key"]] if "key" in operation else operation.get("keys", [])
        return {(table, dumps(key)) for key in keys}

    def relink(self, table: str, operation: Operation) -> None:
        """Lead references back, of the rows that still refer to the survivor."""
        column, old, new = operation["column"], operation["old"], operation["new"]
        self.rows.relink(table, column, new, old, operation["keys"])

    def soft(self, table: str, operation: Operation) -> None:
        """Lead references without a foreign key back."""
        statement = text(
            f"UPDATE {table} SET {operation['column']} = :old WHERE {operation['column']} = :new AND id = ANY(:ids)"  # noqa: S608 - names from the kernel's own log
        )
        self.rows.session.execute(
            statement, {"old": operation["old"], "new": operation["new"], "ids": operation["ids"]}
        )

    def link(self, table: str, operation: Operation) -> None:
        """Lead links of user-defined fields back."""
        put_links_back(self.rows, table, operation)

    def filters(self, table: str, operation: Operation) -> None:
        """Put stored filters back."""
        put_filters_back(self.rows, table, operation)

    def set(self, table: str, operation: Operation) -> None:
        """Write the former values, where those of the merge still stand."""
        found = self.rows.fetch(table, [operation["key"]])
        if not found:
            return
        (now,) = found
        before, after = dict(operation["before"]), operation["after"]
        if any(now.get(name) != value for name, value in after.items() if name not in USUAL):
            self._stop(table)
            return
        if any(now.get(name) != value for name, value in after.items()):
            before = {name: value for name, value in before.items() if name not in USUAL or name == "id"}
        if before:
            self.rows.raw().change(table, operation["key"], before)

    def drop(self, table: str, operation: Operation) -> None:
        """Enter a row again that was given up."""
        self.rows.raw().put(table, operation["row"])

    def put(self, table: str, operation: Operation) -> None:
        """Take out a row that the merge entered, unless somebody has changed it since."""
        found = self.rows.fetch(table, [operation["key"]])
        if not found:
            return
        if _content(found[0]) != _content(operation["row"]):
            self._stop(table)
            return
        self.rows.raw().drop(table, [operation["key"]])

    def _stop(self, table: str) -> None:
        title = self.title(table)
        if title not in self.in_the_way:
            self.in_the_way.append(title)

    def _refuse_if_any(self) -> None:
        if self.in_the_way:
            comma = "، " if is_persian(self.system.locale) else ", "
            raise Refused(
                _(
                    "This merge cannot be undone any more, since these were changed after it: %(what)s.",
                    what=comma.join(self.in_the_way),
                )
            )


STEPS: Mapping[str, Callable[[Undoing, str, Operation], None]] = {
    "relink": Undoing.relink,
    "soft": Undoing.soft,
    "link": Undoing.link,
    "filters": Undoing.filters,
    "set": Undoing.set,
    "drop": Undoing.drop,
    "put": Undoing.put,
}


def _content(row: Row) -> Row:
    return {name: value for name, value in row.items() if name not in USUAL}
