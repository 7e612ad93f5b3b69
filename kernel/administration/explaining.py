"""What a user sees of one record, and why: each action with the pattern that grants it, or what stands in the way.

The rules are those of both walls, read for this very record (`kernel.access.judging`); `confirm` asks the user's own
session the same, so that a page can say where the two differ, which they never should.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from kernel.access.actor import Actor, load_actor
from kernel.access.deputies import personal
from kernel.access.judging import Finding, Judge, Row, row_by_key, rows_of
from kernel.access.models import UserAccount
from kernel.access.policies import Policy
from kernel.access.rules import Granted, Mine, SignedIn
from kernel.access.session import allowed_ids
from kernel.administration.reasons import Reasons, action_title
from kernel.administration.rights import ResourceRights, grantable
from kernel.i18n import _
from kernel.resources.administrators import administrators_only
from kernel.resources.context import Context
from kernel.resources.errors import NotFound
from kernel.resources.resource import Resource
from kernel.resources.runtime import Runtime

NOT_ON_A_RECORD = frozenset({"create", "import", "see_sensitive", "export_sensitive"})
"""Actions that are not done with a record that is there."""
MOST_USERS = 100
"""So many users are looked at for one record."""
BRIEF = ("view", "edit", "delete", "export")
"""The actions of the table of all users."""


@dataclass(frozen=True)
class Verdict:
    """One action: whether the user may do it with the record, and the reasons in words."""

    action: str
    title: str
    allowed: bool
    reasons: tuple[str, ...]


@dataclass
class Explanation:
    """All that is said of one record and one user."""

    actor: Actor = field(repr=False)
    label: str
    verdicts: list[Verdict]
    facets: list[Verdict]
    """Sensitive kinds of facts and plugins' facts about the record, each with the right of its own."""


@dataclass(frozen=True)
class Confirmed:
    """What the user's own session says: the actions that differ from the explanation, and the fields kept from him."""

    differing: tuple[str, ...]
    hidden: tuple[str, ...]


@dataclass(frozen=True)
class Brief:
    """One user in the table of a record: which of the brief actions he may do."""

    user_id: int
    name: str
    allowed: Mapping[str, bool]


def explain(context: Context, resource: Resource, record_id: int, user_id: int) -> Explanation:
    """Say for each action whether a user may do it with a record, and why. Raises `NotFound` for either."""
    administrators_only(context)
    rights = _rights(context.runtime, resource)
    with context.system("explain what a user sees") as system:
        actor = present_actor(system, user_id)
        row_of = rows_of(system.session)
        row = _row(system, resource, record_id)
        judge = Judge(actor, context.runtime.policies, row_of)
        reasons = Reasons(context, system.session, actor, row_of)
        policy = context.runtime.policies.for_table(resource.model.__table__)
        verdicts = list(_verdicts(context, rights, judge, reasons, policy, row))
        facets = list(_facets(context, resource, judge, reasons, record_id))
        return Explanation(actor, _label(context, resource, row), verdicts, facets)


def confirm(
    runtime: Runtime, explained: Explanation, resource: Resource, record_id: int, locale: str
) -> Confirmed:
    """Ask the user's own session, behind both walls. Opens a transaction: let go of another one before."""
    with runtime.reading(explained.actor, locale=locale) as theirs:
        differing = tuple(
            verdict.title
            for verdict in explained.verdicts
            if bool(allowed_ids(theirs.session, resource.model, [record_id], verdict.action))
            != verdict.allowed
        )
        seen = {item.name for item in resource.visible_fields(theirs)}
        hidden = tuple(theirs.text(item.title) for item in resource.fields if item.name not in seen)
    return Confirmed(differing, hidden)


def who_sees(context: Context, resource: Resource, record_id: int) -> list[Brief]:
    """Say of every active user, up to a hundred, which of the brief actions he may do with a record."""
    administrators_only(context)
    policies = context.runtime.policies
    offered = _rights(context.runtime, resource).actions
    with context.system("explain who sees a record") as system:
        row_of = rows_of(system.session)
        row = _row(system, resource, record_id)
        policy = policies.for_table(resource.model.__table__)
        found = []
        for user_id in system.session.execute(_active().limit(MOST_USERS)).scalars():
            actor = present_actor(system, user_id)
            judge = Judge(actor, policies, row_of)
            allowed = {action: judge.may(policy, row, action) for action in BRIEF if action in offered}
            found.append(Brief(user_id, actor.name, allowed))
    return found


