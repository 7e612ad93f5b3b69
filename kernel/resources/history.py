"""Who changed what, when, from what to what: written in the transaction of the change itself.

A `Journal` watches the sessions of one command, stamps every inserted and changed row with actor and time, and notes what
changed; at the end of the command it writes its rows of history as the system.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, event, inspect, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.base import NO_VALUE

from kernel.access.bulk import insert_rows
from kernel.access.policies import Child, PolicySet
from kernel.access.session import SystemSession
from kernel.data.base import USER_VALUES, Confidential, Stamped
from kernel.resources.behalf import say_on_whose_behalf
from kernel.resources.events import Pending
from kernel.resources.models import Attachment, History, Note
from kernel.resources.queue import Work
from kernel.resources.shared_history import told

if TYPE_CHECKING:
    from kernel.access.actor import Actor
    from kernel.resources.context import Context

SILENT = frozenset(
    {
        "id",
        "version",
        "created_at",
        "created_by",
        "updated_at",
        "updated_by",
        "search_key",
        "search_private",
        "sort_key",
        "tail",
        "password_hash",
    }
)
"""Columns that no history names: derived, kept elsewhere, or secret."""

UNTOLD = "•••"
"""Stands in history for a value of a confidential row."""

PLAIN = frozenset((type(None), bool, int, float, str))
"""Types whose values JSON knows."""


@dataclass
class Change:
    """One noted change of one row."""

    action: str
    target: Any
    table: str
    changes: dict[str, list[Any]]
    reason: str | None
    record_id: int = 0
    root: str = ""
    """The table on whose record's page it is shown, and which record of it: known once the change was flushed."""
    root_id: int = 0


