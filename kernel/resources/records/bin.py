"""The bin: delete, restore, purge. Nothing is deleted by surprise: what stands in the way is counted and named."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from kernel.access.predicates import Reach
from kernel.data.base import Binnable
from kernel.i18n import LazyText, _
from kernel.resources.audit import note
from kernel.resources.commands import command
from kernel.resources.constraints import explain_integrity
from kernel.resources.context import Context
from kernel.resources.errors import EditConflict, Forbidden, Invalid, NotFound, Refused
from kernel.resources.models import Attachment, Note
from kernel.resources.naming import named
from kernel.resources.records.blockers import blockers, links_of, reasons_of
from kernel.resources.records.load import announce, editable, load, opens_bin
from kernel.resources.resource import Resource
from kernel.resources.user_fields.links import forget_links

TAKEN_BACK = timedelta(minutes=10)
"""How long one may take back a deletion of one's own without the right to bring records back."""


@command("record.delete", _("Move a record to the bin"), checks_itself=True)
def delete(context: Context, *, resource: str, record_id: int, version: int | None = None) -> int:
    """Put a record into the bin, or delete one whose kind has no bin; `Refused` names what stands in the way.

    `version` is the number that it had when it was looked at: `EditConflict` when it has changed since.
    """
    declared = context.runtime.resource(resource)
    editable(context, declared, record_id, "delete")
    with context.system("locked, so that nothing begins to hang on it meanwhile") as system:
        locked = load(system, declared, record_id, lock=True)
        if version is not None and getattr(locked, "version", version) != version:
            raise EditConflict()
    _nothing_in_the_way(context, declared, record_id)
    with context.system("to the bin") as system:
        record = load(system, declared, record_id, lock=True)
        if isinstance(record, Binnable):
            record.binned_at = context.now
            record.binned_by = context.actor.user_id
        else:
            system.session.delete(record)
            _forget_remarks(system, declared.table, record_id)
        system.session.flush()
    context.session.expire_all()
    announce(context, declared, [record_id], "binned")
    return record_id


@command("record.restore", _("Bring a record back from the bin"), checks_itself=True)
def restore(context: Context, *, resource: str, record_id: int) -> int:
    """Take a record out of the bin: a right of its own, asked of this very record."""
    declared = context.runtime.resource(resource)
    _check_binned(context, declared, record_id, "restore")
    return _bring_back(context, declared, record_id)


@command("record.take_back", _("Take back a deletion of one's own"), checks_itself=True)
def take_back(context: Context, *, resource: str, ids: Sequence[int]) -> int:
    """Take records out of the bin that the actor himself put there just now, all or none; gives how many.

    It asks for the right to delete them, not for the one to look into the bin: he takes back what he did, no more.
    """
    declared = context.runtime.resource(resource)
    for number in ids:
        _check_binned(context, declared, number, "delete")
        with context.system("who put it into the bin, and when") as system:
            record = _binned(system, declared, number)
            mine = record.binned_by == context.actor.user_id
            late = record.binned_at < context.now - TAKEN_BACK
        if not mine:
            raise NotFound()
        if late:
            raise Refused(_("This was too long ago to be undone here; it lies in the bin."))
        _bring_back(context, declared, number)
    return len(ids)


def _bring_back(context: Context, declared: Resource, record_id: int) -> int:
    _parents_are_there(context, declared, record_id)
    with context.system("out of the bin") as system:
        record = _binned(system, declared, record_id)
        record.binned_at = None
        record.binned_by = None
        try:
            system.session.flush()
        except IntegrityError as error:
            raise _taken_meanwhile(context, declared, error) from error
    context.session.expire_all()
    announce(context, declared, [record_id], "restored")
    return record_id


@command("record.purge", _("Delete a record for good"), checks_itself=True)
def purge(context: Context, *, resource: str, record_id: int) -> int:
    """Delete a record that lies in the bin, for good; dependants in the bin still stand in the way."""
    declared = context.runtime.resource(resource)
    _check_binned(context, declared, record_id, "purge")
    with context.system("locked, so that nothing begins to hang on it meanwhile") as system:
        _binned(system, declared, record_id)
    _nothing_in_the_way(context, declared, record_id)
    with context.system("deleted for good") as system:
        system.session.delete(_binned(system, declared, record_id))
        system.session.flush()
        _forget_remarks(system, declared.table, record_id)
        forget_links(system, declared.table, [record_id])
    note(
        context, "record.purge", resource=declared.permission, record_id=record_id, detail={"kind": resource}
    )
    announce(context, declared, [record_id], "purged")
    return record_id


def _taken_meanwhile(context: Context, declared: Resource, error: IntegrityError) -> Refused:
    """Say in words what the database holds against a record that was to come back: a number given to another."""
    explained = explain_integrity(error, context.runtime.resources.values())
    problems = explained.problems if isinstance(explained, Invalid) else ()
    field = declared.by_name.get(problems[0].field or "") if problems else None
    if field is None:
        return Refused(_("It cannot be brought back: %(why)s", why=explained.message))
    return Refused(
        _("It cannot be brought back: %(why)s (%(field)s)", why=explained.message, field=field.title)
    )


def _nothing_in_the_way(context: Context, declared: Resource, record_id: int) -> None:
    in_the_way = blockers(context, declared, record_id)
    if in_the_way:
        reasons = reasons_of(context, in_the_way)
        raise Refused(
            _("This record cannot be deleted while these exist: %(reasons)s", reasons=reasons),
            links_of(context, in_the_way),
        )


def _parents_are_there(context: Context, declared: Resource, record_id: int) -> None:
    """Refuse to bring back what belongs to something that lies in the bin itself."""
    mapper = declared.model.__mapper__
    with context.system("whether what it belongs to lies in the bin") as system:
        record = _binned(system, declared, record_id)
        for key in declared.model.__table__.foreign_keys:
            target = key.column.table
            number = getattr(record, mapper.get_property_by_column(key.parent).key)
            if number is None or "binned_at" not in target.c:
                continue
            gone = select(target.c.binned_at).where(key.column == number, target.c.binned_at.is_not(None))
            if system.session.execute(gone).first() is not None:
                raise _belongs_to_binned(context, system, target, number)


def _belongs_to_binned(context: Context, system: Context, target: Any, number: int) -> Refused:
    kinds = context.runtime.by_table.get(target.fullname, ())
    for kind in kinds:
        model = kind.model
        mine = select(model.id).where(model.id == number)
        if len(kinds) > 1 and kind.only is not None:
            mine = mine.where(kind.only(model))
        if system.session.execute(mine).first() is not None:
            link = (context.text(_("Bin of %(kind)s", kind=kind.plural)), f"/{kind.path}/bin")
            links = [link] if opens_bin(context, kind) else []
            return _lies_in_bin(kind.title, links)
    return _lies_in_bin(named(context, None, target.fullname)[0], [])


def _lies_in_bin(title: LazyText | str, links: list[tuple[str, str]]) -> Refused:
    words = _("It belongs to something that lies in the bin (%(kind)s). Bring that back first.", kind=title)
    return Refused(words, links)


def _forget_remarks(system: Context, table: str, record_id: int) -> None:
    """Delete the notes and files of a record that is deleted for good: no foreign key takes them along."""
    for model in (Note, Attachment):
        mine = select(model).where(model.root == table, model.root_id == record_id)
        for each in system.session.execute(mine).scalars():
            system.session.delete(each)
    system.session.flush()


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
    if context.actor.kind == "system":
        return
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
