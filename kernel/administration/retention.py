"""How long records lie in the bin before they are deleted for good, by kind; never, unless an administrator says so.

History and audit are not among them: they are only ever added to, and a thinned chain of seals would prove nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, func, select

from kernel.access.models import AuditEntry
from kernel.administration.settings import put_value, stored
from kernel.data.base import Binnable
from kernel.extension.contributions import DashboardBlock, Job
from kernel.extension.models import Setting as SettingRow
from kernel.i18n import LazyText, _
from kernel.resources import fields
from kernel.resources.administrators import administrators_only
from kernel.resources.audit import note
from kernel.resources.commands import command
from kernel.resources.context import Context
from kernel.resources.errors import Invalid, Problem, Refused
from kernel.resources.fields import FieldError
from kernel.resources.resource import Resource
from kernel.resources.runtime import Runtime

PREFIX = "retention."
DONE = "retention.purge"
"""What the audit calls a night's work."""
AT_ONCE = 2_000
"""Records of a kind that one night deletes at most; the next goes on."""
NAMED = 50
"""Records that stayed which the audit names; more are counted."""
MOST_DAYS = 36_500


@dataclass(frozen=True)
class Kept:
    """How long records of a kind lie in the bin, how many lie there, and how many have lain that long."""

    resource: Resource
    days: int | None
    binned: int
    due: int


def with_bin(runtime: Runtime) -> list[Resource]:
    """Give the kinds of records that have a bin."""
    return [
        resource
        for resource in runtime.resources.values()
        if issubclass(resource.model, Binnable) and not resource.overview
    ]


def kept(context: Context) -> list[Kept]:
    """Give all kinds with a bin, in the order of their titles; for administrators."""
    administrators_only(context)
    days = _days(context)
    found = []
    with context.system("what lies in the bins") as system:
        for resource in with_bin(context.runtime):
            statement = select(func.count()).where(*_lying(resource))
            binned = system.session.execute(statement).scalar_one()
            asked = days.get(resource.name)
            due = statement.where(_since(context, resource, asked)) if asked is not None else None
            waiting = system.session.execute(due).scalar_one() if due is not None else 0
            found.append(Kept(resource, asked, binned, waiting))
    return sorted(found, key=lambda each: context.text(each.resource.plural))


@command("retention.save", _("Say how long the bin keeps records"), resource="setting", action="edit")
def save(context: Context, *, days: Mapping[str, Any]) -> int:
    """Set the days for kinds of records by their names; an empty one is never. Gives how many changed."""
    administrators_only(context)
    known = {resource.name for resource in with_bin(context.runtime)}
    read: dict[str, int | None] = {}
    problems: list[Problem] = []
    for name, entered in days.items():
        item = fields.Whole(name, _("Days"), least=1, most=MOST_DAYS)
        try:
            read[name] = item.read(entered, context)
        except FieldError as error:
            problems.append(item.problem(error))
    if problems:
        raise Invalid(problems)
    before = _days(context)
    changes = {
        name: [before.get(name), value]
        for name, value in read.items()
        if name in known and before.get(name) != value
    }
    with context.system("how long the bin keeps records") as system:
        for name, (_old, value) in changes.items():
            if value is None:
                system.session.execute(delete(SettingRow).where(SettingRow.key == PREFIX + name))
            else:
                put_value(system, PREFIX + name, value)
    if changes:
        note(context, "retention.save", resource="setting", detail=changes)
    return len(changes)


def purge_due(context: Context) -> None:
    """Delete for good what has lain long enough, by the same command; what others hang on stays, and the audit names it."""
    days = _days(context)
    for resource in with_bin(context.runtime):
        if resource.name in days:
            _purge(context, resource, days[resource.name])


def _purge(context: Context, resource: Resource, days: int) -> None:
    wanted = select(resource.model.id).where(*_lying(resource), _since(context, resource, days))
    # All that are due are looked at: those that stay must not take the places of others night after night.
    due = context.session.execute(wanted.order_by(resource.model.id)).scalars().all()
    purged, blocked = 0, []
    for number in due:
        if purged == AT_ONCE:
            break
        try:
            with context.session.begin_nested():
                context.run("record.purge", resource=resource.name, record_id=number)
        except Refused:
            blocked.append(number)
        else:
            purged += 1
    if due:
        detail = {"kind": resource.name, "purged": purged, "blocked": len(blocked), "ids": blocked[:NAMED]}
        note(context, DONE, resource=resource.permission, detail=detail)


def dashboard_blocks(ctx: Context) -> Iterable[DashboardBlock]:
    """Tell administrators what the last night left in the bins because others hang on it."""
    if not ctx.actor.is_administrator:
        return []
    with ctx.system("what stayed in the bins") as system:
        since = ctx.now - timedelta(days=2)
        rows = system.session.execute(
            select(AuditEntry.detail)
            .where(AuditEntry.what == DONE, AuditEntry.at > since)
            .order_by(AuditEntry.id)
        ).scalars()
        last = {row["kind"]: row["blocked"] for row in rows}
    stayed = {kind: count for kind, count in last.items() if count and kind in ctx.runtime.resources}
    return [
        DashboardBlock(
            title=_("Still in the bin"),
            body=_told(ctx.runtime.resources[kind], count),
            order=3,
            key=f"retention.{kind}",
            span=3,
        )
        for kind, count in stayed.items()
    ]


def _told(resource: Resource, count: int) -> LazyText:
    return _(
        "%(count)d × %(title)s should have been deleted for good by now, but others hang on them. See their bin.",
        count=count,
        title=resource.plural,
    )


def _days(context: Context) -> dict[str, int]:
    return {
        key.removeprefix(PREFIX): int(value)
        for key, value in stored(context).items()
        if key.startswith(PREFIX)
    }


def _lying(resource: Resource) -> list[Any]:
    found = [resource.model.binned_at.is_not(None)]
    return found if resource.only is None else [*found, resource.only(resource.model)]


def _since(context: Context, resource: Resource, days: int) -> Any:
    return resource.model.binned_at <= context.now - timedelta(days=days)


JOB = Job(
    name="purge-bin",
    title=_("Delete for good what has lain in the bin long enough"),
    function=purge_due,
    at="02:30",
)