@dataclass
class Journal:
    """What one command changed. `flush_to` writes it; nothing is kept between commands."""

    command: str
    actor: Actor
    now: datetime
    policies: PolicySet
    noted: list[Change] = field(default_factory=list)
    extra: list[dict[str, Any]] = field(default_factory=list)
    events: list[Pending] = field(default_factory=list)
    work: list[Work] = field(default_factory=list)
    told: set[tuple[str, int, str]] = field(default_factory=set)
    """Records that were changed: full name of the table, id, and what became of it as history calls it, or `merge`."""
    _watched: dict[Session, list[str | None]] = field(default_factory=dict, repr=False)
    """The sessions that are watched, with the reasons for it: a piece of work as the system within another has its own."""

    @property
    def user_id(self) -> int:
        """The user on whose behalf the command runs; 0 is the system."""
        return self.actor.user_id or 0

    @contextmanager
    def watching(self, session: Session, reason: str | None = None) -> Iterator[None]:
        """Note what the session flushes; once, though it be watched already."""
        reasons = self._watched.get(session)
        if reasons is None:
            with self._listening(session, reason):
                yield
            return
        reasons.append(reason)
        try:
            yield
        finally:
            reasons.pop()

    @contextmanager
    def _listening(self, session: Session, reason: str | None) -> Iterator[None]:
        reasons = self._watched[session] = [reason]

        def before(flushed: Session, _context: Any, _instances: Any) -> None:
            for target in flushed.new:
                self._stamp(target, "created")
                self._stamp(target, "updated")
                self._note("create", target, reasons[-1])
            for target in flushed.dirty:
                if flushed.is_modified(target, include_collections=False):
                    self._note("edit", target, reasons[-1])
                    self._stamp(target, "updated")
            for target in flushed.deleted:
                self._note("purge", target, reasons[-1])

        def after(_flushed: Session, _context: Any) -> None:
            # Now, while the values are at hand: afterwards a command may let the session forget what it knows.
            for change in self.noted:
                if not change.root:
                    self._place(change)

        event.listen(session, "before_flush", before)
        event.listen(session, "after_flush", after)
        try:
            yield
        finally:
            event.remove(session, "before_flush", before)
            event.remove(session, "after_flush", after)
            del self._watched[session]

    def _stamp(self, target: Any, verb: str) -> None:
        if isinstance(target, Stamped):
            setattr(target, f"{verb}_at", self.now)
            setattr(target, f"{verb}_by", self.user_id)

    def _note(self, action: str, target: Any, reason: str | None) -> None:
        state = inspect(target)
        table = state.mapper.local_table
        changes = _changed(state, action)
        if isinstance(target, History) or not changes:
            return
        if action == "edit" and "binned_at" in changes:
            action = "restore" if changes["binned_at"][1] is None else "delete"
            changes = {name: pair for name, pair in changes.items() if not name.startswith("binned_")}
        self.noted.append(Change(action, target, str(table.fullname), changes, reason))

    def record(self, action: str, table: str, record_id: int, changes: dict[str, list[Any]]) -> None:
        """Note a change that no session sees: bulk statements write theirs through this."""
        self.extra.append(self._row(action, None, table, record_id, table, record_id, changes))

    def stamps(self, model: type[Any]) -> dict[str, Any]:
        """Give the columns that say who made a row of `model` and when; none where it has no such columns."""
        if not issubclass(model, Stamped):
            return {}
        return {
            "created_at": self.now,
            "created_by": self.user_id,
            "updated_at": self.now,
            "updated_by": self.user_id,
        }

    def created(
        self, model: type[Any], ids: Sequence[int], rows: Sequence[Mapping[str, Any]], reason: str | None
    ) -> None:
        """Note rows that were inserted by one statement."""
        table = str(model.__table__.fullname)
        root, key = self._root_of(model)
        for number, row in zip(ids, rows, strict=True):
            changes = {
                name: [None, _plain(value)]
                for name, value in _one_by_one(row)
                if value is not None and name not in SILENT
            }
            if issubclass(model, Confidential):
                changes = _untold(changes)
            root_id = number if key is None else row[key]
            self.extra.append(self._row("create", reason, table, number, root, root_id, changes))

    def changed(
        self,
        model: type[Any],
        rows: Sequence[tuple[int, int]],
        changes: Mapping[str, list[Any]],
        reason: str | None,
    ) -> None:
        """Note rows that were changed alike by one statement; each is its id and that of the record it is shown with."""
        table = str(model.__table__.fullname)
        root, _key = self._root_of(model)
        told = {name: [_plain(old), _plain(new)] for name, (old, new) in changes.items()}
        self.extra.extend(
            self._row("edit", reason, table, number, root, root_id, told) for number, root_id in rows
        )

    def flush_to(self, session: SystemSession) -> None:
        """Write what was noted with a session that may write history."""
        rows = [self._noted_row(change) for change in self.noted] + self.extra
        self.noted.clear()
        self.extra.clear()
        self.told.update(_told(row) for row in rows)
        if self.actor.deputy_of:
            rows = [{**row, "on_behalf_of": None} for row in rows]
            say_on_whose_behalf(session, self.actor, self.policies, rows)
        insert_rows(session, History, rows, numbered=False)

    def _noted_row(self, change: Change) -> dict[str, Any]:
        place = (change.record_id, change.root, change.root_id)
        return self._row(change.action, change.reason, change.table, *place, change.changes)

    def _place(self, change: Change) -> None:
        """Note of which row a change is, and with which record it is shown."""
        target = change.target
        # A new row has no identity yet, and not every key is called id.
        change.record_id = inspect(type(target)).primary_key_from_instance(target)[0]
        if isinstance(target, Note | Attachment):
            change.root, change.root_id = target.root, target.root_id
            return
        change.root, key = self._root_of(type(target))
        change.root_id = change.record_id if key is None else int(getattr(target, key))

    def _row(
        self,
        action: str,
        reason: str | None,
        table: str,
        record_id: int,
        root: str,
        root_id: int,
        changes: dict[str, list[Any]],
    ) -> dict[str, Any]:
        return {
            "at": self.now,
            "actor_id": self.user_id,
            "actor_name": self.actor.name,
            "reason": reason,
            "command": self.command,
            "action": action,
            "subject": table,
            "subject_id": record_id,
            "root": root,
            "root_id": root_id,
            "changes": changes,
        }

    def root_column(self, model: type[Any]) -> str | None:
        """Give the column of a model that names the record on whose page its rows are shown; None where they have one."""
        return self._root_of(model)[1]

    def _root_of(self, model: type[Any]) -> tuple[str, str | None]:
        """Give the table on whose records' pages rows of `model` are shown, and the column that names the record."""
        policy = self.policies.for_model(model)
        if not isinstance(policy, Child) or policy.parent is None:
            return str(model.__table__.fullname), None
        return str(policy.parent.__table__.fullname), policy.key


