"""Handing over to SMS.ir, and asking what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from kernel.api import (
    Declined,
    GatewayProblem,
    Handed,
    Line,
    NotHandedOver,
    Outgoing,
    Receipt,
    Reply,
    Uncertain,
    _,
    by_form,
    exchange,
    national,
)
from plugins.smsir.codes import ANSWERS, OF_THE_MESSAGE, REFUSED_BY_STATUS, STATES, TEMPORARY

LONGEST_VALUE = 25
"""Characters of a value in an approved template."""
UNREADABLE = _("SMS.ir gave an answer that cannot be read.")


def call(
    line: Line, method: str, path: str, data: Any = None, query: Mapping[str, str] | None = None
) -> object:
    """One call of the service; gives `data` of the answer.

    Raises `Declined` where the content was refused, `NotHandedOver` for other refusals, and `Uncertain`.
    """
    return data_in(ask(line, method, path, data, query))


def ask(
    line: Line, method: str, path: str, data: Any = None, query: Mapping[str, str] | None = None
) -> Reply:
    """One call of the service; gives the answer as it came. Raises `NotHandedOver` and `Uncertain` as `exchange` does."""
    base = line.values["address"].rstrip("/")
    return exchange(
        f"{base}/v1/{path}",
        method=method,
        data=data,
        query=query,
        headers={"X-API-KEY": line.values["key"].strip()},
    )


def data_in(reply: Reply) -> object:
    """Give `data` of an answer; raises as `call` does."""
    if reply.status in REFUSED_BY_STATUS:
        reason, temporary = REFUSED_BY_STATUS[reply.status]
        raise NotHandedOver(reason, temporary=temporary)
    envelope = reply.json()
    status = envelope.get("status")
    if reply.status == 200 and status == 1:
        return envelope.get("data")
    refusal = ANSWERS.get(status) if isinstance(status, int) else None
    if refusal is None or reply.status >= 500:
        raise Uncertain(
            _("SMS.ir gave an answer that proves nothing (code %(code)s).", code=str(status)[:20])
        )
    if status in OF_THE_MESSAGE:
        raise Declined(refusal)
    raise NotHandedOver(refusal, temporary=status in TEMPORARY)


def send(line: Line, messages: Sequence[Outgoing]) -> Sequence[Receipt]:
    """Hand over a batch, each message with a text of its own."""
    if not line.sender.strip().isdecimal():
        raise NotHandedOver(ANSWERS[101], temporary=False)
    return by_form(messages, partial(_send, line), partial(_verify, line))


def fits(name: str, value: str) -> bool:
    """Say whether a variable may hold a value."""
    del name
    return len(value) <= LONGEST_VALUE


def _verify(line: Line, message: Outgoing) -> Receipt:
    assert message.approved is not None
    if not message.approved.name.isdecimal():
        raise Declined(ANSWERS[113])
    found = call(
        line,
        "POST",
        "send/verify",
        {
            "mobile": national(message.to),
            "templateId": int(message.approved.name),
            "parameters": [{"name": name, "value": value} for name, value in message.approved.values],
        },
    )
    number = found.get("messageId") if isinstance(found, dict) else None
    if number in (None, 0, "0"):
        raise Uncertain(UNREADABLE)
    return Receipt(client_id=message.client_id, state="sent", reference=str(number))


def _send(line: Line, messages: Sequence[Outgoing]) -> list[Receipt]:
    found = call(
        line,
        "POST",
        "send/likeToLike",
        {
            "lineNumber": int(line.sender),
            "messageTexts": [each.text for each in messages],
            "mobiles": [national(each.to) for each in messages],
            "sendDateTime": None,
        },
    )
    numbers = found.get("messageIds") if isinstance(found, dict) else None
    if not isinstance(numbers, list) or len(numbers) != len(messages):
        # Numbers are told apart by their place alone: with one missing nobody knows whose is whose.
        raise Uncertain(UNREADABLE)
    return [_receipt(message, number) for message, number in zip(messages, numbers, strict=True)]


def _receipt(message: Outgoing, number: object) -> Receipt:
    ours = message.client_id
    if number is None:
        return Receipt(client_id=ours, state="failed", reason=_("The number or the text is not valid."))
    if number in (0, "0"):
        return Receipt(client_id=ours, state="failed", reason=ANSWERS[115])
    return Receipt(client_id=ours, state="sent", reference=str(number))


def states(line: Line, messages: Sequence[Handed]) -> Sequence[Receipt]:
    """Ask for the state of each message that has a number of theirs; one that they do not know is left out."""
    receipts = []
    for each in messages:
        if not each.reference.isdecimal():
            continue
        try:
            found = call(line, "GET", f"send/{each.reference}")
        except (Declined, Uncertain):
            continue
        code = found.get("deliveryState") if isinstance(found, dict) else None
        if code in STATES:
            state, reason = STATES[code]
            receipts.append(
                Receipt(client_id=each.client_id, state=state, reference=each.reference, reason=reason)
            )
    return receipts


def credit(line: Line) -> int:
    """Money left, in Rials."""
    try:
        return int(float(str(call(line, "GET", "credit"))))
    except (ValueError, OverflowError) as problem:
        raise Uncertain(UNREADABLE) from problem
    except Declined as problem:
        raise GatewayProblem(problem.reason) from problem
