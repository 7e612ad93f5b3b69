"""The rules of an interaction: its times, what it is called, its numbers; and the commands beside create and edit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import delete, inspect, select

from kernel.fa.calendar import to_jalali
from kernel.fa.text import squeeze
from kernel.i18n import _
from kernel.interactions.calls import tell_of_call
from kernel.interactions.channels import FOLLOW_UP, IN, OUT, channel_of
from kernel.interactions.models import Interaction, InteractionLink, InteractionParty
from kernel.interactions.snapshots import day_of, take_snapshots
from kernel.parties.models import Party
from kernel.resources.commands import command
from kernel.resources.context import Context
from kernel.resources.errors import Invalid, NotFound, Problem
from kernel.resources.fields import FieldError, Instant, Link, Minutes, YesNo
from kernel.resources.records import editable, visible
from kernel.resources.records.load import announce, load

RESOURCE = "interaction"
AHEAD = timedelta(minutes=10)
"""So far may a clock be wrong before a time lies in the future."""
OLDEST_YEARS = 60
"""Older interactions than that are taken for a mistyped year."""
LONGEST = timedelta(days=31)
SUBJECT = 120
"""Characters of the first line that make a subject."""
SEARCHED = 4_000
"""Characters of the text that are searched."""
FUTURE = _("This time has not come yet. To plan something, record a follow-up for that day.")
PARTIES = "parties"
START = Instant("started_at", _("Start"))
MINUTES = Minutes("minutes", _("How long, in minutes"), least=0, most=31 * 24 * 60)


def prepare_interaction(context: Context, record: Interaction, values: Mapping[str, Any]) -> list[Problem]:
    """Complete what was left out, see that the times can be, and compute the key that it is found by."""
    if record.started_at is None:
        record.started_at = record.created_at or context.now
    if record.done_by_id is None and record.id is None and context.actor.kind == "user":
        record.done_by_id = context.actor.user_id
    _settle_direction(context, record)
    if not record.subject:
        record.subject = _subject(context, record)
    if record.id is not None and inspect(record).attrs.party_id.history.has_changes():
        record.as_of = None
    record.search_key = search_key_of(record)
    return [*_check_times(context, record), *_check_follow_up(context, record)]


def interaction_written(context: Context, record: Interaction) -> None:
    """Give it a follow-up number where it has none, and note who was what at that time.

    As the system: whoever may only create does not edit afterwards.
    """
    number = record.id
    with context.system("what follows from an interaction as it was entered") as system:
        stored = system.session.get_one(Interaction, number, populate_existing=True)
        if stored.follow_up_number is None:
            stored.follow_up_number = f"{to_jalali(day_of(context, stored)).year}-{number}"
            stored.search_key = search_key_of(stored)
        doubled = InteractionParty.party_id == stored.party_id
        system.session.execute(
            delete(InteractionParty).where(InteractionParty.interaction_id == number, doubled)
        )
        take_snapshots(system, stored)
        system.session.flush()
    context.session.expire(record)


def search_key_of(record: Interaction) -> str:
    """Compute the key by which it is found: subject, follow-up number and the beginning of the text."""
    searched = (record.subject, record.follow_up_number, (record.text or "")[:SEARCHED])
    return "|".join(squeeze(part or "") for part in searched)


def _subject(context: Context, record: Interaction) -> str:
    lines = (record.text or "").strip().splitlines()
    first = " ".join(lines[0].split()) if lines else ""
    if not first:
        return context.text(channel_of(context, record.channel).title) if record.channel else "…"
    return first if len(first) <= SUBJECT else first[: SUBJECT - 1].rstrip() + "…"


def _settle_direction(context: Context, record: Interaction) -> None:
    """A channel that leads one way says so itself; one that leads nowhere has no direction."""
    said = channel_of(context, record.channel).direction if record.channel else "either"
    if said in (IN, OUT):
        record.direction = said
    elif said == "none":
        record.direction = None


def _check_times(context: Context, record: Interaction) -> list[Problem]:
    since, until = record.started_at, record.ended_at
    problems: list[Problem] = []
    if since > context.now + AHEAD:
        problems.append(Problem("started_at", FUTURE))
    elif since.year < context.now.year - OLDEST_YEARS:
        message = _("More than %(years)d years ago: please look at the year again.", years=OLDEST_YEARS)
        problems.append(Problem("started_at", message))
    if until is None:
        return problems
    if until < since:
        problems.append(Problem("ended_at", _("The end cannot lie before the start.")))
    elif until > context.now + AHEAD:
        problems.append(Problem("ended_at", FUTURE))
    elif until - since > LONGEST:
        message = _("An interaction lasts %(days)d days at most; record several.", days=LONGEST.days)
        problems.append(Problem("ended_at", message))
    return problems


def _check_follow_up(context: Context, record: Interaction) -> list[Problem]:
    day: date | None = record.follow_up_on
    if day is None:
        record.followed_up_at = None
        missing = record.channel == FOLLOW_UP and record.id is None
        return [Problem("follow_up_on", _("On which day is it to be followed up?"))] if missing else []
    if record.started_at is not None and day < day_of(context, record):
        return [Problem("follow_up_on", _("It cannot be followed up before it happened."))]
    if day.year > context.today.year + 20:
        return [Problem("follow_up_on", _("This day lies too far ahead; please look at the year again."))]
    return []


def prepare_party(context: Context, row: InteractionParty, values: Mapping[str, Any]) -> list[Problem]:
    """Note anew what somebody was where the row now names another."""
    if row.id is not None and inspect(row).attrs.party_id.history.has_changes():
        row.as_of = None
    return []


@command("interaction.record", _("Record an interaction"), resource=RESOURCE, action="create")
def record(
    context: Context,
    *,
    values: Mapping[str, Any],
    parties: Sequence[Mapping[str, Any]] = (),
    about: tuple[str, int] | None = None,
    minutes: Any = None,
    follows: int | None = None,
    call_id: int | None = None,
) -> int:
    """Record what happened with a party in one step; gives the interaction's id.

    `values` are those of the form, `minutes` how long it took: without a start it has just ended. `about` names a record
    (resource, id) that it is about; `follows` an earlier interaction whose follow-up number it takes and whose follow-up is
    done by it; `call_id` the call of which it tells.
    """
    given = dict(values)
    if follows is not None:
        earlier = load(context, context.runtime.resource(RESOURCE), follows)
        given.setdefault("follow_up_number", earlier.follow_up_number)
    if minutes not in (None, ""):
        _last(context, given, minutes)
    number: int = context.run(
        "record.create", resource=RESOURCE, values=given, parts={PARTIES: list(parties)} if parties else {}
    )
    if about is not None:
        _tie(context, number, *about)
    if follows is not None:
        settle(context, interaction_id=follows)
    if call_id is not None:
        tell_of_call(context, call_id, number)
    return number


def _last(context: Context, given: dict[str, Any], minutes: Any) -> None:
    """Turn how long it took into its start and end; what the start is cannot be read is left to say so itself."""
    try:
        took = timedelta(minutes=MINUTES.parse(minutes, context))
    except FieldError as error:
        raise Invalid([Problem("minutes", error.message)]) from error
    try:
        since = START.read(given.get("started_at"), context) or context.now - took
    except FieldError:
        return
    given |= {"started_at": since, "ended_at": since + took}


@command(
    "interaction.settle",
    _("Mark a follow-up as done"),
    resource=RESOURCE,
    action="create",
    fields=(
        Link("interaction_id", _("Interaction"), to="interaction", required=True),
        YesNo("done", _("Done"), required=True),
    ),
)
def settle(context: Context, *, interaction_id: int, done: bool = True) -> None:
    """Say that somebody has come back to it, or with `done` False that it is open after all.

    Whoever sees an interaction and may record others may follow it up. Earlier ones of the same number that are still open
    are done with it.
    """
    found = load(context, context.runtime.resource(RESOURCE), interaction_id)
    at: datetime | None = context.now if done else None
    same = [Interaction.id == interaction_id]
    if done and found.follow_up_number:
        same = [Interaction.follow_up_number == found.follow_up_number, Interaction.id <= interaction_id]
    wanted = visible_ids(context, *same)
    with context.system("a follow-up that was done") as system:
        rows = select(Interaction).where(Interaction.id.in_(wanted), Interaction.follow_up_on.is_not(None))
        for row in system.session.execute(rows.with_for_update()).scalars():
            if (row.followed_up_at is None) == done:
                row.followed_up_at = at
        system.session.flush()
    context.session.expire_all()
    announce(context, context.runtime.resource(RESOURCE), [interaction_id], "changed")


def visible_ids(context: Context, *conditions: Any) -> list[int]:
    """Give the ids of the interactions that fit and that the actor sees; at most five hundred."""
    return list(context.session.execute(select(Interaction.id).where(*conditions).limit(500)).scalars())


@command("interaction.link", _("Say what an interaction is about"), resource=RESOURCE, action="edit")
def link(context: Context, *, interaction_id: int, resource: str, record_id: int) -> None:
    """Tie an interaction to a record of whatever kind that the actor may see; a party takes part instead."""
    editable(context, context.runtime.resource(RESOURCE), interaction_id)
    _tie(context, interaction_id, resource, record_id)


def _tie(context: Context, interaction_id: int, resource: str, record_id: int) -> None:
    declared = context.runtime.resource(resource)
    if issubclass(declared.model, (Party, Interaction)):
        message = _("Persons and organisations take part; they are added to the interaction.")
        raise Invalid([Problem("record", message)])
    if not context.may(declared.permission, "view") or not visible(context, declared, [record_id]):
        raise NotFound()
    known = select(InteractionLink.id).where(
        InteractionLink.interaction_id == interaction_id,
        InteractionLink.resource == declared.name,
        InteractionLink.record_id == record_id,
    )
    if context.session.execute(known).first() is None:
        with context.system("what a new interaction is about") as system:
            row = InteractionLink(interaction_id=interaction_id, resource=declared.name, record_id=record_id)
            system.session.add(row)
            system.session.flush()


@command("interaction.unlink", _("Take a record from an interaction"), resource=RESOURCE, action="edit")
def unlink(context: Context, *, interaction_id: int, link_id: int) -> None:
    """Take away what was said an interaction is about."""
    editable(context, context.runtime.resource(RESOURCE), interaction_id)
    statement = select(InteractionLink).where(
        InteractionLink.id == link_id, InteractionLink.interaction_id == interaction_id
    )
    found = context.session.execute(statement).scalar_one_or_none()
    if found is None:
        raise NotFound()
    context.session.delete(found)
    context.session.flush()
