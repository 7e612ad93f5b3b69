"""Reasons in words: what a part of a rule says of a record, with patterns, units, places and owners by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.access.actor import ALL, Actor
from kernel.access.judging import Finding, Fit, Row, RowOf
from kernel.access.models import AccessGrant, Pattern, PatternPlace, Unit, UserAccount, UserPattern
from kernel.access.policies import Policy
from kernel.access.rules import Administrators, Granted, Kept, Mine, SignedIn, Through, Unbinned, Visible
from kernel.access.scopes import PLACES
from kernel.administration.rights import ACTIONS, ResourceRights, grantable
from kernel.i18n import LazyText, _
from kernel.resources.context import Context

COLUMNS: dict[str, LazyText] = {
    "id": _("The account itself"),
    "owner_id": _("Owner"),
    "created_by": _("Entered by"),
    "user_id": _("User"),
    "province_id": _("Province"),
    "city_id": _("City"),
    "district_id": _("District"),
}
"""Words of columns that decide who sees a row, where no field of the record's kind has a title for them."""


def action_title(context: Context, rights: ResourceRights | None, action: str) -> str:
    """Give what an action is called."""
    special = rights.special.get(action) if rights else None
    return context.text(ACTIONS.get(action) or special or action)


def scope_words(context: Context, scope: str) -> str:
    """Give what a scope of a grant is called."""
    if scope == ALL:
        return context.text(_("All records"))
    kinds = context.runtime.policies.kinds_of(scope)
    return context.text(kinds[0].title) if kinds else scope


class Reasons:
    """Puts findings about one user into words, in the reader's language."""

    def __init__(self, context: Context, system: Session, actor: Actor, row_of: RowOf) -> None:
        self._context = context
        self._actor = actor
        self._row_of = row_of
        self._policies = context.runtime.policies
        self._rights = {right.name: right for right in grantable(context.runtime)}
        self._grants = _grants(system, actor)
        self._places = _places(system, actor)
        self._users = _users(system)

    def words(self, findings: Iterable[Finding], *about: Policy | None) -> list[str]:
        """Give the reasons, each said once; `about` are the policies of the record that the page is about."""
        found: dict[str, None] = {}
        for finding in findings:
            for words in self._reasons(finding):
                found.setdefault(self._placed(words, finding, about))
        return list(found)

    def _placed(self, words: str, finding: Finding, about: tuple[Policy | None, ...]) -> str:
        """Say of which record it is said, where that is not the one that the page is about."""
        if finding.policy in about or finding.row is None:
            return words
        text = _("%(record)s: %(reason)s", record=self._name(finding.policy, finding.row), reason=words)
        return self._context.text(text)

    def _reasons(self, finding: Finding) -> Iterator[str]:
        if finding.holds:
            yield from self._why(finding)
        else:
            yield self._context.text(self._why_not(finding))

    def _why(self, finding: Finding) -> Iterator[str]:
        text = self._context.text
        rule = finding.rule
        if isinstance(rule, SignedIn):
            yield text(_("Everybody who works here sees this kind of record."))
        elif isinstance(rule, Mine):
            yield text(_("It is kept for this user alone."))
        elif isinstance(rule, Granted) and self._actor.is_administrator:
            yield text(_("An administrator may do everything with all records."))
        elif isinstance(rule, Granted):
            for fit in finding.fits:
                yield text(self._grant(rule, fit))

    def _grant(self, rule: Granted, fit: Fit) -> LazyText:
        scope = ALL if fit.scope == ALL else self._policies.granted_as(fit.scope) or fit.scope
        titles = [
            title
            for number, title in self._grants.get((rule.resource, rule.action, scope), ())
            if fit.scope not in PLACES or (fit.scope, fit.value) in self._places.get(number, ())
        ]
        held = {
            "pattern": "، ".join(titles) or self._context.text(_("as a deputy")),
            "action": self._action(rule),
            "resource": self._resource(rule.resource),
        }
        if scope == ALL:
            return _("Pattern “%(pattern)s”: “%(action)s” of “%(resource)s”, all records.", **held)
        return _(
            "Pattern “%(pattern)s”: “%(action)s” of “%(resource)s”, %(scope)s. %(fit)s",
            **held,
            scope=scope_words(self._context, scope),
            fit=self._context.text(self._fit(fit)),
        )

    def _fit(self, fit: Fit) -> LazyText:
        column = self._column(fit.column)
        name, unit = self._users.get(fit.value or 0, (f"#{fit.value}", ""))
        if fit.scope == "own" and fit.value != self._actor.user_id:
            return _("%(column)s: %(name)s, for whom this user stands in.", column=column, name=name)
        if fit.scope == "own":
            return _("%(column)s: this user himself.", column=column)
        if fit.scope == "team":
            if unit:
                return _("%(column)s: %(name)s, of the unit “%(unit)s”.", column=column, name=name, unit=unit)
            return _("%(column)s: %(name)s.", column=column, name=name)
        if fit.scope in PLACES:
            return _("%(column)s: %(name)s, a chosen place.", column=column, name=self._place(fit))
        kind = self._policies.scope(fit.scope)
        if kind is not None and kind.rows is not None:
            return _("It is among “%(scope)s” of this user.", scope=kind.title)
        return _("%(column)s fits “%(scope)s”.", column=column, scope=kind.title if kind else fit.scope)

    def _why_not(self, finding: Finding) -> LazyText:
        match finding.rule:
            case Granted(resource, action):
                return self._not_granted(finding, finding.rule, self._actor.scopes(resource, action))
            case Unbinned() | Kept():
                return _("It is in the bin.")
            case SignedIn():
                return _("The user may not sign in.")
            case Mine():
                return _("It is kept for another user.")
            case Administrators():
                return _("Only administrators may do this.")
            case Visible(key) | Through(key):
                return _("%(column)s: none is named.", column=self._column(key))
            case _:
                return _("Only the system itself does this.")

    def _not_granted(self, finding: Finding, rule: Granted, scopes: frozenset[str]) -> LazyText:
        named = {"action": self._action(rule), "resource": self._resource(rule.resource)}
        if not scopes:
            return _("No pattern of the user grants “%(action)s” of “%(resource)s”.", **named)
        return _(
            "“%(action)s” of “%(resource)s” is granted for %(scopes)s only. %(facts)s",
            **named,
            scopes="، ".join(scope_words(self._context, each) for each in sorted(scopes)),
            facts=" ".join(self._facts(finding, rule)),
        )

    def _facts(self, finding: Finding, rule: Granted) -> Iterator[str]:
        """What the record has in the columns that scopes compare."""
        said: set[str] = set()
        for scope, columns in rule.columns.items():
            kind = self._policies.scope(scope)
            if kind is not None and kind.rows is not None:
                if kind.grant in self._actor.scopes(rule.resource, rule.action):
                    words = _("It is not among “%(scope)s” of this user.", scope=kind.title)
                    yield self._context.text(words)
                continue
            for column in columns:
                if column not in said and finding.row is not None:
                    said.add(column)
                    value = finding.row[column]
                    if value is None:
                        fact = _("%(column)s: none.", column=self._column(column))
                    else:
                        name = self._value(scope, value)
                        fact = _("%(column)s: %(name)s.", column=self._column(column), name=name)
                    yield self._context.text(fact)

    def _value(self, scope: str, value: int) -> str:
        if scope in PLACES:
            return self._place(Fit(scope, "", value))
        return self._users.get(value, (f"#{value}", ""))[0]

    def _place(self, fit: Fit) -> str:
        for policy in self._context.runtime.policies:
            if policy.table.fullname == f"kernel.{fit.scope}":
                row = self._row_of(policy.table, fit.value)
                return str(row["name"]) if row else f"#{fit.value}"
        return f"#{fit.value}"

    def _action(self, rule: Granted) -> str:
        return action_title(self._context, self._rights.get(rule.resource), rule.action)

    def _resource(self, name: str) -> str:
        right = self._rights.get(name)
        return self._context.text(right.title) if right else name

    def _column(self, name: str) -> str:
        known = COLUMNS.get(name)
        if known is not None:
            return self._context.text(known)
        for resource in self._context.runtime.resources.values():
            for item in resource.fields:
                if item.attribute == name:
                    return self._context.text(item.title)
        return self._context.text(_("Responsible"))

    def _name(self, policy: Policy, row: Row) -> str:
        """Name a record of another kind: its kind and its label."""
        kinds = self._context.runtime.by_table.get(policy.table.fullname, ())
        label = next((row[kind.label] for kind in kinds if row.get(kind.label)), None)
        return str(label or f"{policy.table.name} #{next(iter(row.values()))}")


