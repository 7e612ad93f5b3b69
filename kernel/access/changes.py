"""Wall 1 for objects that are written: rows must have been the actor's to change, and be so afterwards.

Before a flush, what was changed or deleted is looked up as it stands in the database; after it, what was made
or changed. Rows that the flush itself decides on (orphans, children of a deleted parent) are looked up one by
one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, event, inspect
from sqlalchemy.orm import InstanceState, Mapper, Session, object_session

from kernel.access.errors import OutOfReach
from kernel.access.guard import Guard, Key
from kernel.access.rules import Rule

VERBS = {"create": "made", "edit": "changed", "purge": "deleted"}


class Changes:
    """The rows that one flush of a user's session writes."""

    def __init__(self, guard: Guard, connection: Connection) -> None:
        self._guard = guard
        self._connection = connection
        self._edited: set[InstanceState[Any]] = set()
        self._purged: set[InstanceState[Any]] = set()

    def before(self, session: Session) -> None:
        """Look at what was changed and deleted, in one query for each model."""
        edited = [inspect(each) for each in session.dirty if session.is_modified(each)]
        purged = [inspect(each) for each in session.deleted]
        self._edited.update(edited)
        self._purged.update(purged)
        self._check_before(edited, "edit")
        self._check_before(purged, "purge")

    def touch(self, target: Any, action: str) -> None:
        """Look at a row that the flush itself has come to."""
        state: InstanceState[Any] = inspect(target)
        known = self._edited if action == "edit" else self._purged
        if state not in known:
            known.add(state)
            self._check_before([state], action)

    def after(self, session: Session) -> None:
        """Look at what was made and changed, as it stands now."""
        self._check_after([inspect(each) for each in session.new], "create")
        self._check_after(self._edited - self._purged, "edit")

    def _check_before(self, states: Iterable[InstanceState[Any]], action: str) -> None:
        for mapper, members in _by_mapper(states).items():
            rule = self._guard.policies.change_rule(self._guard.policy_of(mapper), action)
            keys = {state.key[1] for state in members if state.key is not None}
            self._check(mapper, keys, rule, action)

    def _check_after(self, states: Iterable[InstanceState[Any]], action: str) -> None:
        for mapper, members in _by_mapper(states).items():
            rule = self._guard.policies.result_rule(self._guard.policy_of(mapper), action)
            keys = {tuple(mapper.primary_key_from_instance(state.obj())) for state in members}
            self._check(mapper, keys, rule, action)

    def _check(self, mapper: Mapper[Any], keys: set[Key], rule: Rule, action: str) -> None:
        if self._guard.missing(self._connection, mapper, keys, rule):
            raise OutOfReach(f"{mapper.class_.__name__} may not be {VERBS[action]} so by this actor")


def _by_mapper(states: Iterable[InstanceState[Any]]) -> dict[Mapper[Any], list[InstanceState[Any]]]:
    found: dict[Mapper[Any], list[InstanceState[Any]]] = defaultdict(list)
    for state in states:
        found[state.mapper].append(state)
    return found


def _touched(target: Any, action: str) -> None:
    changes = getattr(object_session(target), "changes", None)
    if changes is not None:
        changes.touch(target, action)


@event.listens_for(Mapper, "before_update")
def _on_update(_mapper: Mapper[Any], _connection: Connection, target: Any) -> None:
    _touched(target, "edit")


@event.listens_for(Mapper, "before_delete")
def _on_delete(_mapper: Mapper[Any], _connection: Connection, target: Any) -> None:
    _touched(target, "purge")