def choosable(context: Context) -> list[tuple[int, str]]:
    """Give ids and names of the users who may sign in."""
    statement = _active().add_columns(UserAccount.display_name)
    return [(row[0], row[1]) for row in context.session.execute(statement)]


def label_of(context: Context, resource: Resource, record_id: int) -> str:
    """Give what a record is called, one in the bin too; raise `NotFound`."""
    administrators_only(context)
    with context.system("name a record for an administrator") as system:
        return _label(context, resource, _row(system, resource, record_id))


def _active() -> Any:
    return select(UserAccount.id).where(UserAccount.active).order_by(UserAccount.display_name, UserAccount.id)


def present_actor(system: Context, user_id: int) -> Actor:
    """Give a user as he is today, with those for whom he stands in; raise `NotFound`. Asked as the system."""
    try:
        records = personal(system.runtime.policies)
        return load_actor(system.session, user_id, today=system.today, records=records)
    except LookupError:
        raise NotFound() from None


def _rights(runtime: Runtime, resource: Resource) -> ResourceRights:
    """The rights of a kind of record; kinds that are for administrators alone have none, and no page."""
    for right in grantable(runtime):
        if right.name == resource.permission:
            return right
    raise NotFound()


def _row(system: Context, resource: Resource, record_id: int) -> Row:
    table = resource.model.__table__
    statement = select(*table.columns).where(table.c.id == record_id)
    if resource.only is not None:
        wanted = select(resource.model.id).where(
            resource.model.id == record_id, resource.only(resource.model)
        )
        statement = statement.where(table.c.id.in_(wanted))
    found = system.session.execute(statement).mappings().first()
    if found is None:
        raise NotFound()
    return row_by_key(table, found)


def _label(context: Context, resource: Resource, row: Row) -> str:
    return resource.label_text(row.get(resource.label), context)


def _verdicts(
    context: Context, rights: ResourceRights, judge: Judge, reasons: Reasons, policy: Policy, row: Row
) -> Iterator[Verdict]:
    unseen: list[str] | None = None
    for action in _ordered(rights):
        finding = judge.why(policy, row, action)
        told = list(_deciding(finding))
        if action != "view" and finding.holds:
            # That he sees it is said once; what follows is why he may do more.
            told = [each for each in told if _of(each) == action] or told
        words = reasons.words(told, policy)
        if action == "view":
            unseen = None if finding.holds else words
        elif unseen is not None:
            # Why he does not see it stands at the first action; what is wanting besides follows.
            further = [each for each in words if each not in unseen]
            words = [context.text(_("The user does not see the record.")), *further]
        title = action_title(context, rights, action)
        yield Verdict(action, title, finding.holds, tuple(words))


def _ordered(rights: ResourceRights) -> Iterable[str]:
    """Actions on a record, seeing it first."""
    others = (action for action in rights.actions if action not in (*NOT_ON_A_RECORD, "view"))
    return ("view", *others)


def _of(finding: Finding) -> str:
    return finding.rule.action if isinstance(finding.rule, Granted) else ""


def _deciding(finding: Finding) -> Iterator[Finding]:
    """What made it hold (grants, and that everybody may), or all that stands in the way."""
    for each in finding.reasons():
        if not each.holds or isinstance(each.rule, (Granted, Mine, SignedIn)):
            yield each


def _facets(
    context: Context, resource: Resource, judge: Judge, reasons: Reasons, record_id: int
) -> Iterator[Verdict]:
    for facet in context.runtime.facets(resource):
        policy = context.runtime.policies.for_table(facet.model.__table__)
        row: dict[str, Any] = dict.fromkeys(column.key for column in policy.table.columns)
        row[facet.key] = record_id
        finding = judge.why(policy, row, "view")
        told = list(_deciding(finding))
        own = [
            each for each in told if isinstance(each.rule, Granted) and each.rule.resource == facet.permission
        ]
        words = tuple(reasons.words(own or told, policy, context.runtime.policies.for_model(resource.model)))
        yield Verdict("view", context.text(facet.title), finding.holds, words)