def _grants(system: Session, actor: Actor) -> dict[tuple[str, str, str], list[tuple[int, str]]]:
    """The patterns of the user by what they grant."""
    statement = (
        select(AccessGrant.resource, AccessGrant.action, AccessGrant.scope, Pattern.id, Pattern.title)
        .join(Pattern, Pattern.id == AccessGrant.pattern_id)
        .join(UserPattern, UserPattern.pattern_id == Pattern.id)
        .where(UserPattern.user_id == actor.user_id)
        .order_by(Pattern.title)
    )
    found: dict[tuple[str, str, str], list[tuple[int, str]]] = {}
    for resource, action, scope, number, title in system.execute(statement):
        found.setdefault((resource, action, scope), []).append((number, title))
    return found


def _places(system: Session, actor: Actor) -> dict[int, set[tuple[str, Any]]]:
    """The places of each of the user's patterns."""
    statement = (
        select(PatternPlace.pattern_id, PatternPlace.kind, PatternPlace.place_id)
        .join(UserPattern, UserPattern.pattern_id == PatternPlace.pattern_id)
        .where(UserPattern.user_id == actor.user_id)
    )
    found: dict[int, set[tuple[str, Any]]] = {}
    for pattern, kind, place in system.execute(statement):
        found.setdefault(pattern, set()).add((kind, place))
    return found


def _users(system: Session) -> dict[int, tuple[str, str]]:
    """Names of users and of their units."""
    statement = select(UserAccount.id, UserAccount.display_name, Unit.name).outerjoin(
        Unit, Unit.id == UserAccount.unit_id
    )
    return {row[0]: (row[1], row[2] or "") for row in system.execute(statement)}
