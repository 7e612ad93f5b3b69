"""Two versions of one record: what somebody else saved meanwhile and what was entered here, field by field.

The form says when its record was last changed before it was opened; the history of the record since then tells what a
field held before, and so who of the two has changed it. Only fields that the actor may write take part.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from werkzeug.datastructures import MultiDict

from kernel.resources.context import Context
from kernel.resources.fields import Choices, Day, FieldError
from kernel.resources.fields import Field as ResourceField
from kernel.resources.history import UNTOLD, entries
from kernel.resources.models import History
from kernel.resources.records.facets import facet_rows
from kernel.resources.resource import Resource
from kernel.web.forms.build import RecordForm, part_records
from kernel.web.forms.controls import entered

OPENED = "_opened"
PICK = "_pick."
CHOOSING = "_choosing"
LOOKED_BACK = 500
"""Entries of the history that are looked at; a record that changed more often since is compared without "before"."""

Row = dict[str, Any]


@dataclass
class Side:
    """One field, or the rows of one part, that differs: both values, the one before, and whose is to stay.

    `choice` is `mine`, `theirs`, `both` (rows only), or empty where somebody must choose.
    """

    name: str
    title: str
    mine: list[str]
    theirs: list[str]
    before: str | None = None
    choice: str = ""
    both: bool = False
    ltr: bool = False
    missing: bool = False


@dataclass
class Past:
    """What happened to a record since a moment, newest first; `known` is False where that cannot be told."""

    entries: Sequence[History] = ()
    known: bool = False

    def of(self, table: str, item: ResourceField, now: Any) -> tuple[bool, Any]:
        """Give whether it is known what a field held before, and that value; `now` is what it holds today."""
        if not self.known:
            return False, None
        found = [entry.changes[item.noted_as][0] for entry in self._own(table, item.noted_as)]
        if not found:
            return True, now
        if found[-1] == UNTOLD:
            return False, None
        try:
            return True, None if found[-1] is None else item.revive(found[-1])
        except ValueError:
            return False, None

    def _own(self, table: str, column: str) -> Iterator[History]:
        return (entry for entry in self.entries if entry.subject == table and column in entry.changes)

    def about(self, table: str) -> list[History]:
        """Give the entries about rows of a table."""
        return [entry for entry in self.entries if entry.subject == table]


def past_of(context: Context, resource: Resource, record: Any, opened: str) -> Past:
    """Read the history of a record since the moment that its form carries."""
    try:
        since = datetime.fromisoformat(opened)
    except ValueError:
        return Past()
    if since.tzinfo is None:
        return Past()
    found = entries(context, resource.table, record.id, limit=LOOKED_BACK)
    later = [entry for entry in found if entry.at > since]
    return Past(later, known=len(later) < LOOKED_BACK)


@dataclass
class Conflict:
    """All that differs between the record as it is now and what was entered for it."""

    context: Context
    resource: Resource
    record: Any
    form: RecordForm
    posted: MultiDict[str, str]
    rows: list[Side] = field(default_factory=list)
    _theirs: dict[str, list[str]] = field(default_factory=dict)
    _added: dict[str, list[Row]] = field(default_factory=dict)
    _present: dict[str, list[Row]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.past = past_of(self.context, self.resource, self.record, self.posted.get(OPENED, ""))
        main = self.form.fields, self.form.values, self.record
        self._compare("", self.resource.table, *main)
        present = facet_rows(self.context, self.resource, self.record.id)
        for facet in self.form.facets:
            values = self.form.facet_values.get(facet.plugin, {})
            fields, holder = self.form.facet_fields(facet), present.get(facet.plugin)
            self._compare(f"{facet.plugin}.", str(facet.model.__table__.fullname), fields, values, holder)
        for name in self.form.parts:
            self._compare_part(name)
        for side in self.rows:
            picked = self.posted.get(PICK + side.name, "")
            allowed = ("mine", "theirs", "both") if side.both else ("mine", "theirs")
            side.choice = picked if picked in allowed else side.choice

    @property
    def undecided(self) -> bool:
        """Mark what nobody has chosen yet; say whether there is any."""
        for side in self.rows:
            side.missing = not side.choice
        return any(side.missing for side in self.rows)

    @property
    def hidden(self) -> list[tuple[str, str]]:
        """What the page of the conflict sends again besides the choices."""
        own = ("csrf_token", "_version", "_once", CHOOSING)
        return [
            (name, value)
            for name, value in self.posted.items(multi=True)
            if name not in own and not name.startswith(PICK)
        ]

    def resolved(self) -> MultiDict[str, str]:
        """Give the form as it would have been entered with the choices in view."""
        found = MultiDict(
            [
                pair
                for pair in self.posted.items(multi=True)
                if not pair[0].startswith(PICK) and pair[0] != CHOOSING
            ]
        )
        for side in self.rows:
            if side.name in self._present:
                self._resolve_part(found, side)
            elif side.choice == "theirs":
                found.setlist(side.name, self._theirs[side.name])
        return found

    # --- fields

    def _compare(
        self,
        prefix: str,
        table: str,
        fields: Iterable[ResourceField],
        values: Mapping[str, Any],
        holder: Any,
    ) -> None:
        for item in fields:
            if item.name not in values or (
                holder is not None and item.unchanged(holder, values[item.name], self.context)
            ):
                continue
            theirs = item.value_of(holder)
            mine, text = self._read(item, values[item.name])
            if mine == self._filled(item, theirs):
                continue
            known, before = self.past.of(table, item, theirs)
            side = Side(
                f"{prefix}{item.name}",
                self.context.text(item.title),
                [text],
                [item.show(theirs, self.context)],
                item.show(before, self.context) if known else None,
                ltr=item.ltr,
            )
            if known:
                held = self._filled(item, before)
                side.choice = (
                    "mine" if held == self._filled(item, theirs) else "theirs" if held == mine else ""
                )
            self._theirs[side.name] = sendable(item, theirs, self.context)
            self.rows.append(side)

    def _read(self, item: ResourceField, raw: Any) -> tuple[str, str]:
        """Give what was entered in the form that can be compared, and as people read it."""
        try:
            value = item.read(raw, self.context)
        except FieldError:
            text = ", ".join(raw) if isinstance(raw, list) else str(raw)
            return text, text
        return self._filled(item, value), item.show(value, self.context)

    def _filled(self, item: ResourceField, value: Any) -> str:
        return "" if value is None else item.fill(value, self.context)

    # --- rows

    def _compare_part(self, name: str) -> None:
        part = next(rows.part for rows in self.form.part_rows if rows.part.name == name)
        fields = self.form.part_fields(part)
        stored = part_records(self.context, part, self.record.id)
        table = str(part.model.__table__.fullname)
        entries_here = self.past.about(table)
        self._present[name] = [
            {
                "id": str(row.id),
                **{item.name: sendable(item, item.value_of(row), self.context) for item in fields},
            }
            for row in stored
        ]
        if self.past.known and not entries_here:
            return
        theirs = {str(row.id): [self._filled(item, item.value_of(row)) for item in fields] for row in stored}
        mine, shown = self._mine(self.form.parts[name], fields)
        if mine == list(theirs.items()):
            return
        created = {str(entry.subject_id) for entry in entries_here if entry.action == "create"}
        self._added[name] = [row for row in self._present[name] if row["id"] in created]
        side = Side(
            name,
            self.context.text(part.title),
            shown,
            [self._line(item.show(item.value_of(row), self.context) for item in fields) for row in stored],
            both=bool(self._added[name]),
        )
        only_added = all(entry.action == "create" for entry in entries_here)
        before = [(number, values) for number, values in theirs.items() if number not in created]
        if self.past.known and only_added:
            side.choice = "theirs" if mine == before else "both"
        self.rows.append(side)

    def _mine(
        self, rows: Sequence[Mapping[str, str]], fields: Sequence[ResourceField]
    ) -> tuple[list[tuple[str, list[str]]], list[str]]:
        values, lines = [], []
        for row in rows:
            number = row.get("id", "")
            read = [self._read(item, row.get(item.name, "")) for item in fields]
            if number or any(row.get(item.name, "").strip() for item in fields):
                values.append((number, [value for value, _text in read]))
                lines.append(self._line(text for _value, text in read))
        return values, lines

    def _line(self, texts: Iterable[str]) -> str:
        return " · ".join(text for text in texts if text)

    def _resolve_part(self, found: MultiDict[str, str], side: Side) -> None:
        mine = [] if side.choice == "theirs" else list(self.form.parts[side.name])
        present = {row["id"] for row in self._present[side.name]}
        theirs = {"theirs": self._present[side.name], "both": self._added[side.name]}.get(side.choice, [])
        for name in [name for name in found if name.startswith(f"{side.name}-")]:
            found.poplist(name)
        found[f"{side.name}-rows"] = "1"
        # A row that was taken away meanwhile, and is wanted all the same, is a new one.
        kept = [{**row, "id": row["id"] if row.get("id") in present else ""} for row in mine]
        sent = {row["id"] for row in kept}
        for place, row in enumerate([*kept, *(row for row in theirs if row["id"] not in sent)]):
            for name, value in row.items():
                held = value if isinstance(value, list) else [value]
                if held:
                    found.setlist(f"{side.name}-{place}-{name}", held)


def opened_at(record: Any, context: Context) -> str:
    """Give what the form of a record carries to tell later what has changed since."""
    changed: datetime = getattr(record, "updated_at", None) or context.now
    return changed.isoformat()


def sendable(item: ResourceField, value: Any, context: Context) -> list[str]:
    """Give a stored value as an untouched control of it sends it; nothing for a box without a tick."""
    if isinstance(item, Choices):
        return ["", *(str(key) for key in value or ())]
    if item.widget == "checkbox":
        return ["1"] if value else []
    if isinstance(item, Day):
        return [item.fill(value, context)]
    held = entered(item, value, context)
    return ["" if held is None else str(held)]
