"""Queueing messages to many parties, each for an occasion of its own, such as thanks for the policies of a sheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Text, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY

from kernel.documents.variables import house_values, party_values
from kernel.messages import addresses
from kernel.messages.barred import SAMPLE, samples_among
from kernel.messages.kinds import SERVICE
from kernel.messages.lines import tariff
from kernel.messages.models import LEFT_OUT, Message, MessageKind
from kernel.messages.outbox import (
    ask_for_dispatch,
    fill_row,
    insert_messages,
    kind_named,
    lock_key,
    new_row,
)
from kernel.messages.templates import Wording, wording_of
from kernel.resources.context import Context
from kernel.resources.lists.searching import any_text


@dataclass(frozen=True)
class Occasion:
    """What one of many messages is for, whom it goes to, and the values of its template's places."""

    key: str
    party_id: int
    values: Mapping[str, Any] = field(default_factory=dict)


def queue_messages(
    context: Context,
    *,
    purpose: str,
    template: str,
    occasions: Sequence[Occasion],
    channel: str = "sms",
) -> int:
    """Queue what `queue_message` would for each of these parties and occasions, in a constant number of statements.

    Gives how many are new, those included that are left out with a reason. The caller has checked what may be done.
    """
    if not occasions:
        return 0
    sender = context.actor.user_id or 0
    with context.system(f"messages for {purpose}") as system:
        wording = wording_of(system, template, channel)
        kind = kind_named(system, wording.kind_id or SERVICE)
        fresh = _fresh(system, purpose, channel, occasions)
        rows = [new_row(purpose, each.key, channel, kind, sender, context.now, context.now) for each in fresh]
        _address(system, channel, kind, fresh, rows)
        _write(system, wording, fresh, rows)
        made = insert_messages(system, rows)
    if any(row["state"] != LEFT_OUT for row in rows):
        ask_for_dispatch(context, channel, kind.advertising)
    return made


def _fresh(system: Context, purpose: str, channel: str, occasions: Sequence[Occasion]) -> list[Occasion]:
    """Give the occasions that were not queued before; one transaction at a time asks for one of them."""
    ordered = sorted(occasions, key=lambda each: (each.key, each.party_id))
    texts = bindparam(
        "keys", [lock_key(purpose, each.key, each.party_id) for each in ordered], type_=ARRAY(Text)
    )
    key = func.unnest(texts).column_valued("key")
    system.session.execute(select(func.count(func.pg_advisory_xact_lock(func.hashtextextended(key, 0)))))
    known = select(Message.occasion, Message.party_id).where(
        Message.purpose == purpose,
        Message.channel == channel,
        Message.state != LEFT_OUT,
        any_text(Message.occasion, [each.key for each in ordered]),
    )
    before = {(occasion, party) for occasion, party in system.session.execute(known)}
    return [each for each in ordered if (each.key, each.party_id) not in before]


def _address(
    system: Context,
    channel: str,
    kind: MessageKind,
    occasions: Sequence[Occasion],
    rows: Sequence[dict[str, Any]],
) -> None:
    """Write whom each message reaches, or why it reaches nobody."""
    parties = sorted({each.party_id for each in occasions})
    behind = addresses.persons_behind(system, parties, channel)
    reached = {party: next(iter(persons), None) for party, persons in behind.items()}
    persons = sorted({person for person in reached.values() if person is not None})
    known = addresses.addresses_of(system, persons, channel)
    refused = addresses.refused(system, channel, sorted(set(known.values())), kind)
    samples = samples_among(system, channel, {*parties, *persons})
    for each, row in zip(occasions, rows, strict=True):
        person = reached.get(each.party_id)
        address = known.get(person) if person is not None else None
        row["party_id"], row["address"] = person or each.party_id, address
        if address is None:
            row["reason"] = addresses.NO_CONTACT if person is None else addresses.NO_ADDRESS
        else:
            row["reason"] = SAMPLE if row["party_id"] in samples else refused.get(address, "")


def _write(
    system: Context, wording: Wording, occasions: Sequence[Occasion], rows: Sequence[dict[str, Any]]
) -> None:
    """Write the words of what reaches somebody."""
    house = house_values(system, wording.language)
    parties = party_values(system, sorted({row["party_id"] for row in rows}), wording.language)
    costs = {
        advertising: tariff(system.session, channel, advertising)
        for channel, advertising in {(row["channel"], row["advertising"]) for row in rows}
    }
    for each, row in zip(occasions, rows, strict=True):
        if not row["reason"]:
            given = house | {name: str(value) for name, value in each.values.items()}
            fill_row(
                system,
                row,
                wording,
                given | parties.get(row["party_id"], {}),
                costs[row["advertising"]],
            )
        if row["reason"]:
            row["state"] = LEFT_OUT
