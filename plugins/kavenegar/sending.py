"""Handing over to Kavenegar, and asking what became of it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from kernel.api import (
    Declined,
    GatewayProblem,
    Handed,
    Line,
    Outgoing,
    Receipt,
    Uncertain,
    _,
    by_form,
    matched,
    national,
)
from plugins.kavenegar.asking import call
from plugins.kavenegar.codes import state_of

TOKENS = ("token", "token2", "token3", "token10", "token20")
"""The variables that approved templates have."""
LONGEST = 100
FORBIDDEN = re.compile(r"[\n\r_]")
MOST_IDS = 500
"""Messages whose states may be asked in one request."""


def send(line: Line, messages: Sequence[Outgoing]) -> Sequence[Receipt]:
    """Hand over a batch. Our ids go along as `localid`: the service does not send a repeated one again.

    Approved templates (`verify/lookup`) know no such id: of them an unknown one stays unknown.
    """
    return by_form(messages, partial(_send, line), partial(_look_up, line))


def fits(name: str, value: str) -> bool:
    """Say whether a variable may hold a value: without spaces, with five, or with eight; a hundred characters."""
    spaces = {"token10": 5, "token20": 8}.get(name, 0)
    return len(value) <= LONGEST and value.count(" ") <= spaces and not FORBIDDEN.search(value)


def _look_up(line: Line, message: Outgoing) -> Receipt:
    assert message.approved is not None
    entries = call(
        line,
        "verify/lookup",
        {
            "receptor": national(message.to),
            "template": message.approved.name,
            **message.approved.as_dict(),
        },
    )
    return _receipt(message, entries[0] if entries else None)


def _send(line: Line, messages: Sequence[Outgoing]) -> list[Receipt]:
    def array(values: Sequence[Any]) -> str:
        return json.dumps(values, ensure_ascii=False)

    entries = call(
        line,
        "sms/sendarray",
        {
            "receptor": array([national(each.to) for each in messages]),
            "sender": array([line.sender] * len(messages)),
            "message": array([each.text for each in messages]),
            "localmessageids": array([each.client_id for each in messages]),
        },
    )
    pairs = zip(messages, matched(messages, entries, "receptor"), strict=True)
    return [_receipt(message, entry) for message, entry in pairs]


def _receipt(message: Outgoing, entry: Mapping[str, Any] | None) -> Receipt:
    if entry is None:
        # Accepted as a whole, and this one not spoken of.
        return Receipt(
            client_id=message.client_id, state="unknown", reason=_("Kavenegar said nothing of this message.")
        )
    reference = str(entry.get("messageid") or "")
    state, reason = state_of(entry.get("status"))
    if not reference and state != "delivered":
        state, reason = "failed", reason or _("Kavenegar did not take this message.")
    elif state == "unknown":
        # It has a number, so it was taken over, whatever its state is called.
        state = "sent"
    return Receipt(
        client_id=message.client_id,
        state=state,
        reference=reference,
        reason=reason if state in ("failed", "unknown") else "",
        cost=_whole(entry.get("cost")),
    )


def states(line: Line, messages: Sequence[Handed]) -> Sequence[Receipt]:
    """Ask for states: by the service's number for 48 hours, by ours for 12."""
    receipts: list[Receipt] = []
    known = {each.reference: each for each in messages if each.reference}
    references = list(known)
    for start in range(0, len(references), MOST_IDS):
        part = references[start : start + MOST_IDS]
        for entry in _asked(line, "sms/status", {"messageid": ",".join(part)}):
            handed = known.get(str(entry.get("messageid")))
            if handed is not None:
                receipts += _told(handed, entry)
    for handed in messages:
        if not handed.reference:
            for entry in _asked(line, "sms/statuslocalmessageid", {"localid": str(handed.client_id)})[:1]:
                receipts += _told(handed, entry)
    return receipts


def _told(handed: Handed, entry: Mapping[str, Any]) -> list[Receipt]:
    state, reason = state_of(entry.get("status"))
    if state == "unknown":
        return []
    reference = handed.reference or str(entry.get("messageid") or "")
    return [Receipt(client_id=handed.client_id, state=state, reference=reference, reason=reason)]


def _asked(line: Line, method: str, form: dict[str, str]) -> list[dict[str, Any]]:
    try:
        return call(line, method, form)
    except Declined as problem:
        raise GatewayProblem(problem.reason) from problem


def credit(line: Line) -> int:
    """Money left, in Rials."""
    entries = _asked(line, "account/info", {})
    left = _whole(entries[0].get("remaincredit")) if entries else None
    if left is None:
        raise Uncertain(_("Kavenegar gave no answer that can be read."))
    return left


def _whole(value: object) -> int | None:
    try:
        return int(float(str(value)))
    except (ValueError, OverflowError):
        return None
