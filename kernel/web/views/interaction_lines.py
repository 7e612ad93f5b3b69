"""Interactions in timelines, and what an interaction's own page shows besides its fields."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from kernel.i18n import _
from kernel.interactions.calls import candidates
from kernel.interactions.channels import channel_of
from kernel.interactions.durations import Seconds
from kernel.interactions.models import Call, Interaction, InteractionLink
from kernel.interactions.recording import RESOURCE
from kernel.interactions.resources import INTERACTION
from kernel.interactions.timeline import Told, about, described, of_party
from kernel.parties.models import ORGANISATION
from kernel.resources.context import Context
from kernel.resources.fields import UserLink
from kernel.resources.resource import Resource
from kernel.web.pages import fragment
from kernel.web.views.activity import Happening
from kernel.web.views.addresses import record_url
from kernel.web.views.parties import is_party
from kernel.web.views.timeline import Asked, Source, register_source
from kernel.web.views.values import may_do

INTERACTIONS, CALLS = "interactions", "calls"
SHOWN = 700
"""Characters of a text in a line of the timeline."""
LATE = timedelta(hours=12)
"""An interaction entered later than that says when it was entered."""
THREAD = 20
TONES = {"call_in": "blue", "call_out": "blue", "visit": "green", "follow_up": "amber"}


def entries(context: Context, asked: Asked) -> Iterator[Happening]:
    """Give the interactions of a party, or those about another record."""
    narrowed: dict[str, Any] = {"before": asked.before, "limit": asked.limit, "by": asked.by}
    party = is_party(asked.resource)
    if party:
        found = of_party(context, asked.record_id, **narrowed)
    else:
        found = about(context, asked.resource.name, asked.record_id, **narrowed)
    hidden = {item.name for item in INTERACTION.fields} - {
        item.name for item in context.runtime.resource(RESOURCE).visible_fields(context)
    }
    back = record_url(asked.resource, asked.record_id)
    for told in found:
        yield _line(context, told, asked.record_id if party else 0, back, hidden)


def _line(context: Context, told: Told, party_id: int, back: str, hidden: set[str]) -> Happening:
    row = told.interaction
    channel = channel_of(context, row.channel)
    text = "" if "text" in hidden else row.text or ""
    subject = row.subject.rstrip("…")
    return Happening(
        row.started_at,
        told.done_by or context.text(_("The system")),
        text=context.text(channel.title),
        icon=channel.icon,
        tone=TONES.get(row.channel, "cyan"),
        body=fragment(
            "interactions/entry.html",
            told=told,
            party_id=party_id,
            titled=bool(subject) and not text.startswith(subject) and subject != context.text(channel.title),
            text=text[:SHOWN],
            cut=len(text) > SHOWN,
            url=f"/interactions/{row.id}",
            duration=INTERACTION.by_name["duration"].show(row.duration, context) if row.duration else "",
            late=row.created_at - row.started_at > LATE,
            overdue=row.follow_up_on is not None and row.follow_up_on < context.today,
            may_record=context.may(RESOURCE, "create") and not context.read_only,
            back=back,
        ),
        source=INTERACTIONS,
        key=str(row.id),
        who_id=row.done_by_id,
    )


@dataclass(frozen=True)
class Linked:
    """A record that an interaction is about, as its page shows it."""

    id: int
    label: str
    kind: str
    icon: str
    url: str


@dataclass(frozen=True)
class Beside:
    """What an interaction's page shows besides its fields."""

    participants: Any
    links: list[Linked]
    thread: list[Any]


def beside(context: Context, resource: Resource, record: Any) -> Beside | None:
    """Give it; None for other records."""
    if resource.name != RESOURCE:
        return None
    (told,) = described(context, [record])
    return Beside(told.participants, linked(context, record.id), _thread(context, record))


