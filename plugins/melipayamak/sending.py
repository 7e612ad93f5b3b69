"""Handing over to MeliPayamak, and asking what became of it.

One message a request: the service takes up to a hundred numbers for one text, but then its answer says of no number whether
it was taken, and each recipient has a text of its own anyway.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from kernel.api import (
    Handed,
    LazyText,
    Line,
    NotHandedOver,
    Outgoing,
    Receipt,
    Uncertain,
    _,
    exchange,
    national,
)
from plugins.melipayamak.codes import (
    ANSWERS,
    OF_THE_MESSAGE,
    OF_THE_TEMPLATE,
    STATES,
    TEMPLATE_ANSWERS,
    TEMPORARY,
)

ACCEPTED = 1
NUMBER = re.compile(r"\d{5,}", re.ASCII)
"""The service's own number of a message, about nineteen digits long; anything shorter is a code."""
PLACES = tuple(str(number) for number in range(1, 21))
"""The variables of a template, which have no names."""
LINK = re.compile(r"https?://|www\.", re.IGNORECASE)
UNREADABLE = _("MeliPayamak gave an answer that cannot be read.")


def call(line: Line, method: str, fields: Mapping[str, str]) -> dict[str, Any]:
    """One call; gives the answer with its keys in small letters. Raises `NotHandedOver` or `Uncertain`."""
    base = line.values["address"].rstrip("/")
    account = {"username": line.values["username"].strip(), "password": line.values["password"]}
    reply = exchange(f"{base}/api/SendSMS/{method}", form={**account, **fields})
    found = reply.json()
    if reply.status >= 300:
        raise Uncertain(UNREADABLE)
    return small(found)


def small(found: Mapping[str, Any]) -> dict[str, Any]:
    """Write the keys in small letters: their casing varies."""
    return {str(name).lower(): value for name, value in found.items()}


def _number(value: object) -> int | None:
    try:
        return int(str(value).strip())
    except ValueError:
        return None


def send(line: Line, messages: Sequence[Outgoing]) -> Sequence[Receipt]:
    """Hand over one message; what the answer says stands in `Value` and in `RetStatus`, and both must agree."""
    (message,) = messages
    if message.approved is not None:
        return [_by_template(line, message)]
    found = call(
        line,
        "SendSMS",
        {"to": national(message.to), "from": line.sender, "text": message.text, "isFlash": "false"},
    )
    return [_receipt(message, found, ANSWERS, OF_THE_MESSAGE)]


def fits(name: str, value: str) -> bool:
    """Say whether a variable may hold a value: values are parted by semicolons, and hold no links."""
    del name
    return ";" not in value and not LINK.search(value)


def _by_template(line: Line, message: Outgoing) -> Receipt:
    """Hand over by an approved template: its number, and the values of its variables in their order."""
    assert message.approved is not None
    values = message.approved.as_dict()
    text = ";".join(values[name] for name in sorted(values, key=int))
    fields = {"to": national(message.to), "text": text, "bodyId": message.approved.name}
    found = call(line, "BaseServiceNumber", fields)
    return _receipt(message, found, {**ANSWERS, **TEMPLATE_ANSWERS}, OF_THE_MESSAGE | OF_THE_TEMPLATE)


def _receipt(
    message: Outgoing,
    found: Mapping[str, Any],
    answers: Mapping[int, LazyText],
    of_the_message: Collection[int],
) -> Receipt:
    value, status = str(found.get("value") or "").strip(), _number(found.get("retstatus"))
    if NUMBER.fullmatch(value):
        if status != ACCEPTED:
            raise Uncertain(_("MeliPayamak gave an answer that contradicts itself."))
        return Receipt(client_id=message.client_id, state="sent", reference=value)
    code = None if status is None else _number(found.get("value"))
    if status == ACCEPTED and code == 1:
        return Receipt(client_id=message.client_id, state="sent")
    if code not in answers and status not in (None, ACCEPTED):
        code = status
    reason = answers.get(code) if code is not None else None
    if reason is None or code is None:
        raise Uncertain(_("MeliPayamak gave an answer that proves nothing (code %(code)s).", code=value[:20]))
    if code in of_the_message:
        return Receipt(client_id=message.client_id, state="failed", reason=reason)
    raise NotHandedOver(reason, temporary=code in TEMPORARY)


def states(line: Line, messages: Sequence[Handed]) -> Sequence[Receipt]:
    """Ask for the state of each message that has a number of theirs."""
    receipts = []
    for each in messages:
        if not NUMBER.fullmatch(each.reference):
            continue
        try:
            found = call(line, "GetDeliveries2", {"recId": each.reference})
        except Uncertain:
            continue
        code = _number(found.get("value"))
        if code in STATES and _number(found.get("retstatus")) == ACCEPTED:
            state, reason = STATES[code]
            receipts.append(
                Receipt(client_id=each.client_id, state=state, reference=each.reference, reason=reason)
            )
    return receipts