def _told(row: Mapping[str, Any]) -> tuple[str, int, str]:
    """Give which record a row of the history speaks of, and what became of it; its own rows apart, that is an edit."""
    own = row["subject"] == row["root"] and row["subject_id"] == row["root_id"]
    return row["root"], row["root_id"], row["action"] if own else "edit"


def _changed(state: Any, action: str) -> dict[str, list[Any]]:
    changes: dict[str, list[Any]] = {}
    for attribute in state.mapper.column_attrs:
        name = attribute.key
        if name in SILENT:
            continue
        if action == "purge":
            for part, value in _one_by_one({name: state.dict.get(name)}):
                if value is not None:
                    changes[part] = [_plain(value), None]
            continue
        history = state.attrs[name].history
        if not history.has_changes():
            continue
        old = history.deleted[0] if history.deleted and history.deleted[0] is not NO_VALUE else None
        new = history.added[0] if history.added else None
        before, after = dict(_one_by_one({name: old})), dict(_one_by_one({name: new}))
        for part in before | after:
            pair = [_plain(before.get(part)), _plain(after.get(part))]
            if pair[0] != pair[1]:
                changes[part] = pair
    return _untold(changes) if issubclass(state.class_, Confidential) else changes


def _untold(changes: Mapping[str, list[Any]]) -> dict[str, list[Any]]:
    """Say what changed, and whether there was and is a value, but not which."""
    return {
        name: [None if value in (None, False) else UNTOLD for value in pair] for name, pair in changes.items()
    }


def _one_by_one(values: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Give values by column; those of fields that the administrator defined each under a name of its own."""
    for name, value in values.items():
        if name == USER_VALUES and isinstance(value, dict):
            yield from ((f"{name}.{key}", each) for key, each in value.items())
        elif name != USER_VALUES:
            yield name, value


def _plain(value: Any) -> Any:
    if value.__class__ in PLAIN:
        return value
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    return str(value)


def entries(
    context: Context, table: str, record_id: int, *, before: int | None = None, limit: int = 50
) -> Sequence[History]:
    """Give the history shown on a record's page, newest first.

    The caller has found the record in the actor's own session; `before` is the id of the last entry already shown. What
    was merged into the record brings its own history along.
    """
    statement = _about(context, table, record_id).order_by(History.id.desc()).limit(limit)
    if before is not None:
        statement = statement.where(History.id < before)
    return _read(context, statement)


def entries_by_time(
    context: Context,
    table: str,
    record_id: int,
    *,
    before: datetime | None,
    skip: int,
    limit: int,
    by: int | None = None,
) -> Sequence[History]:
    """Give history as `entries` does, in the order of the moments and only from before one; `by` names a user."""
    statement = _about(context, table, record_id).order_by(History.at.desc(), History.id.desc())
    if before is not None:
        statement = statement.where(History.at < before)
    if by is not None:
        statement = statement.where(History.actor_id == by)
    return _read(context, statement.offset(skip).limit(limit))


def _about(context: Context, table: str, record_id: int) -> Select[History]:
    from kernel.resources.forwarded import former_ids

    with context.system("what was merged into a visible record") as system:
        ids = [record_id, *former_ids(system, table, record_id)]
    statement = select(History).where(History.root == table, History.root_id.in_(ids))
    condition = told(context, table, ids)
    return statement if condition is None else statement.where(condition)


def _read(context: Context, statement: Select[History]) -> Sequence[History]:
    with context.system("history of a visible record") as system:
        found = list(system.session.execute(statement).scalars())
        for entry in found:
            system.session.expunge(entry)
    return found