def linked(context: Context, interaction_id: int) -> list[Linked]:
    """Give the records that an interaction is about and that the reader may see; a query for each kind of record."""
    statement = select(InteractionLink).where(InteractionLink.interaction_id == interaction_id)
    by_kind: dict[str, list[InteractionLink]] = {}
    for row in context.session.execute(statement.order_by(InteractionLink.id)).scalars():
        by_kind.setdefault(row.resource, []).append(row)
    found: list[Linked] = []
    for name, rows in by_kind.items():
        declared = context.runtime.resources.get(name)
        if declared is None or not context.may(declared.permission, "view"):
            continue
        labels = _labels(context, declared, [row.record_id for row in rows])
        found += [
            Linked(
                row.id,
                labels[row.record_id],
                context.text(declared.title),
                declared.icon,
                record_url(declared, row.record_id),
            )
            for row in rows
            if row.record_id in labels
        ]
    return found


def _labels(context: Context, declared: Resource, ids: list[int]) -> dict[int, str]:
    model: Any = declared.model
    statement = select(model.id, declared.label_column()).where(model.id.in_(ids))
    if declared.only is not None:
        statement = statement.where(declared.only(model))
    return {row[0]: declared.label_text(row[1], context) for row in context.session.execute(statement)}


def _thread(context: Context, record: Interaction) -> list[Any]:
    """Give the other interactions of the same follow-up number, the newest first."""
    if not record.follow_up_number:
        return []
    statement = (
        select(Interaction)
        .where(Interaction.follow_up_number == record.follow_up_number, Interaction.id != record.id)
        .order_by(Interaction.started_at.desc(), Interaction.id.desc())
        .limit(THREAD)
    )
    return [
        {
            "id": row.id,
            "subject": row.subject,
            "started_at": row.started_at,
            "icon": channel_of(context, row.channel).icon,
        }
        for row in context.session.execute(statement).scalars()
    ]


def _told_to(context: Context, resource: Resource) -> bool:
    """Interactions are told of every record but themselves, to who may see them at all."""
    return resource.name != RESOURCE and context.may(RESOURCE, "view")


def call_entries(context: Context, asked: Asked) -> Iterator[Happening]:
    """Give the calls of a party of which nobody has written anything: what was written tells of the others."""
    statement = (
        select(Call)
        .where(Call.party_id == asked.record_id, Call.interaction_id.is_(None))
        .order_by(Call.started_at.desc(), Call.id.desc())
        .limit(asked.limit)
    )
    if asked.before is not None:
        statement = statement.where(Call.started_at < asked.before)
    if asked.by is not None:
        statement = statement.where(Call.user_id == asked.by)
    rows = list(context.session.execute(statement).scalars())
    users = sorted({row.user_id for row in rows if row.user_id})
    names = UserLink("user", _("Our user")).labels(users, context) if users else {}
    for row in rows:
        channel = channel_of(context, f"call_{row.direction}")
        yield Happening(
            row.started_at,
            names.get(row.user_id or 0, "") or context.text(_("The exchange")),
            text=context.text(channel.title),
            icon=channel.icon,
            tone="" if row.answered_at else "red",
            body=fragment(
                "interactions/call_entry.html",
                call=row,
                duration=Seconds("duration", _("Duration")).show(row.duration, context),
                may_record=context.may(RESOURCE, "create") and not context.read_only,
                back=record_url(asked.resource, asked.record_id),
            ),
            source=CALLS,
            key=str(row.id),
            who_id=row.user_id,
        )


@dataclass(frozen=True)
class CallBeside:
    """What a call's page offers: those with whom it may be, and what can be done with it."""

    call: Call
    parties: list[Any]
    may_record: bool
    may_make: bool
    may_edit: bool


def call_beside(context: Context, resource: Resource, record: Any) -> CallBeside | None:
    """Give it; None for other records."""
    if resource.name != "call":
        return None
    kinds = {ORGANISATION: "organisations"}
    parties = [
        {"id": number, "name": name, "url": f"/{kinds.get(kind, 'persons')}/{number}"}
        for number, name, kind in candidates(context, record)
    ]
    may = not context.read_only
    return CallBeside(
        record,
        parties,
        may and context.may(RESOURCE, "create"),
        may and context.may("party", "create") and record.party_id is None and record.number is not None,
        may_do(context, resource, record.id, "edit"),
    )


def _of_calls(context: Context, resource: Resource) -> bool:
    return is_party(resource) and context.may("call", "view")


register_source(Source(CALLS, _("Calls"), call_entries, _of_calls, order=30))
register_source(Source(INTERACTIONS, _("Interactions"), entries, _told_to, order=20))
