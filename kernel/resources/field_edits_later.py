"""One field of very many records in the background, and putting it back there: each in a transaction of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from kernel.access.actor import SYSTEM, Actor
from kernel.extension.calling import HookFailed
from kernel.i18n import LazyText, _, ngettext_lazy
from kernel.resources.acting import acting_user
from kernel.resources.commands import command
from kernel.resources.context import Context
from kernel.resources.errors import CommandError, NotFound
from kernel.resources.field_edits import EDIT, UNDO, Span, can_be_undone, field_of_many, written_entries
from kernel.resources.queue import Progress, Stopped, background, enqueue
from kernel.resources.runtime import Runtime

KIND = "record.edit_field_many"
KIND_OF_UNDO = "record.undo_field_many"
REPORTED = 20
"""Records between two reports."""
NAMED = 50
"""Records that stayed which the result names; more are counted."""


@command(KIND, _("Edit a field of many records"), checks_itself=True)
def ask(
    context: Context, *, resource: str, field: str, raw: Any, rows: Sequence[tuple[int, int | None]]
) -> None:
    """Have one field of records, each given with the version that was read, edited one by one.

    Raises `Forbidden` for who may edit none of the kind, `NotFound` for a field that is not his to edit.
    """
    declared = context.runtime.resource(resource)
    context.require(declared.permission, "edit")
    field_of_many(context, declared, field).read(raw, context)
    enqueue(
        context,
        KIND,
        user_id=context.actor.user_id or 0,
        resource=resource,
        field=field,
        raw=raw,
        rows=[list(row) for row in rows],
        since=context.now.isoformat(),
        locale=context.locale,
    )


@command(KIND_OF_UNDO, _("Undo the edit of a field"), checks_itself=True)
def ask_undo(
    context: Context, *, resource: str, field: str, since: str, until: str, work: int, ids: Sequence[int]
) -> None:
    """Have put back what the actor's own edit of many records wrote; `work` is the number of that edit, `ids` its records.

    Raises `Forbidden` for who may edit none of the kind, `NotFound` for a field that is not his to edit.
    """
    declared = context.runtime.resource(resource)
    context.require(declared.permission, "edit")
    field_of_many(context, declared, field)
    enqueue(
        context,
        KIND_OF_UNDO,
        subject=(KIND, work),
        user_id=context.actor.user_id or 0,
        resource=resource,
        span=asdict(Span(field, since, until)),
        ids=list(ids),
        locale=context.locale,
    )


@background(KIND, _("Edit a field"), unit=_("records"), listed=True)
def edit_many(
    runtime: Runtime,
    progress: Progress,
    *,
    user_id: int,
    resource: str,
    field: str,
    raw: Any,
    rows: Sequence[tuple[int, int | None]],
    since: str,
    locale: str,
) -> None:
    """Edit the records with the rights that whoever asked has now; those that hold the value already are left alone."""
    actor = _actor(runtime, user_id)

    def said(done: int, same: int) -> dict[str, Any]:
        span = Span(field, since, runtime.clock().isoformat())
        undo = asdict(span) if _has_written(runtime, actor, resource, span) else None
        return {"message": _in_words(runtime, locale, resource, field, changed(done), same), "undo": undo}

    pieces = ((number, {"raw": raw, "version": version}) for number, version in rows)
    _each(runtime, progress, actor, locale, EDIT, resource, field, pieces, len(rows), said)


@background(KIND_OF_UNDO, _("Undo the edit of a field"), unit=_("records"), listed=True)
def undo_many(
    runtime: Runtime,
    progress: Progress,
    *,
    user_id: int,
    resource: str,
    span: Mapping[str, str],
    ids: Sequence[int],
    locale: str,
) -> None:
    """Put the former values back with the rights that whoever asked has now; what was changed since stays."""
    actor = _actor(runtime, user_id)
    meant = Span(**span)
    asked = set(ids)
    found: list[tuple[int, int]] = []
    while True:
        with runtime.reading(actor) as context:
            part = written_entries(
                context, runtime.resource(resource), meant, after=found[-1][0] if found else 0
            )
        if not part:
            break
        found += part

    def said(done: int, _same: int) -> dict[str, Any]:
        return {"message": _in_words(runtime, locale, resource, meant.field, put_back(done))}

    # Another edit of the same field may have gone on at the same time: its records are none of this one's.
    pieces = [(number, {"entry": entry}) for number, entry in found if number in asked]
    _each(runtime, progress, actor, locale, UNDO, resource, meant.field, pieces, len(pieces), said)


def changed(done: int) -> LazyText:
    """Say how many records were changed."""
    return ngettext_lazy("%(n)d record was changed.", "%(n)d records were changed.", n=done)


def held_already(same: int) -> LazyText:
    """Say how many records held the value before."""
    return ngettext_lazy("%(n)d record held this already.", "%(n)d records held this already.", n=same)


def put_back(done: int) -> LazyText:
    """Say how many records hold again what they held."""
    return ngettext_lazy(
        "%(n)d record holds its former value again.", "%(n)d records hold their former values again.", n=done
    )


def _actor(runtime: Runtime, user_id: int) -> Actor:
    with runtime.reading(SYSTEM("on whose behalf records are edited")) as context:
        return acting_user(context, user_id)


def _has_written(runtime: Runtime, actor: Actor, resource: str, span: Span) -> bool:
    """Say whether there is something to undo; history knows that also where the work was killed and called again."""
    declared = runtime.resource(resource)
    if not can_be_undone(declared):
        return False
    with runtime.reading(actor) as context:
        try:
            return bool(written_entries(context, declared, span, limit=1))
        except NotFound:
            return False


def _in_words(
    runtime: Runtime, locale: str, resource: str, field: str, first: LazyText, same: int = 0
) -> str:
    """Name the field, since work of one's own may stand there several times, and say what came of it."""
    title = runtime.translate(runtime.resource(resource).by_name[field].title, locale)
    told = [first, held_already(same)] if same else [first]
    what = " ".join(runtime.translate(each, locale) for each in told)
    return runtime.translate(_("“%(field)s”: %(what)s", field=title, what=what), locale)


def _each(
    runtime: Runtime,
    progress: Progress,
    actor: Actor,
    locale: str,
    name: str,
    resource: str,
    field: str,
    pieces: Iterable[tuple[int, dict[str, Any]]],
    total: int,
    said: Callable[[int, int], dict[str, Any]],
) -> None:
    """Run the command on each record, and note how far it is, what stood in the way, and what came of it."""
    done, same = 0, 0
    stayed: list[dict[str, Any]] = []

    def tell() -> None:
        progress.say(resource=resource, stayed=stayed[:NAMED], stayed_in_all=len(stayed), **said(done, same))

    for place, (number, given) in enumerate(pieces, start=1):
        try:
            if runtime.execute(
                actor, name, locale=locale, resource=resource, record_id=number, field=field, **given
            ):
                done += 1
            else:
                same += 1
        except (CommandError, HookFailed) as error:
            stayed.append({"id": number, "why": runtime.translate(error.message, locale)})
        if place % REPORTED == 0 or place == total:
            progress.report(place, total)
            if progress.stopped():
                tell()
                raise Stopped
    tell()
