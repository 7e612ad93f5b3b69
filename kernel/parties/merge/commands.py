"""Merging as users ask for it: what is needed, what is asked, a rehearsal before, and undoing within some hours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update

from kernel.access.session import allowed_ids
from kernel.extension.contributions import Job
from kernel.i18n import LazyText, _
from kernel.parties.merge.aliases import survivor_of
from kernel.parties.merge.choosing import DROPPED, KEPT, allowed_choices
from kernel.parties.merge.exact import loads
from kernel.parties.merge.merging import Merge, Summary, Versions
from kernel.parties.merge.rows import Rows
from kernel.parties.merge.undoing import Undoing
from kernel.parties.models import Party, PartyMerge
from kernel.resources import fields
from kernel.resources.commands import command
from kernel.resources.context import Context
from kernel.resources.errors import Forbidden, Invalid, NotFound, Problem, Refused
from kernel.resources.naming import named
from kernel.resources.records.load import announce
from kernel.resources.resource import Resource

HOURS = "parties.undo_merge_hours"


@dataclass(frozen=True)
class Undoable:
    """A merge that can still be undone: the name of the record that went into the other, and until when."""

    id: int
    name: str
    until: datetime


@dataclass(frozen=True)
class Question:
    """What a plugin wants a person to decide before a merge: confirmed by its key, or a refusal without one."""

    key: str
    text: LazyText
    plugin: str


class Rehearsed(Exception):
    """A merge that was done and taken back at once, to see what it would do."""

    def __init__(self, summary: Summary) -> None:
        super().__init__("rehearsed")
        self.summary = summary


@command(
    "party.merge",
    _("Merge two records"),
    resource="party",
    action="merge",
    fields=(
        fields.Link("kept", _("Who stays"), to="party", required=True),
        fields.Link("dropped", _("Who is merged into it"), to="party", required=True),
        fields.Whole("kept_version", _("Version"), least=1, most=2**31 - 1),
        fields.Whole("dropped_version", _("Version"), least=1, most=2**31 - 1),
    ),
)
def merge(
    context: Context,
    *,
    kept: int,
    dropped: int,
    kept_version: int | None = None,
    dropped_version: int | None = None,
    choices: Mapping[str, str] | None = None,
    confirmed: Sequence[str] = (),
) -> Summary:
    """Merge party `dropped` into party `kept`.

    Needs the right to merge both, to edit the survivor and to delete the other. A hidden and an absent party answer
    alike. `choices` says of fields (`mobile`, `medical.blood_group`) whose value stays: `kept` or `dropped`; `confirmed`
    holds the keys of plugins' questions that a person has answered with yes.
    """
    resource = check_pair(context, kept, dropped)
    chosen = _checked_choices(context, resource, choices or {})
    _confirm(context, kept, dropped, confirmed)
    summary = Merge(context, resource, kept, dropped, chosen).perform(Versions(kept_version, dropped_version))
    context.session.expire_all()
    announce(context, resource, [kept], "changed")
    if context.journal is not None:
        context.journal.told.add((resource.table, dropped, "merge"))
    if resource.event and context.runtime.hooks.implementing(resource.event):
        context.publish(resource.event, dropped, action="merged", into=kept)
    return summary


@command("party.rehearse_merge", _("Look at what a merge would do"), resource="party", action="merge")
def rehearse(
    context: Context,
    *,
    kept: int,
    dropped: int,
    choices: Mapping[str, str] | None = None,
    confirmed: Sequence[str] = (),
) -> None:
    """Merge and take it back; raise `Rehearsed` with what would be done, or what refuses the merge."""
    raise Rehearsed(merge(context, kept=kept, dropped=dropped, choices=choices, confirmed=confirmed))


@command("party.undo_merge", _("Undo a merge"), resource="party", action="merge")
def undo(context: Context, *, merge_id: int) -> tuple[int, int]:
    """Put both parties back as they were; gives the survivor and the other.

    Raises `Refused` once the time is over, where the survivor was merged on, and where something was changed since.
    """
    with context.system("the log of merges") as system:
        entry = system.session.execute(
            select(PartyMerge.kept_id, PartyMerge.dropped_id, PartyMerge.at, PartyMerge.undone_at).where(
                PartyMerge.id == merge_id
            )
        ).one_or_none()
        now_at = survivor_of(system, entry.kept_id) if entry else 0
    if entry is None or entry.undone_at is not None:
        raise NotFound()
    resource = _resource_of(context, now_at, ("merge", "edit"))
    if now_at != entry.kept_id:
        raise Refused(
            _("The record that was kept has itself been merged into another since. Undo that merge first.")
        )
    if entry.at < context.now - timedelta(hours=hours(context)):
        raise Refused(_("A merge can be undone within %(count)d hours only.", count=hours(context)))
    _put_back(context, resource, merge_id, entry.kept_id)
    context.session.expire_all()
    announce(context, resource, [entry.kept_id, entry.dropped_id], "changed")
    return entry.kept_id, entry.dropped_id


def _put_back(context: Context, resource: Resource, merge_id: int, kept: int) -> None:
    with context.system("a merge is undone") as system:
        session = system.session
        session.execute(select(Party.id).where(Party.id == kept).with_for_update())
        log = session.execute(
            select(PartyMerge.operations, PartyMerge.dropped_id)
            .where(PartyMerge.id == merge_id, PartyMerge.undone_at.is_(None))
            .with_for_update()
        ).one_or_none()
        if log is None or log.operations is None:
            raise NotFound()

        def title(table: str) -> str:
            return named(context, resource, table)[0]

        Undoing(system, Rows(session), title).perform(loads(log.operations))
        session.execute(
            update(PartyMerge)
            .where(PartyMerge.id == merge_id)
            .values(operations=None, undone_at=context.now, undone_by=context.actor.user_id or 0)
        )
        assert system.journal is not None
        for party_id in (kept, log.dropped_id):
            system.journal.record("unmerge", "kernel.party", party_id, {})


def hours(context: Context) -> int:
    """Give how many hours a merge can be undone on this site."""
    return int(context.runtime.setting(HOURS))


def open_merges(context: Context, party_id: int) -> list[Undoable]:
    """Give the merges into a party that the actor may still undo, the last first. The party is one that he sees."""
    if not allowed_ids(context.session, Party, [party_id], "edit"):
        return []
    left = timedelta(hours=hours(context))
    statement = (
        select(PartyMerge.id, PartyMerge.counts, PartyMerge.at)
        .where(
            PartyMerge.kept_id == party_id,
            PartyMerge.undone_at.is_(None),
            PartyMerge.operations.is_not(None),
            PartyMerge.at >= context.now - left,
        )
        .order_by(PartyMerge.id.desc())
    )
    with context.system("merges that can be undone") as system:
        return [
            Undoable(row.id, row.counts.get("name", ""), row.at + left)
            for row in system.session.execute(statement)
        ]


def check_pair(context: Context, kept: int, dropped: int) -> Resource:
    """Check that the actor may merge the two, and give their resource.

    Raises `NotFound` where he does not see both, whichever is missing and why; `Forbidden` where a right is missing on one
    that he sees; `Invalid` where they are not two of a kind.
    """
    context.require("party", "merge")
    statement = select(Party.id, Party.kind).where(Party.id.in_((kept, dropped)))
    kinds = {row.id: row.kind for row in context.session.execute(statement)}
    if kept == dropped and kinds:
        raise Invalid([Problem(None, _("A record cannot be merged with itself."))])
    if len(kinds) < 2:
        raise NotFound()
    if kinds[kept] != kinds[dropped]:
        raise Invalid([Problem(None, _("A person and an organisation cannot be merged."))])
    for action, ids in (("merge", [kept, dropped]), ("edit", [kept]), ("delete", [dropped])):
        if allowed_ids(context.session, Party, ids, action) != set(ids):
            raise Forbidden()
    return context.runtime.resource(kinds[kept])


def questions(context: Context, kept: int, dropped: int) -> list[Question]:
    """Ask plugins what a person must decide. A problem with a field is a question, one without is a refusal."""
    found = []
    for answer in context.runtime.require("merge_conflicts", ctx=context, kept=kept, dropped=dropped):
        for problem in answer.value:
            key = f"{answer.plugin}.{problem.field}" if problem.field else ""
            found.append(Question(key, problem.message, answer.plugin))
    return found


def _confirm(context: Context, kept: int, dropped: int, confirmed: Sequence[str]) -> None:
    asked = questions(context, kept, dropped)
    for question in asked:
        if not question.key:
            raise Refused(question.text)
    open_ones = [question for question in asked if question.key not in confirmed]
    if open_ones:
        raise Invalid([Problem(question.key, question.text) for question in open_ones])


def _checked_choices(context: Context, resource: Resource, choices: Mapping[str, str]) -> dict[str, str]:
    allowed = allowed_choices(context, resource)
    wrong = [name for name, side in choices.items() if name not in allowed or side not in (KEPT, DROPPED)]
    if wrong:
        raise Invalid(
            [Problem(None, _("“%(name)s” cannot be entered here.", name=name[:60])) for name in wrong]
        )
    if choices.get("owner") == DROPPED:
        context.require("party", "assign")
    return dict(choices)


def _resource_of(context: Context, party_id: int, actions: Sequence[str]) -> Resource:
    statement = select(Party.kind).where(Party.id == party_id)
    kind = context.session.execute(statement).scalar_one_or_none()
    if kind is None:
        raise NotFound()
    for action in actions:
        if not allowed_ids(context.session, Party, [party_id], action):
            raise Forbidden()
    return context.runtime.resource(kind)


def forget_old_merges(context: Context) -> None:
    """Delete what would undo merges whose time is over: it holds personal data of records that are gone."""
    over = context.now - timedelta(hours=hours(context))
    context.session.execute(
        update(PartyMerge)
        .where(PartyMerge.at < over, PartyMerge.operations.is_not(None))
        .values(operations=None)
    )
    context.session.execute(delete(PartyMerge).where(PartyMerge.undone_at < over))


FORGETTING = Job(
    name="forget-merges",
    title=_("Forget what would undo old merges"),
    function=forget_old_merges,
    every=timedelta(hours=1),
)
