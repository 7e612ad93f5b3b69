"""One call of Kavenegar's service. The key stands in the path: addresses must not reach logs or errors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from kernel.api import Declined, Line, NotHandedOver, Reply, Uncertain, _, exchange
from plugins.kavenegar.codes import ANSWERS, OF_THE_MESSAGE, TEMPORARY

UNREADABLE = _("Kavenegar gave an answer that cannot be read.")


def call(line: Line, method: str, form: Mapping[str, str]) -> list[dict[str, Any]]:
    """Call `method` (such as `sms/send`) and give the entries of the answer.

    Raises `Declined` where the content was refused, `NotHandedOver` for other refusals, and `Uncertain`.
    """
    return entries(ask(line, method, form))


def ask(line: Line, method: str, form: Mapping[str, str]) -> Reply:
    """Call `method` and give the answer as it came. Raises `NotHandedOver` and `Uncertain` as `exchange` does."""
    base = line.values["address"].rstrip("/")
    return exchange(f"{base}/v1/{quote(line.values['key'].strip(), safe='')}/{method}.json", form=form)


def entries(reply: Reply) -> list[dict[str, Any]]:
    """Give the entries of an answer; raises as `call` does."""
    envelope = reply.json()
    told = envelope.get("return")
    try:
        status = int(told["status"]) if isinstance(told, dict) else 0
    except (KeyError, TypeError, ValueError):
        status = 0
    if status == 200:
        return _entries(envelope.get("entries"))
    reason = ANSWERS.get(status)
    if reason is None:
        raise Uncertain(_("Kavenegar gave an answer that proves nothing (code %(code)s).", code=status))
    if status in OF_THE_MESSAGE:
        raise Declined(reason)
    raise NotHandedOver(reason, temporary=status in TEMPORARY)


def _entries(found: object) -> list[dict[str, Any]]:
    rows = [found] if isinstance(found, dict) else found or []
    if not isinstance(rows, list) or not all(isinstance(each, dict) for each in rows):
        raise Uncertain(UNREADABLE)
    return rows
