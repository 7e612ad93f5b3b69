"""The bin: delete, restore, purge. Nothing is deleted by surprise: what stands in the way is counted and named."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, text

from kernel.access.predicates import Reach
from kernel.data.base import Binnable
from kernel.i18n import LazyText, _
from kernel.resources.audit import note
from kernel.resources.commands import command
from kernel.resources.context import Context
from kernel.resources.errors import Forbidden, NotFound, Refused
from kernel.resources.records.load import announce, editable, load
from kernel.resources.resource import Resource
from kernel.resources.user_fields.links import forget_links

REFERENCES = text(
    """
    SELECT n.nspname AS schema, c.relname AS "table", a.attname AS "column",
           EXISTS (SELECT 1 FROM pg_attribute b
                   WHERE b.attrelid = c.oid AND b.attname = 'binned_at' AND NOT b.attisdropped) AS binnable
    FROM pg_constraint k
    JOIN pg_class c ON c.oid = k.conrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
    WHERE k.contype = 'f' AND k.confdeltype IN ('a', 'r') AND cardinality(k.conkey) = 1
      AND k.confrelid = CAST(:table AS regclass)
    ORDER BY 1, 2, 3
    """
)
"""Foreign keys that forbid the deletion of what they point to; those of paused plugins too."""


@dataclass(frozen=True)
class Blocker:
    """What stands in the way of a deletion: how many rows of which kind, some perhaps in the bin themselves."""

    title: LazyText | str
    count: int
    binned: int
    url: str | None = None

    def sentence(self) -> LazyText:
        """Say it: "3 × Appointment (1 of them in the bin)"."""
        if self.binned:
            return _(
                "%(count)d × %(title)s (%(binned)d of them in the bin)",
                count=self.count,
                title=self.title,
                binned=self.binned,
            )
        return _("%(count)d × %(title)s", count=self.count, title=self.title)


def blockers(context: Context, resource: Resource, record_id: int) -> list[Blocker]:
    """Count what points to the record by foreign keys that forbid its deletion, and what plugins say stands in the way."""
    found: list[Blocker] = []
    with context.system("what stands in the way of a deletion") as system:
        session = system.session
        preparer = session.get_bind().dialect.identifier_preparer
        for row in session.execute(REFERENCES, {"table": resource.table}).all():
            table = f"{preparer.quote(row.schema)}.{preparer.quote(row.table)}"
            column = preparer.quote(row.column)
            binned = "count(*) FILTER (WHERE binned_at IS NOT NULL)" if row.binnable else "0"
            statement = text(f"SELECT count(*), {binned} FROM {table} WHERE {column} = :id")  # noqa: S608
            total, in_bin = session.execute(statement, {"id": record_id}).one()
            if total:
                kinds = context.runtime.by_table.get(f"{row.schema}.{row.table}", ())
                title = kinds[0].title if kinds else f"{row.schema}.{row.table}"
                found.append(Blocker(title, total, in_bin, f"/{kinds[0].path}" if kinds else None))
    for answer in context.runtime.require(
        "obstacles_to_delete", ctx=context, resource=resource.name, ids=[record_id]
    ):
        obstacles = answer.value.get(record_id, ())
        found.extend(Blocker(item.text, item.count, 0, item.url) for item in obstacles)
    return found


@command("record.delete", _("Move a record to the bin"), checks_itself=True)
def delete(context: Context, *, resource: str, record_id: int) -> int:
    """Put a record into the bin, or delete one whose kind has no bin; `Refused` names what stands in the way."""
    declared = context.runtime.resource(resource)
    editable(context, declared, record_id, "delete")
    in_the_way = blockers(context, declared, record_id)
    if in_the_way:
        reasons = _sentence(context, in_the_way)
        links = [(context.text(item.title), item.url) for item in in_the_way if item.url]
        raise Refused(
            _("This record cannot be deleted while these exist: %(reasons)s", reasons=reasons), links
        )
    with context.system("to the bin") as system:
        record = load(system, declared, record_id, lock=True)
        if isinstance(record, Binnable):
            record.binned_at = context.now
            record.binned_by = context.actor.user_id
        else:
            system.session.delete(record)
        system.session.flush()
    context.session.expire_all()
    announce(context, declared, [record_id], "binned")
    return record_id


@command("record.restore", _("Bring a record back from the bin"), checks_itself=True)
def restore(context: Context, *, resource: str, record_id: int) -> int:
    """Take a record out of the bin. Whoever may delete it may bring it back."""
    declared = context.runtime.resource(resource)
    _check_binned(context, declared, record_id, "delete")
    with context.system("out of the bin") as system:
        record = _binned(system, declared, record_id)
        record.binned_at = None
        record.binned_by = None
        system.session.flush()
    context.session.expire_all()
    announce(context, declared, [record_id], "restored")
    return record_id


@command("record.purge", _("Delete a record for good"), checks_itself=True)
def purge(context: Context, *, resource: str, record_id: int) -> int:
    """Delete a record that lies in the bin, for good; dependants in the bin still stand in the way."""
    declared = context.runtime.resource(resource)
    _check_binned(context, declared, record_id, "purge")
    in_the_way = blockers(context, declared, record_id)
    if in_the_way:
        reasons = _sentence(context, in_the_way)
        raise Refused(_("This record cannot be deleted while these exist: %(reasons)s", reasons=reasons))
    with context.system("deleted for good") as system:
        system.session.delete(_binned(system, declared, record_id))
        system.session.flush()
        forget_links(system, declared.table, [record_id])
    note(
        context, "record.purge", resource=declared.permission, record_id=record_id, detail={"kind": resource}
    )
    announce(context, declared, [record_id], "purged")
    return record_id


def _sentence(context: Context, in_the_way: list[Blocker]) -> str:
    comma = "، " if context.locale == "fa" else ", "
    return comma.join(context.text(item.sentence()) for item in in_the_way)


def _binned(context: Context, declared: Resource, record_id: int) -> Any:
    model = declared.model
    statement = select(model).where(model.id == record_id, model.binned_at.is_not(None)).with_for_update()
    if declared.only is not None:
        statement = statement.where(declared.only(model))
    record = context.session.execute(statement).scalar_one_or_none()
    if record is None:
        raise NotFound()
    return record


def _check_binned(context: Context, declared: Resource, record_id: int, action: str) -> None:
    context.require(declared.permission, action)
    model = declared.model
    policies = context.runtime.policies
    policy = policies.for_table(model.__table__)
    reach = Reach(context.actor, policies, lift_bin=True)
    rules = ((policies.view_rule(policy), NotFound()), (policies.change_rule(policy, action), Forbidden()))
    with context.system("rights on a record in the bin") as system:
        for rule, failure in rules:
            statement = select(model.id).where(model.id == record_id, model.binned_at.is_not(None))
            allowed = reach.condition(rule, policy.column)
            if allowed is not None:
                statement = statement.where(allowed)
            if system.session.execute(statement).scalar_one_or_none() is None:
                raise failure
